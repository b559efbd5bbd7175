"""Who signed up, what they may attend, and the ticket they show."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.agenda.models import Audience
from eventops.db import Model

STATES = ("pending", "confirmed", "waitlisted", "cancelled")
ATTENDANCE_MODES = ("onsite", "online")


class Registration(Model):
    """One person and one event. An address that signs up again after cancelling takes its row up again."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("event_id", "email_key"),
        CheckConstraint("attendance_mode IN ('onsite', 'online')", name="attendance_mode"),
        CheckConstraint("state IN ('pending', 'confirmed', 'waitlisted', 'cancelled')", name="state"),
        Index("ix_registrations_event_state", "event_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    """As typed."""
    email_key: Mapped[str] = mapped_column(String(254))
    """Case-folded; one registration an event."""
    attendance_mode: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(2))
    zone: Mapped[str] = mapped_column(String(60))
    """The clock this person reads first."""
    state: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    privacy_accepted_at: Mapped[datetime]
    link_version: Mapped[int] = mapped_column(default=1)
    """Raising it revokes every personal link printed before."""

    admissions: Mapped[list[Admission]] = relationship(back_populates="registration")
    ticket: Mapped[Ticket | None] = relationship(back_populates="registration")


class Admission(Model):
    """A registration's right to an audience's closed sessions: not the same as having entered."""

    __tablename__ = "admissions"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id"), primary_key=True)
    audience_id: Mapped[UUID] = mapped_column(ForeignKey("audiences.id"), primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    revoked_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship(back_populates="admissions")
    audience: Mapped[Audience] = relationship()


class Ticket(Model):
    """What is scanned at the door: random, stored, revocable."""

    __tablename__ = "tickets"
    __table_args__ = (UniqueConstraint("event_id", "short_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registrations.id"), unique=True)
    code: Mapped[str] = mapped_column(String(38), unique=True)
    short_code: Mapped[str] = mapped_column(String(6))
    """The code's first six characters after EO1, for reading aloud together with a name."""
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    registration: Mapped[Registration] = relationship(back_populates="ticket")
