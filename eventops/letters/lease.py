"""Who works on which letter: a worker leases letters that are due, and only their owner may record what became of them.

Leases go by real time, everything else by the clock that `due_at` goes by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Update, bindparam, or_, select, update

from eventops.db import db, write
from eventops.letters.kinds import DueLetter
from eventops.letters.models import Letter

BATCH = 100
_SEEN_BY_KINDS = [getattr(Letter, name) for name in DueLetter.__slots__]


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that is ours for a while."""

    letter: DueLetter
    leased_until: datetime
    """A real instant."""
    tries: int
    """How often it was claimed, this time included."""
    reason: str | None
    """What its last try came to, if there was one."""


def claim(owner: UUID, now: datetime, real_now: datetime, lease: timedelta) -> list[Claim]:
    """Lease at most 100 letters that are due, those due for longest first."""
    until = real_now + lease
    is_due = (Letter.state == "queued", Letter.next_try_at <= now, _is_free(real_now))
    due = select(*_SEEN_BY_KINDS, Letter.tries, Letter.reason).where(*is_due).order_by(Letter.next_try_at, Letter.id)
    with write():
        rows = db.session.execute(due.limit(BATCH).with_for_update(skip_locked=True)).all()
        leased = {"lease_owner": owner, "leased_until": until, "tries": Letter.tries + 1}
        _change(update(Letter).where(Letter.id.in_([row.id for row in rows])).values(leased))
    return [Claim(DueLetter(*seen), until, tries + 1, reason) for *seen, tries, reason in rows]


def release(claims: Sequence[Claim], owner: UUID) -> None:
    """Give letters back that were not worked on: somebody else may claim them at once."""
    ours = (Letter.id.in_([claim.letter.id for claim in claims]), Letter.lease_owner == owner)
    free = {"lease_owner": None, "leased_until": None, "tries": Letter.tries - 1}
    with write():
        _change(update(Letter).where(*ours).values(free))


def settle(claim: Claim, owner: UUID, changes: Mapping[str, object]) -> bool:
    """Record what became of a letter and end its lease. False, and nothing changed, when it is not ours any more."""
    values = {**changes, "of_letter": claim.letter.id, "of_owner": owner}
    with write():
        return _change(_settling(tuple(changes)), values) == 1


@cache
def _settling(columns: tuple[str, ...]) -> Update:
    """Made once: building it anew takes longer than the database needs for it."""
    ours = (Letter.id == bindparam("of_letter"), Letter.lease_owner == bindparam("of_owner"))
    values: dict[str, Any] = {name: bindparam(name) for name in columns}
    return update(Letter).where(*ours).values(lease_owner=None, leased_until=None, **values)


def _change(statement: Update, values: Mapping[str, object] | None = None) -> int:
    """How many letters it changed. Not through the session: none of them is in its memory."""
    return db.session.connection().execute(statement, values).rowcount


def _is_free(real_now: datetime) -> ColumnElement[bool]:
    return or_(Letter.leased_until.is_(None), Letter.leased_until <= real_now)
