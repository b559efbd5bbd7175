"""Releases: what each changed and who made it, and going back to one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as happening
from sqlalchemy import select

from eventops.agenda.journal import to_undo, undo
from eventops.agenda.models import Edit, Event, PublishedSession, Release, Room, Session, Speaker
from eventops.agenda.publish import publish
from eventops.db import db
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import CANARY, SPRING, Conference, add_conference
from tests.forms import publish_desk, send_form
from tests.staff.team import add_staff, page_of, signed_in

DESK = "/en/desk/conference/"
RELEASES = f"{DESK}releases/"


@pytest.fixture
def cast(app: Flask) -> Conference:
    """A conference whose agenda is its first release."""
    with changing(app):
        cast = add_conference()
        publish(db.session.get_one(Event, cast.event_id), SPRING, note="The first one")
    return cast


@pytest.fixture
def editor(app: Flask, cast: Conference) -> FlaskClient:
    add_staff(app, "editor", cast.event_id)
    return signed_in(app, "editor@example.org")


def edit(editor: FlaskClient, session_id: UUID, **fields: Any) -> None:
    assert send_form(editor, f"{DESK}agenda/{session_id}", **fields).status_code == 303


def texts(editor: FlaskClient, path: str) -> str:
    return " ".join(page_of(editor.get(path)).text_content().split())


@ON_SQLITE
def test_releases_say_what_changed_who_made_them_and_why(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """The latest first; each has a page with its changes in words."""
    edit(editor, cast.keynote_id, start="2024-05-07T12:30", title_fi="Pääpuhe")
    assert publish_desk(editor, "conference", note=" Aino's train\x00 is late ").status_code == 303
    table = texts(editor, RELEASES)
    assert table.index("Release 2") < table.index("Release 1")
    for said in ("1 session changed", "Aino's train is late", "Åsa Öberg", "The first one"):
        assert said in table
    page = texts(editor, f"{RELEASES}2")
    assert "Moved 12:20 → 12:30 Finnish time, 11:20 → 11:30 Danish and Norwegian time" in page
    assert ("Now 50 minutes long; before: 60" in page, "Title changed; before: Keynote speech" in page) == (True, True)


@ON_SQLITE
def test_list_of_releases_does_not_load_their_agendas(app: Flask, editor: FlaskClient) -> None:
    """Each is an agenda, and the page says none."""
    said: list[str] = []
    with app.app_context():
        happening.listen(db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    assert editor.get(RELEASES).status_code == 200
    assert ([one for one in said if "agenda" in one], any("FROM releases" in one for one in said)) == ([], True)


@ON_SQLITE
def test_desk_is_loaded_once(app: Flask, editor: FlaskClient) -> None:
    """For its rows, and for how many of them are not published yet."""
    said: list[str] = []
    with app.app_context():
        happening.listen(db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    assert editor.get(DESK).status_code == 200
    assert len([one for one in said if "sessions.abstract" in one]) == 1


@ON_SQLITE
def test_pressing_twice_publishes_once(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """The second press finds everything as the organiser saw it, and says so; going back is pressed twice alike."""
    edit(editor, cast.keynote_id, start="2024-05-07T12:30")
    for path in (f"{DESK}publish", f"{RELEASES}1"):
        form = next(form for form in page_of(editor.get(path)).forms if "seen" in form.fields)
        for _ in range(2):
            answer = editor.post(form.action, data=dict(form.form_values()))
            assert (answer.status_code, answer.location) == (303, f"{DESK}?published=")
    with reading(app):
        assert list(db.session.scalars(select(Release.number).order_by(Release.number))) == [1, 2, 3]


def test_going_back_is_a_release_and_puts_the_desk_back(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """All that was published then is so again, by its names of then; what came later waits in the tray; one undo."""
    edit(editor, cast.keynote_id, title_en="Keynote by somebody else", start="2024-05-07T12:30", room_id="")
    assert send_form(editor, f"{DESK}agenda/new", title_en="Panel", end="2024-05-07T12:00").status_code == 303
    with changing(app):
        db.session.scalars(select(Room).where(Room.name == "Room 1")).one().name = "Room One"
        db.session.scalars(select(Speaker)).one().name = "Somebody else"
        db.session.get_one(Session, cast.workshop_id).deleted_at = SPRING
    publish_desk(editor, "conference")
    with reading(app):
        before = [row.id for row in db.session.scalars(select(PublishedSession))]
    page = texts(editor, f"{RELEASES}1")
    assert ("Moved 12:30 → 12:20 Finnish time" in page, "Cancelled; it was" in page) == (True, True)
    assert send_form(editor, f"{RELEASES}1", "/return", note="Back").status_code == 303
    with reading(app):
        releases = {r.number: r for r in db.session.scalars(select(Release))}
        assert (releases[3].sessions, releases[3].returned_to) == (releases[1].sessions, 1)
        panel = next(s for s in db.session.scalars(select(Session)) if s.title == {"en": "Panel"})
        assert (panel.is_scheduled, panel.deleted_at, panel.id in before) == (False, None, True)
        workshop = db.session.get_one(Session, cast.workshop_id)
        assert ([s.name for s in workshop.speakers], workshop.deleted_at) == ([f"Speaker {CANARY}"], None)
    assert "Back to release 1" in texts(editor, RELEASES)
    desk = texts(editor, DESK)
    assert ("What you see here is what is published." in desk, "Undo: went back to release 1" in desk) == (True, True)
    with changing(app):
        account = db.session.scalars(select(Edit.account_id).where(Edit.what == "return")).one()
        last = to_undo(cast.event_id, account)
        assert last is not None
        undo(last, SPRING)
        assert db.session.get_one(Session, cast.keynote_id).title == {"en": "Keynote by somebody else"}


@ON_SQLITE
def test_going_back_to_what_nobody_looked_at_is_refused(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """409 where something was published since the page was opened; nothing is stored."""
    edit(editor, cast.keynote_id, title_en="Keynote by Aino")
    publish_desk(editor, "conference")
    edit(editor, cast.keynote_id, title_en="Keynote by Bo")
    answer = send_form(editor, f"{RELEASES}1", "/return", seen="something else")
    assert (answer.status_code, "Nothing was published" in answer.text) == (409, True)
    with reading(app):
        assert len(db.session.scalars(select(Release)).all()) == 2
        assert db.session.get_one(Session, cast.keynote_id).title == {"en": "Keynote by Bo"}


@ON_SQLITE
def test_going_back_to_what_would_leak_is_refused(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """The first release named what is a closed session's own by now: 409, and the desk stays as it was."""
    edit(editor, cast.keynote_id, title_en="The merger of Norrsken")
    publish_desk(editor, "conference")
    edit(editor, cast.keynote_id, title_en="Keynote speech")
    edit(editor, cast.workshop_id, title_en="The merger of Norrsken")
    assert publish_desk(editor, "conference").status_code == 303
    with changing(app):
        with_workshop_of_now = db.session.scalars(select(Release).where(Release.number == 2)).one()
        [old] = [s for s in with_workshop_of_now.sessions if s["id"] == str(cast.workshop_id)]
        old["title"] = {"en": "The merger of Norrsken"}
        with_workshop_of_now.sessions = [
            {**s, "abstract": {"en": "All about the merger of Norrsken and others"}} if s["access"] == "public" else old
            for s in with_workshop_of_now.sessions
        ]
        for s in with_workshop_of_now.sessions:
            s["title"] = {"en": "Keynote speech"} if s["access"] == "public" else s["title"]
    assert send_form(editor, f"{RELEASES}2", "/return").status_code == 409
    with reading(app):
        assert len(db.session.scalars(select(Release)).all()) == 3
        assert db.session.get_one(Session, cast.keynote_id).abstract == {"en": "About: Keynote speech"}


@ON_SQLITE
def test_observers_read_releases_and_go_back_to_none(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """What changed is shown; the way back is not."""
    edit(editor, cast.keynote_id, title_en="Keynote by Aino")
    publish_desk(editor, "conference")
    add_staff(app, "observer", cast.event_id)
    observer = signed_in(app, "observer@example.org")
    page = texts(observer, f"{RELEASES}1")
    assert ("New:" in page, "Going back" in page) == (True, False)
