"""Conflicts as the desk tells them: read from the database, in words, for its page and for its scripts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as happening
from sqlalchemy import select

from eventops.agenda.conflicts.facts import read_plan
from eventops.agenda.conflicts.words import SHOWN, conflicts_arising, conflicts_of
from eventops.agenda.events import Span
from eventops.agenda.models import Event, PublicWindow, Room, Session, Speaker, SpeakerRole
from eventops.db import db
from eventops.languages import speaking
from eventops.registration.models import Admission, Registration
from eventops.streams.models import Stream
from eventops.times import stored_instant
from tests.agenda.sessions import add_session, hall
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import START, Conference, add_conference
from tests.forms import publish_desk
from tests.staff.team import add_staff, page_of, signed_in

DESK = "/en/desk/conference/"
LIST = f"{DESK}agenda/conflicts"


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def told(app: Flask, cast: Conference, language: str = "en") -> list[str]:
    with reading(app), app.test_request_context(), speaking(language):
        return [conflict.text for conflict in conflicts_of(db.session.get_one(Event, cast.event_id)).told]


def test_conference_that_can_be_held_has_no_conflicts(app: Flask, cast: Conference) -> None:
    """The keynote for all and the closed workshop afterwards."""
    assert told(app, cast) == []


def test_conflicts_are_told_with_both_clocks(app: Flask, cast: Conference) -> None:
    """Each kind in words; the date stands where it is not the event's only one."""
    with changing(app):
        event = db.session.get_one(Event, cast.event_id)
        foyer = Room(id=uuid4(), event_id=event.id, name="Foyer", position=3, capacity=1)
        anna = Speaker(id=uuid4(), event_id=event.id, name="Anna")
        db.session.add_all([foyer, anna])
        keynote = db.session.get_one(Session, cast.keynote_id)
        questions = add_session(cast, "Questions", 130, 50, room_id=foyer.id)
        for session in (keynote, questions):
            session.speaker_roles = [SpeakerRole(speaker=anna)]
        panel = add_session(cast, "Panel", 142, 10, attendance_mode="online", room_id=None)
        panel.access, panel.audiences = "closed", []
        add_session(cast, "Lunch", 0, 30, kind="meal", room_id=None)
        add_session(cast, "Welcome", 0, 60, room_id=None)
        add_session(cast, "Overture", 50, 40, capacity=11)
        add_session(cast, "Evening", 60 * 24, 30)
        hall(cast).capacity = 10
        db.session.delete(db.session.get_one(Stream, cast.public_stream_id))
        db.session.flush()
    assert told(app, cast) == [
        "Room 1 is taken twice: “Overture” and “Keynote speech”, "
        "12:20–12:30 Finnish time (11:20–11:30 Danish and Norwegian time)",
        "Anna is in two places: “Keynote speech” and “Questions”, "
        "13:10–13:20 Finnish time (12:10–12:20 Danish and Norwegian time)",
        "“Welcome” has no room for those who come, 11:00–12:00 Finnish time (10:00–11:00 Danish and Norwegian time)",
        "More people than Room 1 holds (10): “Overture” takes 11, "
        "11:50–12:30 Finnish time (10:50–11:30 Danish and Norwegian time)",
        "“Evening” is open to the public outside the public hours, "
        "Wednesday 8 May 2024, 11:00–11:30 Finnish time (10:00–10:30 Danish and Norwegian time)",
        "“Panel” is by invitation during the public hours, "
        "13:22–13:32 Finnish time (12:22–12:32 Danish and Norwegian time)",
        "“Welcome” is during “Lunch”, a break for the same people, "
        "11:00–11:30 Finnish time (10:00–10:30 Danish and Norwegian time)",
        "“Keynote speech” has no stream for those who attend online, "
        "12:20–13:20 Finnish time (11:20–12:20 Danish and Norwegian time)",
    ]
    assert told(app, cast, "da")[1].endswith("kl. 13.10–13.20 finsk tid)")


@pytest.mark.parametrize(
    ("pause", "sentence"),
    [
        (0, "Anna has 0 min to change rooms, from “One” to “Two”, 12:00 Finnish time"),
        (4, "Anna has 4 min to change rooms, from “One” to “Two”, 12:00–12:04 Finnish time"),
    ],
)
def test_speaker_in_a_hurry_is_told_of_in_minutes(app: Flask, cast: Conference, pause: int, sentence: str) -> None:
    """The hours are those between the two; without any, the moment."""
    with changing(app):
        anna = Speaker(id=uuid4(), event_id=cast.event_id, name="Anna")
        foyer = Room(id=uuid4(), event_id=cast.event_id, name="Foyer", position=3)
        db.session.add_all([anna, foyer])
        db.session.flush()
        for session in (add_session(cast, "One", 0), add_session(cast, "Two", 60 + pause, 15, room_id=foyer.id)):
            session.speaker_roles = [SpeakerRole(speaker=anna)]
    [text] = told(app, cast)
    assert text.startswith(sentence)


