"""Publishing: what changes for whom, and what does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as ThreadEvent
from time import sleep
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from eventops.agenda.changes import changes
from eventops.agenda.conference_file import BadConferenceFile, read_conference
from eventops.agenda.edit import edit_session
from eventops.agenda.import_file import import_conference
from eventops.agenda.models import Event, PublishedSession, Release, Room, Session
from eventops.agenda.programme import visible_sessions
from eventops.agenda.publish import publish
from eventops.agenda.session_form import SessionForm
from eventops.agenda.snapshots import desk_sessions
from eventops.db import db
from eventops.viewer import ANONYMOUS, seeing
from tests.agenda.conferences import EVENT_ID, NOW, TEXT, published
from tests.apps import changing, reading

LATER = NOW + timedelta(days=1)


def desk(title: str) -> Session:
    return next(s for s in desk_sessions(EVENT_ID) if s.title["en"].startswith(title))


def rows() -> dict[UUID, tuple[int, object]]:
    return {row.id: (row.sequence, row.changed_at) for row in db.session.scalars(select(PublishedSession))}


def test_publish_shows_what_was_on_the_desk(app: Flask) -> None:
    """Before publishing nobody sees a thing; afterwards the public sees the six public sessions, in order."""
    with changing(app):
        event = import_conference(read_conference(TEXT), EVENT_ID)
        with seeing(ANONYMOUS):
            assert db.session.scalar(select(Event)) is None
            assert visible_sessions(EVENT_ID) == []
        publish(event, NOW)
        with seeing(ANONYMOUS):
            assert [s.content["title"]["en"] for s in visible_sessions(EVENT_ID)] == [
                "Doors open",
                "Welcome",
                "Project presentation: Kvinder i job (Women at work)",
                "Break",
                "Keynote speech",
                "Questions and discussion",
            ]


def test_publish_raises_sequence_for_time_and_place_only(app: Flask) -> None:
    """A new title moves changed_at; a new room or hour raises SEQUENCE too; the rest stays as it was."""
    with changing(app):
        event = published()
        before = rows()
        keynote, welcome, questions = desk("Keynote"), desk("Welcome"), desk("Questions")
        keynote.title = {"en": "Keynote speech: now with a title"}
        welcome.room = db.session.scalars(select(Room).where(Room.position == 1)).one()
        questions.ends_at += timedelta(minutes=5)
        assert [change.kind for change in changes(EVENT_ID)] == ["changed", "changed", "changed"]
        publish(event, LATER)
        after = rows()
    assert after[keynote.id] == (0, LATER)
    assert after[welcome.id] == (1, LATER)
    assert after[questions.id] == (1, LATER)
    touched = {keynote.id, welcome.id, questions.id}
    assert {i: v for i, v in after.items() if i not in touched} == {i: v for i, v in before.items() if i not in touched}


def test_publish_of_a_closed_session_to_the_public_begins_anew(app: Flask) -> None:
    """How often it was moved behind closed doors is nobody's business: its SEQUENCE starts at 0."""
    with changing(app):
        event, lunch = published(), desk("Lunch")
        for _ in range(2):
            lunch.ends_at += timedelta(minutes=5)
            publish(event, NOW)
        assert rows()[lunch.id] == (2, NOW)
        lunch.access, lunch.audiences, lunch.ends_at = "public", [], lunch.ends_at + timedelta(minutes=5)
        publish(event, LATER)
        assert rows()[lunch.id] == (0, LATER)


def test_publish_of_other_audiences_moves_nothing_that_is_shown(app: Flask) -> None:
    """Whom a session is for stands on no page and in no calendar; the audiences themselves are published."""
    with changing(app):
        event, welcome, lunch = published(), desk("Welcome"), desk("Lunch")
        before = rows()
        welcome.audiences, lunch.audiences = list(lunch.audiences), []
        assert [change.kind for change in changes(EVENT_ID)] == ["changed", "changed"]
        publish(event, LATER)
        assert rows() == before
        assert changes(EVENT_ID) == []


def test_publish_twice_changes_nothing_public(app: Flask) -> None:
    """A release without a change is kept for organisers and unknown to the public."""
    with changing(app):
        event = published()
        before = rows()
        assert changes(EVENT_ID) == []
        publish(event, LATER)
        assert rows() == before
        assert list(db.session.scalars(select(Release.number).order_by(Release.number))) == [1, 2]


def test_publish_of_two_at_once_makes_two_releases(app: Flask) -> None:
    """Whoever presses the button second waits for the first, and is not refused."""
    with changing(app):
        published()
    begun = ThreadEvent()

    def second() -> None:
        begun.wait()
        with changing(app):
            publish(db.session.get_one(Event, EVENT_ID), LATER)

    with ThreadPoolExecutor(1) as elsewhere:
        done = elsewhere.submit(second)
        with changing(app):
            publish(db.session.get_one(Event, EVENT_ID), LATER)
            begun.set()
            sleep(0.3)
        done.result()
    with reading(app):
        assert list(db.session.scalars(select(Release.number).order_by(Release.number))) == [1, 2, 3]


@pytest.mark.parametrize(("day", "is_taken"), [("9999-12-31", False), ("1969-12-31", False), ("2024-05-08", True)])
def test_edit_refuses_years_of_no_event(app: Flask, day: str, is_taken: bool) -> None:
    """A session at the end of the calendar could be shown on no page, its own form included."""
    with changing(app):
        event, session = published(), desk("Keynote")
        form = SessionForm.of(session)
        form.zone, form.start, form.end = "Europe/Copenhagen", f"{day}T11:00", f"{day}T23:30"
        assert edit_session(event, session, form) == is_taken
        assert sorted(form.errors) == ([] if is_taken else ["end", "start"])


def test_publish_takes_deleted_and_closed_sessions_away(app: Flask) -> None:
    """What was deleted is gone for all, what was closed is gone for strangers."""
    with changing(app):
        event = published()
        audience = desk("Lunch").audiences
        desk("Break").deleted_at = LATER
        welcome = desk("Welcome")
        welcome.access, welcome.audiences = "closed", list(audience)
        publish(event, LATER)
        with seeing(ANONYMOUS):
            titles = [s.content["title"]["en"] for s in visible_sessions(EVENT_ID)]
    assert titles == [
        "Doors open",
        "Project presentation: Kvinder i job (Women at work)",
        "Keynote speech",
        "Questions and discussion",
    ]


def test_publish_keeps_the_release_as_it_was(app: Flask) -> None:
    """A release is a snapshot: later edits do not reach it."""
    with changing(app):
        published()
    with changing(app):
        desk("Keynote").title = {"en": "Something else"}
    with reading(app):
        release = db.session.scalars(select(Release)).one()
        assert "Keynote speech" in {s["title"]["en"] for s in release.sessions}


def test_import_of_a_taken_slug_is_refused(app: Flask) -> None:
    """A second event at the same address would hide the first."""
    with changing(app):
        published()
        with pytest.raises(BadConferenceFile, match=r"event\.slug"):
            import_conference(read_conference(TEXT))
