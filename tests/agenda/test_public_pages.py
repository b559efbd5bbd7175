"""The programme as strangers get it: page, calendar, data."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from eventops.agenda.edit import schedule
from eventops.agenda.models import Event, Session
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.languages import LANGUAGES
from tests.agenda.conferences import NOW, SLUG, TEXT, changed, published
from tests.apps import MakeApp, changing
from tests.bare_times import bare_times, visible_text

ADDRESSES = [f"/{language}/{SLUG}/{page}" for language in LANGUAGES for page in ("", "agenda.ics", "agenda.json")]
WITHOUT_CLOSED = TEXT[: TEXT.index('  # FACT: only "the first part')]


@pytest.fixture(autouse=True)
def _render_anew() -> None:
    forget_renderings()


@pytest.mark.parametrize("language", LANGUAGES)
def test_programme_says_whose_time_it_is(app: Flask, client: FlaskClient, language: str) -> None:
    """In every language each time bears its zone's word, and all three countries' clocks are there."""
    with changing(app):
        published()
    page = client.get(f"/{language}/{SLUG}/")
    assert page.status_code == 200
    assert bare_times(visible_text(page.text)) == []


def test_programme_begins_with_the_readers_clock(app: Flask, client: FlaskClient) -> None:
    """A Danish reader reads Danish time first, a Finnish one Finnish time."""
    with changing(app):
        published()
    danish, swedish = (visible_text(client.get(f"/{code}/{SLUG}/").text) for code in ("da", "sv"))
    assert danish.index("kl. 10.00–13.00 dansk og norsk tid") < danish.index("kl. 11.00–14.00 finsk tid")
    assert swedish.index("kl. 11.00–14.00 finsk tid") < swedish.index("kl. 10.00–13.00 dansk och norsk tid")


def test_programme_names_speaker_organisers_funder_and_report(app: Flask, client: FlaskClient) -> None:
    """What the announcement says stands on the page."""
    with changing(app):
        published()
    text = visible_text(client.get(f"/en/{SLUG}/").text)
    said = [
        "The Potential of Civil Society in Migrant Labour Market Integration",
        "Tuesday 7 May 2024",
        "Helle Hygum Espersen",
        "chief research analyst, VIVE",
        "Luckan Integration",
        "KVINFO",
        "Sammen om en jobb",
        "Nordic Council of Ministers, 2023-2024",
        "Women at work: Mentoring for Migrants in the Nordic Countries",
        "Cheralyn Mealor, KVINFO",
    ]
    assert [words for words in said if words not in text] == []


def test_anonymous_answers_are_the_same_bytes_without_the_closed_sessions(make_app: MakeApp, app: Flask) -> None:
    """With and without the closed afternoon in the database, strangers get the same, headers included."""
    answers = []
    for text in (TEXT, WITHOUT_CLOSED):
        with changing(app):
            for table in reversed(db.metadata.sorted_tables):
                db.session.execute(table.delete())
            published(text)
        forget_renderings()
        client = app.test_client()
        got = [client.get(address) for address in ADDRESSES]
        answers.append([(r.status_code, [h for h in r.headers if h[0] != "Date"], r.data) for r in got])
    assert answers[0] == answers[1]
    assert {status for status, _headers, _body in answers[0]} == {200}


def test_programme_of_an_unpublished_event_is_missing(app: Flask, client: FlaskClient) -> None:
    """An event that was never published and one that never was give the same bytes."""
    with changing(app):
        published().published_at = None
    hidden, missing = client.get(f"/en/{SLUG}/"), client.get("/en/nothing-here/")
    assert (hidden.status_code, hidden.data) == (404, missing.data)


def test_calendar_bears_the_instants_and_both_clocks(app: Flask, client: FlaskClient) -> None:
    """The keynote is at 09:20 UTC; its UID is the session's; nobody is invited by a feed."""
    with changing(app):
        published()
        keynote = db.session.scalars(select(Session).where(Session.kind == "keynote")).one().id
    feed = Calendar.from_ical(client.get(f"/da/{SLUG}/agenda.ics").data)
    entry = next(e for e in feed.events if e["UID"] == str(keynote))
    assert entry.start.isoformat() == "2024-05-07T12:20:00+03:00"
    assert entry.end.isoformat() == "2024-05-07T13:20:00+03:00"
    assert str(entry["DESCRIPTION"]).startswith("kl. 11.20–12.20 dansk og norsk tid (kl. 12.20–13.20 finsk tid)")
    assert (feed["METHOD"], "ATTENDEE" in entry) == ("PUBLISH", False)


