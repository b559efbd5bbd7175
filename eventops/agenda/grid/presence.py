"""Who else is at the desk, on which session, and what has changed there since one looked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.journal import last_number
from eventops.agenda.models import Edit, Presence, Session
from eventops.db import db, one_at_a_time
from eventops.staff.models import Account

SEEN = timedelta(seconds=10)
"""For so long after their last beat people are taken to be there."""
FRESH = timedelta(seconds=5)
"""A beat that says the same within so long is not stored again."""
FEW = 200
"""Whoever has missed more edits loads the page anew."""


Editor = tuple[UUID | None, str]
"""Account and name of who made an edit; empty for a command."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody else at the desk."""

    name: str
    session_id: UUID | None
    """What they are on."""


@dataclass(frozen=True, slots=True)
class News:
    """What was changed since an edit."""

    number: int
    """Of the latest edit."""
    sessions: dict[UUID, Editor]
    """Those that were changed, and who did so last."""
    is_more: bool
    """Whether other things were changed too, or so much that the page is better loaded anew."""


def is_noted(
    event_id: UUID, account_id: UUID, session_id: UUID | None, was_on: UUID | None, real_now: datetime
) -> bool:
    """Whether it is stored already, and lately, that the account is there and on this session.

    A window that is on nothing leaves alone what another window of the same person is on: it only takes back what it
    was on itself.
    """
    row = _presence(event_id, account_id)
    if row is None:
        return False
    is_elsewhere = session_id is None and row.session_id not in (None, was_on)
    age = real_now - row.seen_at
    return age < SEEN if is_elsewhere else row.session_id == session_id and age < FRESH


def note(event_id: UUID, account_id: UUID, session_id: UUID | None, real_now: datetime) -> None:
    """Store that the account is there, and which session it is on where the event has that. Inside write()."""
    one_at_a_time(f"presence {account_id}")
    query = select(Session.id).where(Session.id == session_id, Session.event_id == event_id)
    there = db.session.scalar(query) if session_id else None
    row = _presence(event_id, account_id) or Presence(account_id=account_id, event_id=event_id)
    row.session_id, row.seen_at = there, real_now
    db.session.add(row)


def others(event_id: UUID, account_id: UUID | None, real_now: datetime) -> list[Person]:
    """Who else is at the event's desk, by name."""
    query = (
        select(Account.name, Presence.session_id)
        .join(Presence, Presence.account_id == Account.id)
        .where(Presence.event_id == event_id, Presence.account_id != account_id, Presence.seen_at > real_now - SEEN)
        .order_by(Account.name, Account.id)
    )
    return [Person(name, session_id) for name, session_id in db.session.execute(query)]


def news(event_id: UUID, since: int) -> News:
    """What was changed after the edit of that number."""
    number = last_number(event_id)
    if number <= since:
        return News(number, {}, is_more=False)
    if number - since > FEW:
        return News(number, {}, is_more=True)
    sessions: dict[UUID, Editor] = {}
    is_more = False
    for edit, name in _edits(event_id, since):
        sessions |= dict.fromkeys(_sessions_of(edit), (edit.account_id, name))
        is_more |= any(change["kind"] != "session" for change in edit.changes)
    return News(number, sessions, is_more)


def last_editor(event_id: UUID, thing_id: UUID) -> Editor:
    """Who changed that last, as far as the latest edits say; as for a command where they do not."""
    for edit, name in reversed(_edits(event_id, last_number(event_id) - FEW)):
        if any(change["id"] == str(thing_id) for change in edit.changes):
            return edit.account_id, name
    return None, ""


def sessions_of(event_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Session]:
    """Those of the sessions that are not removed."""
    query = select(Session).where(Session.event_id == event_id, Session.id.in_(ids), Session.deleted_at.is_(None))
    return {session.id: session for session in db.session.scalars(query)}


def _edits(event_id: UUID, since: int) -> list[tuple[Edit, str]]:
    query = (
        select(Edit, Account.name)
        .outerjoin(Account, Account.id == Edit.account_id)
        .where(Edit.event_id == event_id, Edit.number > since)
        .order_by(Edit.number)
    )
    return [(edit, name or "") for edit, name in db.session.execute(query)]


def _sessions_of(edit: Edit) -> list[UUID]:
    return [UUID(change["id"]) for change in edit.changes if change["kind"] == "session"]


def _presence(event_id: UUID, account_id: UUID) -> Presence | None:
    query = select(Presence).where(Presence.event_id == event_id, Presence.account_id == account_id)
    return db.session.scalar(query)
