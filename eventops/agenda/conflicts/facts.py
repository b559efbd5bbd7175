"""Reading what conflicts are found in: a few light statements, however many sessions there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.attendance import Crowd, audiences_with_stream, expected_people
from eventops.agenda.conflicts.planned import Plan, Planned
from eventops.agenda.events import Span
from eventops.agenda.models import Audience, Event, Room, Session, Speaker, SpeakerRole
from eventops.db import db
from eventops.times import NonexistentTime, UncertainTime, stored_instant, to_instant


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a plan stand for."""

    titles: Mapping[UUID, Mapping[str, str]]
    """Of sessions, by language code."""
    rooms: Mapping[UUID, str]
    capacities: Mapping[UUID, int]
    speakers: Mapping[UUID, str]


def read_plan(event: Event) -> tuple[Plan, Names]:
    """The event's desk as the current viewer may see it, without what is deleted or waits in the tray."""
    sessions, roles = _sessions(event.id), _roles(event.id)
    audiences = _audiences(event.id)
    planned = [_planned(row, [id for id, _name in roles[row.id]], audiences[row.id]) for row in sessions]
    rooms = _rooms(event.id)
    capacities = {id: capacity for id, _name, capacity in rooms if capacity is not None}
    plan = Plan(
        sessions=planned,
        capacities=capacities,
        windows=[Span(window.starts_at, window.ends_at) for window in event.windows],
        expected=_expected(event.id, planned) if capacities else None,
        streams=audiences_with_stream(event.id),
    )
    names = Names(
        titles={row.id: row.title for row in sessions},
        rooms={id: name for id, name, _capacity in rooms},
        capacities=capacities,
        speakers=dict(pair for pairs in roles.values() for pair in pairs),
    )
    return plan, names


def _rooms(event_id: UUID) -> Sequence[Any]:
    query = select(Room.id, Room.name, Room.capacity).where(Room.event_id == event_id, Room.deleted_at.is_(None))
    return db.session.execute(query).all()


def _sessions(event_id: UUID) -> Sequence[Any]:
    return db.session.execute(
        select(
            *(Session.id, Session.title, Session.kind, Session.access, Session.attendance_mode, Session.room_id),
            *(Session.capacity, Session.starts_at, Session.ends_at, Session.zone),
            *(Session.start_wall, Session.start_fold, Session.end_wall, Session.end_fold),
        ).where(*_on_the_desk(event_id))
    ).all()


def _roles(event_id: UUID) -> defaultdict[UUID, list[tuple[UUID, str]]]:
    query = (
        select(SpeakerRole.session_id, SpeakerRole.speaker_id, Speaker.name)
        .join(Session, Session.id == SpeakerRole.session_id)
        .join(Speaker, Speaker.id == SpeakerRole.speaker_id)
        .where(*_on_the_desk(event_id), Speaker.deleted_at.is_(None))
    )
    found = defaultdict(list)
    for session_id, speaker_id, name in db.session.execute(query):
        found[session_id].append((speaker_id, name))
    return found


def _audiences(event_id: UUID) -> defaultdict[UUID, set[UUID]]:
    query = select(Session.id, Audience.id).join(Session.audiences).where(*_on_the_desk(event_id))
    found = defaultdict(set)
    for session_id, audience_id in db.session.execute(query):
        found[session_id].add(audience_id)
    return found


def _on_the_desk(event_id: UUID) -> tuple[Any, ...]:
    return Session.event_id == event_id, Session.deleted_at.is_(None), Session.is_scheduled


def _planned(row: Any, speaker_ids: Iterable[UUID], audience_ids: Iterable[UUID]) -> Planned:
    walls = ((row.start_wall, row.start_fold, row.starts_at), (row.end_wall, row.end_fold, row.ends_at))
    return Planned(
        id=row.id,
        kind=row.kind,
        access=row.access,
        attendance_mode=row.attendance_mode,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        room_id=row.room_id,
        capacity=row.capacity,
        speaker_ids=tuple(speaker_ids),
        audiences=frozenset(audience_ids) if row.access == "closed" else frozenset(),
        clocks=frozenset(word for wall, fold, at in walls if (word := _uncertain(wall, row.zone, fold, at))),
    )


def _uncertain(wall: datetime, zone: str, fold: int, instant: datetime) -> str:
    """What clocks in the zone do at a stored wall time. One that does not say its instant is as good as skipped."""
    readings, word = _readings(wall, zone)
    return word if readings[fold] == instant else "gap"


# A programme starts and ends at the same few hours in every room.
@lru_cache(maxsize=4096)
def _readings(wall: datetime, zone: str) -> tuple[tuple[datetime, datetime], str]:
    """The instants that a wall time is with fold 0 and with fold 1, and what clocks do then: nothing, mostly."""
    readings = stored_instant(wall, zone, 0), stored_instant(wall, zone, 1)
    try:
        to_instant(wall, zone)
    except UncertainTime as uncertain:
        return readings, "gap" if isinstance(uncertain, NonexistentTime) else "fold"
    return readings, ""


def _expected(event_id: UUID, planned: Iterable[Planned]) -> Mapping[Crowd, int]:
    return expected_people(event_id, {session.audiences for session in planned if session.room})
