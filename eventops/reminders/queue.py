"""Putting reminders that are due into the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from eventops.db import db, write
from eventops.letters.models import Letter
from eventops.letters.outbox import NewLetter, queue_many
from eventops.registration.models import Registration
from eventops.reminders.due import DueReminder, all_due_reminders

RECIPIENT = "registration"
WITNESSED = timedelta(days=3)
"""How long after the public part began a reminder that was missed is still queued, so that it is shown as failed."""


def queue_due_reminders(now: datetime) -> int:
    """Queue each reminder that is due at `now` (UTC) to everybody it is for, and give the number of new letters.

    It is for the confirmed people who were so when it fell due: who came later has all of it in their confirmation.
    What nobody queued before the public part started is queued for three days more: delivery then marks it as expired.
    Whatever was queued before is left alone, however often and in however many processes this runs. Call it as the
    system; it opens its own write(), and only where there is something to queue.
    """
    due = [reminder for reminder in all_due_reminders(now - WITNESSED) if reminder.due_at <= now]
    letters = [letter for reminder in due for letter in _not_yet_queued(reminder, now)]
    if not letters:
        return 0
    with write():
        return queue_many(letters)


def _not_yet_queued(reminder: DueReminder, now: datetime) -> Iterator[NewLetter]:
    key = str(reminder.rule_id)
    queued = exists().where(
        Letter.event_id == reminder.event_id,
        Letter.recipient_type == RECIPIENT,
        Letter.recipient_id == Registration.id,
        Letter.kind == reminder.kind,
        Letter.key == key,
    )
    people = select(Registration.id).where(
        Registration.event_id == reminder.event_id,
        Registration.state == "confirmed",
        Registration.zone == reminder.zone,
        Registration.confirmed_at <= reminder.due_at,
        ~queued,
    )
    for person in db.session.scalars(people):
        yield NewLetter(
            event_id=reminder.event_id,
            recipient_type=RECIPIENT,
            recipient_id=person,
            kind=reminder.kind,
            key=key,
            now=now,
            due_at=reminder.due_at,
            expires_at=reminder.expires_at,
        )
