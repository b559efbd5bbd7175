"""Creating an event: from nothing, from a file, as a copy; what is in it then, and who may."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from itertools import pairwise
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event as happening
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventops.agenda.models import Audience, Event, Image, PublicWindow, Room, Session, Speaker, Track
from eventops.agenda.pictures import Picture, add_picture
from eventops.agenda.snapshots import desk_sessions
from eventops.checkin.models import Door
from eventops.db import db
from eventops.opening.copy_event import copy_event
from eventops.reminders.models import ReminderRule
from eventops.staff.models import AuditEntry, Membership
from eventops.streams.models import Stream
from tests.agenda.conferences import SLUG, TEXT
from tests.apps import changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, add_conference
from tests.site import Site
from tests.staff.team import add_staff, csrf_token, signed_in

NEW = "/en/desk/new"
DAY, HOME = date(2025, 3, 30), "Europe/Helsinki"
TYPED: dict[str, Any] = {
    "how": "nothing",
    "title": "Spring conference",
    "slug": "spring-2025",
    "starts_on": "2025-03-30",
    "ends_on": "",
    "home_zone": "Europe/Helsinki",
    "also_show": ["Europe/Oslo", "Europe/Helsinki"],
    "start": "2025-03-30T11:00",
    "end": "2025-03-30T14:00",
    "contact": "events@example.org",
    "stream_url": "https://stream.example.org/spring",
}
COPY: dict[str, Any] = {"how": "copy", "model": "conference", "slug": "copied", "starts_on": "2025-05-06"}


def create(site: Site, **fields: Any) -> TestResponse:
    return site.owner.post(NEW, data={"csrf_token": site.csrf, **fields})


def faults(answer: TestResponse) -> dict[str, str]:
    """The complaints beside the fields, by field."""
    found = lxml.html.document_fromstring(answer.text).xpath("//*[@class='field-error']")
    return {each.get("id").removesuffix("-error"): each.text_content().removeprefix("Error: ") for each in found}


def number(site: Site, model: Any, slug: str) -> int:
    """How many rows of the event there are."""
    with reading(site.app):
        of_event = select(Event.id).where(Event.slug == slug).scalar_subquery()
        return db.session.scalar(select(func.count()).where(model.event_id == of_event)) or 0


def furnishing(site: Site, slug: str) -> dict[str, Any]:
    """What every event begins with."""
    with reading(site.app):
        id = db.session.scalars(select(Event.id).where(Event.slug == slug)).one()
        owners = select(Membership.account_id, Membership.role).where(Membership.event_id == id)
        return {
            "doors": list(db.session.scalars(select(Door.name).where(Door.event_id == id))),
            "streams": list(db.session.scalars(select(Stream.provider_url).where(Stream.event_id == id))),
            "reminders": sorted(db.session.scalars(select(ReminderRule.kind).where(ReminderRule.event_id == id))),
            "team": [tuple(row) for row in db.session.execute(owners)],
            "trail": sorted(db.session.scalars(select(AuditEntry.action).where(AuditEntry.event_id == id))),
        }


def begun(site: Site, *streams: str) -> dict[str, Any]:
    return {
        "doors": ["Main entrance"],
        "streams": list(streams),
        "reminders": ["reminder_day_before", "reminder_soon"],
        "team": [(site.owner_id, "owner")],
        "trail": ["agenda.create", "checkin.open_door"],
    }


def test_event_from_nothing_is_ready_to_be_filled_and_unknown_to_the_public(site: Site) -> None:
    """What was typed is in it, a door, a stream and reminders too; its maker owns it and is led to its settings."""
    answer = create(site, **TYPED)
    assert (answer.status_code, answer.location) == (303, "/en/desk/spring-2025/settings?created=")
    assert "Your event is there" in site.owner.get(answer.location).text
    with reading(site.app):
        event = db.session.scalars(select(Event).where(Event.slug == "spring-2025")).one()
        assert (event.title, event.starts_on, event.ends_on) == ({"en": TYPED["title"]}, DAY, DAY)
        assert (event.home_zone, event.also_show, event.contact) == (HOME, ["Europe/Oslo"], TYPED["contact"])
        assert [(w.starts_at.isoformat(), w.ends_at.isoformat()) for w in event.windows] == [
            ("2025-03-30T08:00:00+00:00", "2025-03-30T11:00:00+00:00")
        ]
        assert event.published_at is None
    assert furnishing(site, "spring-2025") == begun(site, TYPED["stream_url"])
    assert site.app.test_client().get("/en/spring-2025/").status_code == 404
    assert site.owner.get("/en/desk/spring-2025/").status_code == 200
    page = site.owner.get("/en/desk/").text  # several now: the list, with the way to one more
    assert all(text in page for text in ("/en/desk/spring-2025/", "/en/desk/conference/", NEW))
    twice = create(site, **TYPED)
    assert (twice.status_code, set(faults(twice))) == (422, {"slug"})


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"title": ""}, {"title"}),
    ({"title": "a\nb"}, {"title"}),
    ({"slug": ""}, {"slug"}),
    ({"slug": "Spring"}, {"slug"}),
    ({"slug": "new"}, {"slug"}),
    ({"slug": "desk"}, {"slug"}),
    ({"slug": "sv"}, {"slug"}),
    ({"slug": "../x"}, {"slug"}),
    ({"slug": "conference"}, {"slug"}),
    ({"starts_on": "30.3.2025"}, {"starts_on"}),
    ({"ends_on": "2025-03-29"}, {"ends_on"}),
    ({"ends_on": "2025-05-29"}, {"ends_on"}),
    ({"home_zone": "Helsinki"}, {"home_zone"}),
    ({"also_show": ["Europe/Atlantis"]}, {"also_show"}),
    ({"contact": ""}, {"contact"}),
    ({"stream_url": "https://user:word@stream.example.org/"}, {"stream_url"}),
    ({"stream_url": "http://stream.example.org/"}, {"stream_url"}),
    ({"start": ""}, {"start"}),
    ({"end": "2025-03-30T11:00"}, {"end"}),
    ({"start": "2025-03-30T03:30"}, {"start"}),
    ({"start": "2025-03-31T11:00", "end": "2025-03-31T14:00"}, {"end"}),
    ({"title": "\x00", "slug": "\x00", "contact": "x"}, {"title", "slug", "contact"}),
]


def test_wrong_answers_create_nothing(site: Site) -> None:
    """422, the complaints beside the fields, what was typed still there; no event, no door, no trail."""
    before = site.rows()
    for fields, expected in WRONG:
        answer = create(site, **{**TYPED, "slug": "wrong", **fields})
        assert (fields, answer.status_code, set(faults(answer))) == (fields, 422, expected)
        assert (fields, "events@example.org" in answer.text) == (fields, "contact" not in fields)
    for how in ("file", "copy", "nonsense", ""):
        assert (how, create(site, how=how).status_code) == (how, 422)
    assert site.rows() == before


def test_hours_that_clocks_skip_are_asked_about(site: Site) -> None:
    """Both moments are offered with their clocks, and the chosen one is taken."""
    hours = {**TYPED, "slug": "gap", "start": "2025-03-30T03:30"}
    answer = create(site, **hours)
    assert "Clocks are set forward" in faults(answer)["start"]
    assert bare_times(visible_text(answer.text)) == []
    for wrong in ({"contact": ""}, {"home_zone": "Helsinki"}, {"starts_on": ""}):
        answer = create(site, **{**hours, **wrong}, start_reading="later", start_asked=hours["start"])
        kept = lxml.html.document_fromstring(answer.text).forms[-1].form_values()
        assert (set(faults(answer)), "later") == (set(wrong), dict(kept).get("start_reading"))
    assert create(site, **hours, start_reading="later").status_code == 303
    with reading(site.app):
        of_event = select(PublicWindow.starts_at).join(Event).where(Event.slug == "gap")
        assert db.session.scalars(of_event).one().isoformat() == "2025-03-30T01:30:00+00:00"


# ---- From a file -----------------------------------------------------------------------------------


def from_file(site: Site, data: bytes, **fields: Any) -> TestResponse:
    return create(site, how="file", file=(BytesIO(data), "conference.yaml"), **fields)


def test_event_from_a_file_is_all_that_the_file_says(site: Site) -> None:
    """Uploaded, or mended in the page; what is not understood is named first and left out when that is agreed to."""
    answer = from_file(site, TEXT.encode(), leave_out="yes")
    assert (answer.status_code, answer.location) == (303, f"/en/desk/{SLUG}/settings?created=")
    with reading(site.app):
        event = db.session.scalars(select(Event).where(Event.slug == SLUG)).one()
        assert len(desk_sessions(event.id)) == 9
    assert furnishing(site, SLUG)["team"] == [(site.owner_id, "owner")]
    assert furnishing(site, SLUG)["doors"] == ["Main entrance"]
    twice = create(site, how="file", text=TEXT, leave_out="yes")
    assert (twice.status_code, set(faults(twice))) == (422, {"text"})


def test_what_is_not_understood_is_named_before_anything_is_created(site: Site) -> None:
    """Each place in the file; then it is left out, or mended."""
    before = site.rows()
    answer = create(site, how="file", text=TEXT + "\nweather: sunny\n")
    places = lxml.html.document_fromstring(answer.text).xpath("//li[@class='address']/text()")
    assert (answer.status_code, "weather" in places, site.rows() == before) == (422, True, True)


BOMB = "a: &a [x, x]\n" + "".join(f"{new}: &{new} [*{old}, *{old}]\n" for old, new in pairwise("abcdefgh"))
FILES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", ""),
    "no YAML": (b"a: [", "YAML"),
    "not UTF-8": (b"\xff\xfe\x00", "UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00", "UTF-8"),
    "a list": (b"[1, 2]", "the file"),
    "a day that is none": (b"event: {title: x, date: 2024-13-45}", "YAML"),
    "a number that is none": (b"event: " + b"9" * 5000, ""),
    "a number to base 60": (b"event: " + b"1:" * 100_000 + b"1", "line 1: is a number"),
    "references": (BOMB.encode(), "line 2: references"),
    "depth": (b"[" * 100_000, "more than 40 deep"),
    "control characters": (b'event: {title: "a\\0b"}', "line 1: has control characters"),
    "half characters": (b'event: {title: "\\ud800"}', ""),
    "an object": (b"!!python/object/apply:os.system [ls]", "YAML"),
    "several": (b"event: {title: 7, date: soon, home_zone: Helsinki, contact: nobody}", "event.home_zone"),
}


def test_files_of_any_kind_are_refused_with_each_place_in_them(site: Site) -> None:
    """Beside the field, nothing stored, and never an error of ours."""
    before = site.rows()
    for what, (data, said) in FILES.items():
        answer = from_file(site, data)
        assert (what, answer.status_code, said in faults(answer)["text"]) == (what, 422, True)
    several = faults(from_file(site, FILES["several"][0]))["text"]
    assert all(place in several for place in ("event.title", "event.date", "event.home_zone", "event.contact"))
    assert site.rows() == before


# ---- As a copy -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planned(site: Site) -> None:
    """The conference has a track, a logo, a photo, notes, a tray, things that were removed, and times to mind."""
    with changing(site.app):
        event = db.session.get_one(Event, site.cast.event_id)
        picture = add_picture(event.id, Picture("image/png", 1, 1, b"logo"))
        event.organisers = [{**event.organisers[0], "logo": str(picture.id)}]
        event.seats, event.venue = 90, "Luckan"
        speaker = db.session.scalars(select(Speaker).where(Speaker.event_id == event.id)).one()
        speaker.photo_id = add_picture(event.id, Picture("image/jpeg", 1, 1, b"photo")).id
        keynote, workshop = (db.session.get_one(Session, id) for id in (site.cast.keynote_id, site.cast.workshop_id))
        keynote.track_id, keynote.staff_notes = site.parts["track"], "Call Anna"
        workshop.is_scheduled, workshop.shows_block = False, True
        gone = add_picture(event.id, Picture("image/jpeg", 1, 1, b"of somebody who is gone"))
        db.session.add(Speaker(event_id=event.id, name="Gone", photo_id=gone.id, deleted_at=event.published_at))
        add_picture(event.id, Picture("image/png", 1, 1, b"a logo that was replaced"))
        db.session.add(Room(event_id=event.id, name="Gone", position=9, deleted_at=event.published_at))


def test_copy_has_what_was_planned_and_nobody(site: Site, planned: None) -> None:
    """Settings, rooms, tracks, speakers, audiences, sessions at the same hours of the clock; new ids everywhere."""
    assert create(site, **COPY).status_code == 303
    with reading(site.app):
        events = {event.slug: event for event in db.session.scalars(select(Event))}
        model, copy = events["conference"], events["copied"]
        for name in ("title", "home_zone", "also_show", "venue", "contact", "funding", "seats", "retention_days"):
            assert getattr(copy, name) == getattr(model, name)
        assert (copy.starts_on, copy.ends_on) == (date(2025, 5, 6), date(2025, 5, 6))
        assert (copy.published_at, copy.revision, copy.public_version) == (None, 1, 0)
        assert [w.starts_at.isoformat() for w in copy.windows] == ["2025-05-06T08:00:00+00:00"]
        keynote, workshop = desk_sessions(copy.id)
        assert (keynote.title, keynote.start_wall.isoformat(), keynote.room.name, keynote.track.name) == (  # type: ignore[union-attr]
            {"en": "Keynote speech"},
            "2025-05-06T12:20:00",
            "Room 1",
            {"en": "Track"},
        )
        assert (keynote.staff_notes, workshop.is_scheduled, workshop.shows_block) == ("", False, True)
        assert [audience.name for audience in workshop.audiences] == [f"Audience {CANARY}"]
        assert [speaker.name for speaker in workshop.speakers] == [f"Speaker {CANARY}"]
        found = db.session.scalars(select(Image).where(Image.event_id == copy.id)).all()
        assert len(found) == 2  # those that something names
        images = {str(image.id): image.content for image in found}
        assert images[copy.organisers[0]["logo"]] == b"logo"
        assert images[str(workshop.speakers[0].photo_id)] == b"photo"
    assert [number(site, table, "copied") for table in (Room, Track, Speaker, Audience)] == [2, 1, 1, 1]
    assert furnishing(site, "copied") == begun(site)
    assert tables_of(site, "copied") == {
        *("audiences", "audit_entries", "doors", "images", "memberships", "public_windows", "reminder_rules", "rooms"),
        *("sessions", "speakers", "tracks"),
    }


def test_copying_takes_as_many_statements_for_many_pictures(site: Site, planned: None) -> None:
    """Of the database's, the same for 1 more speaker as for 20, each with a photo."""
    counts = []
    for more in (1, 20):
        with changing(site.app):
            event = db.session.get_one(Event, site.cast.event_id)
            for number in range(more):
                photo = add_picture(event.id, Picture("image/png", 1, 1, b"x"))
                db.session.add(Speaker(event_id=event.id, name=str(number), photo_id=photo.id))
        said: list[str] = []
        listener = lambda *given, said=said: said.append(given[2])  # noqa: E731
        with changing(site.app):
            happening.listen(db.engine, "before_cursor_execute", listener)
            copy_event(db.session.get_one(Event, site.cast.event_id), f"with-{more}", DAY)
            happening.remove(db.engine, "before_cursor_execute", listener)
            db.session.rollback()
        counts.append(len(said))
    assert counts[0] == counts[1]


