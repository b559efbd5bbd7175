"""Taking one's own edits back, and making them again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import event as happening
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops.agenda.journal import (
    ChangedSince,
    Journal,
    editing,
    last_number,
    redo,
    to_redo,
    to_undo,
    undo,
)
from eventops.agenda.models import Audience, Edit, Event, PublishedSession, Release, Room, Session, Speaker
from eventops.agenda.parts import add_part, parts_of, remove_part
from eventops.agenda.publish import narrow
from eventops.agenda.returning import return_to
from eventops.agenda.things import PARTS, set_audiences, set_speakers, state
from eventops.db import db
from tests.agenda.generated import add_generated
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import CANARY, Conference, add_conference, wall
from tests.forms import send_form
from tests.staff.team import add_staff, page_of, signed_in

NOW = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def edit(cast: Conference, who: UUID, title: str, session_id: UUID | None = None) -> None:
    """Somebody renames a session."""
    with editing(cast.event_id, who, "edit", NOW) as journal:
        session = db.session.get_one(Session, session_id or cast.keynote_id)
        journal.change(session)
        session.title = {"en": title}


def undo_last(cast: Conference, who: UUID) -> None:
    found = to_undo(cast.event_id, who)
    assert found
    undo(found, NOW)


def redo_last(cast: Conference, who: UUID) -> None:
    found = to_redo(cast.event_id, who)
    assert found
    redo(found, NOW)


def numbers(cast: Conference, who: UUID) -> tuple[int | None, int | None]:
    """Of what can be undone and made again next."""
    back, forth = to_undo(cast.event_id, who), to_redo(cast.event_id, who)
    return back.number if back else None, forth.number if forth else None


def title(cast: Conference) -> str:
    return db.session.get_one(Session, cast.keynote_id).title["en"]


def test_edits_are_undone_and_made_again_in_turn(app: Flask, cast: Conference) -> None:
    """Each undo takes back the one before it; a new edit ends what could be made again. Others' are not one's own."""
    mine, theirs = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id)
    with changing(app):
        for name in ("One", "Two", "Three"):
            edit(cast, mine, name)
        assert (numbers(cast, mine), numbers(cast, theirs)) == ((3, None), (None, None))
        undo_last(cast, mine)
        undo_last(cast, mine)
        assert (title(cast), numbers(cast, mine)) == ("One", (1, 2))
        redo_last(cast, mine)
        assert (title(cast), numbers(cast, mine)) == ("Two", (2, 3))
        edit(cast, mine, "Four")
        assert (title(cast), numbers(cast, mine)) == ("Four", (7, None))
        undo_last(cast, mine)
        assert (title(cast), numbers(cast, mine)) == ("Two", (2, 7))
        edit(cast, mine, "Two")
        assert last_number(cast.event_id) == 8


def test_everything_of_a_session_comes_back(app: Flask, cast: Conference) -> None:
    """Hours, room, speakers in their order with their roles, audiences: as they were, and then as they became."""
    me = add_staff(app, "editor", cast.event_id)
    with changing(app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        before = state(workshop)
        speaker = Speaker(event_id=cast.event_id, name="Somebody new")
        db.session.add(speaker)
        db.session.flush()
        with editing(cast.event_id, me, "edit", NOW) as journal:
            journal.change(workshop)
            workshop.start_wall, workshop.room, workshop.audiences, workshop.access = wall("14:30"), None, [], "public"
            workshop.starts_at = datetime(2024, 5, 7, 11, 30, tzinfo=UTC)
            old = workshop.speakers[0]
            set_speakers(workshop, [(speaker, "chair"), (old, "moderator")])
        after, changed_at = state(workshop), workshop.starts_at
    with changing(app):
        undo_last(cast, me)
    with reading(app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        assert (state(workshop), workshop.starts_at) == (before, datetime(2024, 5, 7, 12, 0, tzinfo=UTC))
    with changing(app):
        redo_last(cast, me)
    with reading(app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        assert (state(workshop), workshop.starts_at) == (after, changed_at)


def test_what_was_added_goes_and_what_was_removed_comes_back(app: Flask, cast: Conference) -> None:
    """Rows stay where they are, for doors and streams that refer to them: only whether they are removed changes."""
    me = add_staff(app, "editor", cast.event_id)
    with changing(app):
        with editing(cast.event_id, me, "add", NOW) as journal:
            room = Room(event_id=cast.event_id, name="New", position=9)
            db.session.add(room)
            db.session.flush()
            journal.add(room)
        with editing(cast.event_id, me, "remove", NOW) as journal:
            keynote = db.session.get_one(Session, cast.keynote_id)
            journal.change(keynote)
            keynote.deleted_at = NOW
        undo_last(cast, me)
        assert [keynote.deleted_at, room.deleted_at] == [None, None]
        undo_last(cast, me)
        assert [keynote.deleted_at, room.deleted_at] == [None, NOW]
        redo_last(cast, me)
        redo_last(cast, me)
        assert [keynote.deleted_at, room.deleted_at] == [NOW, None]


def test_what_somebody_changed_since_is_not_undone(app: Flask, cast: Conference) -> None:
    """Nothing of the edit is taken back, not even what nobody else touched; the page says what and by whom."""
    mine, theirs = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id, factor=False)
    with changing(app):
        with editing(cast.event_id, mine, "shift", NOW) as journal:
            for session in db.session.scalars(select(Session).order_by(Session.starts_at)):
                journal.change(session)
                session.staff_notes = "shifted"
        edit(cast, theirs, "Theirs")
    with pytest.raises(ChangedSince), changing(app):
        undo_last(cast, mine)
    answer = send_form(signed_in(app, "editor@example.org"), f"/en/desk/{cast.slug}/agenda/grid", "/undo")
    assert (answer.status_code, "Theirs was changed since, by Åsa Öberg." in answer.text) == (409, True)
    with reading(app):
        notes = set(db.session.scalars(select(Session.staff_notes)))
        assert (notes, title(cast), db.session.scalars(select(Edit.number)).all()) == ({"shifted"}, "Theirs", [1, 2])


@ON_SQLITE
def test_edit_that_is_stuck_is_stepped_over(app: Flask, cast: Conference) -> None:
    """For those before it; the pages say what was left as it is and what was taken back. A late press does nothing."""
    mine, theirs = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id, factor=False)
    with changing(app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        with editing(cast.event_id, mine, "edit", NOW) as journal:
            room = db.session.get_one(Room, keynote.room_id)
            journal.change(room)
            room.name = "Hall"
        with editing(cast.event_id, mine, "shift", NOW) as journal:
            journal.change(keynote)
            keynote.staff_notes = "shifted"
        edit(cast, theirs, "Theirs")
    browser, desk = signed_in(app, "editor@example.org"), f"/en/desk/{cast.slug}/"
    [stuck] = forms_of(send_form(browser, desk, "/undo"), "over")
    assert stuck["edit"] == "2"
    texts = []
    for fields in (stuck, stuck, None, None):
        answer = browser.post(f"{desk}agenda/undo", data=fields) if fields else send_form(browser, desk, "/undo")
        assert (answer.status_code, answer.location) == (303, f"{desk}?stepped=")
        page = lxml.html.document_fromstring(browser.get(answer.location).text)
        texts.append((page.xpath("string(//main//*[@class='notice-title'])"), page.xpath("string(//*[@id='undo'])")))
    left, done = "Left as it is: running late, 1 session", "Taken back: changed Hall"
    assert texts == [(left, "Undo: changed Hall"), (left, "Undo: changed Hall"), (done, "Undo"), (done, "Undo")]
    assert (send_form(browser, desk, "/redo").status_code, numbers_now(app, cast, mine)) == (303, (1, None))


def forms_of(answer: TestResponse, field: str) -> list[dict[str, str]]:
    """Those with the field."""
    forms = lxml.html.document_fromstring(answer.text).forms
    return [dict(form.form_values()) for form in forms if field in form.fields]


def numbers_now(app: Flask, cast: Conference, who: UUID) -> tuple[int | None, int | None]:
    with reading(app):
        return numbers(cast, who)


def test_session_does_not_come_back_into_a_room_that_is_gone(app: Flask, cast: Conference) -> None:
    """Its removal is not undone while its room is removed, and is once the room is back."""
    me, colleague = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id, factor=False)
    with changing(app):
        session = db.session.get_one(Session, cast.keynote_id)
        with editing(cast.event_id, me, "remove", NOW) as journal:
            journal.change(session)
            session.deleted_at = NOW
        with editing(cast.event_id, colleague, "remove_part", NOW) as journal:
            room = db.session.get_one(Room, session.room_id)
            journal.change(room)
            room.deleted_at = NOW
    with pytest.raises(ChangedSince) as refusal, changing(app):
        undo_last(cast, me)
    assert (refusal.value.kind, refusal.value.id) == ("room", room.id)
    with changing(app):
        undo_last(cast, colleague)
        undo_last(cast, me)
        assert db.session.get_one(Session, cast.keynote_id).deleted_at is None


@ON_SQLITE
@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("is_redo", [False, True])
def test_part_that_others_use_meanwhile_does_not_go(app: Flask, cast: Conference, kind: str, is_redo: bool) -> None:
    """Neither when its adding is undone nor when its removal is made again; once no session has it, it goes."""
    me, colleague = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id, factor=False)
    reverse = redo_last if is_redo else undo_last
    with changing(app):
        with editing(cast.event_id, me, "add_part", NOW) as journal:
            part = add_part(journal, cast.event_id, kind, {"name": {"en": "New"} if kind == "track" else "New"})
        if is_redo:
            with editing(cast.event_id, me, "remove_part", NOW) as journal:
                remove_part(journal, part, NOW)
            undo_last(cast, me)
        with editing(cast.event_id, colleague, "edit", NOW) as journal:
            keynote = db.session.get_one(Session, cast.keynote_id)
            journal.change(keynote)
            if isinstance(part, Speaker):
                set_speakers(keynote, [(part, "chair")])
            else:
                setattr(keynote, kind, part)
    with pytest.raises(ChangedSince) as refusal, changing(app):
        reverse(cast, me)
    assert (refusal.value.kind, refusal.value.id) == ("session", cast.keynote_id)
    with changing(app):
        undo_last(cast, colleague)
        reverse(cast, me)
        assert part.id not in [row.id for row in parts_of(cast.event_id, kind)]


@ON_SQLITE
def test_page_says_who_uses_what_was_to_go(app: Flask, cast: Conference) -> None:
    """409, and the room stays, with the session that somebody put into it."""
    mine, theirs = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id, factor=False)
    with changing(app):
        with editing(cast.event_id, mine, "add_part", NOW) as journal:
            room = add_part(journal, cast.event_id, "room", {"name": "New"})
        with editing(cast.event_id, theirs, "move", NOW) as journal:
            keynote = db.session.get_one(Session, cast.keynote_id)
            journal.change(keynote)
            keynote.room_id = room.id
    answer = send_form(signed_in(app, "editor@example.org"), f"/en/desk/{cast.slug}/agenda/grid", "/undo")
    said = "Keynote speech was changed since, by Åsa Öberg." in answer.text
    assert (answer.status_code, said) == (409, True)


@ON_SQLITE
def test_room_comes_back_where_it_was(app: Flask, cast: Conference) -> None:
    """Whatever came, went or moved meanwhile, and no two stand at one place; its removal is made again all the same."""
    mine, theirs = add_staff(app, "editor", cast.event_id), add_staff(app, "owner", cast.event_id, factor=False)
    rooms: dict[str, UUID | None] = {"": None}

    def add(name: str, after: str) -> None:
        with editing(cast.event_id, theirs, "add_part", NOW) as journal:
            rooms[name] = add_part(journal, cast.event_id, "room", {"name": name}, rooms[after]).id

    def order() -> list[str]:
        found = parts_of(cast.event_id, "room")
        assert len({room.position for room in found}) == len(found)
        return [room.name for room in found]

    with changing(app):
        first, other = parts_of(cast.event_id, "room")
        rooms["Room 1"] = first.id
        other.deleted_at = NOW
        for name, after in (("A", "Room 1"), ("B", "A"), ("C", "B")):
            add(name, after)
        assert order() == ["Room 1", "A", "B", "C"]
        with editing(cast.event_id, mine, "remove_part", NOW) as journal:
            remove_part(journal, db.session.get_one(Room, rooms["A"]), NOW)
        add("D", "C")
        undo_last(cast, mine)
        assert order() == ["Room 1", "A", "B", "C", "D"]
        redo_last(cast, mine)
        add("First", "")
        add("E", "Room 1")
        undo_last(cast, mine)
        assert order() == ["First", "Room 1", "A", "E", "B", "C", "D"]
        redo_last(cast, mine)
        undo_last(cast, theirs)
        undo_last(cast, theirs)
        undo_last(cast, mine)
        assert order() == ["Room 1", "A", "B", "C", "D"]


@ON_SQLITE
def test_undoing_and_going_back_ask_the_database_as_often_for_many_sessions(app: Flask) -> None:
    """The same for 30 sessions as for 90, with new titles, rooms, speakers and audiences for each.

    What is stored is a statement for each session, which names its revision.
    """
    assert _statements(app, 90) == _statements(app, 30)


def _statements(app: Flask, number: int) -> list[int]:
    """Of going back to a release that is other in every session, of undoing that, and of making it again."""
    with changing(app):
        made = add_generated(number, slug=f"of-{number}")
        with editing(made.event_id, None, "import", NOW) as journal:
            _change_all(made.event_id, journal)
    counts = []
    for step in (_go_back, _undo_all, _redo_all):
        with changing(app), _counted() as found:
            step(made.event_id)
        counts.append(sum(not said.startswith("UPDATE") for said in found))
    return counts


def _change_all(event_id: UUID, journal: Journal) -> None:
    audience = db.session.scalars(select(Audience).where(Audience.event_id == event_id)).one()
    chair = parts_of(event_id, "speaker")[0]
    for session in db.session.scalars(select(Session).where(Session.event_id == event_id)):
        journal.change(session)
        session.title, session.access, session.room = {"en": "Other"}, "closed", None
        set_audiences(session, [audience])
        set_speakers(session, [(chair, "chair")])
    for room in parts_of(event_id, "room"):
        journal.change(room)
        room.name, room.deleted_at = "Other", NOW


def _go_back(event_id: UUID) -> None:
    release = db.session.scalars(select(Release).where(Release.event_id == event_id)).one()
    with editing(event_id, None, "return", NOW) as journal:
        return_to(db.session.get_one(Event, event_id), release, journal)


def _undo_all(event_id: UUID) -> None:
    edit = to_undo(event_id, None)
    assert edit
    narrow([thing for thing in undo(edit, NOW) if isinstance(thing, Session)], NOW)


def _redo_all(event_id: UUID) -> None:
    edit = to_redo(event_id, None)
    assert edit
    narrow([thing for thing in redo(edit, NOW) if isinstance(thing, Session)], NOW)


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that the block sends, its last flush among them."""
    found: list[str] = []
    listener = lambda *said: found.append(said[2])  # noqa: E731
    happening.listen(db.engine, "before_cursor_execute", listener)
    yield found
    db.session.flush()
    happening.remove(db.engine, "before_cursor_execute", listener)