def test_what_is_deleted_or_in_the_tray_is_in_no_conflict(app: Flask, cast: Conference) -> None:
    """Only what would be published."""
    with changing(app):
        add_session(cast, "Deleted", 80, deleted_at=START)
        add_session(cast, "In the tray", 80, is_scheduled=False)
    assert told(app, cast) == []


@pytest.mark.parametrize(
    ("wall", "fold", "instant", "clocks"),
    [
        ("2024-03-31T03:30", 0, "2024-03-31T01:30Z", {"gap"}),
        ("2024-10-27T03:30", 0, "2024-10-27T00:30Z", {"fold"}),
        ("2024-10-27T03:30", 1, "2024-10-27T01:30Z", {"fold"}),
        ("2024-10-27T03:30", 1, "2024-10-27T00:30Z", {"gap"}),
        ("2024-10-27T04:00", 0, "2024-10-27T02:00Z", set()),
    ],
)
def test_hours_that_clocks_skip_or_repeat_are_found(
    app: Flask, cast: Conference, wall: str, fold: int, instant: str, clocks: set[str]
) -> None:
    """So is a stored instant that the stored wall time does not give: as if the zone's rules had changed since."""
    with changing(app):
        session = add_session(cast, "Night", 0)
        session.zone, session.start_wall, session.start_fold = "Europe/Helsinki", datetime.fromisoformat(wall), fold
        session.starts_at = datetime.fromisoformat(instant)
        session.end_wall = session.start_wall.replace(hour=6)
        session.ends_at = stored_instant(session.end_wall, session.zone, 0)
        night = session.id
    with reading(app):
        plan, _names = read_plan(db.session.get_one(Event, cast.event_id))
        [planned] = [planned for planned in plan.sessions if planned.id == night]
    assert planned.clocks == clocks


def test_expected_are_the_confirmed_who_come_and_may(app: Flask, cast: Conference) -> None:
    """Two onsite for what is public, one of them admitted to the workshop; who is revoked is not expected."""
    with changing(app):
        for room in db.session.scalars(select(Room)):
            room.capacity = 1
    assert [text.partition(":")[2].partition(",")[0] for text in told(app, cast)] == [" 2 expected at “Keynote speech”"]
    with changing(app):
        for room in db.session.scalars(select(Room)):
            room.capacity = 0
    assert len(told(app, cast)) == 2
    with changing(app):
        invited = Admission.registration_id == cast.people["invited onsite"]
        db.session.scalars(select(Admission).where(invited)).one().revoked_at = START
        db.session.get_one(Registration, cast.people["onsite"]).attendance_mode = "online"
    assert [text.partition(":")[2].partition(",")[0] for text in told(app, cast)] == [" 1 expected at “Keynote speech”"]


def test_streams_are_those_of_the_event(app: Flask, cast: Conference) -> None:
    """Another event's stream serves nobody here; each of ours serves its own."""
    with changing(app):
        add_conference("another")
        for id in (cast.public_stream_id, cast.closed_stream_id):
            db.session.delete(db.session.get_one(Stream, id))
    keynote, workshop = told(app, cast)
    assert keynote.startswith("“Keynote speech” has no stream for those who attend online, ")
    assert workshop.startswith("“Workshop Zyzzogeton” has no stream for those who attend online, ")


@pytest.fixture
def editor(app: Flask, cast: Conference) -> FlaskClient:
    add_staff(app, "editor", cast.event_id)
    return signed_in(app, "editor@example.org")


