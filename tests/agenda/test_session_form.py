"""The form of a session: everything that it takes, what it refuses, and two who edit at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from eventops.agenda.models import Edit, Event, Session, Speaker, Track
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.staff.models import Account
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import CANARY, Conference, add_conference
from tests.forms import send_form
from tests.staff.team import add_staff, page_of, signed_in

DESK = "/en/desk/conference/"
NEW = f"{DESK}agenda/new"


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def editor(app: Flask, cast: Conference) -> FlaskClient:
    add_staff(app, "editor", cast.event_id)
    return signed_in(app, "editor@example.org")


def add_choices(app: Flask, cast: Conference) -> tuple[Track, list[Speaker]]:
    """A track and two speakers to choose."""
    with changing(app):
        track = Track(id=uuid4(), event_id=cast.event_id, name={"en": "Work"}, position=1)
        speakers = [Speaker(id=uuid4(), event_id=cast.event_id, name=name) for name in ("Aino", "Bo")]
        db.session.add_all([track, *speakers])
    return track, speakers


def titled(title: str) -> Session:
    found = db.session.scalars(select(Session).where(Session.deleted_at.is_(None)))
    return next(session for session in found if session.title.get("en") == title)


def errors(text: str) -> dict[str, str]:
    """The message beside each field, by the field's name."""
    found = lxml.html.document_fromstring(text).xpath("//*[@class='field-error']")
    return {field.get("id").removesuffix("-error"): field.text_content().removeprefix("Error: ") for field in found}


