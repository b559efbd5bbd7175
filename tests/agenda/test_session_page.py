"""A session's own page, its calendar, its speakers' photos, and the organisers' logos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from eventops.agenda.markdown import markdown
from eventops.agenda.models import Event, Image, Room, Session, Speaker, SpeakerRole, Track
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.languages import LANGUAGES
from tests.apps import changing
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, SPRING, Conference, add_conference

PICTURE = b"\x89PNG not really"


@pytest.fixture
def cast(app: Flask) -> Iterator[Conference]:
    """The conference, its keynote with all that a session can have, published."""
    forget_renderings()
    with changing(app):
        cast = add_conference()
        keynote = db.session.get_one(Session, cast.keynote_id)
        track = Track(id=uuid4(), event_id=cast.event_id, name={"en": "Research", "fi": "Tutkimus"}, position=1)
        db.session.add(track)
        db.session.flush()
        keynote.abstract = {
            "en": "All about **work**. See [the report](https://report.example.org).",
            "fi": "*Työstä*.",
        }
        keynote.track, keynote.capacity, keynote.staff_notes = track, 77, f"Notes {CANARY}"
        keynote.room = db.session.scalars(select(Room).where(Room.name == "Room 1")).one()
        keynote.room.address, keynote.room.accessibility = "Kaisaniemenkatu 3", {"en": "A lift from the yard."}
        keynote.attendance_mode = "onsite"
        keynote.links = [{"label": "Slides", "url": "https://slides.example.org/1"}]
        _add_speaker(cast, keynote, "Helle Espersen", "speaker", {"en": "Has _asked_ many people."})
        _add_speaker(cast, keynote, "Aino Esimerkki", "moderator", {})
        _publish(cast)
    yield cast
    forget_renderings()


def _add_speaker(cast: Conference, session: Session, name: str, role: str, bio: dict[str, str]) -> None:
    image = _image(cast.event_id)
    who = {"name": name, "title": "researcher", "organisation": "VIVE", "bio": bio, "photo_id": image.id}
    speaker = Speaker(id=uuid4(), event_id=cast.event_id, **who)
    db.session.add(speaker)
    db.session.flush()
    session.speaker_roles.append(SpeakerRole(speaker=speaker, role=role, position=len(session.speaker_roles)))


def _image(event_id: UUID) -> Image:
    content = {"media_type": "image/png", "width": 8, "height": 8, "content": PICTURE}
    image = Image(id=uuid4(), event_id=event_id, **content)
    db.session.add(image)
    db.session.flush()
    return image


def _publish(cast: Conference) -> None:
    db.session.flush()
    publish(db.session.get_one(Event, cast.event_id), SPRING + timedelta(hours=1))


def _page(cast: Conference, session_id: UUID | None = None, language: str = "en") -> str:
    return f"/{language}/{cast.slug}/sessions/{session_id or cast.keynote_id}"


def test_page_says_all_of_a_session(client: FlaskClient, cast: Conference) -> None:
    """Title, both clocks, abstract, speakers with roles, room, track, language, links; and nothing of the desk's."""
    page = client.get(_page(cast)).text
    text = " ".join(visible_text(page).split())
    assert [word for word in SAID if word not in text] == []
    assert "Onsite only" in text
    assert [word for word in ("77", CANARY, "Notes") if word in text] == []
    document = lxml.html.document_fromstring(page)
    [report] = document.xpath("//a[@href='https://report.example.org']")
    assert (report.get("rel"), report.text) == ("nofollow noopener", "the report")
    assert document.xpath("//a[text()='Slides']/@href") == ["https://slides.example.org/1"]


