"""Running late: what moves, for whom, at once; and that nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops.agenda.edit import schedule
from eventops.agenda.journal import to_undo, undo
from eventops.agenda.late import Shift, TooEarly, plan_shift, shift
from eventops.agenda.models import Edit, Event, PublicWindow, PublishedSession, Release, Room, Session
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.letters.models import Letter
from eventops.registration.models import Registration
from eventops.reminders.due import next_due
from eventops.reminders.rules import ensure_default_rules
from eventops.staff.models import AuditEntry
from eventops.streams.models import Stream
from eventops.streams.schedule import opening
from tests.agenda.sessions import add_session, hall
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import SPRING, START, Conference, add_conference
from tests.day import standing_at
from tests.forms import send_form
from tests.staff.team import add_staff, csrf_token, page_of, signed_in

LATE = "/en/desk/conference/late"
NOON = START + timedelta(hours=1)
"""12:00 Finnish time."""
Hours = dict[str, tuple[str, str]]


@pytest.fixture
def cast(app: Flask) -> Conference:
    """Published: a talk 11:30–12:30, the keynote 12:20–13:20, questions elsewhere 13:20–14:00, a closed workshop
    15:00–16:00, the public hours 11:00–14:00; the day after, a walk."""
    with changing(app):
        cast = add_conference()
        foyer = Room(id=uuid4(), event_id=cast.event_id, name="Foyer", position=3)
        db.session.add(foyer)
        db.session.flush()
        add_session(cast, "Welcome", 0, 30)
        add_session(cast, "Talk", 30, 60, room_id=foyer.id)
        add_session(cast, "Questions", 140, 40, room_id=foyer.id)
        add_session(cast, "Walk", 24 * 60, 60)
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    return cast


def at(text: str) -> datetime:
    """HH:MM on the day on Finnish clocks."""
    return datetime.fromisoformat(f"2024-05-07T{text}+03:00").astimezone(UTC)


def hours_of(app: Flask, model: type[Session] | type[PublishedSession]) -> Hours:
    """When each session starts and ends on Finnish clocks, by the first word of its title."""
    with reading(app):
        rows: list[Any] = list(db.session.scalars(select(model)))
        return {_title(row).split()[0]: (_clock(row.starts_at), _clock(row.ends_at)) for row in rows}


def _title(row: Session | PublishedSession) -> str:
    return str((row.title if isinstance(row, Session) else row.content["title"])["en"])


def _clock(instant: datetime) -> str:
    return f"{instant + timedelta(hours=3):%d %H:%M}".removeprefix("07 ")


def run_late(app: Flask, cast: Conference, room: str, minutes: int, now: datetime = NOON) -> Shift:
    """Shift what is in the room of that name, or everything."""
    with changing(app):
        event = db.session.get_one(Event, cast.event_id)
        planned = plan_shift(event, room_of(room), minutes, now)
        shift(event, planned, None, now, "late")
    return planned


def room_of(name: str) -> UUID | None:
    """None for everywhere."""
    return db.session.scalars(select(Room.id).where(Room.name == name)).one() if name else None


def public_hours(app: Flask) -> tuple[str, str]:
    with reading(app):
        window = db.session.scalars(select(PublicWindow)).one()
        return _clock(window.starts_at), _clock(window.ends_at)


BEFORE: Hours = {
    "Welcome": ("11:00", "11:30"),
    "Talk": ("11:30", "12:30"),
    "Keynote": ("12:20", "13:20"),
    "Questions": ("13:20", "14:00"),
    "Workshop": ("15:00", "16:00"),
    "Walk": ("08 11:00", "08 12:00"),
}


@dataclass(frozen=True)
class Case:
    """What moves to which hours when something is shifted, and what become the public hours."""

    room: str
    minutes: int
    now: str
    moved: Hours
    public: tuple[str, str]


CASES = (
    Case(
        "",
        10,
        "12:00",
        {
            "Talk": ("11:30", "12:40"),
            "Keynote": ("12:30", "13:30"),
            "Questions": ("13:30", "14:10"),
            "Workshop": ("15:10", "16:10"),
        },
        ("11:00", "14:10"),
    ),
    Case("Room 1", 10, "12:00", {"Keynote": ("12:30", "13:30")}, ("11:00", "14:00")),
    Case("Foyer", -10, "12:00", {"Talk": ("11:30", "12:20"), "Questions": ("13:10", "13:50")}, ("11:00", "13:50")),
    Case("Room 1", 60, "12:20", {"Keynote": ("12:20", "14:20")}, ("11:00", "14:20")),
    Case("Room 1", 10, "10:00", {"Welcome": ("11:10", "11:40"), "Keynote": ("12:30", "13:30")}, ("11:10", "14:00")),
    Case("Foyer", 10, "10:00", {"Talk": ("11:40", "12:40"), "Questions": ("13:30", "14:10")}, ("11:00", "14:10")),
    Case("", 5, "14:30", {"Workshop": ("15:05", "16:05")}, ("11:00", "14:00")),
    Case("Room 1", 5, "14:30", {}, ("11:00", "14:00")),
)


def test_shift_moves_what_is_to_come_today_and_the_end_of_what_runs(app: Flask, cast: Conference) -> None:
    """On the desk and in what everybody reads alike; the public hours follow their first and their last session."""
    with reading(app):
        event = db.session.get_one(Event, cast.event_id)
        titles = {row.id: _title(row).split()[0] for row in db.session.scalars(select(Session))}
        for case in CASES:
            planned = plan_shift(event, room_of(case.room), case.minutes, at(case.now))
            published = {titles[one.id]: (_clock(one.starts_at), _clock(one.ends_at)) for one in planned.published}
            desk = {titles[id]: (_clock(span.starts_at), _clock(span.ends_at)) for id, span in planned.spans.items()}
            public = [(_clock(span.starts_at), _clock(span.ends_at)) for _, span in planned.windows if span]
            assert (case, published, desk) == (case, BEFORE | case.moved, case.moved)
            assert (public or [("11:00", "14:00")]) == [case.public]


@pytest.fixture
def two_windows(app: Flask, cast: Conference) -> None:
    """The public hours are 11:00–11:30, of the welcome, and 11:35–14:00, of all else."""
    with changing(app):
        event = db.session.get_one(Event, cast.event_id)
        event.windows[0].ends_at = at("11:30")
        event.windows.append(PublicWindow(zone="Europe/Helsinki", starts_at=at("11:35"), ends_at=at("14:00")))


@ON_SQLITE
@pytest.mark.parametrize(
    ("room", "minutes", "expected"),
    [
        ("", 10, [("11:10", "11:40"), ("11:45", "14:10")]),
        ("Room 1", 4, [("11:04", "11:34"), ("11:35", "14:00")]),
        ("Room 1", 5, [("11:05", "11:35"), ("11:35", "14:00")]),
        ("Room 1", 10, [("11:10", "14:00")]),
        ("Room 1", 240, [("11:35", "17:20")]),
        ("Foyer", -10, [("11:00", "13:50")]),
    ],
)
@pytest.mark.usefixtures("two_windows")
def test_public_hours_that_come_to_overlap_become_one(
    app: Flask, cast: Conference, room: str, minutes: int, expected: list[tuple[str, str]]
) -> None:
    """From the beginning of the first to the end of the last; those that only touch stay as they are."""
    run_late(app, cast, room, minutes, at("10:00"))
    with reading(app):
        windows = db.session.get_one(Event, cast.event_id).windows
        assert [(_clock(window.starts_at), _clock(window.ends_at)) for window in windows] == expected


def test_shift_publishes_what_moves_and_no_other_draft(app: Flask, cast: Conference) -> None:
    """SEQUENCE rises of what moves alone; a new title stays on the desk, as does a session that is new."""
    with changing(app):
        db.session.get_one(Session, cast.keynote_id).title = {"en": "Keynote with a new title"}
        add_session(cast, "Encore", 185, 10)
    run_late(app, cast, "Room 1", 10)
    with reading(app):
        rows = {_title(row): row.sequence for row in db.session.scalars(select(PublishedSession))}
        assert rows == {
            "Welcome": 0,
            "Talk": 0,
            "Keynote speech": 1,
            "Questions": 0,
            "Walk": 0,
            "Workshop Zyzzogeton": 0,
        }
        assert db.session.get_one(Session, cast.keynote_id).title == {"en": "Keynote with a new title"}
        assert list(db.session.scalars(select(Release.number).order_by(Release.number))) == [1, 2]
    assert hours_of(app, Session)["Encore"] == ("14:15", "14:25")


def test_shift_moves_a_draft_and_what_is_published_of_it_by_as_much(app: Flask, cast: Conference) -> None:
    """It stays a draft: what was moved on the desk is not published by the way. What is deleted there moves too."""
    with changing(app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        schedule(keynote, at("12:40"), at("13:40"))
        questions = next(s for s in db.session.scalars(select(Session)) if s.title == {"en": "Questions"})
        questions.deleted_at = NOON
    planned = run_late(app, cast, "", 10)
    assert [change.session_id for change in planned.drafts] == [cast.keynote_id]
    assert hours_of(app, PublishedSession)["Keynote"] == ("12:30", "13:30")
    assert hours_of(app, PublishedSession)["Questions"] == ("13:30", "14:10")
    assert hours_of(app, Session)["Keynote"] == ("12:50", "13:50")


def test_shift_leaves_the_tray_alone(app: Flask, cast: Conference) -> None:
    """What waits there has no hours yet."""
    with changing(app):
        add_session(cast, "Waiting", 90, 10, is_scheduled=False)
    run_late(app, cast, "", 10)
    assert hours_of(app, Session)["Waiting"] == ("12:30", "12:40")


def test_shift_is_one_edit_that_can_be_undone_on_the_desk(app: Flask, cast: Conference) -> None:
    """What is published stays shifted until somebody publishes or shifts it back."""
    run_late(app, cast, "", 10)
    with changing(app):
        [edit] = db.session.scalars(select(Edit))
        assert (edit.what, len(edit.changes)) == ("shift", 4)
        last = to_undo(cast.event_id, None)
        assert last is not None
        undo(last, NOON)
    assert hours_of(app, Session) == BEFORE
    assert hours_of(app, PublishedSession)["Keynote"] == ("12:30", "13:30")


def test_shift_back_puts_all_back(app: Flask, cast: Conference) -> None:
    """By as many minutes the other way, the public hours too."""
    run_late(app, cast, "", 10)
    run_late(app, cast, "", -10)
    assert hours_of(app, PublishedSession) == hours_of(app, Session) == BEFORE
    assert public_hours(app) == ("11:00", "14:00")


def test_shift_into_the_past_is_refused(app: Flask, cast: Conference) -> None:
    """Nothing begins before now, and what runs does not end before it. As early as that it may be."""
    with reading(app):
        event = db.session.get_one(Event, cast.event_id)
        for now, most in (("12:00", 20), ("12:25", 4), ("13:00", 19)):
            with pytest.raises(TooEarly) as refusal:
                plan_shift(event, None, -most - 1, at(now))
            assert (now, refusal.value.most) == (now, most)
            assert plan_shift(event, None, -most, at(now)).moves


def test_streams_close_and_reminders_come_by_the_shifted_hours(app: Flask, cast: Conference) -> None:
    """The public stream with the public hours, the workshop's with the workshop, and what is due 30 minutes before."""
    with changing(app):
        ensure_default_rules(cast.event_id)
    before_all = at("10:00")
    with reading(app):
        closes = {id: _closing(id) for id in (cast.public_stream_id, cast.closed_stream_id)}
        due = next_due(before_all, START)
    run_late(app, cast, "", 15, before_all)
    with reading(app):
        assert {id: _closing(id) for id in closes} == {id: at + timedelta(minutes=15) for id, at in closes.items()}
        assert next_due(before_all, START) == [instant + timedelta(minutes=15) for instant in due] != []


