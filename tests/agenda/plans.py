"""Plans for tests, and a slow way to find conflicts in them, which follows the words of each and no sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

from eventops.agenda.conflicts.planned import Conflict, Plan, Planned
from eventops.agenda.events import Span

MIDNIGHT = datetime(2024, 5, 7, tzinfo=UTC)
HALL, STUDIO, FOYER = (UUID(int=number) for number in (101, 102, 103))
"""They hold 100 people, 10, and as many as come."""
ANNA, BO = (UUID(int=number) for number in (201, 202))
MEMBERS, BOARD = (UUID(int=number) for number in (301, 302))
EVERYBODY = frozenset[UUID]()

Found = tuple[str, str, frozenset[UUID], UUID | None]


def at(text: str, days: int = 0) -> datetime:
    """HH:MM on the day."""
    hour, minute = text.split(":")
    return MIDNIGHT + timedelta(days=days, hours=int(hour), minutes=int(minute))


def planned(number: int, hours: str, room: UUID | None = HALL, **more: object) -> Planned:
    """A session of that number with hours such as 12:00-13:00: a talk that asks for nothing, but as given."""
    start, end = hours.split("-")
    facts: dict[str, object] = {"kind": "talk", "access": "public", "attendance_mode": "onsite"} | more
    return Planned(id=UUID(int=number), starts_at=at(start), ends_at=at(end), room_id=room, **facts)  # type: ignore[arg-type]


def plan(*sessions: Planned, **more: object) -> Plan:
    """Open to the public from 08:00 to 12:00 and from 14:00 to 16:00; a stream for the public, none for others."""
    facts: dict[str, object] = {
        "capacities": {HALL: 100, STUDIO: 10},
        "windows": [Span(at("14:00"), at("16:00")), Span(at("08:00"), at("12:00"))],
        "expected": {EVERYBODY: 100, frozenset({MEMBERS}): 10, frozenset({MEMBERS, BOARD}): 11},
        "streams": {None},
    }
    return Plan(sessions=sessions, **(facts | more))  # type: ignore[arg-type]


def in_short(conflict: Conflict) -> Found:
    """Kind, severity, of which sessions and which room or speaker."""
    return (
        conflict.kind,
        conflict.severity,
        frozenset(session.id for session in conflict.sessions),
        conflict.subject_id,
    )


def slowly(plan: Plan) -> Iterator[Found]:
    """Every conflict, by looking at every session and at every two."""
    for session in plan.sessions:
        for kind, severity, subject in _of_one(plan, session):
            yield kind, severity, frozenset({session.id}), subject
    for one, other in combinations(plan.sessions, 2):
        for kind, severity, subject in _of_two(one, other):
            yield kind, severity, frozenset({one.id, other.id}), subject


def _of_one(plan: Plan, session: Planned) -> Iterator[tuple[str, str, UUID | None]]:
    is_talk = session.kind not in ("break", "meal", "doors")
    groups = {None} if session.access == "public" else session.audiences
    if is_talk and session.attendance_mode != "online" and session.room_id is None:
        yield "no_room", "error", None
    if is_talk and session.attendance_mode != "onsite" and not all(group in plan.streams for group in groups):
        yield "no_stream", "error" if session.attendance_mode == "online" else "advice", None
    if _is_too_small(plan, session):
        yield "too_small", "error", session.room_id
    if "gap" in session.clocks:
        yield "gap", "error", None
    if "fold" in session.clocks:
        yield "fold", "advice", None
    if session.access == "public" and plan.windows and not _in_the_open(plan, session):
        yield "outside", "advice", None
    meets = any(w.starts_at < session.ends_at and session.starts_at < w.ends_at for w in plan.windows)
    if session.access == "closed" and session.kind != "doors" and meets:
        yield "inside", "advice", None


def _in_the_open(plan: Plan, session: Planned) -> bool:
    """By the minute: windows that touch are one."""
    if session.kind == "doors":
        return session.ends_at <= max(window.ends_at for window in plan.windows)
    minute = session.starts_at
    while minute < session.ends_at:
        if not any(window.starts_at <= minute < window.ends_at for window in plan.windows):
            return False
        minute += timedelta(minutes=1)
    return True


def _is_too_small(plan: Plan, session: Planned) -> bool:
    if session.room_id is None or not _takes_room(session) or session.room_id not in plan.capacities:
        return False
    holds = plan.capacities[session.room_id]
    if session.capacity is not None:
        return session.capacity > holds
    beside = [s for s in plan.sessions if _takes_room(s) and _overlap(s, session) and _share(s, session)]
    rooms = {s.room_id for s in beside} | {session.room_id}
    room_for_all = all(room in plan.capacities for room in rooms)
    expected = (plan.expected or {}).get(session.audiences, 0)
    return room_for_all and expected > sum(plan.capacities[room] for room in rooms if room)


def _of_two(one: Planned, other: Planned) -> Iterator[tuple[str, str, UUID | None]]:
    if "doors" in (one.kind, other.kind):
        return
    is_one_room = _takes_room(one) and _takes_room(other) and one.room_id == other.room_id
    speakers = sorted(set(one.speaker_ids) & set(other.speaker_ids))
    if _overlap(one, other):
        if is_one_room:
            yield "room_twice", "error", one.room_id
            return
        yield from (("speaker_twice", "error", speaker) for speaker in speakers)
        is_one_break = (one.kind in ("break", "meal")) != (other.kind in ("break", "meal"))
        modes = {one.attendance_mode, other.attendance_mode}
        if is_one_break and _share(one, other) and modes != {"onsite", "online"}:
            yield "during_break", "advice", None
    elif _takes_room(one) and _takes_room(other) and not is_one_room:
        pause = max(one.starts_at, other.starts_at) - min(one.ends_at, other.ends_at)
        if pause < timedelta(minutes=5):
            yield from (("hurry", "advice", speaker) for speaker in speakers)


def _takes_room(session: Planned) -> bool:
    return session.room_id is not None and session.attendance_mode != "online" and session.kind != "doors"


def _overlap(one: Planned, other: Planned) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _share(one: Planned, other: Planned) -> bool:
    """Whether the same people may come."""
    return one.access == other.access and (one.access == "public" or bool(one.audiences & other.audiences))
