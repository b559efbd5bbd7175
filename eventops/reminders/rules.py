"""The rules that an event begins with."""

from __future__ import annotations

from datetime import time
from uuid import UUID, uuid4

from sqlalchemy import select

from eventops.db import db
from eventops.reminders.models import ReminderRule


def ensure_default_rules(event_id: UUID) -> None:
    """Arm the event's first reminders: 1 day before at 09:00 in the reader's zone, and 30 minutes before.

    An event that has a rule of that kind keeps it as it is. Call it inside write().
    """
    kinds = set(db.session.scalars(select(ReminderRule.kind).where(ReminderRule.event_id == event_id)))
    for rule in _defaults(event_id):
        if rule.kind not in kinds:
            db.session.add(rule)
    db.session.flush()


def _defaults(event_id: UUID) -> tuple[ReminderRule, ReminderRule]:
    return (
        ReminderRule(id=uuid4(), event_id=event_id, kind="reminder_day_before", days_before=1, at=time(9, 0)),
        ReminderRule(id=uuid4(), event_id=event_id, kind="reminder_soon", minutes_before=30),
    )
