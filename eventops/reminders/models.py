"""Reminder rules: when, before what."""

from __future__ import annotations

from datetime import time
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventops.db import Model


class ReminderRule(Model):
    """So many calendar days before the public part at a time of the reader's clock, or so many minutes before it."""

    __tablename__ = "reminder_rules"
    __table_args__ = (
        CheckConstraint("(days_before IS NULL) != (minutes_before IS NULL)", name="one_way_of_counting"),
        CheckConstraint("(days_before IS NULL) = (at IS NULL)", name="days_have_a_time"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    """The kind of letter that it sends."""
    days_before: Mapped[int | None]
    at: Mapped[time | None]
    """Wall time, in the reader's zone."""
    minutes_before: Mapped[int | None]
    is_armed: Mapped[bool] = mapped_column(default=True)
