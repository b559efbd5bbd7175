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


class Membership(Model):
    """An account's role in one event."""

    __tablename__ = "memberships"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


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


class SignInAttempt(Model):
    """A failed sign-in or a sign-up, kept for an hour or two to slow down guessing and floods. Real time."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_who_at", "who", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    who: Mapped[str] = mapped_column(String(64))
    """A keyed hash of what was tried, and of the e-mail address or the network."""
    at: Mapped[datetime]


class DeviceToken(Model):
    """What a door's device calls the door's endpoints with. Only its SHA-256 is kept."""

    __tablename__ = "device_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    door_id: Mapped[UUID] = mapped_column(ForeignKey("doors.id"), index=True)
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
