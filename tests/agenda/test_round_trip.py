"""An agenda goes out into a file and comes back: nothing is lost, and nothing is touched but what differs."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from eventops import create_app
from eventops.agenda.conference_file import BadConferenceFile, check_conference, read_conference
from eventops.agenda.conference_file.differences import FileDifference
from eventops.agenda.conference_file.words import difference_lines
from eventops.agenda.export_file import export_conference
from eventops.agenda.import_file import audience_id, import_conference, plan_update, update_conference
from eventops.agenda.journal import to_undo, undo
from eventops.agenda.models import Audience, Edit, Event, Image, Room, Session, Speaker
from eventops.agenda.programme import visible_sessions
from eventops.agenda.snapshots import desk_sessions
from eventops.checkin.models import Door
from eventops.db import db
from eventops.viewer import ANONYMOUS, seeing
from tests.agenda.any_file import files
from tests.agenda.conferences import EVENT_ID, TEXT, changed, published
from tests.apps import changing, reading, settings_for

LATER = datetime(2024, 4, 16, 6, 0, tzinfo=UTC)
_number = count()


def the_event(id: Any = EVENT_ID) -> Event:
    return db.session.get_one(Event, id)


def again(app: Flask, *replacements: tuple[str, str]) -> FileDifference:
    """Import the demo's file, so changed, onto its event; what that changed."""
    with changing(app):
        return update_conference(the_event(), read_conference(changed(*replacements)), LATER)[0].difference


def differs(text: str, id: Any = EVENT_ID) -> list[tuple[str, str]]:
    """What importing the text would change."""
    return [(c.word, c.what) for c in plan_update(the_event(id), read_conference(text)).difference.changes]


def titles() -> list[str]:
    """What strangers see."""
    with seeing(ANONYMOUS):
        return [session.content["title"]["en"] for session in visible_sessions(EVENT_ID)]


