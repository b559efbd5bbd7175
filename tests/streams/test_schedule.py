"""When streams open and close."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import Event, PublicWindow, PublishedSession
from eventops.db import db
from eventops.streams.models import Stream
from eventops.streams.schedule import Opening, Phase, opening
from eventops.viewer import ANONYMOUS, Viewer, seeing
from tests.apps import changing, reading
from tests.cast import END, START, Conference, add_conference


def utc(hour: int, minute: int = 0, day: int = 7) -> datetime:
    return datetime(2024, 5, day, hour, minute, tzinfo=UTC)


PUBLIC = Opening(START, END, opens_at=utc(7, 45), closes_at=utc(11, 30))
"""10:45 to 14:30 Finnish time."""
WORKSHOP = Opening(utc(12), utc(13), opens_at=utc(11, 45), closes_at=utc(13, 30))
"""Around the workshop at 15:00 to 16:00 Finnish time."""


def hours(app: Flask, cast: Conference) -> tuple[Opening | None, Opening | None]:
    with reading(app):
        public = db.session.get_one(Stream, cast.public_stream_id)
        closed = db.session.get_one(Stream, cast.closed_stream_id)
        return opening(public), opening(closed)


def test_opening_follows_the_public_part_or_the_audiences_sessions(app: Flask) -> None:
    """The public stream is open from 10:45 to 14:30 Finnish time, the closed one around the workshop."""
    with changing(app):
        cast = add_conference()
    assert hours(app, cast) == (PUBLIC, WORKSHOP)


def test_opening_spans_all_public_windows_and_all_of_the_audiences_sessions(app: Flask) -> None:
    """From the first start to the last end, whatever the order; a public session moves neither."""
    with changing(app):
        cast = add_conference()
        event = db.session.get_one(Event, cast.event_id)
        event.windows.insert(0, PublicWindow(zone="Europe/Oslo", starts_at=utc(8, day=8), ends_at=utc(9, day=8)))
        workshop = db.session.get_one(PublishedSession, cast.workshop_id)
        keynote = db.session.get_one(PublishedSession, cast.keynote_id)
        keynote.access, keynote.audiences = "closed", list(workshop.audiences)
    assert hours(app, cast) == (
        Opening(START, utc(9, day=8), opens_at=utc(7, 45), closes_at=utc(9, 30, day=8)),
        Opening(keynote.starts_at, utc(13), opens_at=utc(9, 5), closes_at=utc(13, 30)),
    )


def test_opening_moves_with_what_is_published(app: Flask) -> None:
    """Nothing is stored: a workshop published an hour later opens its stream an hour later."""
    with changing(app):
        cast = add_conference()
    with changing(app):
        workshop = db.session.get_one(PublishedSession, cast.workshop_id)
        workshop.starts_at, workshop.ends_at = utc(13), utc(14)
        db.session.get_one(Event, cast.event_id).windows[0].starts_at = utc(7)
    public, closed = hours(app, cast)
    assert public == Opening(utc(7), END, opens_at=utc(6, 45), closes_at=utc(11, 30))
    assert closed == Opening(utc(13), utc(14), opens_at=utc(12, 45), closes_at=utc(14, 30))


def test_opening_keeps_the_margins_of_the_stream(app: Flask) -> None:
    """A stream without margins is open exactly while its programme runs."""
    with changing(app):
        cast = add_conference()
        for stream in db.session.scalars(select(Stream)):
            stream.opens_before_minutes, stream.closes_after_minutes = 0, 0
    assert hours(app, cast) == (Opening(START, END, START, END), Opening(utc(12), utc(13), utc(12), utc(13)))


def test_opening_is_none_when_nothing_is_published_for_it(app: Flask) -> None:
    """No public part, no closed session: no hours."""
    with changing(app):
        cast = add_conference()
        db.session.delete(db.session.get_one(Event, cast.event_id).windows[0])
        db.session.delete(db.session.get_one(PublishedSession, cast.workshop_id))
    assert hours(app, cast) == (None, None)


def test_opening_of_a_closed_stream_is_known_to_its_audience_alone(app: Flask) -> None:
    """Were somebody without the right to hold the stream's row, its hours would still say nothing."""
    with changing(app):
        cast = add_conference()
    with app.app_context():
        closed = Stream(event_id=cast.event_id, audience_id=cast.audience_id)
        closed.opens_before_minutes, closed.closes_after_minutes = 15, 30
        with seeing(ANONYMOUS):
            assert opening(closed) is None
        with seeing(Viewer(event_id=cast.event_id, audiences=frozenset({cast.audience_id}))):
            assert opening(closed) == WORKSHOP


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (PUBLIC.opens_at - timedelta(microseconds=1), Phase.BEFORE),
        (PUBLIC.opens_at, Phase.OPEN),
        (PUBLIC.closes_at - timedelta(microseconds=1), Phase.OPEN),
        (PUBLIC.closes_at, Phase.AFTER),
    ],
)
def test_phase_is_open_from_the_opening_until_right_before_the_closing(now: datetime, phase: Phase) -> None:
    """At 10:45:00 it is open, at 14:30:00 no more."""
    assert PUBLIC.phase(now) is phase