def _closing(stream_id: UUID) -> datetime:
    hours = opening(db.session.get_one(Stream, stream_id))
    assert hours is not None
    return hours.closes_at


def test_letters_go_out_from_the_events_threshold_on(app: Flask, cast: Conference) -> None:
    """To those who may see what moves; by default from 15 minutes on, later or earlier."""
    for minutes, people in ((14, 0), (-15, 4)):
        planned = run_late(app, cast, "", minutes)
        assert planned.sends_letters == (people > 0)
        with reading(app):
            kinds = list(db.session.scalars(select(Letter.kind)))
            release = db.session.scalars(select(Release).order_by(Release.number.desc())).first()
            assert release is not None
            assert (kinds, release.letters) == (["programme_changed"] * people, people)


@pytest.fixture
def editor(app: Flask, cast: Conference) -> Iterator[FlaskClient]:
    """In whose browser it is noon."""
    with standing_at(NOON):
        add_staff(app, "editor", cast.event_id)
        yield signed_in(app, "editor@example.org")


def preview(editor: FlaskClient, room: UUID | str = "", minutes: str = "10") -> dict[str, str]:
    """What the page's form would send."""
    page = page_of(editor.get(f"{LATE}?room={room}&minutes={minutes}"))
    [form] = [form for form in page.forms if form.method == "POST" and "seen" in form.fields]
    return {name: str(value) for name, value in form.form_values()}


