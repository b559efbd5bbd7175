"""A new event as a copy of another: what was planned, and nothing of what happened or of who came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import inspect, select

from eventops.agenda.edit import schedule
from eventops.agenda.models import Audience, Event, Image, PublicWindow, Room, Session, Speaker, SpeakerRole, Track
from eventops.agenda.snapshots import desk_sessions
from eventops.db import db
from eventops.languages import Text, in_language
from eventops.times import UncertainTime, to_instant, to_wall

_SETTINGS = (
    *("title", "description", "languages", "home_zone", "also_show", "venue", "venue_address", "map_url", "contact"),
    *("links", "funding", "retention_days", "seats", "late_letters_minutes"),
)
_OF_SESSIONS = (
    *("title", "abstract", "kind", "language", "access", "attendance_mode", "placeholder", "shows_block"),
    *("names_itself_in_calendars", "capacity", "links", "is_scheduled", "zone"),
)
"""Without the notes for staff, which may be about people."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Something that starts or ends when clocks skip or repeat its time on the new day. The later reading is taken."""

    title: Text | None
    """Of a session; None for public hours."""
    starts_at: datetime
    ends_at: datetime


Ids = dict[UUID | None, UUID]
"""The id of each copied row by that of its model."""


def moved(wall: datetime, zone: str, by: timedelta) -> tuple[datetime, bool]:
    """The instant, in UTC, so many whole days later at the same time of the clock; and whether that is uncertain.

    Where clocks skip or repeat that time on the new day, the later reading.
    """
    try:
        return to_instant(wall.replace(fold=0) + by, zone), False
    except UncertainTime as error:
        return error.later, True


def uncertain_in_copy(event: Event, starts_on: date, language: str) -> list[Uncertain]:
    """What the organiser has to be told before the event is copied to begin on that day. Read it as the system."""
    by = starts_on - event.starts_on
    found = [
        _uncertain(in_language(s.title, language), s, (s.start_wall, s.end_wall), by)
        for s in desk_sessions(event.id)
        if s.is_scheduled
    ]
    found += [_uncertain(None, window, _walls(window), by) for window in event.windows]
    return [each for each in found if each]


def copy_event(model: Event, slug: str, starts_on: date) -> Event:
    """Add the copy with its rooms, tracks, speakers, audiences and sessions. Inside write(), as the system.

    Nothing is published, and nobody is in it.
    """
    by = starts_on - model.starts_on
    event = Event(id=uuid4(), slug=slug, starts_on=starts_on, ends_on=model.ends_on + by, report={}, organisers=[])
    for name in _SETTINGS:
        setattr(event, name, getattr(model, name))
    for name in ("sign_up_opens_at", "sign_up_closes_at"):
        setattr(event, name, _moved_instant(getattr(model, name), model.home_zone, by))
    event.windows = [_window(window, by) for window in model.windows]
    db.session.add(event)
    db.session.flush()
    ids: Ids = {}
    for table in (Image, Room, Track, Speaker, Audience):
        _copy_rows(model, event, table, ids)
    event.organisers = [_organiser(organiser, ids) for organiser in model.organisers]
    audiences = {row.id: row for row in db.session.scalars(select(Audience).where(Audience.event_id == event.id))}
    for session in desk_sessions(model.id):
        db.session.add(_session(session, event, by, ids, audiences))
    db.session.flush()
    return event


def _walls(window: PublicWindow) -> tuple[datetime, datetime]:
    return to_wall(window.starts_at, window.zone), to_wall(window.ends_at, window.zone)


def _uncertain(
    title: Text | None, of: PublicWindow | Session, walls: tuple[datetime, datetime], by: timedelta
) -> Uncertain | None:
    is_uncertain = any(moved(wall, of.zone, by)[1] for wall in walls)
    return Uncertain(title, *_moved_span(of, walls, by)) if is_uncertain else None


def _moved_instant(instant: datetime | None, zone: str, by: timedelta) -> datetime | None:
    return moved(to_wall(instant, zone), zone, by)[0] if instant else None


def _window(window: PublicWindow, by: timedelta) -> PublicWindow:
    starts_at, ends_at = _moved_span(window, _walls(window), by)
    return PublicWindow(zone=window.zone, starts_at=starts_at, ends_at=ends_at)


def _moved_span(
    of: PublicWindow | Session, walls: tuple[datetime, datetime], by: timedelta
) -> tuple[datetime, datetime]:
    """Where clocks skip the start, the end may come before it: then it lasts as long as its model."""
    start, end = (moved(wall, of.zone, by)[0] for wall in walls)
    return start, end if start < end else start + (of.ends_at - of.starts_at)


def _organiser(organiser: dict[str, Any], ids: Ids) -> dict[str, Any]:
    logo = organiser.get("logo")
    return organiser | ({"logo": str(ids[UUID(logo)])} if logo else {})


def _copy_rows(model: Event, event: Event, table: Any, ids: Ids) -> None:
    """Every row of the model's in the table that is not removed, under a new id."""
    for row in db.session.scalars(select(table).where(table.event_id == model.id)).all():
        if getattr(row, "deleted_at", None) is None:
            ids[row.id] = uuid4()
            columns = {attribute.key: getattr(row, attribute.key) for attribute in inspect(table).column_attrs}
            photo = {"photo_id": ids.get(row.photo_id)} if isinstance(row, Speaker) else {}
            db.session.add(table(**columns | photo | {"id": ids[row.id], "event_id": event.id}))
    db.session.flush()


def _session(model: Session, event: Event, by: timedelta, ids: Ids, audiences: dict[UUID, Audience]) -> Session:
    session = Session(id=uuid4(), event_id=event.id, **{name: getattr(model, name) for name in _OF_SESSIONS})
    schedule(session, *_moved_span(model, (model.start_wall, model.end_wall), by))
    session.room_id, session.track_id = ids.get(model.room_id), ids.get(model.track_id)
    session.audiences = [audiences[ids[audience.id]] for audience in model.audiences]
    session.speaker_roles = [
        SpeakerRole(speaker_id=ids[role.speaker_id], position=role.position, role=role.role)
        for role in model.speaker_roles
        if role.speaker_id in ids
    ]
    return session
