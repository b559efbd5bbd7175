"""Who changed what on the desk, and who is at it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventops.db import Model


class Edit(Model):
    """One change of the desk copy, of one thing or of several at once. Rows are only ever added: undoing adds one."""

    __tablename__ = "edits"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        Index("ix_edits_event_account_number", "event_id", "account_id", "number"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    number: Mapped[int]
    """1 for the event's first."""
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    """None for a command."""
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(20))
    """A word of ours: `edit`, `move`, `add`, `remove`, `shift`, `import`, `return`, `undo`, `redo`, `over`."""
    changes: Mapped[list[dict[str, Any]]]
    """Of each thing: `kind`, `id`, and its state `before` and `after`; None where it was not there."""
    reverses: Mapped[int | None]
    """Of `undo`, `redo` and `over`: the number of the edit that is taken back, made again, or left as it is."""


class Presence(Model):
    """Somebody who has the desk open, and the session that they are on. Real time, like sign-ins."""

    __tablename__ = "desk_presences"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), primary_key=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id"))
    seen_at: Mapped[datetime]
