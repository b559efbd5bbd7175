"""Doors, and the scans made at them. A scan is a fact: rows are only ever added."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.agenda.models import Session
from eventops.agenda.visibility import of_their_event
from eventops.db import Base, Model
from eventops.marks import mark
from eventops.protected import protect, protect_table

KINDS = ("entry", "exit", "void")
REFUSALS = (
    "unknown_code",
    "cancelled",
    "not_confirmed",
    "already_in",
    "not_admitted",
    "wrong_time",
    "revoked",
    "online_only",
)


door_sessions = Table(
    "door_sessions",
    Base.metadata,
    Column("door_id", ForeignKey("doors.id"), primary_key=True),
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
)


class Door(Model):
    """A place where codes are scanned: of the whole event, or of the sessions that it names."""

    __tablename__ = "doors"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))

    sessions: Mapped[list[Session]] = relationship(
        secondary=door_sessions,
        secondaryjoin=lambda: and_(door_sessions.c.session_id == Session.id, mark(door_sessions.c.door_id)),
        order_by=Session.starts_at,
    )


class Scan(Model):
    """A code held to a door, and what the door was told. The id was made by the device before it showed a colour."""

    __tablename__ = "scans"
    __table_args__ = (
        CheckConstraint("kind IN ('entry', 'exit', 'void')", name="kind"),
        CheckConstraint("verdict IN ('admitted', 'refused')", name="verdict"),
        Index("ix_scans_ticket_effective_at", "ticket_id", "effective_at"),
        Index("ix_scans_door_received_at", "door_id", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    door_id: Mapped[UUID] = mapped_column(ForeignKey("doors.id"))
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("tickets.id"))
    """None where the code is unknown; the code itself is not kept."""
    kind: Mapped[str] = mapped_column(String(10))
    payload_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what the device sent: the same id with another payload is a conflict."""
    device_time: Mapped[datetime]
    """By the device's own clock."""
    effective_at: Mapped[datetime]
    """`device_time` corrected by the offset of the device's clock, measured at this upload."""
    received_at: Mapped[datetime]
    shown: Mapped[str | None] = mapped_column(String(100))
    """What the device had shown before it could ask, if it had."""
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(20))
    first_scan_at: Mapped[datetime | None]
    """For `already_in`: when this ticket came in."""


protect(Door, lambda viewer: of_their_event(Door, viewer))
protect_table(door_sessions.name)
