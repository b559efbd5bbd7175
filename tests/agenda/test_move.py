"""Dragging on the grid as the server sees it: what is stored, what is refused, what others are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as events
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops.agenda.grid.presence import SEEN
from eventops.agenda.models import Edit, Event, Presence, Room, Session
from eventops.db import db
from eventops.staff.models import AuditEntry
from tests.apps import changing, reading
from tests.cast import Conference, add_conference
from tests.staff.team import add_staff, csrf_token, signed_in

NINE = datetime(2024, 5, 7, 6, 0, tzinfo=UTC)
"""On Finnish clocks."""


@dataclass
class Editor:
    """Somebody's browser with the grid open."""

    cast: Conference
    client: FlaskClient
    csrf: str

    @property
    def desk(self) -> str:
        return f"/en/desk/{self.cast.slug}"

    def send(self, path: str, body: Any, **options: Any) -> TestResponse:
        return self.client.post(f"{self.desk}/agenda/{path}", json=body, headers={"X-CSRFToken": self.csrf}, **options)

    def move(self, id: UUID | None = None, **changes: Any) -> TestResponse:
        wanted = {
            "start": "2024-05-07T06:00:00.000Z",
            "end": "2024-05-07T07:00:00.000Z",
            "room_id": None,
            "is_scheduled": True,
            "revision": 1,
        }
        return self.send(f"{id or self.cast.keynote_id}/move", wanted | changes)

    def beat(self, since: int = 0, on: UUID | None = None, was_on: UUID | None = None) -> Any:
        ids = {"on": str(on) if on else None, "was_on": str(was_on) if was_on else None}
        return self.send("beat", {"since": since} | ids).get_json()


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def editor_of(app: Flask, cast: Conference, role: str = "editor") -> Editor:
    add_staff(app, role, cast.event_id)
    client = signed_in(app, f"{role}@example.org")
    return Editor(cast, client, csrf_token(client, f"/en/desk/{cast.slug}/"))


@pytest.fixture
def editor(app: Flask, cast: Conference) -> Editor:
    return editor_of(app, cast)


def stored(app: Flask, cast: Conference) -> tuple[Any, ...]:
    with reading(app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        walls = keynote.start_wall, keynote.start_fold, keynote.end_wall, keynote.end_fold
        return keynote.starts_at, keynote.ends_at, *walls, keynote.room_id, keynote.is_scheduled, keynote.revision


def test_move_is_stored_and_said(app: Flask, cast: Conference, editor: Editor) -> None:
    """Hours on the clocks of the session's zone, the room, and one edit that can be taken back; nothing twice."""
    answer = editor.move()
    said = answer.get_json()
    assert (answer.status_code, said["undo"], said["redo"]) == (200, "Undo: moved Keynote speech", "")
    assert said["session"]["clocks"] == (
        "Tuesday 7 May 2024, 09:00–10:00 Finnish time (08:00–09:00 Danish and Norwegian time)"
    )
    walls = datetime(2024, 5, 7, 9, 0), 0, datetime(2024, 5, 7, 10, 0), 0  # noqa: DTZ001
    assert stored(app, cast) == (NINE, NINE + timedelta(hours=1), *walls, None, True, 2)
    assert editor.move(revision=2).get_json() == {"session": said["session"]}
    with reading(app):
        actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == cast.keynote_id)))
        assert (actions, db.session.scalars(select(Edit.what)).all()) == (["agenda.move"], ["move"])


def test_move_keeps_which_of_two_equal_clock_times_is_meant(app: Flask, cast: Conference, editor: Editor) -> None:
    """When clocks are set back, half past three is shown twice: what was dragged names one instant."""
    editor.move(start="2024-10-27T00:30:00Z", end="2024-10-27T01:30:00Z")
    half_past = datetime(2024, 10, 27, 3, 30)  # noqa: DTZ001
    assert stored(app, cast)[2:6] == (half_past, 0, half_past, 1)


