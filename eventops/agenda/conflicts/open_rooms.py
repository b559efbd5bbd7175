"""How many people find a place in all the rooms that are open to them while a session is held."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from eventops.agenda.conflicts.planned import Plan, Planned

_EVER = datetime.min.replace(tzinfo=UTC)

Crowds = frozenset[UUID | None]
"""Audiences, or None for the public."""
Stay = tuple[datetime, datetime, datetime, UUID]
"""When a room was left before, when it is taken, and when it is left; and which it is."""


def places_beside(plan: Plan, asked: Iterable[Planned]) -> dict[UUID, int]:
    """By session of those asked for, how many people all rooms hold that are open to some of the same ones meanwhile.

    Its own room is one of them. One that holds as many as come counts as many as are expected at most. The sessions of
    the plan are in order of start.
    """
    alike: defaultdict[Crowds, list[Planned]] = defaultdict(list)
    for session in asked:
        alike[frozenset(session.crowds)].append(session)
    found: dict[UUID, int] = {}
    for crowd, sessions in alike.items():
        found |= _places(plan, list(_stays(plan, crowd)), sessions)
    return found


def _stays(plan: Plan, crowd: Crowds) -> Iterator[Stay]:
    """When each room is open to some of the crowd; of one room, no two stays touch."""
    open_: dict[UUID, Stay] = {}
    for session in plan.sessions:
        if session.room is None or crowd.isdisjoint(session.crowds):
            continue
        left, taken, until, _room = open_.get(session.room, (_EVER, session.starts_at, _EVER, session.room))
        if session.starts_at > until:
            if until > _EVER:
                yield left, taken, until, session.room
            left, taken = until, session.starts_at
        open_[session.room] = left, taken, max(until, session.ends_at), session.room
    yield from open_.values()


def _places(plan: Plan, stays: Sequence[Stay], asked: Sequence[Planned]) -> dict[UUID, int]:
    """A room counts by the first stay that a session meets: it was left when the session starts, or never taken."""
    enough = max((plan.expected or {}).values(), default=0)
    to_come = sorted(stays, key=lambda stay: stay[1], reverse=True)
    sums = _Sums({stay[0] for stay in stays} | {stay[2] for stay in stays})
    found = {}
    for session in sorted(asked, key=lambda session: session.ends_at):
        while to_come and to_come[-1][1] < session.ends_at:
            left, _taken, until, room = to_come.pop()
            sums.add(left, until, plan.capacities.get(room, enough))
        found[session.id] = sums.at(session.starts_at)
    return found


class _Sums:
    """Numbers that hold from one instant to another, and their sum at an instant: a Fenwick tree."""

    def __init__(self, instants: Iterable[datetime]) -> None:
        self._instants = sorted(instants)
        self._tree = [0] * (len(self._instants) + 1)

    def add(self, start: datetime, end: datetime, number: int) -> None:
        """From `start`, until just before `end`."""
        self._add(bisect_left(self._instants, start), number)
        self._add(bisect_left(self._instants, end), -number)

    def at(self, instant: datetime) -> int:
        position, total = bisect_right(self._instants, instant), 0
        while position:
            total += self._tree[position]
            position &= position - 1
        return total

    def _add(self, position: int, number: int) -> None:
        position += 1
        while position < len(self._tree):
            self._tree[position] += number
            position += position & -position