def test_round_trip_of_any_agenda(app: Flask, long: bool) -> None:
    """What is imported is exported, and importing that changes nothing. A second file makes of it what it says itself.

    Undoing the second puts the desk back as the first left it.
    """

    @settings(max_examples=150 if long else 6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(files(), files())
    def goes_round(first: dict[str, Any], second: dict[str, Any]) -> None:
        slug = {"slug": f"event-{next(_number)}"}
        one, two = (check_conference(file | {"event": file["event"] | slug}) for file in (first, second))
        with changing(app):
            id = import_conference(one).id
        with reading(app):
            text = export_conference(the_event(id))
            assert differs(text, id) == []
            assert not plan_update(the_event(id), one).difference
        with changing(app):
            plan = update_conference(the_event(id), two, LATER)[0]
            assert bool(list(difference_lines(plan.difference, plan.before, plan.after))) == bool(plan.difference)
        with changing(app):
            assert not plan_update(the_event(id), two).difference
            if edit := to_undo(id, None):
                undo(edit, LATER)
        with reading(app):
            assert {what for _word, what in differs(text, id)} <= {"event", "report", "public_windows", "audiences"}

    goes_round()


def test_round_trip_between_installations_gives_the_same_bytes(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    """Out of one installation, into an empty one, and out of that: ids, texts and times are the same."""
    with changing(app):
        published(
            changed(("    kind: keynote", "    kind: keynote\n    staff_notes: |\n      Call her.\n      Twice."))
        )
        text = export_conference(the_event())
    shutil.copy(sqlite_template, tmp_path / "other.sqlite")
    other = create_app(settings_for(f"sqlite:///{tmp_path}/other.sqlite"))
    with changing(other):
        assert export_conference(import_conference(read_conference(text))) == text
        db.engine.dispose()


def test_import_again_is_one_edit_that_publishes_nothing(app: Flask) -> None:
    """By no account, and undone as one. Strangers see what was published before; what the file has not is removed."""
    with changing(app):
        published()
        before = titles(), export_conference(the_event())
        break_ = next(s.id for s in desk_sessions(EVENT_ID) if s.title["en"] == "Break")
        door = Door(event_id=EVENT_ID, name="Side door", sessions=[db.session.get_one(Session, break_)])
        db.session.add(door)
        db.session.flush()
        door_id = door.id
    difference = again(app, ("  - id: break\n", "  - id: pause\n"), ('"Keynote speech"', '"Keynote: work"'))
    assert [(c.word, c.what, c.fields) for c in difference.changes] == [
        ("added", "sessions", frozenset()),
        ("changed", "sessions", {"title"}),
        ("removed", "sessions", frozenset()),
    ]
    with changing(app):
        assert (titles(), difference.number("added")) == (before[0], 1)
        assert [(e.what, e.account_id, len(e.changes)) for e in db.session.scalars(select(Edit))] == [
            ("import", None, 3)
        ]
        assert [session.id for session in db.session.get_one(Door, door_id).sessions] == [break_]
        undo(to_undo(EVENT_ID, None) or pytest.fail("nothing to undo"), LATER)
    with reading(app):
        assert export_conference(the_event()) == before[1]


def test_import_again_of_the_same_file_stores_nothing(app: Flask) -> None:
    """No edit, no revision, no new version of the pages."""
    with changing(app):
        event = published()
        before = event.revision, event.public_version
    assert not again(app)
    with reading(app):
        assert (the_event().revision, the_event().public_version) == before
        assert db.session.scalar(select(func.count()).select_from(Edit)) == 0


def test_import_brings_back_what_was_removed(app: Flask) -> None:
    """The same id is the same session, with all that refers to it."""
    with changing(app):
        published()
        ids = {session.id for session in desk_sessions(EVENT_ID)}
    again(app, ("  - id: break\n", "  - id: pause\n"))
    again(app)
    with reading(app):
        assert {session.id for session in desk_sessions(EVENT_ID)} == ids


def test_import_closes_at_once_what_the_file_closes(app: Flask) -> None:
    """Strangers no longer see it; nothing else of the file is published with that, and what opens waits."""
    with changing(app):
        published()
        before = titles()
        version = the_event().public_version
    again(
        app,
        ('title: {en: "Welcome"}', 'title: {en: "Hello"}\n    audiences: [workshop]'),
        (
            '    room: room-1\n    access: public\n    start_local: "2024-05-07T11:00"',
            '    room: room-1\n    access: closed\n    start_local: "2024-05-07T11:00"',
        ),
        ('{en: "Keynote speech"}', '{en: "Keynote: work"}'),
    )
    with reading(app):
        assert titles() == [title for title in before if title != "Welcome"]
        assert the_event().public_version > version


def test_import_changes_settings_at_once_and_keeps_pictures(app: Flask) -> None:
    """Hours, seats and organisers count from now on; a logo stays with its organiser, a photo with its speaker."""
    with changing(app):
        event = published()
        picture = Image(event_id=EVENT_ID, media_type="image/png", width=1, height=1, content=b"png")
        db.session.add(picture)
        db.session.flush()
        event.organisers = [{**one, "logo": str(picture.id)} for one in event.organisers]
        db.session.scalars(select(Speaker)).one().photo_id = picture.id
        before = event.revision, event.public_version
    again(
        app,
        ("  format: hybrid", "  seats: 80"),
        ('name: "KVINFO", country: DK', 'name: "Kvinfo", country: DK, controller: false'),
        ('end_local: "2024-05-07T14:00"         # fact', 'end_local: "2024-05-07T13:30"'),
        ('title: "chief research analyst"', 'title: "professor"'),
    )
    with reading(app):
        event, speaker = the_event(), db.session.scalars(select(Speaker)).one()
        assert (event.revision, event.public_version) == (before[0] + 1, before[1] + 1)
        assert (event.seats, [w.ends_at for w in event.windows]) == (80, [datetime(2024, 5, 7, 10, 30, tzinfo=UTC)])
        assert [(one["name"], "logo" in one, one.get("controller")) for one in event.organisers] == [
            ("Luckan Integration", True, None),
            ("Kvinfo", False, False),
            ("Sammen om en jobb", True, None),
        ]
        assert (speaker.title, speaker.photo_id) == ("professor", picture.id)


def test_import_stores_the_reading_that_the_file_means(app: Flask) -> None:
    """From the first 03:30 of the night in which clocks go back to the second one: an hour. Export says so again."""
    night = (
        ('start_local: "2024-05-07T10:30"', "start_local: 2024-10-27T03:30\n    start_reading: earlier"),
        ('end_local: "2024-05-07T11:00"\n', "end_local: 2024-10-27T03:30\n    end_reading: later\n"),
    )
    with changing(app):
        published(changed(*night))
        doors = next(session for session in desk_sessions(EVENT_ID) if session.kind == "doors")
        assert (doors.starts_at, doors.start_fold) == (datetime(2024, 10, 27, 0, 30, tzinfo=UTC), 0)
        assert (doors.ends_at, doors.end_fold) == (datetime(2024, 10, 27, 1, 30, tzinfo=UTC), 1)
        (part,) = [s for s in read_conference(export_conference(the_event())).sessions if s.kind == "doors"]
        assert (part.start_reading, part.end_reading) == ("earlier", "later")
        assert part.start_local == part.end_local == doors.start_wall


def test_import_of_another_role_alone_raises_the_revision(app: Flask) -> None:
    """Whoever has the session's form open began from something else."""
    with changing(app):
        published()
        before = {session.id: session.revision for session in desk_sessions(EVENT_ID)}
    difference = again(app, ("country: DK}   # fact", "country: DK, role: chair}"))
    with reading(app):
        raised = [session for session in desk_sessions(EVENT_ID) if session.revision == before[session.id] + 1]
        assert [str(session.id) for session in raised] == [change.either.id for change in difference.changes]
        assert [role.role for session in raised for role in session.speaker_roles] == ["chair"]


def test_import_never_removes_an_audience(app: Flask) -> None:
    """There are people in it. It is renamed by its id, and another one is added."""
    with changing(app):
        old = audience_id(published(), "workshop")
    difference = again(app, ("- {id: workshop, name:", "- {id: third, name: Third} #"), ("[workshop]", "[third]"))
    assert ("removed", "audiences") not in [(c.word, c.what) for c in difference.changes]
    again(app, ("- {id: workshop, name:", "- {id: workshop, name: Guests} #"))
    with reading(app):
        rows = db.session.scalars(select(Audience).order_by(Audience.name))
        assert [(row.id == old, row.name) for row in rows] == [(True, "Guests"), (False, "Third")]


def test_import_of_a_copy_leaves_the_first_event_alone(app: Flask) -> None:
    """Under another slug the file is another event, with rooms and sessions of its own, the same ones each time."""
    with changing(app):
        published()
        text = export_conference(the_event())
        copy = text.replace("slug: conference-2024-05-07", "slug: copy")
        event_id = import_conference(read_conference(copy)).id
    with reading(app):
        assert export_conference(the_event()) == text
        assert differs(copy, event_id) == []
        assert db.session.scalar(select(func.count()).select_from(Room)) == 4


def test_import_refuses_two_ids_for_one_thing(app: Flask) -> None:
    """A word and the UUID that it stands for: nothing is stored."""
    with changing(app):
        event = published()
        same = f'  - {{id: workshop, name: "W"}}\n  - {{id: {audience_id(event, "workshop")}, name:'
    with pytest.raises(BadConferenceFile, match=r"audience 2, id: more than one"):
        again(app, ("  - {id: workshop, name:", same))
    with reading(app):
        assert differs(TEXT) == []
