"""Who works on which letter: a worker leases letters that are due, and only their owner may record what became of them.

Leases go by real time, everything else by the clock that `due_at` goes by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, update

from eventops.db import db, write
from eventops.letters.kinds import DueLetter
from eventops.letters.models import Letter

BATCH = 100
EXPIRED = func.coalesce(literal("expired, after: ").concat(Letter.reason), "expired")
"""The reason of a letter that was not sent in time: with what its last try came to, if there was one."""

_SEEN_BY_KINDS = [getattr(Letter, name) for name in DueLetter.__slots__]


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter that is ours until `leased_until`, a real instant, and how often it was claimed, this time included."""

    letter: DueLetter
    tries: int
    leased_until: datetime


def claim(owner: UUID, now: datetime, real_now: datetime, lease: timedelta) -> list[Claim]:
    """Lease at most 100 letters that are due, those due for longest first; those that expired become failed."""
    free = (Letter.state == "queued", Letter.next_try_at <= now, _is_free(real_now))
    until = real_now + lease
    with write():
        _give_up_expired(free, now)
        due = select(*_SEEN_BY_KINDS, Letter.tries).where(*free).order_by(Letter.next_try_at, Letter.id).limit(BATCH)
        rows = db.session.execute(due.with_for_update(skip_locked=True)).all()
        ids = [row.id for row in rows]
        if ids:
            leased = {"lease_owner": owner, "leased_until": until, "tries": Letter.tries + 1}
            _change(Letter.id.in_(ids), values=leased)
    return [Claim(DueLetter(*row[:-1]), row.tries + 1, until) for row in rows]


def release(claims: Sequence[Claim], owner: UUID) -> None:
    """Give letters back that were not worked on: somebody else may claim them at once."""
    ids = [claim.letter.id for claim in claims]
    with write():
        free = {"lease_owner": None, "leased_until": None, "tries": Letter.tries - 1}
        _change(Letter.id.in_(ids), Letter.lease_owner == owner, values=free)


def settle(claim: Claim, owner: UUID, **changes: object) -> bool:
    """Record what became of a letter and end its lease. False, and nothing changed, when it is not ours any more."""
    values = {"lease_owner": None, "leased_until": None, **changes}
    with write():
        return _change(Letter.id == claim.letter.id, Letter.lease_owner == owner, values=values) == 1


def _is_free(real_now: datetime) -> ColumnElement[bool]:
    return or_(Letter.leased_until.is_(None), Letter.leased_until <= real_now)


def _give_up_expired(free: Sequence[ColumnElement[bool]], now: datetime) -> None:
    _change(*free, Letter.expires_at <= now, values={"state": "failed", "reason": EXPIRED})


def _change(*where: ColumnElement[bool], values: dict[str, Any]) -> int:
    """Straight to the table: no letter is in the session's memory, so none there needs to follow."""
    return db.session.connection().execute(update(Letter).where(*where).values(**values)).rowcount
