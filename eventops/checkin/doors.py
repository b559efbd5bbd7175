"""Doors: opening one, finding it, and what it needs to know of its event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select, true, union_all

from eventops.agenda.events import Span
from eventops.agenda.models import Event, PublicWindow, PublishedSession
from eventops.checkin.models import Door
from eventops.db import db
from eventops.recent import Recent
from eventops.staff import audit
from eventops.times import TwoClocks, reader_zone, stored_instant, to_wall, two_clocks


@dataclass(frozen=True, slots=True)
class Entrance:
    """A door together with its event's clocks and days."""

    door_id: UUID
    event_id: UUID
    name: str
    """Of the door."""
    home_zone: str
    also_show: tuple[str, ...]
    days: tuple[Span, ...]
    """Each day of the event, from midnight to midnight in the home zone, in order."""
    public_days: tuple[Span, ...]
    """Those on which something public happens."""

    def is_open_on(self, instant: datetime, has_admission: bool) -> bool:
        """Whether the instant is on a day of the event, as far as the holder may know.

        A day of closed sessions alone is one for people who are admitted to closed sessions: to all others, opening
        would tell that something happens.
        """
        days = self.days if has_admission else self.public_days
        return any(day.starts_at <= instant < day.ends_at for day in days)

    def clocks(self, instant: datetime, language: str) -> TwoClocks:
        """Both clocks of the event for a reader of `language`."""
        zone = reader_zone(language, self.home_zone)
        return two_clocks(
            instant, None, language=language, reader_zone=zone, home_zone=self.home_zone, also_show=self.also_show
        )


_recent: Recent[UUID, Entrance] = Recent("entrances")


def open_door(event_id: UUID, name: str, now: datetime, door_id: UUID | None = None) -> Door:
    """Add a door to the event, with an id of its own unless one is given. Call it inside write()."""
    door = Door(id=door_id or uuid4(), event_id=event_id, name=name)
    db.session.add(door)
    db.session.flush()
    audit.record("checkin.open_door", door.id, event_id=event_id, now=now)
    return door


def doors_of(event_id: UUID) -> list[Door]:
    """The event's doors that the current viewer may see, by name."""
    return list(db.session.scalars(select(Door).where(Door.event_id == event_id).order_by(Door.name, Door.id)))


def find_entrance(door_id: UUID) -> Entrance | None:
    """The door of that id with its event's days, if the current viewer may see it: one statement."""
    spans = union_all(
        select(
            PublishedSession.event_id,
            PublishedSession.starts_at,
            PublishedSession.ends_at,
            (PublishedSession.access == "public").label("is_public"),
        ),
        select(PublicWindow.event_id, PublicWindow.starts_at, PublicWindow.ends_at, true()),
    ).subquery()
    rows = db.session.execute(
        select(
            Door,
            Event.home_zone,
            Event.also_show,
            Event.starts_on,
            spans.c.is_public,
            spans.c.starts_at,
            spans.c.ends_at,
        )
        .join(Event, Event.id == Door.event_id)
        .outerjoin(spans, spans.c.event_id == Event.id)
        .where(Door.id == door_id)
    ).all()
    if not rows:
        return None
    door, zone, also_show, starts_on = rows[0][:4]
    found = [(is_public, Span(starts_at, ends_at)) for *_, is_public, starts_at, ends_at in rows if starts_at]
    days = _days((span for _, span in found), zone, starts_on)
    public_days = _days((span for is_public, span in found if is_public), zone, starts_on)
    return Entrance(door.id, door.event_id, door.name, zone, tuple(also_show), days, public_days)


def recent_entrance(door_id: UUID) -> Entrance | None:
    """As find_entrance, but at most a second old: a device in a queue asks all the time.

    For whoever the route has let in at this very door; what is kept is kept for all of them.
    """
    entrance = _recent.get(door_id)
    if entrance is None and (found := find_entrance(door_id)):
        entrance = _recent.keep(door_id, found)
    return entrance


def event_dates(spans: Iterable[Span], zone: str) -> list[date]:
    """Every date that one of the spans touches on the zone's calendar, in order."""
    dates: set[date] = set()
    for span in spans:
        first = to_wall(span.starts_at, zone).date()
        last = to_wall(span.ends_at - timedelta(microseconds=1), zone).date()
        dates.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return sorted(dates)


def _days(spans: Iterable[Span], zone: str, starts_on: date) -> tuple[Span, ...]:
    return tuple(_day(each, zone) for each in event_dates(spans, zone) or [starts_on])


def _day(day: date, zone: str) -> Span:
    def midnight(of: date) -> datetime:
        return stored_instant(datetime.combine(of, time()), zone, fold=0)

    return Span(midnight(day), midnight(day + timedelta(days=1)))