def test_closing_by_undo_takes_effect_at_once(app: Flask, cast: Conference) -> None:
    """What was opened on the desk and published, and is closed again by undoing, is gone from the public's page."""
    me = add_staff(app, "editor", cast.event_id)
    browser, stranger = signed_in(app, "editor@example.org"), app.test_client()
    with changing(app), editing(cast.event_id, me, "edit", NOW) as journal:
        workshop = db.session.get_one(Session, cast.workshop_id)
        journal.change(workshop)
        workshop.access, workshop.audiences = "public", []
    with changing(app):
        row = db.session.get_one(PublishedSession, cast.workshop_id)
        row.access, row.audiences = "public", []
        version = db.session.get_one(Event, cast.event_id).public_version
    assert CANARY in stranger.get(f"/en/{cast.slug}/").text
    assert send_form(browser, f"/en/desk/{cast.slug}/agenda/grid", "/undo").status_code == 303
    assert CANARY not in stranger.get(f"/en/{cast.slug}/").text
    with reading(app):
        assert db.session.get_one(Event, cast.event_id).public_version == version + 1
    assert send_form(browser, f"/en/desk/{cast.slug}/agenda/grid", "/redo", day="2024-05-07").status_code == 303
    assert CANARY not in stranger.get(f"/en/{cast.slug}/").text