def tables_of(site: Site, slug: str) -> set[str]:
    """In which tables the event has rows."""
    found = set()
    with reading(site.app):
        id = db.session.scalars(select(Event.id).where(Event.slug == slug)).one()
        for name, table in db.metadata.tables.items():
            if "event_id" in table.c and db.session.execute(select(table).where(table.c.event_id == id)).first():
                found.add(name)
    return found


def test_copy_to_a_day_on_which_clocks_change_says_what_is_later(site: Site, planned: None) -> None:
    """Sessions at hours that are skipped or shown twice are listed first, and take the later moment."""
    with changing(site.app):
        keynote = db.session.get_one(Session, site.cast.keynote_id)
        kept = {name: getattr(keynote, name) for name in ("start_wall", "end_wall", "starts_at", "ends_at")}
        keynote.start_wall = keynote.start_wall.replace(hour=3, minute=45)
        keynote.starts_at = keynote.starts_at.replace(hour=0, minute=45)
        keynote.end_wall = keynote.end_wall.replace(hour=4, minute=15)
        keynote.ends_at = keynote.ends_at.replace(hour=1, minute=15)
    before = site.rows()
    for slug, day, start, end in (
        ("gap", "2025-03-30", "2025-03-30T01:45:00+00:00", "2025-03-30T02:15:00+00:00"),
        ("fold", "2025-10-26", "2025-10-26T01:45:00+00:00", "2025-10-26T02:15:00+00:00"),
    ):
        wanted = {**COPY, "slug": f"on-{slug}", "starts_on": day}
        answer = create(site, **wanted)
        assert (answer.status_code, "Keynote speech" in answer.text, "Workshop" in answer.text) == (422, True, False)
        assert bare_times(visible_text(answer.text)) == []
        assert slug != "gap" or site.rows() == before
        assert create(site, **wanted, later="yes").status_code == 303
        with reading(site.app):
            event = db.session.scalars(select(Event).where(Event.slug == f"on-{slug}")).one()
            found = next(s for s in desk_sessions(event.id) if s.title["en"] == "Keynote speech")
            assert (found.starts_at.isoformat(), found.ends_at.isoformat()) == (start, end)
    with changing(site.app):
        keynote = db.session.get_one(Session, site.cast.keynote_id)
        for name, value in kept.items():
            setattr(keynote, name, value)


# ---- Who may ---------------------------------------------------------------------------------------


def test_only_owners_create_events_and_only_of_their_own(site: Site) -> None:
    """Others are told whom to ask, and see no button; nobody copies an event that is not theirs."""
    with changing(site.app):
        other = add_conference("theirs")
    add_staff(site.app, "editor", site.cast.event_id)
    editor = signed_in(site.app, "editor@example.org")
    before = site.rows()
    for answer in (editor.get(NEW), editor.post(NEW, data={"csrf_token": csrf_of(editor), **TYPED, "slug": "mine"})):
        assert (answer.status_code, "Only an owner can create an event" in answer.text) == (403, True)
    assert NEW not in editor.get("/en/desk/?all=").text
    refused = create(site, **{**COPY, "slug": "taken", "model": other.slug})
    assert (refused.status_code, set(faults(refused))) == (422, {"model"})
    page = site.owner.get(f"{NEW}?how=copy").text
    assert (other.slug in page, "Tuesday 7 May 2024 · conference" in page) == (False, True)
    assert "Tuesday 7 May 2024 · conference" in editor.get("/en/desk/?all=").text
    assert site.rows() == before


def csrf_of(client: FlaskClient) -> str:
    return csrf_token(client, "/en/desk/?all=")
