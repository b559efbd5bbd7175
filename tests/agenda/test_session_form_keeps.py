"""The form of a session keeps what is stored, and what was typed: nothing is lost that nobody took away."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from eventops.agenda.conference_file import check_conference
from eventops.agenda.edit import schedule
from eventops.agenda.import_file import import_conference
from eventops.agenda.models import Audience, Edit, Event, Session, Speaker, SpeakerRole
from eventops.agenda.things import state
from eventops.db import db
from eventops.staff.accounts import grant
from eventops.staff.models import AuditEntry
from tests.agenda.any_file import files
from tests.agenda.sessions import add_session
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import SPRING, Conference, add_conference
from tests.forms import send_form
from tests.staff.team import add_staff, page_of, signed_in

DESK = "/en/desk/conference/"


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def editor(app: Flask, cast: Conference) -> FlaskClient:
    add_staff(app, "editor", cast.event_id)
    return signed_in(app, "editor@example.org")


def session_path(cast: Conference) -> str:
    return f"{DESK}agenda/{cast.keynote_id}"


def save(client: FlaskClient, cast: Conference, **fields: Any) -> TestResponse:
    """The keynote's form as the page has it, with some fields changed."""
    return send_form(client, session_path(cast), f"/{cast.keynote_id}", **fields)


def change(app: Flask, cast: Conference, **columns: Any) -> None:
    """Let these be stored of the keynote."""
    with changing(app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        for name, value in columns.items():
            setattr(keynote, name, value)


def keynote(app: Flask, cast: Conference) -> Session:
    with reading(app):
        return db.session.get_one(Session, cast.keynote_id)


def complaints(answer: TestResponse) -> list[str]:
    """The fields beside which there is one."""
    return [str(id).removesuffix("-error") for id in page_of(answer).xpath("//*[@class='field-error']/@id")]


def typed_into(answer: TestResponse) -> MultiDict[str, str]:
    """What stands in the fields of the session's form."""
    return MultiDict(next(form for form in page_of(answer).forms if "title_en" in form.fields).form_values())


def everything(event: Event) -> tuple[object, ...]:
    """Of every session of the event, and how often somebody edited anything."""
    rows = db.session.scalars(select(Session).where(Session.event_id == event.id).order_by(Session.id)).all()
    times = [(row.id, row.revision, row.starts_at, row.ends_at) for row in rows]
    counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Edit, AuditEntry)]
    return [state(row) for row in rows], times, counts


