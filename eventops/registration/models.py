"""Who signed up, what they may attend, and the ticket they show."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.agenda.models import Audience
from eventops.agenda.visibility import of_their_event
from eventops.db import Model
from eventops.protected import protect

STATES = ("pending", "confirmed", "waitlisted", "cancelled")
ATTENDANCE_MODES = ("onsite", "online")
ERASED = "erased"
"""What stands instead of a name and an address that were forgotten. No address can be this: it has no @."""


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
    granted_through: Mapped[str] = mapped_column(String(10), default="hand", server_default="hand")
    """`hand`, `list` or `invitation`."""
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


class Invitation(Model):
    """An address that is to be admitted to an audience: once it has accepted by letter, or as soon as it signs up.

    Whoever opens its link acts for the person it names and for nobody else: tickets go to that address alone.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("audience_id", "email_key"),
        CheckConstraint("answer IN ('', 'accepted', 'declined', 'replaced')", name="answer"),
        Index("ix_invitations_event_email_key", "event_id", "email_key"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    audience_id: Mapped[UUID] = mapped_column(ForeignKey("audiences.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    by_letter: Mapped[bool]
    """False for a grant that waits, without a letter, until the address signs up and is confirmed."""
    granted_through: Mapped[str] = mapped_column(String(10))
    """What the admission will say: `hand`, `list` or `invitation`."""
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    expires_at: Mapped[datetime]
    letters: Mapped[int] = mapped_column(default=0)
    """How many were asked for."""
    link_version: Mapped[int] = mapped_column(default=1)
    """Raising it ends every link printed before."""
    answer: Mapped[str] = mapped_column(String(10), default="")
    """`accepted`, `declined`, `replaced` by a substitute, or empty."""
    answered_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    registration_id: Mapped[UUID | None] = mapped_column(ForeignKey("registrations.id"))
    """Who accepted."""

    audience: Mapped[Audience] = relationship()


class Substitute(Model):
    """Somebody whom an invited person proposes to send instead. Nothing changes before an organiser approves."""

    __tablename__ = "substitutes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitations.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    is_approved: Mapped[bool | None]

    invitation: Mapped[Invitation] = relationship()


class GuestList(Model):
    """A pasted or uploaded list of people for an audience, read but not applied yet. Kept for a day at most."""

    __tablename__ = "guest_lists"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    audience_id: Mapped[UUID] = mapped_column(ForeignKey("audiences.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    rows: Mapped[list[dict[str, Any]]]
    """As read, in their order: `number` in the list, `name`, `email`, `language`, and `fault` where one is invalid."""
    note: Mapped[str] = mapped_column(String(40), default="")
    """What is to be said of the whole list: a word of ours, as `windows-1252`."""
    applied_at: Mapped[datetime | None]


for _model in (Invitation, Substitute, GuestList):
    protect(_model, lambda viewer, model=_model: of_their_event(model, viewer))  # type: ignore[misc]
