"""The untitled block, neutral calendars, and closing a session on the desk: what each of them tells, and whom."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as ThreadEvent
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from eventops.agenda.changes import changes
from eventops.agenda.events import event_clocks
from eventops.agenda.models import Audience, Event, PublishedBlock, PublishedSession, Session
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import hold_agenda, narrow, publish
from eventops.agenda.snapshots import desk_snapshots
from eventops.db import db
from eventops.registration.links import personal_token
from eventops.registration.models import Registration
from tests.apps import changing, reading
from tests.cast import CANARY, SPRING, START, Conference, add_conference
from tests.forms import send_form
from tests.site import Site

LATER = START - timedelta(hours=2)


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, published from its desk."""
    with changing(app):
        cast = add_conference()
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    return cast


def publish_with(app: Flask, cast: Conference, **changed: Any) -> None:
    """Change the workshop on the desk and publish."""
    with changing(app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        for name, value in changed.items():
            setattr(workshop, name, value)
        db.session.flush()
        publish(db.session.get_one(Event, cast.event_id), LATER)
    forget_renderings()


def public(client: FlaskClient) -> list[str]:
    """Every public rendering of the agenda."""
    return [client.get(f"/en/conference/{page}").text for page in ("", "agenda.ics", "agenda.json")]


def personal(app: Flask, cast: Conference, who: str, page: str = "") -> str:
    with reading(app):
        token = personal_token(db.session.get_one(Registration, cast.people[who]))
    return app.test_client().get(f"/en/conference/my/{token}{page}").text


def test_block_shows_its_hours_and_nothing_else(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Strangers read "By invitation" with both clocks on page, calendar and data; no word or id of the session."""
    before = public(client)
    assert [("By invitation" in text, "15:00" in text) for text in before] == [(False, False)] * 3
    publish_with(app, cast, shows_block=True)
    page, calendar, data = public(client)
    for text in (page, calendar, data):
        assert (CANARY in text, str(cast.workshop_id) in text) == (False, False)
    with reading(app):
        block = db.session.scalars(select(PublishedBlock)).one()
        event = db.session.get_one(Event, cast.event_id)
        with app.test_request_context("/en/"):
            own = event_clocks(event, block.starts_at, block.ends_at, "en").own
    assert own in " ".join(page.split()).replace('<span class="hours">', "").replace("</span>", "")
    [entry] = [e for e in Calendar.from_ical(calendar).events if str(e["summary"]) == "By invitation"]
    assert (str(entry["uid"]), entry.get("location"), entry.start) == (str(block.id), None, block.starts_at)
    [shown] = [s for s in app.test_client().get("/en/conference/agenda.json").get_json()["sessions"] if not s["title"]]
    assert shown == {
        "id": str(block.id),
        "access": "closed",
        "zone": "Europe/Helsinki",
        "sequence": 0,
        "start": "2024-05-07T15:00:00+03:00",
        "end": "2024-05-07T16:00:00+03:00",
        "title": {},
        "abstract": {},
        "kind": "block",
        "language": None,
        "attendance_mode": None,
        "placeholder": "",
        "room": None,
        "track": None,
        "links": [],
        "speakers": [],
        "url": None,
    }


def test_block_gives_way_to_the_session_for_who_may_see_it(app: Flask, cast: Conference) -> None:
    """The invited see the session once, everybody else the block."""
    publish_with(app, cast, shows_block=True)
    seen = {who: personal(app, cast, who) for who in ("onsite", "invited onsite")}
    assert {who: (page.count("<article"), f"Workshop {CANARY}" in page) for who, page in seen.items()} == {
        "onsite": (2, False),
        "invited onsite": (2, True),
    }


def test_block_counts_only_its_own_moves(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """A new title or room of the session is nothing that strangers could notice; new hours are."""
    publish_with(app, cast, shows_block=True)
    first = public(client)
    publish_with(app, cast, title={"en": f"Another {CANARY}"}, room_id=None, names_itself_in_calendars=True)
    assert public(client) == first
    publish_with(app, cast, ends_at=START + timedelta(hours=6))
    with reading(app):
        assert db.session.scalars(select(PublishedBlock.sequence)).one() == 1
    publish_with(app, cast, shows_block=False)
    with reading(app):
        assert db.session.scalars(select(PublishedBlock)).all() == []


def test_block_is_a_change_to_publish(app: Flask, cast: Conference) -> None:
    """The desk says that there is something to publish when the block alone was switched."""
    with changing(app):
        assert changes(cast.event_id) == []
        db.session.get_one(Session, cast.workshop_id).shows_block = True
        db.session.flush()
        assert [change.kind for change in changes(cast.event_id)] == ["changed"]


def test_calendar_of_a_closed_session_is_neutral_unless_asked(app: Flask, cast: Conference) -> None:
    """The invited person's own calendar has the hours and the way to the page; by choice, all of it."""
    neutral = personal(app, cast, "invited onsite", "/agenda.ics").replace("\r\n ", "")
    assert CANARY not in neutral
    assert "The Potential of Civil Society: by invitation" in neutral
    publish_with(app, cast, names_itself_in_calendars=True)
    named = personal(app, cast, "invited onsite", "/agenda.ics").replace("\r\n ", "")
    assert (f"SUMMARY:Workshop {CANARY}" in named, f"LOCATION:Room {CANARY}" in named) == (True, True)
    assert CANARY not in personal(app, cast, "onsite", "/agenda.ics")


def save(site: Site, session_id: UUID, **fields: Any) -> int:
    """Save the session's form as the owner, with these fields changed."""
    return send_form(site.owner, f"/en/desk/{site.cast.slug}/agenda/{session_id}", **fields).status_code


def test_closing_a_session_takes_effect_at_once(site: Site) -> None:
    """Nobody waits for a release to hide what was public by mistake; opening one does wait."""
    client, audience = site.app.test_client(), str(site.cast.audience_id)
    assert "Keynote speech" in public(client)[0]
    assert save(site, site.cast.keynote_id, access="closed", audience_ids=[audience]) == 303
    assert [text for text in public(client) if "Keynote speech" in text] == []
    assert "Keynote speech" in personal(site.app, site.cast, "invited onsite")
    assert save(site, site.cast.keynote_id, access="public", audience_ids=[]) == 303
    assert [text for text in public(client) if "Keynote speech" in text] == []


def test_taking_an_audience_away_takes_effect_at_once(site: Site) -> None:
    """Whoever is not of the remaining audience does not see the session from then on; a new audience waits."""
    with changing(site.app):
        other = Audience(event_id=site.cast.event_id, name="Others")
        db.session.add(other)
        db.session.flush()
        other_id = other.id
    assert f"Workshop {CANARY}" in personal(site.app, site.cast, "invited onsite")
    assert save(site, site.cast.workshop_id, audience_ids=[str(other_id)]) == 303
    assert CANARY not in personal(site.app, site.cast, "invited onsite")
    with reading(site.app):
        assert db.session.get_one(PublishedSession, site.cast.workshop_id).audiences == []


@pytest.mark.parametrize(
    "fields",
    [
        {"access": "closed", "audience_ids": []},
        {"access": "closed", "audience_ids": ["7f7c2b0e-0000-4000-8000-000000000000"]},
        {"access": "secret"},
        {"access": ""},
    ],
)
def test_session_form_refuses_what_nobody_could_see(site: Site, fields: dict[str, Any]) -> None:
    """A closed session needs an audience of the event, and access is one of two words: 422, and nothing is stored."""
    assert save(site, site.cast.keynote_id, **fields) == 422
    with reading(site.app):
        assert db.session.get_one(Session, site.cast.keynote_id).access == "public"


def test_session_form_refuses_an_audience_of_elsewhere(site: Site) -> None:
    """One of the event beside it does not make up for it: 422, and nothing is stored."""
    audiences = [str(site.cast.audience_id), "7f7c2b0e-0000-4000-8000-000000000000"]
    assert save(site, site.cast.keynote_id, access="closed", audience_ids=audiences) == 422
    with reading(site.app):
        assert db.session.get_one(Session, site.cast.keynote_id).access == "public"


def test_closing_a_session_while_somebody_publishes_it_closes_it(app: Flask, cast: Conference) -> None:
    """Whoever closes waits for whoever publishes, and then hides what was just published."""
    with changing(app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        workshop.access, workshop.audiences = "public", []
    is_read = ThreadEvent()

    def publishes() -> None:
        with changing(app):
            hold_agenda(cast.event_id)
            read = desk_snapshots(cast.event_id)
            is_read.set()
            sleep(0.5)  # as long as it takes to say what changes
            publish(db.session.get_one(Event, cast.event_id), LATER, snapshots=read)

    def closes() -> None:
        is_read.wait(10)
        with changing(app):
            hold_agenda(cast.event_id)
            session = db.session.get_one(Session, cast.workshop_id)
            session.access, session.audiences = "closed", [db.session.get_one(Audience, cast.audience_id)]
            db.session.flush()
            narrow([session], LATER)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(publishes), pool.submit(closes)]:
            done.result()
    forget_renderings()
    assert [text for text in public(app.test_client()) if CANARY in text] == []


def test_taking_the_block_away_takes_effect_at_once(site: Site) -> None:
    """Its hours are gone from the next page on; showing one waits for a release."""
    client = site.app.test_client()
    publish_with(site.app, site.cast, shows_block=True)
    assert "By invitation" in public(client)[0]
    assert save(site, site.cast.workshop_id, shows_block=[]) == 303
    assert "By invitation" not in public(client)[0]