@ON_SQLITE
def test_any_session_saved_untouched_changes_nothing(
    app: Flask, cast: Conference, editor: FlaskClient, long: bool
) -> None:
    """Whatever a conference file may hold: the form takes all of it, shows all of it, and stores no edit."""
    account_id, numbers = add_staff(app, "editor", cast.event_id, "two@example.org"), count()
    editor = signed_in(app, "two@example.org")

    @settings(max_examples=100 if long else 8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(files().filter(lambda file: bool(file["sessions"])))
    def saves(file: dict[str, Any]) -> None:
        slug = f"event-{next(numbers)}"
        with changing(app):
            event = import_conference(check_conference(file | {"event": file["event"] | {"slug": slug}}))
            grant(account_id, event.id, "editor", SPRING)
            before = everything(event)
            ids = list(db.session.scalars(select(Session.id).where(Session.event_id == event.id)))
        answers = [send_form(editor, f"/en/desk/{slug}/agenda/{id}", f"/{id}") for id in ids]
        assert [(answer.status_code, complaints(answer)) for answer in answers if answer.status_code != 303] == []
        with reading(app):
            assert everything(db.session.get_one(Event, event.id)) == before

    saves()


@ON_SQLITE
def test_zone_that_is_not_among_the_events_stays(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """It is one of those to choose from, on a new session too where the address names it, each once."""
    with changing(app):
        session = add_session(cast, "In UTC", 0)
    path = f"{DESK}agenda/{session.id}"
    assert send_form(editor, path, f"/{session.id}", title_en="Renamed").status_code == 303
    with reading(app):
        stored = db.session.get_one(Session, session.id)
        assert (stored.title["en"], stored.zone, stored.starts_at) == ("Renamed", "UTC", session.starts_at)
    page = page_of(editor.get(f"{DESK}agenda/new?start=2024-05-07T10:00&zone=Asia/Tokyo"))
    zones = ["Europe/Helsinki", "Europe/Copenhagen", "Europe/Oslo", "Asia/Tokyo"]
    assert page.xpath("//select[@name='zone']/option/@value") == zones
    assert page.xpath("//select[@name='zone']/option[@selected]/@value") == ["Asia/Tokyo"]
    assert "Nowhere" not in editor.get(f"{DESK}agenda/new?zone=Mars/Nowhere").text


def test_saving_unchanged_leaves_no_trace_and_changing_who_is_in_it_does(
    app: Flask, cast: Conference, editor: FlaskClient
) -> None:
    """An edit, a revision and a line in the trail for a role or an audience alone; none of them for nothing."""
    with changing(app):
        other = Audience(id=uuid4(), event_id=cast.event_id, name="Others")
        db.session.add(other)
    path = f"{DESK}agenda/{cast.workshop_id}"

    def traces() -> list[int]:
        with reading(app):
            edits, trail = (db.session.scalar(select(func.count()).select_from(m)) for m in (Edit, AuditEntry))
            return [db.session.get_one(Session, cast.workshop_id).revision, edits or 0, trail or 0]

    found = [traces()]
    for fields in ({}, {"role_0": "chair"}, {}, {"audience_ids": [str(cast.audience_id), str(other.id)]}, {}):
        assert send_form(editor, path, f"/{cast.workshop_id}", **fields).status_code == 303
        found.append(traces())
    raised = [[after - before for before, after in zip(*two, strict=True)] for two in pairwise(found)]
    assert raised == [[0, 0, 0], [1, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 0]]


@ON_SQLITE
def test_line_ends_are_stored_as_line_feeds(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Browsers send others. Saving what is published is no change, and typed texts are stored without them."""
    change(app, cast, abstract={"en": "One.\n\nTwo."}, staff_notes="a\nb")
    assert save(editor, cast, abstract_en="One.\r\n\r\nTwo.", staff_notes="a\r\nb", kind="talk").status_code == 303
    with reading(app):
        session = db.session.get_one(Session, cast.keynote_id)
        assert (session.kind, session.abstract, session.staff_notes) == ("talk", {"en": "One.\n\nTwo."}, "a\nb")
    assert save(editor, cast, abstract_en="Three.\r\n\r\nFour.\r", staff_notes="c\r\nd").status_code == 303
    session = keynote(app, cast)
    assert (session.abstract, session.staff_notes) == ({"en": "Three.\n\nFour."}, "c\nd")


@ON_SQLITE
def test_line_ends_are_no_difference_between_two_versions(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Where two edit at once, only what they wrote differently stands side by side."""
    change(app, cast, abstract={"en": "One.\r\nTwo.\x07"})
    stale = save(editor, cast, abstract_en="One.\r\nTwo.\x07", title_en="Mine", revision="7")
    assert stale.status_code == 412
    assert page_of(stale).xpath("//tbody/tr/th/text()") == ["Title (English)"]


@ON_SQLITE
def test_reading_and_seconds_stay_with_a_new_title(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """A night in which clocks show an hour twice: which is meant is chosen already; another hour is asked about."""
    starts_at, ends_at = datetime(2024, 10, 27, 1, 30, 20, tzinfo=UTC), datetime(2024, 10, 27, 3, 0, tzinfo=UTC)
    with changing(app):
        schedule(db.session.get_one(Session, cast.keynote_id), starts_at, ends_at)
    page = page_of(editor.get(session_path(cast)))
    shown = [page.xpath(f"//input[@name='{name}']/@{what}") for name in ("start", "end") for what in ("value", "step")]
    assert shown == [["2024-10-27T03:30:20"], ["1"], ["2024-10-27T05:00"], []]
    assert page.xpath("//input[@name='start_reading'][@checked]/@value") == ["later"]
    assert save(editor, cast, title_en="Night watch").status_code == 303
    stored = keynote(app, cast)
    assert (stored.title["en"], stored.starts_at, stored.ends_at) == ("Night watch", starts_at, ends_at)
    asked = save(editor, cast, start="2024-10-27T03:40")
    assert (asked.status_code, complaints(asked)) == (422, ["start"])
    assert page_of(asked).xpath("//input[@name='start_reading'][@checked]") == []


@ON_SQLITE
def test_every_speaker_stays_up_to_the_limit(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """As many as a conference file takes; one more is refused with all of them still there, and none is dropped."""
    with changing(app):
        session = db.session.get_one(Session, cast.keynote_id)
        people = [Speaker(id=uuid4(), event_id=cast.event_id, name=f"Speaker {n:03}") for n in range(202)]
        session.speaker_roles = [SpeakerRole(speaker=one, position=n) for n, one in enumerate(people[:200])]
        db.session.add_all(people)
    ids = [str(one.id) for one in people]
    assert save(editor, cast, title_en="Everybody").status_code == 303
    with reading(app):
        session = db.session.get_one(Session, cast.keynote_id)
        assert (session.title["en"], [str(one.id) for one in session.speakers]) == ("Everybody", ids[:200])
    refused = save(editor, cast, speaker_200=ids[200], speaker_201=ids[201])
    assert (refused.status_code, complaints(refused)) == (422, ["speaker_200"])
    assert [value for name, value in typed_into(refused).items() if name.startswith("speaker_") and value] == ids


@ON_SQLITE
def test_what_files_take_the_form_takes_too(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Typed, and then shown and sent again with something else."""
    url = "https://example.org/" + "a" * 250
    assert save(editor, cast, title_en="Session\u00a01", capacity="0", link_url_0=url).status_code == 303
    assert save(editor, cast, staff_notes="Later").status_code == 303
    session = keynote(app, cast)
    assert (session.title, session.capacity, session.staff_notes) == ({"en": "Session\u00a01"}, 0, "Later")
    assert session.links == [{"label": url, "url": url}]


@ON_SQLITE
def test_invisible_characters_are_refused(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """As in every other form: what turns the direction of a line, and control characters."""
    fields = ["title_en", "abstract_en", "staff_notes", "link_label_0"]
    for character in ("\u202e", "\x01"):
        typed = dict.fromkeys(fields, f"a{character}b")
        answer = save(editor, cast, link_url_0="https://example.org/", **typed)
        assert (answer.status_code, complaints(answer)) == (422, [*fields[:2], "link_label_0", "staff_notes"])
    assert keynote(app, cast).revision == 1


def test_form_of_a_session_that_was_removed_meanwhile_can_be_saved_as_a_new_one(
    app: Flask, cast: Conference, editor: FlaskClient
) -> None:
    """409, and all that was typed is in the form still. A session that never was is not found."""
    form = typed_into(editor.get(session_path(cast)))
    assert send_form(editor, session_path(cast), "/remove").status_code == 303
    form.setlist("title_en", ["A long title"])
    form.setlist("staff_notes", ["Long notes"])
    answer = editor.post(session_path(cast), data=form)
    assert answer.status_code == 409
    assert "Somebody took this session off the agenda meanwhile" in page_of(answer).text_content()
    kept = typed_into(answer)
    assert {name: kept[name] for name in kept if name != "csrf_token"} == {
        name: form[name] for name in form if name != "csrf_token"
    }
    [again] = [form for form in page_of(answer).forms if "title_en" in form.fields]
    assert editor.post(again.action, data=kept).status_code == 303
    with reading(app):
        added = db.session.scalars(select(Session).where(Session.deleted_at.is_(None))).all()
        [session] = [session for session in added if session.title["en"] == "A long title"]
        assert (session.id != cast.keynote_id, session.staff_notes) == (True, "Long notes")
        assert db.session.get_one(Session, cast.keynote_id).deleted_at is not None
    assert editor.post(f"{DESK}agenda/{uuid4()}", data=kept).status_code == 404
