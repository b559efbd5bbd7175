"""What the agenda's grid shows: the days, one day's sessions and those in the tray, and the clocks on its axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, not_, or_, select

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event, Session
from eventops.agenda.session_words import kind_words
from eventops.db import db
from eventops.languages import in_language
from eventops.times import faces, long_date, patterns, reader_zone, stored_instant, to_wall, utc_text

RoomNames = Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Day:
    """A date in the event's home zone, from midnight to midnight: 23 or 25 hours where clocks are changed."""

    on: date
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, event: Event, on: date) -> Day:
        first, last = (datetime.combine(day, time()) for day in (on, on + timedelta(days=1)))
        return cls(on, *(stored_instant(midnight, event.home_zone, 0) for midnight in (first, last)))


def days(event: Event) -> list[Day]:
    """The event's days, and any other on which a session starts."""
    found = {event.starts_on + timedelta(days=n) for n in range((event.ends_on - event.starts_on).days + 1)}
    query = select(Session.starts_at).where(
        Session.event_id == event.id, Session.deleted_at.is_(None), Session.is_scheduled
    )
    found |= {to_wall(starts_at, event.home_zone).date() for starts_at in db.session.scalars(query)}
    return [Day.of(event, on) for on in sorted(found)]


def on_day(event: Event, day: Day) -> list[Session]:
    """The sessions of that day and those in the tray, in order of start."""
    is_then = and_(Session.is_scheduled, Session.starts_at < day.ends_at, Session.ends_at > day.starts_at)
    query = (
        select(Session)
        .where(Session.event_id == event.id, Session.deleted_at.is_(None), or_(is_then, not_(Session.is_scheduled)))
        .order_by(Session.starts_at, Session.ends_at, Session.id)
    )
    return list(db.session.scalars(query))


def as_json(event: Event, session: Session, room_names: RoomNames) -> dict[str, Any]:
    """A session as the grid's script takes it. `clocks` are its hours in words."""
    title, word = in_language(session.title, spoken_language()), dict(kind_words())[session.kind]
    has_room = session.room_id in room_names
    return {
        "id": str(session.id),
        "title": title.text,
        "lang": title.language,
        "kind": session.kind,
        "kind_word": word if word != title.text else "",
        "is_closed": session.access == "closed",
        "placeholder": session.placeholder,
        "start": utc_text(session.starts_at),
        "end": utc_text(session.ends_at),
        "clocks": event_clocks(event, session.starts_at, session.ends_at).with_day,
        "room_id": str(session.room_id) if has_room else "",
        "room": room_names[session.room_id] if session.room_id and has_room else "",
        "is_scheduled": session.is_scheduled,
        "revision": session.revision,
    }


def axis(event: Event, day: Day) -> dict[str, Any]:
    """The day, its clocks with the reader's own first, and how they are put into words."""
    language = spoken_language()
    zones = (reader_zone(language, event.home_zone), event.home_zone, *event.also_show)
    around = timedelta(days=1)
    shown = faces(day.starts_at - around, day.ends_at + around, zones, language)
    return {
        "start": utc_text(day.starts_at),
        "end": utc_text(day.ends_at),
        "home_zone": event.home_zone,
        "faces": [
            {
                "words": face.words,
                "zones": face.zones,
                "offsets": [[utc_text(instant), minutes] for instant, minutes in face.offsets],
            }
            for face in shown
        ],
        "patterns": patterns(language, [day.on + timedelta(days=n) for n in range(-2, 3)]),
    }


def day_name(event: Event, day: Day) -> str:
    """The long date, in the language being spoken."""
    return long_date(day.starts_at, event.home_zone, spoken_language())
