"""The registered, as organisers list them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from eventops.agenda.models import Audience
from eventops.db import db
from eventops.registration.alphabet import alphabetical
from eventops.registration.models import ERASED, Admission, Registration, Ticket


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the list."""

    registration: Registration
    audiences: list[str]
    """The names of those to whose closed sessions the person is admitted."""
    short_code: str
    """Empty for who has no valid ticket."""


def people(event_id: UUID, language: str, state: str = "", mode: str = "") -> list[Person]:
    """Everybody registered, by the alphabet of `language`; with `state` or `mode`, those alone. Not who is erased."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.email != ERASED)
    if state:
        query = query.where(Registration.state == state)
    if mode:
        query = query.where(Registration.attendance_mode == mode)
    found = sorted(db.session.scalars(query), key=lambda person: alphabetical(person.name, language))
    audiences, short_codes = _audiences(event_id), _short_codes(event_id)
    return [Person(person, audiences.get(person.id, []), short_codes.get(person.id, "")) for person in found]


def counts(event_id: UUID) -> Counter[tuple[str, str]]:
    """How many are registered, by (state, mode), the erased included."""
    query = (
        select(Registration.state, Registration.attendance_mode, func.count())
        .where(Registration.event_id == event_id)
        .group_by(Registration.state, Registration.attendance_mode)
    )
    return Counter({(state, mode): number for state, mode, number in db.session.execute(query)})


def _audiences(event_id: UUID) -> dict[UUID, list[str]]:
    query = (
        select(Admission.registration_id, Audience.name)
        .join(Audience, Audience.id == Admission.audience_id)
        .where(Audience.event_id == event_id, Admission.revoked_at.is_(None))
        .order_by(Audience.name)
    )
    names: defaultdict[UUID, list[str]] = defaultdict(list)
    for person, name in db.session.execute(query):
        names[person].append(name)
    return names


def _short_codes(event_id: UUID) -> dict[UUID, str]:
    query = select(Ticket.registration_id, Ticket.short_code).where(
        Ticket.event_id == event_id, Ticket.revoked_at.is_(None)
    )
    return dict(db.session.execute(query).all())
