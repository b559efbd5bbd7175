"""Forgetting people when the date has come that each of them was told."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import delete, select

from eventops.agenda.events import deletion_day
from eventops.agenda.models import Event
from eventops.db import db, write
from eventops.registration.forget_invited import (
    forget_all_invited,
    forget_invited,
    is_any_invited_remembered,
)
from eventops.registration.models import ERASED, Admission, Registration
from eventops.registration.ticket import free_code, issue
from eventops.times import to_instant


def forgotten_at(event: Event) -> datetime:
    """The instant at which the event's personal data is to be erased: its deletion day begins, in the home zone."""
    return to_instant(datetime.combine(deletion_day(event), time()), event.home_zone, "earlier")


def forget_expired(now: datetime) -> int:
    """Erase the personal data of everybody whose event's deletion day has come; give how many were registered.

    Reads as the system and opens write() itself, once an event, and only where somebody is to be forgotten.
    """
    events = [event.id for event in db.session.scalars(select(Event)) if forgotten_at(event) <= now]
    return sum(_forget_people(event_id, now) for event_id in events if _is_anybody_remembered(event_id))


def _is_anybody_remembered(event_id: UUID) -> bool:
    return any(_remembered(event_id)) or is_any_invited_remembered(event_id)


def _remembered(event_id: UUID) -> Iterator[Registration]:
    query = select(Registration).where(Registration.event_id == event_id, Registration.email != ERASED)
    yield from db.session.scalars(query)


def _forget_people(event_id: UUID, now: datetime) -> int:
    with write():
        forget_all_invited(event_id)
        people = list(_remembered(event_id))
        for person in people:
            forget(person, now)
    return len(people)


def forget(registration: Registration, now: datetime) -> None:
    """Erase who this was. Call it inside write().

    The row stays to be counted, and the ticket's because scans refer to it, under a code that nobody holds. Every
    link ends, and the rights to closed sessions go. So does the person from invitations, proposals and lists.
    """
    forget_invited(registration.event_id, registration.email_key)
    registration.name = registration.email = ERASED
    registration.email_key = secrets.token_hex(16)
    registration.link_version += 1
    if registration.ticket is not None:
        issue(registration, now, free_code(registration.event_id)).revoked_at = now
    db.session.execute(delete(Admission).where(Admission.registration_id == registration.id))
    db.session.flush()
