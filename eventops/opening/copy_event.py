"""A new event as a copy of another: what was planned, and nothing of what happened or of who came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import undefer

from eventops.agenda.edit import schedule
from eventops.agenda.models import Audience, Event, Image, PublicWindow, Room, Session, Speaker, SpeakerRole, Track
from eventops.agenda.snapshots import desk_sessions
from eventops.agenda.things import columns
from eventops.db import db
from eventops.languages import Text, in_language
from eventops.times import UncertainTime, to_instant, to_wall

_NOT_COPIED = frozenset(
    (
        *("id", "slug", "starts_on", "ends_on", "organisers", "report", "sign_up_opens_at", "sign_up_closes_at"),
        *("published_at", "revision", "public_version"),
    )
)
"""Of an event."""
_NOT_OF_SESSIONS = frozenset(("room_id", "track_id", "staff_notes"))
"""What is said of a session anew, and the notes for staff, which may be about people."""


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
    for name in _columns(Event) - _NOT_COPIED:
        setattr(event, name, getattr(model, name))
    for name in ("sign_up_opens_at", "sign_up_closes_at"):
        setattr(event, name, _moved_instant(getattr(model, name), model.home_zone, by))
    event.windows = [_window(window, by) for window in model.windows]
    db.session.add(event)
    db.session.flush()
    ids: Ids = {}
    _copy_rows(_pictures(model), event, ids)
    for table in (Room, Track, Speaker, Audience):
        _copy_rows(_there(model, table), event, ids)
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


def _columns(table: Any) -> set[str]:
    return {attribute.key for attribute in inspect(table).column_attrs}


def _organiser(organiser: dict[str, Any], ids: Ids) -> dict[str, Any]:
    logo = organiser.get("logo")
    return organiser | ({"logo": str(ids[UUID(logo)])} if logo else {})


def _pictures(model: Event) -> Iterable[Image]:
    """Those that a speaker or an organiser has: others were replaced."""
    photos = select(Speaker.photo_id).where(Speaker.event_id == model.id, Speaker.deleted_at.is_(None))
    logos = [UUID(organiser["logo"]) for organiser in model.organisers if organiser.get("logo")]
    mine = select(Image).where(Image.event_id == model.id, or_(Image.id.in_(photos), Image.id.in_(logos)))
    return db.session.scalars(mine.options(undefer(Image.content))).all()


def _there(model: Event, table: Any) -> Iterable[Any]:
    """The event's rows in the table that are not removed."""
    rows = db.session.scalars(select(table).where(table.event_id == model.id)).all()
    return [row for row in rows if getattr(row, "deleted_at", None) is None]


def _copy_rows(rows: Iterable[Any], event: Event, ids: Ids) -> None:
    """Each under a new id."""
    for row in rows:
        ids[row.id] = uuid4()
        said = {name: getattr(row, name) for name in _columns(type(row))}
        photo = {"photo_id": ids.get(row.photo_id)} if isinstance(row, Speaker) else {}
        db.session.add(type(row)(**said | photo | {"id": ids[row.id], "event_id": event.id}))
    db.session.flush()


def _session(model: Session, event: Event, by: timedelta, ids: Ids, audiences: dict[UUID, Audience]) -> Session:
    said = {name: getattr(model, name) for name in columns(Session) if name not in _NOT_OF_SESSIONS}
    session = Session(id=uuid4(), event_id=event.id, **said)
    schedule(session, *_moved_span(model, (model.start_wall, model.end_wall), by))
    session.room_id, session.track_id = ids.get(model.room_id), ids.get(model.track_id)
    session.audiences = [audiences[ids[audience.id]] for audience in model.audiences]
    session.speaker_roles = [
        SpeakerRole(speaker_id=ids[role.speaker_id], position=role.position, role=role.role)
        for role in model.speaker_roles
        if role.speaker_id in ids
    ]
    return session
