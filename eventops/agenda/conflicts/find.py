"""Which sessions cannot be held as the desk has them, and which had better not be: by sweeps over their hours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import chain, islice
from math import inf
from typing import TypeVar
from uuid import UUID

from eventops.agenda.conflicts.open_rooms import places_beside
from eventops.agenda.conflicts.planned import BREAKS, DOORS, Conflict, Plan, Planned, Severity
from eventops.agenda.events import Span

MOST = 500
"""So many are found at most: of sessions that all lie on one another, every two are a conflict."""
TO_CHANGE_ROOMS = timedelta(minutes=5)
_NO_TIME = timedelta()
_MODES = {"onsite": ("onsite",), "online": ("online",), "mixed": ("onsite", "online")}
"""How people can be at a session."""

Finder = Callable[[Plan], Iterator[Conflict]]
Key = TypeVar("Key", bound=Hashable)


def find_conflicts(plan: Plan, most: int = MOST) -> list[Conflict]:
    """The first conflicts, at most so many."""
    return list(islice(every_conflict(plan), most))


def every_conflict(plan: Plan) -> Iterator[Conflict]:
    """All conflicts, as they are found: errors before advice, then kind by kind, each in order of start.

    It takes O(n log n) for n sessions, once for each set of audiences, beside what it finds. The order in which the
    sessions come does not matter.
    """
    in_order = sorted(plan.sessions, key=lambda session: (session.starts_at, session.ends_at, session.id))
    ordered = replace(plan, sessions=in_order, windows=_merged(plan.windows))
    return chain.from_iterable(finder(ordered) for finder in _FINDERS)


def _room_twice(plan: Plan) -> Iterator[Conflict]:
    for room_id, earlier, later in _meetings((s.room, s.room, s) for s in plan.sessions if s.room):
        yield _between("room_twice", "error", earlier, later, room_id)


def _speaker_twice(plan: Plan) -> Iterator[Conflict]:
    for speaker_id, earlier, later in _speakers_met(plan, _NO_TIME):
        if earlier.room is None or earlier.room != later.room:
            yield _between("speaker_twice", "error", earlier, later, speaker_id)


def _hurry(plan: Plan) -> Iterator[Conflict]:
    for speaker_id, earlier, later in _speakers_met(plan, TO_CHANGE_ROOMS):
        rooms = {earlier.room, later.room}
        if earlier.ends_at <= later.starts_at and len(rooms) == 2 and None not in rooms:
            hours = earlier.ends_at, later.starts_at
            yield Conflict("hurry", "advice", (earlier, later), *hours, subject_id=speaker_id)


def _too_small(plan: Plan) -> Iterator[Conflict]:
    """Where no other room is open to the same people meanwhile, they all come."""
    short = [
        (session, people) for session in plan.sessions if (people := _people(plan, session)) > _holds(plan, session)
    ]
    beside = places_beside(plan, [session for session, _people in short if session.capacity is None])
    for session, people in short:
        if session.capacity is not None or people > beside[session.id]:
            yield _alone("too_small", "error", session, session.room, people)


def _no_room(plan: Plan) -> Iterator[Conflict]:
    for session in plan.sessions:
        if session.needs_place and session.attendance_mode != "online" and session.room_id is None:
            yield _alone("no_room", "error", session)


def _gap(plan: Plan) -> Iterator[Conflict]:
    return (_alone("gap", "error", session) for session in plan.sessions if "gap" in session.clocks)


def _fold(plan: Plan) -> Iterator[Conflict]:
    return (_alone("fold", "advice", session) for session in plan.sessions if "fold" in session.clocks)


def _no_stream(plan: Plan) -> Iterator[Conflict]:
    return _without_stream(plan, "online", "error")


def _no_stream_beside(plan: Plan) -> Iterator[Conflict]:
    return _without_stream(plan, "mixed", "advice")


def _without_stream(plan: Plan, mode: str, severity: Severity) -> Iterator[Conflict]:
    for session in plan.sessions:
        if session.needs_place and session.attendance_mode == mode and set(session.crowds) - plan.streams:
            yield _alone("no_stream", severity, session)


def _outside(plan: Plan) -> Iterator[Conflict]:
    for session in plan.sessions if plan.windows else ():
        if session.access == "public" and not _is_inside(plan, session):
            yield _alone("outside", "advice", session)


def _inside(plan: Plan) -> Iterator[Conflict]:
    for session in plan.sessions:
        if session.access == "closed" and session.kind != DOORS and _touches_window(plan, session):
            yield _alone("inside", "advice", session)


def _during_break(plan: Plan) -> Iterator[Conflict]:
    """A break is for all who may see it. Those who are only there and those who are only online share none."""
    sides = [
        ((crowd, mode), session.kind in BREAKS, session)
        for session in plan.sessions
        if session.kind != DOORS
        for crowd in session.crowds
        for mode in _MODES[session.attendance_mode]
    ]
    found = set()
    for _key, earlier, later in _meetings(((who, is_break), (who, not is_break), s) for who, is_break, s in sides):
        has_said = earlier.room is not None and earlier.room == later.room
        if not has_said and (earlier.id, later.id) not in found:
            found.add((earlier.id, later.id))
            yield _between("during_break", "advice", earlier, later)


_FINDERS: tuple[Finder, ...] = (
    *(_room_twice, _speaker_twice, _no_room, _too_small, _no_stream, _gap),
    *(_outside, _inside, _during_break, _hurry, _no_stream_beside, _fold),
)
"""What finds errors stands before what finds advice."""


def _meetings(
    appearances: Iterable[tuple[Key, Key, Planned]], pause: timedelta = _NO_TIME
) -> Iterator[tuple[Key, Planned, Planned]]:
    """Every two, the earlier first, of which the later begins before the earlier is over and `pause` has passed.

    An appearance is a key under which a session is met, and the key under which it meets others; they come in order of
    start. With the two comes the key under which they met.
    """
    running: defaultdict[Key, list[tuple[datetime, int, Planned]]] = defaultdict(list)
    for number, (own, met, later) in enumerate(appearances):
        others = running[met]
        while others and others[0][0] <= later.starts_at:
            heappop(others)
        for _until, _number, earlier in others:
            yield met, earlier, later
        heappush(running[own], (later.ends_at + pause, number, later))


def _speakers_met(plan: Plan, pause: timedelta) -> Iterator[tuple[UUID, Planned, Planned]]:
    return _meetings(((id, id, s) for s in plan.sessions if s.kind != DOORS for id in s.speaker_ids), pause)


def _people(plan: Plan, session: Planned) -> float:
    """How many the session takes, or else how many are expected."""
    if session.capacity is not None:
        return session.capacity
    return (plan.expected or {}).get(session.audiences, 0) if session.crowds else 0


def _holds(plan: Plan, session: Planned) -> float:
    return plan.capacities.get(session.room, inf) if session.room else inf


def _merged(windows: Iterable[Span]) -> list[Span]:
    """In order, those that touch as one."""
    merged: list[Span] = []
    for window in sorted(windows, key=lambda window: window.starts_at):
        if merged and window.starts_at <= merged[-1].ends_at:
            merged[-1] = Span(merged[-1].starts_at, max(merged[-1].ends_at, window.ends_at))
        else:
            merged.append(window)
    return merged


def _is_inside(plan: Plan, session: Planned) -> bool:
    """Doors open before the public comes."""
    if session.kind == DOORS:
        return session.ends_at <= plan.windows[-1].ends_at
    before = bisect_right(plan.windows, session.starts_at, key=lambda window: window.starts_at)
    return before > 0 and session.ends_at <= plan.windows[before - 1].ends_at


def _touches_window(plan: Plan, session: Planned) -> bool:
    before = bisect_left(plan.windows, session.ends_at, key=lambda window: window.starts_at)
    return before > 0 and session.starts_at < plan.windows[before - 1].ends_at


def _between(
    kind: str, severity: Severity, earlier: Planned, later: Planned, subject_id: UUID | None = None
) -> Conflict:
    hours = later.starts_at, min(earlier.ends_at, later.ends_at)
    return Conflict(kind, severity, (earlier, later), *hours, subject_id=subject_id)


def _alone(
    kind: str, severity: Severity, session: Planned, subject_id: UUID | None = None, people: float = 0
) -> Conflict:
    hours = session.starts_at, session.ends_at
    return Conflict(kind, severity, (session,), *hours, subject_id=subject_id, people=int(people))
