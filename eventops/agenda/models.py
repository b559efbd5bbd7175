"""Events and their agenda: the desk copy, which organisers edit, and what is published, which everybody reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, and_, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.db import Base, Model, WallTime
from eventops.marks import mark

YEARS = range(1970, 2200)
"""In which events may be. At the ends of the calendar some zones' clocks have no date for an instant."""


class Event(Model):
    """A conference."""

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[dict[str, str]]
    """By language code. Where the reader's is missing, the first one stands, marked as being in its language."""
    starts_on: Mapped[date]
    """In the home zone."""
    home_zone: Mapped[str] = mapped_column(String(60))
    also_show: Mapped[list[str]]
    """Zones shown beside the home zone, in this order."""
    venue: Mapped[str | None] = mapped_column(String(300))
    contact: Mapped[str] = mapped_column(String(254))
    """The e-mail address that letters answer to."""
    organisers: Mapped[list[dict[str, Any]]]
    """Each with name, country (two letters) and programme. They are the controllers of personal data too."""
    funding: Mapped[dict[str, Any]]
    """funder and period, or empty."""
    report: Mapped[dict[str, Any]]
    """titles by language, language, url, author, with_support_of; or empty."""
    retention_days: Mapped[int] = mapped_column(default=30)
    """Personal data is deleted this many days after the event's last public day."""
    published_at: Mapped[datetime | None]
    """None until its agenda is first published; the public then does not know of the event."""

    windows: Mapped[list[PublicWindow]] = relationship(order_by="PublicWindow.starts_at", lazy="selectin")


class PublicWindow(Model):
    """A stretch of the event that is open to the public. Drives streams, reminders and the doors' handover."""

    __tablename__ = "public_windows"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_start"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Room(Model):
    """Where sessions are held."""

    __tablename__ = "rooms"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]


class Speaker(Model):
    """Somebody who speaks, as named on the programme."""

    __tablename__ = "speakers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    country: Mapped[str] = mapped_column(String(2), default="")


class Audience(Model):
    """A named group that closed sessions are for."""

    __tablename__ = "audiences"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))


# These tables are read through the relationships below, whose joins carry the mark: both ends are filtered.
session_speakers = Table(
    "session_speakers",
    Base.metadata,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("speaker_id", ForeignKey("speakers.id"), primary_key=True),
    Column("position", Integer, default=0, nullable=False),
)
session_audiences = Table(
    "session_audiences",
    Base.metadata,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("audience_id", ForeignKey("audiences.id"), primary_key=True),
)


class Session(Model):
    """One item of the agenda on the desk. It is deleted softly: doors, streams and releases refer to it."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="ends_after_start"),
        CheckConstraint("access IN ('public', 'closed')", name="access"),
        Index("ix_sessions_event_starts_at", "event_id", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    title: Mapped[dict[str, str]]
    abstract: Mapped[dict[str, str]] = mapped_column(default=dict)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None] = mapped_column(String(2))
    access: Mapped[str] = mapped_column(String(10))
    attendance_mode: Mapped[str] = mapped_column(String(10), default="mixed")
    placeholder: Mapped[str] = mapped_column(String(10), default="")
    """What is not settled: nothing (empty), the `time`, or `all` of it."""
    shows_block: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of a closed one: whether strangers see an untitled block, "By invitation", in its place."""
    names_itself_in_calendars: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Of a closed one: whether calendar entries of those admitted bear its title instead of a neutral one."""
    room_id: Mapped[UUID | None] = mapped_column(ForeignKey("rooms.id"))
    zone: Mapped[str] = mapped_column(String(60))
    """In which the organiser meant the wall times."""
    start_wall: Mapped[datetime] = mapped_column(WallTime)
    start_fold: Mapped[int] = mapped_column(default=0)
    """0 for the earlier reading of an ambiguous wall time, 1 for the later (PEP 495)."""
    end_wall: Mapped[datetime] = mapped_column(WallTime)
    end_fold: Mapped[int] = mapped_column(default=0)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    """Raised by every edit; an edit names the one that it began from."""
    deleted_at: Mapped[datetime | None]

    room: Mapped[Room | None] = relationship()
    speakers: Mapped[list[Speaker]] = relationship(
        secondary=session_speakers,
        secondaryjoin=lambda: and_(session_speakers.c.speaker_id == Speaker.id, mark(session_speakers.c.session_id)),
        order_by=session_speakers.c.position,
    )
    audiences: Mapped[list[Audience]] = relationship(
        secondary=session_audiences,
        secondaryjoin=lambda: and_(
            session_audiences.c.audience_id == Audience.id, mark(session_audiences.c.session_id)
        ),
        order_by=Audience.name,
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


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
    sessions: Mapped[list[dict[str, Any]]] = mapped_column("agenda")
    """Each session's content as PublishedSession keeps it, with id, access, audience ids and instants."""


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
    """title, abstract (by language), kind, language, attendance_mode, placeholder, room, speakers, zone.

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
