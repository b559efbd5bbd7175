"""What is restricted: every closed session, who may see it, and through which grant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from eventops.agenda.models import Audience, PublishedSession, Session
from eventops.agenda.snapshots import desk_sessions
from eventops.db import db
from eventops.registration.alphabet import alphabetical
from eventops.registration.models import Admission, Invitation, Registration
from eventops.staff.models import Account

SHOWN = 200
"""People of one audience who are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody who may see an audience's sessions, and why."""

    name: str
    state: str
    through: str
    """`hand`, `list` or `invitation`."""
    by: str
    """The account's name; empty for a command or a job."""
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """An audience, who is in it, and who may yet be."""

    audience: Audience
    admitted: Counter[str] = field(default_factory=Counter)
    """How many, by the state of their registration: only who is confirmed sees anything."""
    awaited: int = 0
    """Open invitations and grants that wait for a sign-up."""
    grants: list[Grant] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Restricted:
    """A closed session."""

    session: Session
    is_published: bool
    published_audiences: list[Audience]
    """Who sees it now, as it was published."""


def restricted(event_id: UUID) -> list[Restricted]:
    """The closed sessions of the desk and of what is published, in order of start."""
    rows = db.session.scalars(select(PublishedSession).where(PublishedSession.event_id == event_id))
    published = {row.id: row for row in rows if row.access == "closed"}
    found = []
    for session in desk_sessions(event_id):
        row = published.get(session.id)
        if row or session.access == "closed":
            found.append(Restricted(session, row is not None, row.audiences if row else []))
    return found


def groups(event_id: UUID, now: datetime, language: str, with_people: bool) -> list[Group]:
    """The event's audiences by name; with the people in them only where the reader may see people."""
    audiences = list(db.session.scalars(select(Audience).where(Audience.event_id == event_id).order_by(Audience.name)))
    admitted, awaited = _admitted(event_id), _awaited(event_id, now)
    return [
        Group(
            audience,
            admitted.get(audience.id, Counter()),
            awaited[audience.id],
            _grants(audience.id, language) if with_people else [],
        )
        for audience in audiences
    ]


def _admitted(event_id: UUID) -> dict[UUID, Counter[str]]:
    query = (
        select(Admission.audience_id, Registration.state, func.count())
        .join(Registration, Registration.id == Admission.registration_id)
        .where(Registration.event_id == event_id, Admission.revoked_at.is_(None))
        .group_by(Admission.audience_id, Registration.state)
    )
    found: dict[UUID, Counter[str]] = {}
    for audience_id, state, number in db.session.execute(query):
        found.setdefault(audience_id, Counter())[state] = number
    return found


def _awaited(event_id: UUID, now: datetime) -> Counter[UUID]:
    query = (
        select(Invitation.audience_id, func.count())
        .where(
            Invitation.event_id == event_id,
            Invitation.answer == "",
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .group_by(Invitation.audience_id)
    )
    return Counter(dict(db.session.execute(query).all()))


def _grants(audience_id: UUID, language: str) -> list[Grant]:
    query = (
        select(Registration.name, Registration.state, Admission.granted_through, Account.name, Admission.granted_at)
        .join(Admission, Admission.registration_id == Registration.id)
        .outerjoin(Account, Account.id == Admission.granted_by)
        .where(Admission.audience_id == audience_id, Admission.revoked_at.is_(None))
        .order_by(Admission.granted_at, Registration.id)
        .limit(SHOWN)
    )
    rows = [Grant(name, state, through, by or "", at) for name, state, through, by, at in db.session.execute(query)]
    return sorted(rows, key=lambda grant: alphabetical(grant.name, language))