NOWHERE: list[dict[str, Any]] = [
    {"start": "2024-05-07T09:00"},
    {"start": "2024-05-07T08:00:00Z"},
    {"start": "0001-01-01T00:00:00+14:00"},
    {"end": "9999-12-31T23:59:59-14:00"},
    {"end": "2024-05-07T07:00:00.5Z"},
    {"end": 7},
    {"room_id": "everywhere"},
    {"room_id": str(uuid4())},
    {"is_scheduled": "yes"},
    {"revision": None},
]


def test_move_to_nowhere_is_refused(app: Flask, cast: Conference, editor: Editor) -> None:
    """What is no time, no room or no session's length is a 422 that says so, and nothing is stored."""
    before = stored(app, cast)
    answers = [(wrong, editor.move(**wrong)) for wrong in NOWHERE]
    told = [(wrong, answer.status_code, answer.mimetype) for wrong, answer in answers]
    assert told == [(wrong, 422, "application/problem+json") for wrong in NOWHERE]
    assert stored(app, cast) == before


def test_move_that_is_stale_gets_both_versions(app: Flask, cast: Conference, editor: Editor) -> None:
    """Who came second is told by whom, what is stored and what they wanted; it was not stored."""
    editor.move()
    second = editor_of(app, cast, "owner")
    answer = second.move(start="2024-05-07T06:30:00Z")
    said = answer.get_json()
    assert (answer.status_code, said["by"], said["stored"]["revision"]) == (412, "Åsa Öberg", 2)
    assert said["title"] == "Åsa Öberg changed this session meanwhile"
    assert "09:00–10:00 Finnish time" in said["stored"]["clocks"]
    assert "09:30–10:00 Finnish time" in said["wanted"]["clocks"]
    assert stored(app, cast)[0] == NINE
    assert second.move(start="2024-05-07T06:30:00Z", revision=2).status_code == 200
    again = second.move().get_json()
    assert (again["by"], again["title"]) == ("", "You changed this session in another window meanwhile")
    assert (said["changed_by"], again["changed_by"]) == ("Changed by Åsa Öberg", "")
    with changing(app):
        for edit in db.session.scalars(select(Edit)):
            edit.account_id = None
    assert second.move().get_json()["by"] == second.beat()["sessions"][0]["by"] == "Somebody else"


def test_rooms_and_sessions_of_other_events_are_not_there(app: Flask, editor: Editor) -> None:
    """Nor is a session that was removed."""
    with changing(app):
        there = add_conference("another")
        room = db.session.scalars(select(Room).where(Room.event_id == there.event_id).limit(1)).one()
        db.session.get_one(Session, editor.cast.workshop_id).deleted_at = NINE
    assert editor.move(room_id=str(room.id)).status_code == 422
    assert editor.move(there.keynote_id).status_code == editor.move(editor.cast.workshop_id).status_code == 404


def test_beat_tells_of_others_and_of_what_they_changed(app: Flask, cast: Conference, editor: Editor) -> None:
    """Who is on which session, what was moved since, by whom; what was removed; one's own without a name."""
    other = editor_of(app, cast, "owner")
    assert editor.beat(on=cast.keynote_id) == {"is_more": False, "number": 0, "people": [], "sessions": []}
    editor.move()
    said = other.beat(on=cast.keynote_id)
    assert said["people"] == [{"name": "Åsa Öberg", "session_id": str(cast.keynote_id)}]
    assert [(one["id"], one["by"], one["revision"]) for one in said["sessions"]] == [
        (str(cast.keynote_id), "Åsa Öberg", 2)
    ]
    assert (said["number"], other.beat(since=1)["sessions"]) == (1, [])
    own = editor.beat()
    assert (own["sessions"][0]["by"], own["undo"]) == ("", "Undo: moved Keynote speech")
    removal = {"revision": "2", "csrf_token": editor.csrf}
    editor.client.post(f"{editor.desk}/agenda/{cast.keynote_id}/remove", data=removal)
    gone = {"id": str(cast.keynote_id), "is_removed": True, "by": "Åsa Öberg"}
    assert other.beat(since=1)["sessions"] == [gone]


