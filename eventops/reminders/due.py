"""When reminders are due. They count back from the start of the public part, by each reader's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.events import public_window
from eventops.agenda.models import Event, PublicWindow
from eventops.db import db
from eventops.registration.models import Registration
from eventops.reminders.models import ReminderRule
from eventops.times import days_before, minutes_before


@dataclass(frozen=True, slots=True)
class DueReminder:
    """What one rule asks for the readers of one zone. Instants are in UTC."""

    event_id: UUID
    rule_id: UUID
    kind: str
    zone: str
    due_at: datetime
    expires_at: datetime
    """The start of the public part: from then on it is not sent any more."""


def due_at(rule: ReminderRule, public_start: datetime, reader_zone: str) -> datetime:
    """The instant, in UTC, at which `rule` falls due for readers in the zone.

    "1 day before at 09:00" is a date and a time on their clocks, "90 minutes before" is elapsed time.
    Raises UnknownZone.
    """
    if rule.days_before is not None and rule.at is not None:
        return days_before(public_start, rule.days_before, rule.at, reader_zone)
    return minutes_before(public_start, rule.minutes_before or 0)


def due_reminders(event: Event, zones: Iterable[str], rules: Iterable[ReminderRule]) -> list[DueReminder]:
    """What each of `rules` asks for the readers of each of `zones`; nothing for an event without a public part."""
    window = public_window(event)
    if window is None:
        return []
    zones = sorted(set(zones))
    return [
        DueReminder(
            event_id=event.id,
            rule_id=rule.id,
            kind=rule.kind,
            zone=zone,
            due_at=due_at(rule, window.starts_at, zone),
            expires_at=window.starts_at,
        )
        for rule in rules
        for zone in zones
    ]


def all_due_reminders(after: datetime) -> list[DueReminder]:
    """What every armed rule asks, over all published events whose public part starts after `after` (UTC).

    For the zones of their confirmed people. Read it as the system.
    """
    upcoming = select(Event).where(Event.published_at.is_not(None), Event.windows.any(PublicWindow.starts_at > after))
    found = []
    for event in db.session.scalars(upcoming.order_by(Event.id)).all():
        armed = select(ReminderRule).where(ReminderRule.event_id == event.id, ReminderRule.is_armed)
        confirmed = select(Registration.zone).where(
            Registration.event_id == event.id, Registration.state == "confirmed"
        )
        found += due_reminders(event, db.session.scalars(confirmed.distinct()), db.session.scalars(armed))
    return [reminder for reminder in found if reminder.expires_at > after]


def next_due(after: datetime, until: datetime) -> list[datetime]:
    """Every instant (UTC) in (after, until] at which a reminder falls due for somebody confirmed, in order, each once.

    Read it as the system.
    """
    return sorted({reminder.due_at for reminder in all_due_reminders(after) if after < reminder.due_at <= until})
