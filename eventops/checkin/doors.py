"""Doors: opening one, finding it, and what it needs to know of its event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, exists, or_, select, true, union_all
from sqlalchemy.orm import aliased

from eventops.agenda.events import Span
from eventops.agenda.models import Audience, Event, PublicWindow, PublishedSession, Session
from eventops.checkin.models import Door, door_sessions
from eventops.db import db
from eventops.inside import is_inside
from eventops.marks import mark
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
    audiences: frozenset[UUID] | None = None
    """Of a door that names closed sessions: who is admitted to one of these comes in there; None for all others."""
    apart: frozenset[UUID] = frozenset()
    """The event's doors that name closed sessions. Who is inside there is counted by each door for itself: everybody
    has passed the main entrance before."""

    @property
    def ends_at(self) -> datetime:
        """The end of the event's last day, closed sessions included."""
        return self.days[-1].ends_at

    def is_open_on(self, instant: datetime, has_admission: bool) -> bool:
        """Whether the instant is on a day of the event, as far as the holder may know.

        A day of closed sessions alone is one for people who are admitted to closed sessions: to all others, opening
        would tell that something happens.
        """
        days = self.days if has_admission else self.public_days
        return any(day.starts_at <= instant < day.ends_at for day in days)

    def lets_in(self, audiences: Collection[UUID]) -> bool:
        """Whether a holder who is admitted to these audiences may pass here, as far as that goes."""
        return self.audiences is None or not self.audiences.isdisjoint(audiences)

    def clocks(self, instant: datetime, language: str) -> TwoClocks:
        """Both clocks of the event for a reader of `language`."""
        zone = reader_zone(language, self.home_zone)
        return two_clocks(
            instant, None, language=language, reader_zone=zone, home_zone=self.home_zone, also_show=self.also_show
        )


_recent: Recent[UUID, Entrance] = Recent("entrances")


def open_door(
    event_id: UUID, name: str, now: datetime, door_id: UUID | None = None, sessions: Iterable[Session] = ()
) -> Door:
    """Add a door to the event, of `sessions` if any, with an id of its own unless one is given.

    A door that names closed sessions is for those who are admitted to one of them. Call it inside write().
    """
    door = Door(id=door_id or uuid4(), event_id=event_id, name=name, sessions=list(sessions))
    db.session.add(door)
    db.session.flush()
    audit.record("checkin.open_door", door.id, event_id=event_id, now=now)
    return door


def doors_of(event_id: UUID) -> list[Door]:
    """The event's doors that the current viewer may see, by name."""
    return list(db.session.scalars(select(Door).where(Door.event_id == event_id).order_by(Door.name, Door.id)))


def find_entrance(door_id: UUID) -> Entrance | None:
    """The door of that id with its event's days, if the current viewer may see it.

    One statement; a second one where doors of the event name sessions.
    """
    rows = db.session.execute(_entrance_query().where(Door.id == door_id)).all()
    if not rows:
        return None
    door, zone, also_show, starts_on, may_be_closed = rows[0][:5]
    found = [(is_public, Span(starts_at, ends_at)) for *_, is_public, starts_at, ends_at in rows if starts_at]
    closed = _closed_doors(door.event_id) if may_be_closed else {}
    return Entrance(
        door_id=door.id,
        event_id=door.event_id,
        name=door.name,
        home_zone=zone,
        also_show=tuple(also_show),
        days=_days((span for _, span in found), zone, starts_on),
        public_days=_days((span for is_public, span in found if is_public), zone, starts_on),
        audiences=closed.get(door.id),
        apart=frozenset(closed),
    )


def _entrance_query() -> Select[Any]:
    """Doors, each with its event's clocks, and a row for every span of time that is public or somebody's."""
    spans = union_all(
        select(
            PublishedSession.event_id,
            PublishedSession.starts_at,
            PublishedSession.ends_at,
            (PublishedSession.access == "public").label("is_public"),
        ),
        select(PublicWindow.event_id, PublicWindow.starts_at, PublicWindow.ends_at, true()),
    ).subquery()
    columns = (Event.home_zone, Event.also_show, Event.starts_on, _any_names_sessions())
    return (
        select(Door, *columns, spans.c.is_public, spans.c.starts_at, spans.c.ends_at)
        .join(Event, Event.id == Door.event_id)
        .outerjoin(spans, spans.c.event_id == Event.id)
    )


def recent_entrance(door_id: UUID) -> Entrance | None:
    """As find_entrance, but at most a second old: a device in a queue asks all the time.

    For whoever the route has let in at this very door; what is kept is kept for all of them.
    """
    if is_inside():
        return find_entrance(door_id)  # of a transaction that may come to nothing
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


def _any_names_sessions() -> ColumnElement[bool]:
    """Whether any door of the Door's event names sessions."""
    other = aliased(Door)
    return exists().where(
        door_sessions.c.door_id == other.id, other.event_id == Door.event_id, mark(door_sessions.c.door_id)
    )


def _closed_doors(event_id: UUID) -> dict[UUID, frozenset[UUID]]:
    """The event's doors that name closed sessions, each with the audiences of these as they are published.

    A session that was closed on the desk and is not published so yet is closed already, and nobody's.
    """
    query = (
        select(Door.id, Audience.id)
        .join(Door.sessions)
        .outerjoin(PublishedSession, PublishedSession.id == Session.id)
        .outerjoin(PublishedSession.audiences)
        .where(Door.event_id == event_id, or_(Session.access == "closed", PublishedSession.access == "closed"))
    )
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for door_id, audience_id in db.session.execute(query):
        found[door_id] |= {audience_id} - {None}
    return {door_id: frozenset(audiences) for door_id, audiences in found.items()}


def _days(spans: Iterable[Span], zone: str, starts_on: date) -> tuple[Span, ...]:
    return tuple(_day(each, zone) for each in event_dates(spans, zone) or [starts_on])


def _day(day: date, zone: str) -> Span:
    def midnight(of: date) -> datetime:
        return stored_instant(datetime.combine(of, time()), zone, fold=0)

    return Span(midnight(day), midnight(day + timedelta(days=1)))
