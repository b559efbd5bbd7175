"""Finding an event, and what follows from its settings: its title, its clocks, its public part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from flask import abort
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from eventops.agenda.models import Event
from eventops.db import db
from eventops.languages import Text, in_language
from eventops.recent import Recent
from eventops.staff.models import Membership
from eventops.staff.which_event import EventWords
from eventops.times import (
    Reading,
    TwoClocks,
    UncertainTime,
    long_date,
    moved_clocks,
    reader_zone,
    stored_instant,
    to_wall,
    two_clocks,
)
from eventops.viewer import SYSTEM, Viewer, current_viewer, seeing


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, in UTC."""

    starts_at: datetime
    ends_at: datetime


_recent: Recent[tuple[str, Viewer | None], Event] = Recent("events")


def find_event(slug: str) -> Event | None:
    """The event at that address, if the current viewer may know of it."""
    return db.session.scalar(select(Event).where(Event.slug == slug))


def event_or_404(slug: str) -> Event:
    """The event at that address; a hidden one and a missing one abort alike."""
    return find_event(slug) or abort(404)


def event_id_of(slug: str) -> UUID | None:
    """The id of the event at that address, published or not; for those who then check the caller's role in it."""
    with seeing(SYSTEM):
        return db.session.scalar(select(Event.id).where(Event.slug == slug))


def words_of_event(event_id: UUID, language: str | None = None) -> EventWords:
    """What the staff room may say of the event, in `language` or in the one being spoken."""
    with seeing(SYSTEM):
        event = db.session.get_one(Event, event_id)
    clocks = partial(event_clocks, event, language=language)
    return EventWords(event.slug, event_title(event, language), event.contact, clocks)


def events_of(account_id: UUID | None) -> list[tuple[Event, str]]:
    """The events in which the account has a role, published or not, each with that role."""
    query = (
        select(Event, Membership.role)
        .join(Membership, Membership.event_id == Event.id)
        .where(Membership.account_id == account_id)
        .order_by(Event.starts_on, Event.slug)
    )
    with seeing(SYSTEM):
        return [(event, role) for event, role in db.session.execute(query)]


def recent_event_or_404(slug: str) -> Event:
    """As event_or_404, but at most a second old and apart from the database: for reading only."""
    key = slug, current_viewer()
    event = _recent.get(key)
    if event is None:
        event = event_or_404(slug)
        for row in (event, *event.windows):
            db.session.expunge(row)
        _recent.keep(key, event)
    return event


def event_title(event: Event, language: str | None = None) -> Text:
    """The title in `language`, or in the language being spoken, or in the one it has."""
    return in_language(event.title, language or spoken_language())


def spoken_language() -> str:
    """The language of the page or letter being made."""
    return str(get_locale() or "en")


def first_day(event: Event) -> str:
    """The long date of the event's first day, in the language being spoken."""
    midnight = stored_instant(datetime.combine(event.starts_on, time()), event.home_zone, 0)
    return long_date(midnight, event.home_zone, spoken_language())


def event_clocks(
    event: Event, start: datetime, end: datetime | None = None, language: str | None = None, zone: str | None = None
) -> TwoClocks:
    """Both clocks of the event for a reader of `language`, by default the one spoken, in `zone`, by default its own."""
    language = language or spoken_language()
    return two_clocks(
        start,
        end,
        language=language,
        reader_zone=zone or reader_zone(language, event.home_zone),
        home_zone=event.home_zone,
        also_show=event.also_show,
    )


def event_moved(
    event: Event, before: datetime, after: datetime, language: str | None = None, zone: str | None = None
) -> str:
    """From one instant to another on the clocks of the event, for the reader that `event_clocks` is for."""
    language = language or spoken_language()
    return moved_clocks(
        before,
        after,
        language=language,
        reader_zone=zone or reader_zone(language, event.home_zone),
        home_zone=event.home_zone,
        also_show=event.also_show,
    )


def readings_in_words(event: Event, error: UncertainTime) -> list[tuple[Reading, str]]:
    """Both readings of an uncertain time, each with what to say of it: on all clocks they may look the same."""
    earlier, later = (str(event_clocks(event, reading)) for reading in (error.earlier, error.later))
    if error.kind == "ambiguous":
        earlier = _("Before clocks are set back: %(clocks)s", clocks=earlier)
        later = _("After clocks are set back: %(clocks)s", clocks=later)
    return [("earlier", earlier), ("later", later)]


def public_window(event: Event) -> Span | None:
    """From the first public window's start to the last one's end; None for an event without a public part."""
    if not event.windows:
        return None
    return Span(min(w.starts_at for w in event.windows), max(w.ends_at for w in event.windows))


def last_day(event: Event) -> date:
    """The last day of the public part, in the home zone."""
    window = public_window(event)
    return to_wall(window.ends_at, event.home_zone).date() if window else event.starts_on


def deletion_day(event: Event) -> date:
    """The day, in the home zone, on which personal data is deleted."""
    return last_day(event) + timedelta(days=event.retention_days)
