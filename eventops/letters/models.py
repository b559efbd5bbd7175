"""The outbox: one row a letter to one recipient."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventops.db import Model

STATES = ("queued", "sent", "failed", "skipped")


class Letter(Model):
    """A letter to be sent, or sent. What it says is rendered when it is sent, from the agenda as it then stands."""

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("event_id", "recipient_type", "recipient_id", "kind", "key", name="uq_letters_once"),
        Index("ix_letters_state_next_try_at", "state", "next_try_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"))
    recipient_type: Mapped[str] = mapped_column(String(20))
    recipient_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(40))
    """Names the folder of its templates."""
    key: Mapped[str] = mapped_column(String(100), default="")
    """Which one of its kind: the same key is never queued twice for one recipient."""
    state: Mapped[str] = mapped_column(String(10), default="queued")
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """From then on it is not sent any more, but shown as failed."""
    next_try_at: Mapped[datetime]
    """When it may be claimed: `due_at` at first, later moved by retries. By the clock that `due_at` goes by."""
    tries: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    """Real time, whatever the demo's clock says."""
    sent_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was skipped or failed: a word of ours, or the mail server's answer without addresses."""
