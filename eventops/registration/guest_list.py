"""A list of people for an audience: kept once it was read, and judged by who is registered and invited."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from eventops.agenda.models import Audience
from eventops.db import db, write
from eventops.registration.address import email_key
from eventops.registration.guest_list_file import ReadList
from eventops.registration.invitations import state_of
from eventops.registration.models import Admission, GuestList, Invitation, Registration

KEPT = timedelta(days=1)
"""So long a list is kept that nobody applies."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A row of the list, as it is judged now."""

    number: int
    name: str
    email: str
    language: str
    """A code of ours, or empty."""
    kind: str
    """`invalid`, `twice`, `admitted` already, `told` (invited, waiting, declined or replaced: left alone), `known`
    (registered) or `new`."""
    key: str = ""
    """What the address is known by; empty for one that is none."""
    fault: str = ""
    first: int = 0
    """Of one that stands in the list twice: the row that counts."""
    state: str = ""
    """Of one that an invitation or a waiting grant was made for: how that is."""
    registration: Registration | None = None
    invitation: Invitation | None = None


def keep(audience: Audience, read: ReadList, now: datetime, by: UUID | None) -> GuestList:
    """Store what was read, applied to nothing. Call it inside write()."""
    kept = GuestList(id=uuid4(), event_id=audience.event_id, audience_id=audience.id, made_at=now, made_by=by)
    kept.rows, kept.note = read.rows, read.note
    db.session.add(kept)
    db.session.flush()
    return kept


def find_list(audience_id: UUID, list_id: UUID) -> GuestList | None:
    """The list, where it is for that audience."""
    query = select(GuestList).where(GuestList.id == list_id, GuestList.audience_id == audience_id)
    return db.session.scalar(query)


def judge(guest_list: GuestList, now: datetime) -> dict[str, list[Guest]]:
    """The rows by kind, each in the order of the list, as of who is registered and invited now."""
    judge_row = _Judge(guest_list, now)
    kinds: defaultdict[str, list[Guest]] = defaultdict(list)
    for row in guest_list.rows:
        guest = judge_row(row)
        kinds[guest.kind].append(guest)
    return kinds


def forget_lists(now: datetime) -> int:
    """Delete the lists that are a day old, and give their number. Opens write() itself, where there are some."""
    old = GuestList.made_at <= now - KEPT
    if db.session.scalar(select(GuestList.id).where(old).limit(1)) is None:
        return 0
    with write():
        return int(db.session.execute(delete(GuestList).where(old)).rowcount)  # type: ignore[attr-defined]


class _Judge:
    """Knows who is registered at the event and who was invited to the audience; remembers the rows it has seen."""

    def __init__(self, guest_list: GuestList, now: datetime) -> None:
        self._now = now
        self._seen: dict[str, int] = {}
        people = select(Registration).where(Registration.event_id == guest_list.event_id)
        self._registered = {person.email_key: person for person in db.session.scalars(people)}
        admitted = select(Admission.registration_id).where(
            Admission.audience_id == guest_list.audience_id, Admission.revoked_at.is_(None)
        )
        self._admitted = set(db.session.scalars(admitted))
        invited = select(Invitation).where(Invitation.audience_id == guest_list.audience_id)
        self._invited = {invitation.email_key: invitation for invitation in db.session.scalars(invited)}

    def __call__(self, row: dict[str, Any]) -> Guest:
        given = {name: row[name] for name in ("number", "name", "email", "language")}
        if fault := row.get("fault"):
            return Guest(**given, kind="invalid", fault=fault)
        key = email_key(row["email"])
        if first := self._seen.get(key):
            return Guest(**given, kind="twice", key=key, first=first)
        self._seen[key] = row["number"]
        person, invitation = self._registered.get(key), self._invited.get(key)
        held = state_of(invitation, self._now) if invitation else ""
        return Guest(
            **given, kind=self._kind(person, held), key=key, state=held, registration=person, invitation=invitation
        )

    def _kind(self, person: Registration | None, held: str) -> str:
        if person is not None and person.id in self._admitted:
            return "admitted"
        if held in ("open", "waiting", "declined", "replaced"):
            return "told"
        return "known" if person is not None else "new"