@ON_SQLITE
def test_undo_pressed_twice_takes_one_edit_back(app: Flask, cast: Conference) -> None:
    """The button means the edit that it names; so does the one that makes it again."""
    add_staff(app, "editor", cast.event_id)
    browser, keynote = signed_in(app, "editor@example.org"), f"/en/desk/{cast.slug}/agenda/{cast.keynote_id}"
    for title in ("First", "Second"):
        assert send_form(browser, keynote, str(cast.keynote_id), title_en=title).status_code == 303
    for name, title in (("undo", "First"), ("redo", "Second")):
        forms = page_of(browser.get(f"/en/desk/{cast.slug}/agenda/grid")).forms
        [form] = [form for form in forms if (form.action or "").endswith(f"/{name}")]
        for _ in range(2):
            assert browser.post(form.action, data=dict(form.form_values())).status_code == 303
            with reading(app):
                assert db.session.get_one(Session, cast.keynote_id).title["en"] == title


def test_undo_with_nothing_to_undo_changes_nothing(app: Flask, cast: Conference) -> None:
    """A button pressed twice leads back to the page of the day."""
    add_staff(app, "editor", cast.event_id)
    browser, page = signed_in(app, "editor@example.org"), f"/en/desk/{cast.slug}/agenda/grid"
    for name in ("/undo", "/redo"):
        answer = send_form(browser, page, name)
        assert (answer.status_code, answer.location) == (303, f"{page}?day=2024-05-07&stepped=")
        assert "Taken back" not in browser.get(answer.location).text
    assert send_form(browser, page, "/undo", day="yesterday").location == f"{page}?stepped="
