"""Accounts, their roles in events, sign-in sessions, device tokens, the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from eventops.db import Model

ROLES = ("owner", "editor", "reception", "door", "observer")


class Account(Model):
    """Somebody who works on events. Attendees have none: they have a personal link."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    """argon2id, in its own encoded form."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(String(300))
    """The shared secret of RFC 6238, encrypted under a key from EVENTOPS_SECRET_KEY; None without a second factor."""
    totp_step: Mapped[int | None]
    """The time step of the last code that was taken, of 30 seconds since 1970: no code is taken twice."""


class RecoveryCode(Model):
    """One of the codes that stand in, once each, for a second factor that was lost."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class Membership(Model):
    """An account's role in one event."""

    __tablename__ = "memberships"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class RoleDemand(Model):
    """In this event the role demands a second factor. An owner's does in every event, without a row."""

    __tablename__ = "role_demands"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)


class TeamInvitation(Model):
    """Somebody asked by letter to take a role in an event. The link in it is made of the id and a keyed hash."""

    __tablename__ = "team_invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    """Lower case."""
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(2))
    """Of the letter."""
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    """Real time, like the instants below."""
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInSession(Model):
    """A browser in which somebody signed in. The cookie holds a random token, this row its SHA-256."""

    __tablename__ = "sign_in_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    """Real time, like `expires_at` and `ended_at`: no demo's clock moves a sign-in."""
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stage: Mapped[str] = mapped_column(String(10), default="whole", server_default="whole")
    """`whole`; or after the password alone: `code` while a second factor is owed, `set_up` while one is to be made."""
    browser: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """Which one, roughly, so that its owner knows it again: "Firefox, Windows"."""


class SignInAttempt(Model):
    """A failed sign-in or a sign-up, kept for an hour or two to slow down guessing and floods. Real time."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_who_at", "who", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    who: Mapped[str] = mapped_column(String(64))
    """A keyed hash of what was tried, and of the e-mail address or the network."""
    at: Mapped[datetime]


class DeviceLink(Model):
    """A link by which devices are enrolled at doors of an event, by whoever knows its PIN.

    Link and PIN are keyed hashes of the id, so that an organiser's screen can show them again.
    """

    __tablename__ = "device_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    door_ids: Mapped[list[str]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    wrong_pins: Mapped[int] = mapped_column(default=0)
    """In a row: too many end the link."""


class DeviceToken(Model):
    """What a door's device calls the door's endpoints with. Only its SHA-256 is kept."""

    __tablename__ = "device_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    door_ids: Mapped[list[str]]
    """The doors that it serves, all of the event's or some."""
    link_id: Mapped[UUID | None] = mapped_column(ForeignKey("device_links.id"))
    """None for a device that somebody signed in opened the scanner on."""
    name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """Which one, so that the organiser knows it again: "Phone 2", or roughly: "Chrome, Android"."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditEntry(Model):
    """Who did what to what, and when. Ids only, no personal data; rows are only ever added."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_event_at", "event_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("events.id"))
    at: Mapped[datetime]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """None for a command on the server or a job."""
    action: Mapped[str] = mapped_column(String(60))
    """Dotted, the room first: `agenda.publish`."""
    subject_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