def test_new_session_takes_all_that_a_session_is(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Every field that was filled in is stored, and comes back in the form as it was."""
    track, (aino, bo) = add_choices(app, cast)
    fields: dict[str, Any] = {
        "title_en": "Panel",
        "title_fi": "Paneeli",
        "abstract_en": "A *panel*",
        "kind": "workshop",
        "language": "sv",
        "zone": "Europe/Copenhagen",
        "start": "2024-05-07T15:00",
        "end": "2024-05-07T16:30",
        "track_id": str(track.id),
        "attendance_mode": "onsite",
        "capacity": "25",
        "speaker_0": str(bo.id),
        "role_0": "chair",
        "speaker_1": str(aino.id),
        "role_1": "moderator",
        "access": "closed",
        "audience_ids": [str(cast.audience_id)],
        "shows_block": "yes",
        "placeholder": "time",
        "link_label_0": "Paper",
        "link_url_0": "https://example.org/paper",
        "staff_notes": "Bring a microphone",
    }
    assert send_form(editor, NEW, **fields).status_code == 303
    with reading(app):
        session = titled("Panel")
        assert (session.title, session.abstract) == ({"en": "Panel", "fi": "Paneeli"}, {"en": "A *panel*"})
        assert (session.kind, session.language, session.attendance_mode) == ("workshop", "sv", "onsite")
        assert (str(session.start_wall), session.zone, str(session.starts_at)) == (
            "2024-05-07 15:00:00",
            "Europe/Copenhagen",
            "2024-05-07 13:00:00+00:00",
        )
        assert (session.track_id, session.capacity, session.room_id) == (track.id, 25, None)
        assert [(role.speaker.name, role.role) for role in session.speaker_roles] == [
            ("Bo", "chair"),
            ("Aino", "moderator"),
        ]
        assert (session.access, session.shows_block, session.placeholder) == ("closed", True, "time")
        assert [audience.id for audience in session.audiences] == [cast.audience_id]
        assert session.links == [{"label": "Paper", "url": "https://example.org/paper"}]
        assert (session.staff_notes, session.is_scheduled) == ("Bring a microphone", True)
        [edit] = db.session.scalars(select(Edit))
        assert (edit.what, [change["before"] for change in edit.changes]) == ("add", [None])
        before, path = repr(edit.changes[0]["after"]), f"{DESK}agenda/{session.id}"
    assert send_form(editor, path).status_code == 303
    with reading(app):
        assert [edit.what for edit in db.session.scalars(select(Edit))] == ["add"]
        assert repr(db.session.scalars(select(Edit)).one().changes[0]["after"]) == before


@ON_SQLITE
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title_en": ""}, "title_en"),
        ({"title_en": "x" * 201}, "title_en"),
        ({"abstract_en": "x" * 20_001}, "abstract_en"),
        ({"kind": "party"}, "kind"),
        ({"language": "tlh"}, "language"),
        ({"attendance_mode": "asleep"}, "attendance_mode"),
        ({"capacity": "-1"}, "capacity"),
        ({"capacity": "٣"}, "capacity"),
        ({"capacity": "99999999999999999999"}, "capacity"),
        ({"track_id": str(uuid4())}, "track_id"),
        ({"speaker_0": str(uuid4())}, "speaker_0"),
        ({"speaker_0": "nobody"}, "speaker_0"),
        ({"link_url_0": "javascript:alert(1)"}, "link_url_0"),
        ({"link_label_0": "Paper"}, "link_url_0"),
        ({"placeholder": "some"}, "placeholder"),
        ({"end": "2024-05-07T10:00"}, "end"),
        ({"access": "closed"}, "audience_ids"),
        ({"staff_notes": "x" * 20_001}, "staff_notes"),
    ],
)
def test_bad_input_is_named_beside_its_field(
    app: Flask, cast: Conference, editor: FlaskClient, fields: dict[str, str], wrong: str
) -> None:
    """422, the input kept, nothing stored."""
    answer = send_form(
        editor, NEW, **({"title_en": "Panel", "start": "2024-05-07T11:00", "end": "2024-05-07T12:00"} | fields)
    )
    assert (answer.status_code, list(errors(answer.text))) == (422, [wrong])
    with reading(app):
        assert len(db.session.scalars(select(Session)).all()) == 2


@ON_SQLITE
def test_foreign_rooms_tracks_and_speakers_are_refused(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Those of another event are as unknown as none."""
    with changing(app):
        other = add_conference("another")
        theirs = db.session.scalars(select(Session).where(Session.event_id == other.event_id)).all()
        room, speaker = theirs[0].room_id, next(s.speakers[0].id for s in theirs if s.speakers)
    track, _speakers = add_choices(app, other)
    wrong = {"room_id": str(room), "track_id": str(track.id), "speaker_0": str(speaker)}
    answer = send_form(editor, NEW, title_en="Panel", end="2024-05-07T12:00", **wrong)
    assert (answer.status_code, list(errors(answer.text))) == (422, ["room_id", "track_id", "speaker_0"])


def test_time_that_clocks_show_twice_is_asked_about(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Which is meant, with both clocks for each reading; the answer is kept as the wall time and its fold.

    It outlives an error elsewhere, and is asked for anew where another such time is typed.
    """
    fields = {"title_en": "Night watch", "start": "2024-10-27T03:30", "end": "2024-10-27T05:00"}
    asked = send_form(editor, NEW, **fields)
    assert (asked.status_code, list(errors(asked.text))) == (422, ["start"])
    choices = page_of(asked).xpath("//input[@name='start_reading']/following-sibling::span")
    assert [" ".join(choice.text_content().split()) for choice in choices] == [
        "Before clocks are set back: 03:30 Finnish time (02:30 Danish and Norwegian time)",
        "After clocks are set back: 03:30 Finnish time (02:30 Danish and Norwegian time)",
    ]
    answered = {**fields, "start_reading": "later", "start_asked": fields["start"]}
    wrong = send_form(editor, NEW, **{**answered, "title_en": ""})
    form = MultiDict(page_of(wrong).forms[-1].form_values())
    assert (list(errors(wrong.text)), form["start_reading"]) == (["title_en"], "later")
    form.setlist("start", ["2024-10-27T03:40"])
    again = editor.post(NEW, data=form)
    assert list(errors(again.text)) == ["title_en", "start"]
    assert page_of(again).xpath("//input[@name='start_reading'][@checked]") == []
    form.setlist("start", [fields["start"]])
    form.setlist("title_en", [fields["title_en"]])
    assert editor.post(NEW, data=form).status_code == 303
    with reading(app):
        session = titled("Night watch")
        assert (str(session.starts_at), session.start_fold) == ("2024-10-27 01:30:00+00:00", 1)


@ON_SQLITE
def test_default_access_follows_the_public_hours(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """What begins within them is open to the public, what begins outside is by invitation, as it first stands."""
    for start, access in (("2024-05-07T11:00", "public"), ("2024-05-07T15:00", "closed")):
        page = page_of(editor.get(f"{NEW}?start={start}&end=2024-05-07T16:00&zone=Europe/Helsinki"))
        assert page.xpath("//input[@name='access'][@checked]/@value") == [access]
        assert page.xpath("//input[@name='start']/@value") == [start]


def test_stale_edit_shows_both_versions_side_by_side(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """412; nothing of the second is stored until they say so, with what is stored and what they typed in each field."""
    path = f"{DESK}agenda/{cast.keynote_id}"
    revision = page_of(editor.get(path)).xpath("//input[@name='revision']/@value")[0]
    assert send_form(editor, path, title_en="Keynote by Aino", start="2024-05-07T12:30").status_code == 303
    stale = send_form(editor, path, title_en="Keynote by Bo", start="2024-05-07T12:20", revision=revision)
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td/div")]
        for row in page_of(stale).xpath("//tbody/tr")
    ]
    assert (stale.status_code, rows) == (
        412,
        [
            ["Title (English)", "Keynote by Aino", "Keynote by Bo"],
            [
                "Starts",
                "Tuesday 7 May 2024, 12:30 Finnish time (11:30 Danish and Norwegian time)",
                "Tuesday 7 May 2024, 12:20 Finnish time (11:20 Danish and Norwegian time)",
            ],
        ],
    )
    with reading(app):
        assert db.session.get_one(Session, cast.keynote_id).title == {"en": "Keynote by Aino"}
    assert page_of(stale).xpath("//*[@class='notice-title']/text()") == [
        "You changed this session in another window meanwhile"
    ]
    with changing(app):
        db.session.scalars(select(Account)).one().name = "Åsa Öberg"
    add_staff(app, "owner", cast.event_id)
    other = send_form(signed_in(app, "owner@example.org"), path, title_en="Keynote", revision=revision)
    assert "Åsa Öberg changed this session meanwhile" in page_of(other).text_content()
    form = dict(page_of(stale).forms[1].form_values())
    assert editor.post(path, data=form).status_code == 303
    with reading(app):
        assert db.session.get_one(Session, cast.keynote_id).title == {"en": "Keynote by Bo"}


def test_removed_session_leaves_the_desk_and_stays_published(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """Until the next release everybody reads it still; a second removal of it finds nothing."""
    path = f"{DESK}agenda/{cast.keynote_id}"
    assert send_form(editor, path, f"{cast.keynote_id}/remove", revision="7").status_code == 412
    assert send_form(editor, path, f"{cast.keynote_id}/remove").status_code == 303
    assert "Keynote speech" not in editor.get(DESK).text.partition("<table")[2]
    assert "Keynote speech" in app.test_client().get("/en/conference/").text
    assert editor.get(path).status_code == 404


@ON_SQLITE
def test_session_in_the_tray_is_not_published(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """It stands on the desk below all days, with how long it is instead of hours."""
    assert send_form(editor, NEW, title_en="Someday", end="2024-05-07T12:00", in_tray="yes").status_code == 303
    assert send_form(editor, NEW, title_en="After", start="2024-05-08T09:00", end="2024-05-08T10:00").status_code == 303
    desk = page_of(editor.get(DESK))
    assert desk.xpath("//main//h2/text()")[-3:] == ["Tuesday 7 May 2024", "Wednesday 8 May 2024", "Not scheduled"]
    *_, day, tray = (" ".join(table.text_content().split()) for table in desk.xpath("//main//table"))
    assert ("After" in day, "09:00–10:00 Finnish time" in day, "Someday" in day) == (True, True, False)
    assert ("60 min" in tray, "Finnish time" in tray) == (True, False)
    page = page_of(editor.get(f"{DESK}publish")).text_content()
    assert "Someday" not in page


@ON_SQLITE
def test_saving_leads_back_to_where_the_form_was_opened(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """The grid and its day, after a refusal too; the list for any other word. The grid says what is to publish."""
    grid = f"{DESK}agenda/grid?day=2024-05-07"
    assert page_of(editor.get(grid)).xpath("//a[.='New session']/@href") == [f"{NEW}?back=grid&day=2024-05-07"]
    edit = f"{DESK}agenda/{cast.keynote_id}"
    assert send_form(editor, f"{edit}?back=grid&day=2024-05-07").location == grid
    refused = send_form(editor, f"{edit}?back=grid&day=2024-05-07", title_en="")
    assert refused.status_code == 422
    assert dict(page_of(refused).forms[1].form_values())["back"] == "grid"
    for words in ("back=https://example.org/", "back=list", ""):
        assert send_form(editor, f"{edit}?{words}").location == DESK
    assert send_form(editor, f"{edit}?back=grid&day=nonsense", "/remove").location == f"{DESK}agenda/grid"
    texts = page_of(editor.get(grid)).text_content()
    assert [word in texts for word in ("Not published yet", "Releases", "Running late")] == [True, True, True]


@ON_SQLITE
def test_staff_notes_stay_on_the_desk(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """They are in no release and on no page but the form."""
    path = f"{DESK}agenda/{cast.keynote_id}"
    assert send_form(editor, path, staff_notes=f"Notes {CANARY}").status_code == 303
    with changing(app):
        release = publish(db.session.get_one(Event, cast.event_id), db.session.scalars(select(Edit)).one().at)
        assert f"Notes {CANARY}" not in repr(release.sessions)
    assert f"Notes {CANARY}" in editor.get(path).text


@ON_SQLITE
def test_clocks_say_a_typed_time_on_all_of_them(app: Flask, cast: Conference, editor: FlaskClient) -> None:
    """And that it is asked about where clocks change, and nothing for what is no time."""
    asked = {
        "2024-05-07T11:00": "Tuesday 7 May 2024, 12:00 Finnish time (11:00 Danish and Norwegian time)",
        "2024-10-27T02:30": "Clocks change then, and skip this time or show it twice: saving asks which is meant.",
        "soon": "",
        "9999-12-31T23:30": "",
    }
    found = {
        wall: editor.get(f"{DESK}clocks", query_string={"wall": wall, "zone": "Europe/Copenhagen"}).get_json()["text"]
        for wall in asked
    }
    assert found == asked
    assert editor.get(f"{DESK}clocks?wall=2024-05-07T11:00&zone=Mars").get_json() == {"text": ""}
