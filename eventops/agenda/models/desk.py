"""The desk copy, which organisers edit: sessions, and what they are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, and_, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.db import Base, Model, WallTime
from eventops.marks import mark


class Room(Model):
    """Where sessions are held."""

    __tablename__ = "rooms"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    capacity: Mapped[int | None]
    """How many people it holds."""
    address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Where it is not at the venue."""
    accessibility: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Notes for those who look for a lift, a loop or a place for a wheelchair, by language code."""
    deleted_at: Mapped[datetime | None]


class Track(Model):
    """A thread of sessions through the event."""

    __tablename__ = "tracks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[dict[str, str]]
    position: Mapped[int]
    deleted_at: Mapped[datetime | None]


class Speaker(Model):
    """Somebody who speaks, as named on the programme."""

    __tablename__ = "speakers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(200), default="")
    organisation: Mapped[str] = mapped_column(String(200), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    bio: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Markdown, by language code."""
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("images.id"))
    deleted_at: Mapped[datetime | None]


class Audience(Model):
    """A named group that closed sessions are for."""

    __tablename__ = "audiences"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))


# Read through the relationship below, whose join carries the mark: both ends are filtered.
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
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id"))
    capacity: Mapped[int | None]
    """How many people it takes, where that is not what its room holds."""
    links: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'"))
    """Each with label and url."""
    staff_notes: Mapped[str] = mapped_column(Text, default="", server_default="")
    """For the desk alone: no release has them."""
    is_scheduled: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Otherwise it waits in the tray and its hours say how long it is. It is published once it is scheduled."""
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
    sequence: Mapped[int | None]
    """The highest SEQUENCE under which calendars know it; None before it was first published."""
    public_sequence: Mapped[int | None]
    """The same, but only what strangers' calendars know; None while it was never public."""
    known_to: Mapped[list[str]] = mapped_column(default=list, server_default=text("'[]'"))
    """Audiences to whom it was ever published while it was closed: their calendars know it under `sequence`."""

    room: Mapped[Room | None] = relationship()
    track: Mapped[Track | None] = relationship()
    speaker_roles: Mapped[list[SpeakerRole]] = relationship(
        order_by="SpeakerRole.position", cascade="all, delete-orphan"
    )
    audiences: Mapped[list[Audience]] = relationship(
        secondary=session_audiences,
        secondaryjoin=lambda: and_(
            session_audiences.c.audience_id == Audience.id, mark(session_audiences.c.session_id)
        ),
        order_by=Audience.name,
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012

    @property
    def speakers(self) -> list[Speaker]:
        """In their order, whatever they do."""
        return [role.speaker for role in self.speaker_roles]


class SpeakerRole(Model):
    """What somebody does in a session."""

    __tablename__ = "session_speakers"
    __table_args__ = (CheckConstraint("role IN ('speaker', 'moderator', 'chair')", name="role"),)

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    speaker_id: Mapped[UUID] = mapped_column(ForeignKey("speakers.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[str] = mapped_column(String(10), default="speaker", server_default="speaker")

    speaker: Mapped[Speaker] = relationship(lazy="selectin")