SAID = (
    "Keynote speech",
    "Tuesday 7 May 2024 12:20–13:20 Finnish time 11:20–12:20 Danish and Norwegian time",
    "Helle Espersen researcher, VIVE",
    "Aino Esimerkki Moderator researcher, VIVE",
    "Has asked many people.",
    "Room 1",
    "Kaisaniemenkatu 3",
    "A lift from the yard.",
    "Track: Research",
    "Language: English",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_whose_time_it_is(client: FlaskClient, cast: Conference, language: str) -> None:
    """In every language; what is written in another one is marked."""
    page = client.get(_page(cast, language=language)).text
    assert bare_times(visible_text(page)) == []
    document = lxml.html.document_fromstring(page)
    assert document.xpath("//h1/@lang") == ([] if language == "en" else ["en"])
    assert document.xpath("//*[contains(@class, 'abstract')]/@lang") == ([] if language in ("en", "fi") else ["en"])


def test_programme_leads_to_the_page(client: FlaskClient, cast: Conference) -> None:
    """Titles are links; the page leads back."""
    programme = lxml.html.document_fromstring(client.get(f"/en/{cast.slug}/").text)
    assert programme.xpath("//h3/a/@href") == [_page(cast)]
    page = lxml.html.document_fromstring(client.get(_page(cast)).text)
    assert page.xpath("//a[text()='The whole programme']/@href") == [f"/en/{cast.slug}/"]


def test_search_engines_are_told_what_is_public(client: FlaskClient, cast: Conference) -> None:
    """A schema.org Event within the other, with nothing that is not on the page."""
    [card] = lxml.html.document_fromstring(client.get(_page(cast)).text).xpath("//script[@type]/text()")[-1:]
    told = json.loads(card)
    assert {name: told[name] for name in ("@type", "name", "startDate", "endDate", "inLanguage")} == {
        "@type": "Event",
        "name": "Keynote speech",
        "startDate": "2024-05-07T09:20:00+00:00",
        "endDate": "2024-05-07T10:20:00+00:00",
        "inLanguage": "en",
    }
    assert told["superEvent"]["name"] == "The Potential of Civil Society"
    assert told["location"] == {"@type": "Place", "name": "Room 1"}
    assert (CANARY in card, [name for name in told if "apacity" in name]) == (False, [])


def test_calendar_has_the_session_alone(client: FlaskClient, cast: Conference) -> None:
    """Under the same UID as in the calendar of the whole, with its track, roles and links, and its page's address."""
    [entry] = Calendar.from_ical(client.get(_page(cast) + "/session.ics").data).events
    [whole] = Calendar.from_ical(client.get(f"/en/{cast.slug}/agenda.ics").data).events
    assert entry["UID"] == whole["UID"] == str(cast.keynote_id)
    assert str(entry["URL"]) == f"http://localhost{_page(cast)}"
    assert entry["CATEGORIES"].to_ical() == whole["CATEGORIES"].to_ical() == b"Research"
    for line in ("Aino Esimerkki, researcher, VIVE, Moderator", "Slides: https://slides.example.org/1"):
        assert line in str(entry["DESCRIPTION"])


def test_data_has_no_ids_of_the_desk(client: FlaskClient, cast: Conference, app: Flask) -> None:
    """Track, links and roles for programs; of rooms, tracks and speakers no id, and no number of seats."""
    [session] = client.get(f"/en/{cast.slug}/agenda.json").get_json()["sessions"]
    assert session["track"] == {"en": "Research", "fi": "Tutkimus"}
    assert session["links"] == [{"label": "Slides", "url": "https://slides.example.org/1"}]
    assert [(speaker["name"], speaker["role"]) for speaker in session["speakers"]] == [
        ("Helle Espersen", "speaker"),
        ("Aino Esimerkki", "moderator"),
    ]
    assert set(session["speakers"][0]) == {"name", "title", "organisation", "country", "role", "bio", "photo"}
    assert not {"capacity", "room_id", "track_id"} & set(session)
    assert client.get(session["speakers"][0]["photo"]).data == PICTURE
    assert session["url"] == f"http://localhost{_page(cast)}"


def test_hidden_session_is_the_same_answer_as_a_missing_one(client: FlaskClient, cast: Conference) -> None:
    """Page, calendar and photo: what is closed, what another event has, and what never was."""
    for rest in ("", "/session.ics", f"/photos/{uuid4()}"):
        hidden, missing = (client.get(_page(cast, id) + rest) for id in (cast.workshop_id, uuid4()))
        assert (hidden.status_code, hidden.data, dict(hidden.headers)) == (404, missing.data, dict(missing.headers))
    assert client.get(_page(cast).replace(cast.slug, "another")).status_code == 404


def test_photo_is_there_for_as_long_as_a_visible_session_names_it(
    app: Flask, client: FlaskClient, cast: Conference
) -> None:
    """And only where that session's address has it; whoever has it need not ask again."""
    [photo] = lxml.html.document_fromstring(client.get(_page(cast)).text).xpath("//img/@src")[:1]
    got = client.get(photo)
    assert (got.data, got.mimetype) == (PICTURE, "image/png")
    assert got.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    with changing(app):
        unnamed, workshop = _image(cast.event_id).id, db.session.get_one(Session, cast.workshop_id)
        _add_speaker(cast, workshop, f"Second {CANARY}", "chair", {"en": f"Bio {CANARY}"})
        closed = workshop.speaker_roles[-1].speaker.photo_id
        _publish(cast)
    image = photo.rpartition("/")[2]
    others = [(cast.keynote_id, unnamed), (cast.keynote_id, closed), (cast.workshop_id, closed), (uuid4(), image)]
    assert [client.get(f"{_page(cast, session)}/photos/{one}").status_code for session, one in others] == [404] * 4
    with changing(app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        keynote.access, keynote.audiences = "closed", list(db.session.get_one(Session, cast.workshop_id).audiences)
        _publish(cast)
    assert client.get(photo).status_code == 404


def test_logo_is_there_for_as_long_as_the_event_names_it(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """On the programme beside the organiser's name, which leads to their page."""
    with changing(app):
        event = db.session.get_one(Event, cast.event_id)
        named, unnamed = (str(_image(event.id).id) for _ in range(2))
        event.organisers = [event.organisers[0] | {"logo": named, "url": "https://luckan.example.org/"}]
    forget_renderings()
    page = lxml.html.document_fromstring(client.get(f"/en/{cast.slug}/").text)
    assert page.xpath("//ul[@class='organisers']//a/@href") == ["https://luckan.example.org/"]
    [logo] = page.xpath("//ul[@class='organisers']//img/@src")
    assert logo == f"/en/{cast.slug}/logos/{named}"
    assert [client.get(path).status_code for path in (logo, logo.replace(named, unnamed))] == [200, 404]
    [organiser] = client.get(f"/en/{cast.slug}/agenda.json").get_json()["event"]["organisers"]
    assert organiser["logo"] == f"http://localhost{logo}"
    with changing(app):
        db.session.scalars(select(Event)).one().published_at = None
    assert client.get(logo).status_code == 404


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# Title", "<p><strong>Title</strong></p>"),
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>"),
        ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("![x](https://e.org/y.png)", '<p>!<a href="https://e.org/y.png" rel="nofollow noopener">x</a></p>'),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
    ],
)
def test_markdown_is_safe_to_show(written: str, shown: str) -> None:
    """No HTML, no pictures, no scripts in links; headings do not come between those of the page."""
    assert str(markdown(written)) == shown