def told(answer: TestResponse) -> str:
    return " ".join(page_of(answer).text_content().split())


def test_page_shows_what_moves_and_stores_nothing(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Old and new hours on both clocks, the public hours, whether letters go out, and what comes to clash."""
    with reading(app):
        room = hall(cast).id
    text = told(editor.get(f"{LATE}?room=&minutes=10"))
    for said in (
        "From now on: 12:00 Finnish time (11:00 Danish and Norwegian time)",
        "Talk Goes on, its end moved 12:30 → 12:40 Finnish time, 11:30 → 11:40 Danish and Norwegian time",
        "Keynote speech Starts 12:20 → 12:30 Finnish time, 11:20 → 11:30 Danish and Norwegian time",
        "The public hours end 14:00 → 14:10 Finnish time, 13:00 → 13:10 Danish and Norwegian time",
        "No letters go out: that begins at 15 min.",
    ):
        assert said in text
    assert "Conflicts that arise" not in text
    with changing(app):
        add_session(cast, "Panel", 140, 30)
    text = told(editor.get(f"{LATE}?room={room}&minutes=20"))
    assert "Room 1 is taken twice" not in text
    with changing(app):
        publish(db.session.get_one(Event, cast.event_id), SPRING)
        panel = next(s for s in db.session.scalars(select(Session)) if s.title == {"en": "Panel"})
        schedule(panel, panel.starts_at + timedelta(days=1), panel.ends_at + timedelta(days=1))
        add_session(cast, "Yoga", 24 * 60 + 175, 30)
    text = told(editor.get(f"{LATE}?room={room}&minutes=20"))
    assert "Letters go out: to 4 registered people who may see what moves." in text
    assert "On the desk alone" in text
    assert "Room 1 is taken twice: “Panel” and “Yoga”" in text
    assert hours_of(app, PublishedSession)["Keynote"] == ("12:20", "13:20")


def test_pressing_once_shifts_and_pressing_twice_does_not(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """The second time nothing is shifted, and what would move now is shown."""
    form = preview(editor)
    assert editor.post(LATE, data=form).location == f"{LATE}?shifted=10"
    assert "Shifted by +10 min, and published" in told(editor.get(f"{LATE}?shifted=10"))
    again = editor.post(LATE, data=form)
    assert (again.status_code, "Nothing was shifted" in told(again)) == (409, True)
    assert "Keynote speech Starts 12:30 → 12:40 Finnish time" in told(again)
    assert hours_of(app, PublishedSession)["Keynote"] == ("12:30", "13:30")
    with reading(app):
        [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "agenda.shift"))
        assert entry.details == {"minutes": 10, "letters": 0}
        assert [release.note for release in db.session.scalars(select(Release).where(Release.number > 1))] == [
            "Running late: +10 min"
        ]


@ON_SQLITE
@pytest.mark.usefixtures("two_windows")
def test_page_says_that_public_hours_become_one(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Before it happens; afterwards the settings can be saved as they are."""
    with reading(app):
        room = hall(cast).id
    with standing_at(at("10:00")):
        form = preview(editor, room)
        said = told(editor.get(f"{LATE}?room={form['room']}&minutes=10"))
        assert "The public hours begin 11:00 → 11:10 Finnish time" in said
        assert (
            "The public hours of 11:35–14:00 Finnish time (10:35–13:00 Danish and Norwegian time) become part of those"
            " before them." in said
        )
        assert editor.post(LATE, data=form).status_code == 303
        assert send_form(editor, "/en/desk/conference/settings").status_code == 303


@ON_SQLITE
def test_page_tells_no_more_than_happens(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """One person is one person, and of an event that is not published only the desk moves."""
    with changing(app):
        for who in set(cast.people) - {"invited online"}:
            db.session.get_one(Registration, cast.people[who]).state = "cancelled"
    assert "Letters go out: to 1 registered person who may see what moves." in told(
        editor.get(f"{LATE}?room=&minutes=20")
    )
    with changing(app):
        db.session.get_one(Event, cast.event_id).published_at = None
    said = told(editor.get(f"{LATE}?shifted=10"))
    assert ("Shifted by +10 min on the desk" in said, "and published" in said) == (True, False)


def test_what_was_moved_meanwhile_is_not_shifted_unseen(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Somebody else's move of a draft makes it another shift than the one that was looked at."""
    form = preview(editor)
    with changing(app):
        schedule(db.session.get_one(Session, cast.keynote_id), at("12:40"), at("13:40"))
    assert editor.post(LATE, data=form).status_code == 409
    assert hours_of(app, PublishedSession) == BEFORE


def test_shift_that_would_show_a_closed_session_is_not_made(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """As with any publishing; the desk stays as it was too."""
    with changing(app):
        db.session.get_one(Event, cast.event_id).title = {"en": "Workshop Zyzzogeton for all"}
    answer = editor.post(LATE, data=preview(editor))
    assert answer.status_code == 409
    assert hours_of(app, PublishedSession) == hours_of(app, Session) == BEFORE


def test_what_cannot_be_shifted_is_said_beside_its_field(editor: FlaskClient) -> None:
    """And there is nothing to press; who posts it all the same gets 422."""
    number, room = "Write a number of minutes, at most 240.", "Choose one of the rooms."
    early = "That would be before now. It can be at most 19 min earlier."
    for query, message in {
        "room=&minutes=&number=": number,
        "room=&number=0": number,
        "room=&number=241": number,
        "room=&number=ten": number,
        "room=x&number=10": room,
        "room=&number=-30": early,
        "room=&number=−30": early,
    }.items():
        answer = editor.get(f"{LATE}?{query}")
        assert (query, answer.status_code, message in told(answer)) == (query, 200, True)
        assert [form for form in page_of(answer).forms if "seen" in form.fields] == []
    answer = editor.post(LATE, data={"minutes": "0", "csrf_token": csrf_token(editor, LATE)})
    assert (answer.status_code, number in told(answer)) == (422, True)


def test_nothing_left_of_today_is_nothing_to_shift(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """In the evening, or in a room that is done."""
    with standing_at(at("17:00")):
        answer = editor.get(f"{LATE}?room=&minutes=10")
    assert (answer.status_code, "Nothing of today is still to come there." in told(answer)) == (200, True)
