"""Applying a list: once, whole, and by what holds at that moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from eventops.db import db, one_at_a_time
from eventops.letters.outbox import NewLetter, queue_many
from eventops.registration.guest_list import Guest, judge
from eventops.registration.invitations import guests_of
from eventops.registration.models import Admission, GuestList, Invitation, Registration


@dataclass(slots=True)
class Applied:
    """What came of a list, in numbers."""

    admitted: int = 0
    waiting: int = 0
    letters: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be done with those on the list."""

    by_letter: bool
    language: str
    """Of letters to those whose language the list does not say."""
    expires_at: datetime
    """Of the invitations, or of the grants that wait."""


def apply(guest_list: GuestList, choice: Choice, now: datetime, by: UUID | None) -> Applied | None:
    """Do with everybody on the list as chosen, judged anew; None where that was done before. Call it inside write().

    Nobody is written to or admitted who is so already, nor who declined. The rows are dropped: they are done with.
    """
    one_at_a_time(guests_of(guest_list.audience_id))
    people = select(Registration.id).where(Registration.event_id == guest_list.event_id)
    db.session.execute(people.order_by(Registration.id).with_for_update())  # nobody is confirmed meanwhile
    kinds = judge(guest_list, now)
    once = update(GuestList).where(GuestList.id == guest_list.id, GuestList.applied_at.is_(None))
    if db.session.execute(once.values(applied_at=now, rows=[])).rowcount != 1:  # type: ignore[attr-defined]
        return None
    changes = _Changes(guest_list, choice, now, by)
    for guest in kinds["known"] + kinds["new"]:
        changes.add(guest)
    return changes.store()


@dataclass
class _Changes:
    """Gathers what a list makes, to be stored in a few statements."""

    guest_list: GuestList
    choice: Choice
    now: datetime
    by: UUID | None
    admissions: list[dict[str, Any]] = field(default_factory=list)
    invitations: list[dict[str, Any]] = field(default_factory=list)
    letters: list[NewLetter] = field(default_factory=list)

    def add(self, guest: Guest) -> None:
        person = guest.registration
        if not self.choice.by_letter and person is not None and person.state == "confirmed":
            self.admissions.append(self._admission(person.id))
        else:
            self._invite(guest)

    def store(self) -> Applied:
        """Rows that are there from before, revoked or run out, are taken up again."""
        _upsert(Admission, self.admissions, ("registration_id", "audience_id"))
        _upsert(Invitation, self.invitations, ("audience_id", "email_key"))
        letters = queue_many(self.letters)
        return Applied(len(self.admissions), 0 if self.choice.by_letter else len(self.invitations), letters)

    def _admission(self, registration_id: UUID) -> dict[str, Any]:
        return {
            "registration_id": registration_id,
            "audience_id": self.guest_list.audience_id,
            "granted_at": self.now,
            "granted_by": self.by,
            "granted_through": "list",
            "revoked_at": None,
        }

    def _invite(self, guest: Guest) -> None:
        before, by_letter = guest.invitation, self.choice.by_letter
        # What stands in a registration that is not confirmed may be by anybody.
        known = guest.registration if guest.registration and guest.registration.state == "confirmed" else None
        row = {
            "id": before.id if before else uuid4(),
            "event_id": self.guest_list.event_id,
            "audience_id": self.guest_list.audience_id,
            "name": known.name if known else guest.name,
            "email": guest.email,
            "email_key": guest.key,
            "language": guest.language or (known.language if known else self.choice.language),
            "by_letter": by_letter,
            "granted_through": "invitation" if by_letter else "list",
            "created_at": self.now,
            "created_by": self.by,
            "expires_at": self.choice.expires_at,
            "letters": (before.letters if before else 0) + by_letter,
            "link_version": before.link_version + 1 if before else 1,
            "answer": "",
            "answered_at": None,
            "revoked_at": None,
            "registration_id": None,
        }
        self.invitations.append(row)
        if by_letter:
            self.letters.append(self._letter(row))

    def _letter(self, invitation: dict[str, Any]) -> NewLetter:
        return NewLetter(
            event_id=invitation["event_id"],
            recipient_type="invitation",
            recipient_id=invitation["id"],
            kind="invited",
            key=str(invitation["letters"]),
            now=self.now,
            expires_at=invitation["expires_at"],
        )


def _upsert(model: type[Admission] | type[Invitation], rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    if not rows:
        return
    connection = db.session.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(model.__table__)
    others = {column: new.excluded[column] for column in rows[0] if column not in ("id", *key)}
    connection.execute(new.on_conflict_do_update(index_elements=key, set_=others), rows)