@pytest.mark.parametrize("reading", [0, 1])
def test_calendar_tells_the_readings_of_a_repeated_hour_apart(app: Flask, client: FlaskClient, reading: int) -> None:
    """On 27 October 2024 Helsinki has 03:30 twice; RFC 5545 section 3.3.5 takes a local time for the first."""
    start = datetime(2024, 10, 27, 0, 30, tzinfo=UTC) + timedelta(hours=reading)
    end = start + timedelta(minutes=20)
    with changing(app):
        event = published()
        keynote = db.session.scalars(select(Session).where(Session.kind == "keynote")).one()
        schedule(keynote, start, end)
        publish(event, NOW)
        id = keynote.id
    entries = Calendar.from_ical(client.get(f"/en/{SLUG}/agenda.ics").data).events
    [entry] = [entry for entry in entries if str(entry["UID"]) == str(id)]
    assert [entry.decoded(name).astimezone(UTC) for name in ("dtstart", "dtend")] == [start, end]


def test_data_bears_offsets(app: Flask, client: FlaskClient) -> None:
    """Programs get instants, with the offset of the home zone."""
    with changing(app):
        published()
    sessions = client.get(f"/en/{SLUG}/agenda.json").get_json()["sessions"]
    assert [s["start"] for s in sessions][:2] == ["2024-05-07T10:30:00+03:00", "2024-05-07T11:00:00+03:00"]
    assert {s["access"] for s in sessions} == {"public"}


@pytest.mark.parametrize("page", ["", "agenda.ics", "agenda.json"])
def test_unchanged_page_is_not_sent_again(app: Flask, client: FlaskClient, page: str) -> None:
    """The ETag is the bytes': asked with it, 304; after a public change, 200."""
    with changing(app):
        published()
    first = client.get(f"/en/{SLUG}/{page}")
    again = client.get(f"/en/{SLUG}/{page}", headers={"If-None-Match": first.headers["ETag"]})
    with changing(app):
        db.session.scalars(select(Session).where(Session.kind == "keynote")).one().title = {"en": "Renamed"}
        publish(db.session.scalars(select(Event)).one(), NOW + timedelta(days=1))
    forget_renderings()
    changed_page = client.get(f"/en/{SLUG}/{page}", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, changed_page.status_code) == (200, 304, 200)
    assert "Set-Cookie" not in first.headers


def test_titles_in_another_language_say_so(app: Flask, client: FlaskClient) -> None:
    """A session without a Finnish title stands in English, marked as such; one with, in Finnish."""
    with changing(app):
        published(changed(('title: {en: "Welcome"}', 'title: {en: "Welcome", fi: "Tervetuloa"}')))
    page = client.get(f"/fi/{SLUG}/").text
    assert ' lang="en">Keynote speech</a>' in page
    assert ">Tervetuloa</a>" in page


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("fi", "fi"),
        ("sv-FI,sv;q=0.9", "sv"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("de,da;q=0.5", "da"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_address_without_language_goes_to_the_readers(
    app: Flask, client: FlaskClient, asked: str, language: str
) -> None:
    """Accept-Language chooses once; from then on the language stands in the address."""
    with changing(app):
        published()
    answer = client.get(f"/{SLUG}/", headers={"Accept-Language": asked} if asked else {})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{language}/{SLUG}/")


@pytest.mark.parametrize("path", ["/%0d%0aX-Injected:%20yes/", "/day%0a/agenda.ics", "/%01/"])
def test_address_with_line_breaks_is_a_missing_page(client: FlaskClient, path: str) -> None:
    """It is led nowhere: what stands in a redirect is a header."""
    assert client.get(path).status_code == 404
