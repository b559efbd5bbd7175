"""What people read before, during and after a stream, and what is told to those whom it is not for."""

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventops.agenda.models import Event, PublishedSession
from eventops.db import db
from eventops.languages import LANGUAGES, speaking
from eventops.registration.invitations import viewer_of
from eventops.registration.models import Registration
from eventops.streams.mine import my_streams
from eventops.viewer import seeing
from tests.apps import changing
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, START, Conference, add_conference
from tests.streams.visits import WORKSHOP_START, at, waiting_url

MORNING = datetime(2024, 5, 7, 7, 20, tzinfo=UTC)
"""10:20 Finnish time."""


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def text_of(client: FlaskClient, url: str, method: str = "GET") -> str:
    """What the page says, on one line."""
    page = client.open(url, method=method).get_data(as_text=True)
    return re.sub(r"\s+", " ", visible_text(page))


def test_waiting_room_says_when_it_starts_and_opens_on_both_clocks(
    app: Flask, client: FlaskClient, cast: Conference
) -> None:
    """A Danish reader at 10:20 Finnish time: their own hours first, and how long there is to wait."""
    with at(MORNING):
        text = text_of(client, waiting_url(app, cast, "online", "public"))
    assert "Not open yet" in text
    assert "10:00–13:00 Danish and Norwegian time 11:00–14:00 Finnish time" in text
    assert (
        "It starts 10:00 Danish and Norwegian time (11:00 Finnish time). "
        "You can join from 09:45 Danish and Norwegian time (10:45 Finnish time)."
    ) in text
    assert "in 25 minutes" in text
    assert "Do you need help? Write to events@example.org" in text
    assert "Join online" not in text


