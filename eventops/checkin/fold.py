"""Who is inside: a pure fold over the scans of one ticket, whatever order and however often they were uploaded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, order=True)
class Passing:
    """Somebody with a good ticket was at the door; sorts by (effective time, id)."""

    effective_at: datetime
    id: UUID
    kind: str
    """entry, exit, or void, which takes an entry back."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Whether a ticket is inside."""

    since: datetime | None
    """When it came in; None while it is outside."""


def fold(passings: Iterable[Passing]) -> Inside:
    """Where the passings of one ticket leave it: replaying, duplicating or reordering them changes nothing."""
    since = None
    for passing in sorted(set(passings)):
        since = (since or passing.effective_at) if passing.kind == "entry" else None
    return Inside(since)