def test_desk_lists_conflicts_with_the_sessions_to_edit(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """A heading with their number, the words, a link for each session; a line where there are none."""
    [section] = page_of(editor.get(DESK)).xpath("//section[@id='conflicts']")
    assert section.xpath(".//h2/text()") == ["No conflicts"]
    with changing(app):
        clash = add_session(cast, "Clash", 80, 20)
    [section] = page_of(editor.get(DESK)).xpath("//section[@id='conflicts']")
    assert section.xpath(".//h2/text()") == ["1 conflict"]
    edit = f"{DESK}agenda/"
    assert sorted(section.xpath(".//li//a/@href")) == sorted(f"{edit}{id}" for id in (cast.keynote_id, clash.id))


@ON_SQLITE
def test_review_lists_the_conflicts_that_remain(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Before the button, with a link to each session; publishing goes on all the same."""
    with changing(app):
        clash = add_session(cast, "Clash", 80, 20)
    page = page_of(editor.get(f"{DESK}publish"))
    [section] = page.xpath("//main//section[following::form]")
    assert section.xpath(".//h2/text()") == ["1 conflict"]
    assert f"{DESK}agenda/{clash.id}" in section.xpath(".//li//a/@href")
    assert publish_desk(editor, cast.slug).status_code == 303


def test_desk_marks_the_sessions_that_have_a_conflict(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Each at its row, by the worst: public hours that touch are one, and what waits in the tray is outside of none."""
    assert marks(editor) == {"Keynote speech": "", "Workshop Zyzzogeton": ""}
    with changing(app):
        event = db.session.get_one(Event, cast.event_id)
        [window] = event.windows
        later = PublicWindow(zone=window.zone, starts_at=START + timedelta(hours=2), ends_at=window.ends_at)
        window.ends_at = later.starts_at
        event.windows.append(later)
        add_session(cast, "Waits", -300, is_scheduled=False)
    assert marks(editor) == {"Keynote speech": "", "Waits": "", "Workshop Zyzzogeton": ""}
    with changing(app):
        add_session(cast, "Breakfast", -300, kind="meal", room_id=None)
        add_session(cast, "Early", -300)
        add_session(cast, "Clash", -270)
    assert marks(editor) == {
        "Breakfast": "Advice",
        **dict.fromkeys(("Clash", "Early"), "Conflict"),
        **dict.fromkeys(("Keynote speech", "Waits", "Workshop Zyzzogeton"), ""),
    }


def marks(editor: FlaskClient) -> dict[str, str]:
    """By title, what stands at each session's row."""
    rows = page_of(editor.get(DESK)).xpath("//tbody//th")
    return {row.xpath("string(a)"): row.xpath("string(*[@data-session-id])") for row in rows}


def test_what_arises_is_found_among_ever_so_many_conflicts(app: Flask, cast: Conference) -> None:
    """More than the list counts stand before it, before the move and after: what it makes is told all the same."""
    with changing(app):
        for number in range(35):
            add_session(cast, f"Talk {number}", -600)
        moved = add_session(cast, "Moved", 400)
    during_keynote = Span(START + timedelta(minutes=90), START + timedelta(minutes=95))
    with reading(app), app.test_request_context(), speaking("en"):
        arising = conflicts_arising(db.session.get_one(Event, cast.event_id), {moved.id: during_keynote}, {})
    assert [(one.kind, {str(title) for _id, title in one.sessions}) for one in arising] == [
        ("room_twice", {"Moved", "Keynote speech"})
    ]


def test_scripts_get_conflicts_once_and_then_304(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Until something changes that makes or mends one."""
    with changing(app):
        clash = add_session(cast, "Clash", 80, 20)
    answer = editor.get(LIST)
    [conflict] = answer.get_json()["conflicts"]
    text = conflict.pop("text")
    ids = [str(id) for id in (cast.keynote_id, clash.id)]
    assert text.startswith("Room 1 is taken twice: “")
    assert sorted(conflict.pop("session_ids")) == sorted(ids)
    assert answer.get_json()["html"] in editor.get(DESK).text
    assert conflict == {"kind": "room_twice", "severity": "error"}
    known = {"If-None-Match": answer.headers["ETag"]}
    again = editor.get(LIST, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    with changing(app):
        db.session.get_one(Session, clash.id).deleted_at = START
    assert editor.get(LIST, headers=known).get_json()["conflicts"] == []


def test_conflicts_take_as_many_statements_for_many_sessions(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """The sessions, who speaks, who may see them, the rooms, how many people come, who of them to what is closed, and
    the streams; before those, who asks and for which event."""
    with changing(app):
        hall(cast).capacity = 1
    statements: list[str] = []
    with app.app_context():
        happening.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, said, *_: statements.append(said))
    editor.get(LIST)
    first = statements.copy()
    with changing(app):
        many(cast, SHOWN + 20)
    statements.clear()
    editor.get(LIST)
    assert statements == first
    assert [said.split("FROM ")[1].split()[0] for said in first[-7:]] == [
        *("sessions", "session_speakers", "sessions", "rooms", "registrations", "admissions", "streams")
    ]
    shown = editor.get(LIST).get_json()["conflicts"]
    assert len(shown) == SHOWN


def many(cast: Conference, count: int) -> None:
    """Sessions with speakers, all at once and in one room."""
    anna = Speaker(id=uuid4(), event_id=cast.event_id, name="Anna")
    db.session.add(anna)
    for number in range(count):
        add_session(cast, f"Talk {number}", 0).speaker_roles = [SpeakerRole(speaker=anna)]


def test_conflicts_of_an_id_are_of_that_event(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """What clashes at another conference is nothing to this one's desk."""
    with changing(app):
        another = add_conference("another")
        add_session(another, "Clash", 80, 20)
        add_session(another, "Far from here", 80, 20, room_id=hall(cast).id)
    assert editor.get(LIST).get_json()["conflicts"] == []