def test_waiting_room_names_the_day_when_it_is_not_today(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Three weeks before, the hours alone would be read as today's."""
    with at(MORNING - timedelta(days=21)):
        text = text_of(client, waiting_url(app, cast, "invited online", "public"))
    assert (
        "It starts Tuesday 7 May 2024, 11:00 Finnish time (10:00 Danish and Norwegian time). "
        "You can join from 10:45 Finnish time (09:45 Danish and Norwegian time)."
    ) in text


def test_waiting_room_counts_down_by_the_servers_clock(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """The page bears both instants, and without script asks again each minute."""
    with at(MORNING):
        answer = client.get(waiting_url(app, cast, "online", "public"))
    page = answer.get_data(as_text=True)
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"]
    assert 'data-countdown="2024-05-07T07:45:00+00:00" data-now="2024-05-07T07:20:00+00:00"' in page
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    assert "js/countdown.js" in page


def test_waiting_room_has_the_way_in_while_it_is_open(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """A form that posts to the join and leaves our page where it is; only then may a form lead elsewhere."""
    address = waiting_url(app, cast, "online", "public")
    with at(START - timedelta(minutes=15)):
        answer = client.get(address)
    page = answer.get_data(as_text=True)
    assert f'<form method="post" action="{address}/join" target="_blank" rel="noopener">' in page
    assert "form-action 'self' https:;" in answer.headers["Content-Security-Policy"]
    assert "You can join until 13:30 Danish and Norwegian time (14:30 Finnish time)." in visible_text(page)
    assert "countdown" not in page


def test_waiting_room_says_when_it_closed(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Afterwards there is no button any more."""
    with at(START + timedelta(hours=4)):
        text = text_of(client, waiting_url(app, cast, "online", "public"))
    assert "Ended" in text
    assert "The stream closed 13:30 Danish and Norwegian time (14:30 Finnish time)." in text
    assert "Join online" not in text


def test_waiting_room_shows_what_is_on_and_what_is_next(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """The keynote is next, then on; the workshop is on its own stream and on no other."""
    address = waiting_url(app, cast, "invited online", "public")
    with at(MORNING):
        assert "Next 12:20–13:20 Finnish time" in text_of(client, address)
    with at(START + timedelta(hours=2)):
        text = text_of(client, address)
    assert "On now 12:20–13:20 Finnish time" in text
    assert CANARY not in text
    with at(WORKSHOP_START):
        assert f"On now 15:00–16:00 Finnish time 14:00–15:00 Danish and Norwegian time Workshop {CANARY}" in text_of(
            client, waiting_url(app, cast, "invited online", "closed")
        )


def test_waiting_room_of_a_stream_without_hours_says_so(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """The workshop was taken off the agenda: its audience's stream has nothing to show, and cannot be joined."""
    with changing(app):
        db.session.delete(db.session.get_one(PublishedSession, cast.workshop_id))
    address = waiting_url(app, cast, "invited online", "closed")
    with at(WORKSHOP_START):
        assert "The hours of this stream are not settled yet." in text_of(client, address)
        assert client.post(f"{address}/join").status_code == 409
        assert "Its hours are not settled." in text_of(client, f"{address}/join", "POST")


REASONS = [
    ("onsite", "public", "You are registered to come in person."),
    ("cancelled", "public", "Your registration is cancelled"),
    ("pending", "public", "Your registration is not confirmed yet"),
    ("online", "closed", "There is no stream for you at this address."),
    ("online", "missing", "There is no stream for you at this address."),
]


def test_refusal_names_the_reason_and_no_stream(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Why not, where to ask, the way back: on the page and at the join alike."""
    for who, stream, sentence in REASONS:
        address = waiting_url(app, cast, who, stream)
        with at(START):
            texts = [text_of(client, address), text_of(client, f"{address}/join", "POST")]
        assert texts[0] == texts[1]
        for said in (sentence, "Do you need help? Write to events@example.org", "Back to your page"):
            assert said in texts[0]
        assert "The public part" not in texts[0]


def test_refusal_before_and_after_says_when(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Too early: when to come back, and the way to the waiting room. Too late: when it closed."""
    address = waiting_url(app, cast, "online", "public")
    with at(MORNING):
        early = text_of(client, f"{address}/join", "POST")
    with at(START + timedelta(days=1)):
        late = text_of(client, f"{address}/join", "POST")
    assert "You can join from 09:45 Danish and Norwegian time (10:45 Finnish time)." in early
    assert "To the waiting room" in early
    assert "It closed Tuesday 7 May 2024, 13:30 Danish and Norwegian time (14:30 Finnish time)." in late


@pytest.mark.parametrize("hours", [-24, -0.5, 0, 2, 5])
def test_waiting_room_shows_no_time_without_its_zone(
    app: Flask, client: FlaskClient, cast: Conference, hours: float
) -> None:
    """Neither the page nor the refusal, in any language, before, during and after."""
    with at(START + timedelta(hours=hours)):
        for language, stream in product(LANGUAGES, ("public", "closed")):
            address = waiting_url(app, cast, "invited online", stream, language)
            assert bare_times(text_of(client, address)) == []
            refusal = client.post(f"{address}/join")
            assert refusal.status_code == 303 or bare_times(visible_text(refusal.get_data(as_text=True))) == []


def streams_of(app: Flask, cast: Conference, who: str, now: datetime) -> list[tuple[str, str, bool]]:
    with app.app_context(), speaking("en"):
        registration = db.session.get_one(Registration, cast.people[who])
        with seeing(viewer_of(registration)):
            return [(link.name.text, str(link.clocks), link.is_open) for link in my_streams(registration, now)]


def test_my_streams_are_those_that_the_person_may_join(app: Flask, cast: Conference) -> None:
    """With the hours at which they may be joined, in their order; none for who comes in person or is not confirmed."""
    public = "10:45–14:30 Finnish time (09:45–13:30 Danish and Norwegian time)"
    closed = "14:45–16:30 Finnish time (13:45–15:30 Danish and Norwegian time)"
    assert streams_of(app, cast, "invited online", START) == [
        ("The public part", public, True),
        (f"Stream {CANARY}", closed, False),
    ]
    assert [name for name, _, _ in streams_of(app, cast, "online", START)] == ["The public part"]
    for who in ("onsite", "invited onsite", "cancelled", "pending"):
        assert streams_of(app, cast, who, START) == []


def test_my_streams_without_hours_are_left_out(app: Flask, cast: Conference) -> None:
    """There is nothing to say about them yet."""
    with changing(app):
        db.session.delete(db.session.get_one(Event, cast.event_id).windows[0])
    assert [name for name, _, _ in streams_of(app, cast, "invited online", START)] == [f"Stream {CANARY}"]


def test_my_streams_lead_to_waiting_rooms(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Each address answers, in the language that was being spoken."""
    with app.app_context(), speaking("fi"):
        registration = db.session.get_one(Registration, cast.people["online"])
        with seeing(viewer_of(registration)):
            [link] = my_streams(registration, START)
    assert link.waiting_url.startswith(f"/fi/{cast.slug}/my/")
    with at(START):
        assert client.get(link.waiting_url).status_code == 200
