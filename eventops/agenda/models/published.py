"""What is published: releases, which are never changed, and the index of the latest one, which everybody reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint, and_, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.agenda.models.desk import Audience
from eventops.db import Base, Model
from eventops.marks import mark


class Release(Model):
    """The agenda as it was published at one moment. Never changed."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    number: Mapped[int]
    """1 for the event's first. For organisers only: it counts releases that changed nothing public too."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    returned_to: Mapped[int | None]
    """The number of the release that this one went back to."""
    is_closing: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether nobody published it: something was closed on the desk, which takes effect at once."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    """How many sessions were `added`, `changed` and `removed`."""
    letters: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many people were told of it."""
    sessions: Mapped[list[dict[str, Any]]] = mapped_column("agenda")
    """Each session as eventops.agenda.snapshots.Snapshot writes it."""


published_session_audiences = Table(
    "published_session_audiences",
    Base.metadata,
    Column("session_id", ForeignKey("published_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("audience_id", ForeignKey("audiences.id"), primary_key=True),
)


class PublishedSession(Model):
    """A session of the latest release: what the public, feeds, reminders, doors and streams read."""

    __tablename__ = "published_sessions"
    __table_args__ = (Index("ix_published_sessions_event_starts_at", "event_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    access: Mapped[str] = mapped_column(String(10))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    """RFC 5545 section 3.8.7.4: raised when time, place or status changed."""
    changed_at: Mapped[datetime]
    """When its published content last changed."""
    content: Mapped[dict[str, Any]]
    """title, abstract (by language), kind, language, attendance_mode, placeholder, zone, room, track, capacity, links,
    speakers; `room_id`, `track_id` and the speakers' ids, from which the desk can be put back.

    A closed session that names itself in calendars has `in_calendars` too.
    """

    audiences: Mapped[list[Audience]] = relationship(
        secondary=published_session_audiences,
        secondaryjoin=lambda: and_(
            published_session_audiences.c.audience_id == Audience.id, mark(published_session_audiences.c.session_id)
        ),
        lazy="selectin",
    )


class PublishedBlock(Model):
    """The untitled block that stands for a published closed session before all who do not see the session.

    It has an id of its own and holds nothing that the public may not know but for `session_id`, which never leaves.
    """

    __tablename__ = "published_blocks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
