"""An agenda goes out into a file and comes back: nothing is lost, nothing but what differs is touched."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from eventops import create_app
from eventops.agenda.conference_file import BadConferenceFile, ConferenceFile, check_conference, read_conference
from eventops.agenda.export_file import export_conference, write_conference
from eventops.agenda.import_file import import_conference, plan_new, plan_update, update_conference
from eventops.agenda.journal import to_undo, undo
from eventops.agenda.models import Audience, Edit, Event, Image, PublishedSession, Room, Session, Speaker
from eventops.agenda.programme import visible_sessions
from eventops.agenda.publish import publish
from eventops.agenda.snapshots import desk_sessions
from eventops.checkin.models import Door
from eventops.db import db
from eventops.viewer import ANONYMOUS, seeing
from tests.agenda.any_file import files
from tests.agenda.conferences import EVENT_ID, NOW, TEXT, changed, published
from tests.apps import changing, reading, settings_for

LATER = datetime(2024, 4, 16, 6, 0, tzinfo=UTC)
_number = count()


def event() -> Event:
    return db.session.get_one(Event, EVENT_ID)


def again(text: str) -> None:
    """Import the text onto the event. Call it inside `changing(app)`."""
    update_conference(event(), read_conference(text), LATER)


def said(file: ConferenceFile, *but: str) -> dict[str, Any]:
    """What the file says, lists without an order by id."""
    lists = {name: sorted(part.model_dump()["id"] for part in parts) for name, parts in file.lists.items()}
    return {"ids": lists, **{name: part for name, part in file.model_dump().items() if name not in but}}


def desk() -> list[dict[str, Any]]:
    """The desk as a file would say it: sessions, rooms, tracks and speakers."""
    file = read_conference(export_conference(event()))
    return [part.model_dump() for name, parts in file.lists.items() if name != "audiences" for part in parts]


def test_round_trip_of_any_agenda(app: Flask, long: bool) -> None:
    """What is imported is exported; importing that changes nothing; another file makes of it what it says itself.

    Undoing that import puts the desk back.
    """

    @settings(max_examples=150 if long else 12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(files(), files())
    def goes_round(first: dict[str, Any], second: dict[str, Any]) -> None:
        slug = {"slug": f"event-{next(_number)}"}
        one, two = (check_conference(file | {"event": file["event"] | slug}) for file in (first, second))
        with changing(app):
            event_id = import_conference(one).id
        with reading(app):
            text = export_conference(db.session.get_one(Event, event_id))
            assert not plan_update(db.session.get_one(Event, event_id), one).difference
            assert not plan_update(db.session.get_one(Event, event_id), read_conference(text)).difference
        with changing(app):
            update_conference(db.session.get_one(Event, event_id), two, LATER)
        with reading(app):
            here = db.session.get_one(Event, event_id)
            assert not plan_update(here, two).difference
            assert (edit := to_undo(event_id, None)) is None or edit.what == "import"
        with changing(app):
            if edit := to_undo(event_id, None):
                undo(edit, LATER)
        with reading(app):
            difference = plan_update(db.session.get_one(Event, event_id), read_conference(text)).difference
            assert {change.what for change in difference.changes} <= {"event", "report", "public_windows", "audiences"}

    goes_round()


def test_round_trip_between_installations_gives_the_same_bytes(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    """Out of one installation, into an empty one, and out of that: ids, texts and times are the same."""
    with changing(app):
        published(
            changed(("    kind: keynote", "    kind: keynote\n    staff_notes: |\n      Call her.\n      Twice."))
        )
        text = export_conference(event())
    shutil.copy(sqlite_template, tmp_path / "other.sqlite")
    other = create_app(settings_for(f"sqlite:///{tmp_path}/other.sqlite"))
    with changing(other):
        assert export_conference(import_conference(read_conference(text))) == text
    assert write_conference(plan(other, text)) == text.split("\n", 2)[2]


def plan(app: Flask, text: str) -> ConferenceFile:
    with reading(app):
        here = db.session.scalars(select(Event)).one()
        db.session.rollback()
        return plan_update(here, read_conference(text)).after