def test_window_on_nothing_leaves_alone_what_another_is_on(app: Flask, cast: Conference, editor: Editor) -> None:
    """Of the same person: a grid beside a form. What a window put down itself is put down at once."""
    other = editor_of(app, cast, "owner")

    def seen() -> list[str]:
        return [person["session_id"] for person in other.beat()["people"]]

    editor.beat(on=cast.keynote_id)
    editor.beat()
    assert seen() == [str(cast.keynote_id)]
    editor.beat(was_on=cast.keynote_id)
    assert seen() == [""]
    editor.beat(on=cast.keynote_id)
    with changing(app):
        db.session.scalars(select(Presence).where(Presence.session_id == cast.keynote_id)).one().seen_at -= SEEN
    editor.beat()
    assert seen() == [""]


def test_beat_writes_only_what_is_new(app: Flask, cast: Conference, editor: Editor) -> None:
    """The same within five seconds is not stored again; a session that is not there is nobody's place."""
    written: list[str] = []
    with app.app_context():
        engine = db.engine
    listener = lambda *said: written.append(said[2]) if said[2].startswith(("INSERT", "UPDATE")) else None  # noqa: E731
    events.listen(engine, "before_cursor_execute", listener)
    for _ in range(3):
        editor.beat(on=cast.keynote_id)
    assert len(written) == 1
    editor.beat(on=uuid4(), was_on=cast.keynote_id)
    assert len(written) == 2
    with reading(app):
        assert db.session.scalars(select(Presence.session_id)).all() == [None]
    assert editor.send("beat", {"since": "x"}).status_code == 422
    assert editor.beat(since=-(10**30))["is_more"] is True


def test_observers_see_the_grid_and_change_nothing(app: Flask, cast: Conference) -> None:
    """The page has no way to change anything; what is posted all the same is refused."""
    observer = editor_of(app, cast, "observer")
    page = observer.client.get(f"{observer.desk}/agenda/grid").text
    assert ("/move" in page, "/undo" in page, "Keynote speech" in page) == (False, False, True)
    assert observer.move().status_code == observer.send("undo", {}).status_code == 403


def test_grid_asks_the_database_as_often_for_many_sessions(app: Flask, cast: Conference, editor: Editor) -> None:
    """Statements of the page: the same for 2 sessions as for 300 in 20 rooms, a third of them in the tray."""
    few = statements(app, editor)
    with changing(app):
        _add_many(db.session.get_one(Event, cast.event_id), 300)
    assert statements(app, editor) == few
    assert editor.client.get(f"{editor.desk}/agenda/grid").text.count('class="plan-title"') == 302


def statements(app: Flask, editor: Editor) -> int:
    """How many it takes to make the page."""
    found: list[str] = []
    with app.app_context():
        engine = db.engine
    listener = lambda *said: found.append(said[2])  # noqa: E731
    events.listen(engine, "before_cursor_execute", listener)
    assert editor.client.get(f"{editor.desk}/agenda/grid").status_code == 200
    events.remove(engine, "before_cursor_execute", listener)
    return len(found)


def _add_many(event: Event, number: int) -> None:
    rooms = [Room(id=uuid4(), event_id=event.id, name=f"Hall {n}", position=n) for n in range(20)]
    db.session.add_all(rooms)
    db.session.flush()
    for n in range(number):
        start = NINE + timedelta(minutes=15 * (n % 30))
        session = Session(id=uuid4(), event_id=event.id, title={"en": f"Talk {n}"}, kind="talk", access="public")
        session.zone, session.room_id, session.is_scheduled = event.home_zone, rooms[n % 20].id, n % 3 > 0
        session.starts_at, session.ends_at = start, start + timedelta(minutes=15)
        session.start_wall, session.end_wall = (
            (at + timedelta(hours=3)).replace(tzinfo=None) for at in (session.starts_at, session.ends_at)
        )
        db.session.add(session)
