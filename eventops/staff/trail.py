"""Reading the audit trail: filtered, the newest first, page by page however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, tuple_

from eventops.db import db
from eventops.staff.models import Account, AuditEntry

PAGE = 100
PIECE = 1000
SERVER = "server"
"""Stands for no account: a command on the server, a job, or a device's link."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries of an event. Empty means all."""

    event_id: UUID
    group: str = ""
    """What stands before an action's first dot."""
    account: UUID | str = ""
    """An account's id, or SERVER."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """From when on, and until before when."""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        yield AuditEntry.event_id == self.event_id
        if self.group:
            yield AuditEntry.action.startswith(f"{self.group}.", autoescape=True)
        if self.account:
            yield AuditEntry.account_id == (None if self.account == SERVER else self.account)
        if self.starts_at:
            yield AuditEntry.at >= self.starts_at
        if self.ends_at:
            yield AuditEntry.at < self.ends_at


class Place(NamedTuple):
    """Where a page of the trail ended: the instant and the id of its last entry."""

    at: datetime
    id: UUID


class Entry(NamedTuple):
    """One thing done."""

    at: datetime
    id: UUID
    account_id: UUID | None
    account_name: str | None
    """As the account is called today."""
    action: str
    subject_id: UUID | None
    details: dict[str, Any]


def entries(wanted: Filter, after: Place | None = None, most: int = PAGE) -> list[Entry]:
    """The entries that come after that place, the newest first; one more than `most` where there are more."""
    conditions = [*wanted.conditions()]
    if after:
        conditions.append(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*after))
    return _latest(conditions, most + 1)


def entries_about(account_id: UUID, most: int = 20) -> list[Entry]:
    """The latest that was done to the account itself or by it, in no one event."""
    is_theirs = or_(AuditEntry.account_id == account_id, AuditEntry.subject_id == account_id)
    return _latest([AuditEntry.event_id.is_(None), is_theirs], most)


def every_entry(wanted: Filter) -> Iterator[Entry]:
    """All of them, never more than a piece in memory, and no connection kept while a slow reader takes a piece in."""
    after, more = None, True
    while more:
        piece = entries(wanted, after, PIECE)
        db.session.rollback()
        more = len(piece) > PIECE
        yield from piece[:PIECE]
        after = Place(*piece[PIECE - 1][:2]) if more else None


def accounts_in(event_id: UUID) -> list[tuple[UUID, str]]:
    """Each account that has done something in the event, with its name as it is today."""
    acting = select(AuditEntry.account_id).where(AuditEntry.event_id == event_id)
    query = select(Account.id, Account.name).where(Account.id.in_(acting)).order_by(Account.name, Account.id)
    return [(id, name) for id, name in db.session.execute(query)]


def _latest(conditions: list[ColumnElement[bool]], most: int) -> list[Entry]:
    columns = (
        AuditEntry.at,
        AuditEntry.id,
        AuditEntry.account_id,
        Account.name,
        AuditEntry.action,
        AuditEntry.subject_id,
        AuditEntry.details,
    )
    query = select(*columns).outerjoin(Account, Account.id == AuditEntry.account_id).where(*conditions)
    ordered = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most)
    return [Entry._make(row) for row in db.session.execute(ordered)]
