"""Audiences as organisers keep them: their names, the closed sessions that name each, and who has a right to those."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from eventops.agenda.models import Audience
from eventops.agenda.snapshots import desk_sessions
from eventops.db import db, one_at_a_time
from eventops.languages import Text, in_language
from eventops.registration.alphabet import alphabetical
from eventops.registration.grants import is_open
from eventops.registration.models import Admission, Invitation, Registration
from eventops.staff.models import Account
from eventops.typed import name_fault


class BadName(ValueError):
    """An audience cannot be called so: the message is a fault of a name, or `taken`."""


@dataclass(frozen=True, slots=True)
class Overview:
    """An audience among the event's others."""

    audience: Audience
    sessions: list[Text]
    """The titles of the closed sessions that name it, as they are on the desk."""
    admitted: int
    invited: int
    """By letter, and without an answer yet."""
    waiting: int
    """To be admitted as soon as they sign up."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a right to the audience's sessions."""

    registration: Registration
    admission: Admission
    granted_by: str
    """The account's name; empty where nobody's is known."""


def audiences_of_event(event_id: UUID, language: str) -> list[Audience]:
    """By the alphabet of `language`."""
    found = db.session.scalars(select(Audience).where(Audience.event_id == event_id))
    return sorted(found, key=lambda audience: alphabetical(audience.name, language))


def find_audience(event_id: UUID, audience_id: UUID) -> Audience | None:
    """The audience, where it is of that event."""
    return db.session.scalar(select(Audience).where(Audience.id == audience_id, Audience.event_id == event_id))


def overviews(event_id: UUID, language: str, now: datetime) -> list[Overview]:
    """Every audience of the event, by the alphabet of `language`."""
    titles, admitted, open_ones = _titles(event_id, language), _admitted(event_id), _open(event_id, now)
    return [
        Overview(found, titles[found.id], admitted[found.id], open_ones[found.id, True], open_ones[found.id, False])
        for found in audiences_of_event(event_id, language)
    ]


def session_titles(event_id: UUID, audience_id: UUID, language: str) -> list[Text]:
    """The titles of the closed sessions that name the audience, in order of start."""
    return _titles(event_id, language)[audience_id]


def members(audience_id: UUID, language: str) -> list[Member]:
    """Everybody with a right to the audience's sessions, whatever their registration's state, by the alphabet."""
    query = (
        select(Registration, Admission, Account.name)
        .join(Admission, Admission.registration_id == Registration.id)
        .outerjoin(Account, Account.id == Admission.granted_by)
        .where(Admission.audience_id == audience_id, Admission.revoked_at.is_(None))
    )
    found = [Member(person, admission, by or "") for person, admission, by in db.session.execute(query)]
    return sorted(found, key=lambda member: alphabetical(member.registration.name, language))


def invitations_number(audience_id: UUID) -> int:
    """How many invitations and waiting grants of any age there are."""
    query = select(func.count()).select_from(Invitation).where(Invitation.audience_id == audience_id)
    return db.session.scalar(query) or 0


def add_audience(event_id: UUID, name: str) -> Audience:
    """An audience of that name, without sessions or people. Call it inside write(). Raises BadName."""
    audience = Audience(id=uuid4(), event_id=event_id, name=_free_name(event_id, name))
    db.session.add(audience)
    db.session.flush()
    return audience


def rename(audience: Audience, name: str) -> bool:
    """Call the audience so; say whether it was called otherwise. Call it inside write(). Raises BadName."""
    free = _free_name(audience.event_id, name, audience.id)
    if free == audience.name:
        return False
    audience.name = free
    db.session.flush()
    return True


def _free_name(event_id: UUID, name: str, own_id: UUID | None = None) -> str:
    """The name as it is stored. Two are the same whatever their capitals; nobody else may take it meanwhile."""
    name = unicodedata.normalize("NFC", name).strip()
    if fault := name_fault(name):
        raise BadName(fault)
    one_at_a_time(f"audiences of {event_id}")
    others = select(Audience.name).where(Audience.event_id == event_id, Audience.id != own_id)
    if any(other.casefold() == name.casefold() for other in db.session.scalars(others)):
        raise BadName("taken")
    return name


def _titles(event_id: UUID, language: str) -> defaultdict[UUID, list[Text]]:
    titles: defaultdict[UUID, list[Text]] = defaultdict(list)
    for session in desk_sessions(event_id):
        if session.access == "closed":
            for audience in session.audiences:
                titles[audience.id].append(in_language(session.title, language))
    return titles


def _admitted(event_id: UUID) -> Counter[UUID]:
    query = (
        select(Admission.audience_id, func.count())
        .join(Audience, Audience.id == Admission.audience_id)
        .where(Audience.event_id == event_id, Admission.revoked_at.is_(None))
        .group_by(Admission.audience_id)
    )
    return Counter(dict(db.session.execute(query).all()))


def _open(event_id: UUID, now: datetime) -> Counter[tuple[UUID, bool]]:
    """How many wait for an answer, or to sign up, by audience and whether they got a letter."""
    query = (
        select(Invitation.audience_id, Invitation.by_letter, func.count())
        .where(Invitation.event_id == event_id, *is_open(now))
        .group_by(Invitation.audience_id, Invitation.by_letter)
    )
    return Counter({(audience, by_letter): number for audience, by_letter, number in db.session.execute(query)})
