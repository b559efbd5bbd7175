"""Rooms, tracks and speakers: added, changed, put in order, removed and put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import lxml.html
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops.agenda.journal import last_number, redo, to_redo, to_undo, undo
from eventops.agenda.models import Image, Room, Session, Speaker, Track
from eventops.agenda.parts import parts_of
from eventops.db import db
from eventops.staff.models import AuditEntry
from tests.agenda.pictures import SVG, drawn
from tests.apps import changing, reading
from tests.cast import CANARY, START
from tests.forms import send_form
from tests.site import ODD, Site

PARTS = "/en/desk/conference/parts"
MODELS: dict[str, Any] = {"room": Room, "track": Track, "speaker": Speaker}


@pytest.fixture(autouse=True)
def _clear(site: Site) -> Iterator[None]:
    """What a test adds is gone afterwards, and what it changed is as it was."""
    yield
    with changing(site.app):
        while edit := to_undo(site.cast.event_id, site.owner_id):
            undo(edit, START)


def names(site: Site, kind: str) -> list[Any]:
    """What there is, in its order."""
    with reading(site.app):
        return [part.name for part in parts_of(site.cast.event_id, kind)]


def id_of(site: Site, kind: str, name: str) -> UUID:
    with reading(site.app):
        found: UUID = next(part.id for part in parts_of(site.cast.event_id, kind) if part.name == name)
    return found


def add(site: Site, kind: str, **fields: Any) -> TestResponse:
    return send_form(site.owner, f"{PARTS}/{kind}s/new", **fields)


def faults(answer: TestResponse) -> set[str]:
    """The fields with a complaint."""
    return {
        id.removesuffix("-error")
        for id in lxml.html.document_fromstring(answer.text).xpath("//@id[contains(., '-error')]")
    }


FILLED: dict[str, dict[str, Any]] = {
    "room": {
        "name": "Sal B",
        "capacity": "40",
        "address": "Georgsgatan 29",
        "accessibility_sv": "Hiss\r\nSlinga",
    },
    "track": {"name_en": "Work", "name_fi": "Työ"},
    "speaker": {
        "name": "Åsa Öberg",
        "title": "Researcher",
        "organisation": "VIVE",
        "country": "dk",
        "bio_en": "Writes about *work*.",
    },
}
STORED: dict[str, dict[str, Any]] = {
    "room": {"name": "Sal B", "capacity": 40, "address": "Georgsgatan 29", "accessibility": {"sv": "Hiss\nSlinga"}},
    "track": {"name": {"en": "Work", "fi": "Työ"}},
    "speaker": {
        "name": "Åsa Öberg",
        "title": "Researcher",
        "organisation": "VIVE",
        "country": "DK",
        "bio": {"en": "Writes about *work*."},
    },
}


@pytest.mark.parametrize("kind", FILLED)
def test_part_is_added_changed_removed_and_put_back(site: Site, kind: str) -> None:
    """Each is one edit that its maker can undo and redo; the trail says that it was done, and no name."""
    assert add(site, kind, **FILLED[kind]).location == f"{PARTS}#{kind}s"
    with reading(site.app):
        [part] = [p for p in parts_of(site.cast.event_id, kind) if p.name == STORED[kind]["name"]]
        assert {name: getattr(part, name) for name in STORED[kind]} == STORED[kind]
        number = last_number(site.cast.event_id)
    path, named = f"{PARTS}/{kind}s/{part.id}", "name_en" if kind == "track" else "name"
    assert send_form(site.owner, path).status_code == 303
    with reading(site.app):
        assert last_number(site.cast.event_id) == number  # sent back as it was: nothing to undo
    assert send_form(site.owner, path, **{named: "Other"}).status_code == 303
    assert send_form(site.owner, path, "/remove").status_code == 303
    assert (site.owner.get(path).status_code, kind in str(names(site, kind))) == (404, False)
    with changing(site.app):
        steps = [(undo, to_undo), (undo, to_undo), (redo, to_redo), (redo, to_redo), (undo, to_undo)]
        shown = []
        for step, which in steps:
            edit = which(site.cast.event_id, site.owner_id)
            assert edit
            step(edit, START)
            found = db.session.scalars(select(MODELS[kind]).where(MODELS[kind].id == part.id)).one()
            shown.append(None if found.deleted_at else str(found.name))
    other = str({"en": "Other", "fi": "Työ"}) if kind == "track" else "Other"
    assert shown == [other, str(STORED[kind]["name"]), other, None, other]
    with reading(site.app):
        trail = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == part.id)).all()
        assert {(entry.action, str(entry.details)) for entry in trail} == {
            (f"agenda.{what}_part", "{}") for what in ("add", "edit", "remove")
        }


def test_rooms_and_tracks_stand_in_the_order_that_was_chosen(site: Site) -> None:
    """A new one is last; others move behind any other, or to the first place; undoing puts the order back."""
    before = names(site, "room")
    for name in ("A", "B"):
        assert add(site, "room", name=name).status_code == 303
    assert names(site, "room") == [*before, "A", "B"]
    first, last = id_of(site, "room", before[0]), id_of(site, "room", "B")
    assert send_form(site.owner, f"{PARTS}/rooms/{last}", after=str(first)).status_code == 303
    assert names(site, "room") == [before[0], "B", *before[1:], "A"]
    assert send_form(site.owner, f"{PARTS}/rooms/{last}", after="").status_code == 303
    assert names(site, "room") == ["B", *before, "A"]
    with changing(site.app):
        edit = to_undo(site.cast.event_id, site.owner_id)
        assert edit
        undo(edit, START)
    assert names(site, "room") == [before[0], "B", *before[1:], "A"]


def test_part_in_use_is_not_removed(site: Site) -> None:
    """409 with the sessions that have it, closed ones among them; once it is in none, it goes."""
    cast, before = site.cast, site.rows()
    for kind, title in (("room", "Keynote speech"), ("speaker", f"Workshop {CANARY}")):
        answer = site.owner.post(f"{PARTS}/{kind}s/{site.parts[kind]}/remove", data={"csrf_token": site.csrf})
        assert (answer.status_code, title in answer.text, "Not removed" in answer.text) == (409, True, True)
        assert "/remove" not in site.owner.get(f"{PARTS}/{kind}s/{site.parts[kind]}").text
    assert site.rows() == before
    with changing(site.app):
        db.session.get_one(Session, cast.keynote_id).deleted_at = START
    try:
        assert send_form(site.owner, f"{PARTS}/rooms/{site.parts['room']}", "/remove").status_code == 303
    finally:
        with changing(site.app):
            db.session.get_one(Session, cast.keynote_id).deleted_at = None


def test_stale_part_shows_both_versions_and_loses_neither(site: Site) -> None:
    """412, also when only its place in the order was changed; what was typed is saved when it is sent again."""
    assert add(site, "room", **FILLED["room"]).status_code == 303
    id = id_of(site, "room", "Sal B")
    path = f"{PARTS}/rooms/{id}"
    stale = lxml.html.document_fromstring(site.owner.get(path).text).xpath("//input[@name='revision']/@value")[0]
    assert send_form(site.owner, path, capacity="50", after="").status_code == 303
    rows = site.rows()
    first = str(id_of(site, "room", "Room 1"))
    answer = send_form(site.owner, path, revision=stale, name="Sal C", after=first)
    page = lxml.html.document_fromstring(answer.text)
    beside = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th | ./td/div")]
        for row in page.xpath("//table//tbody/tr")
    ]
    assert (answer.status_code, beside, site.rows() == rows) == (
        412,
        [["Name", "Sal C", "Sal B"], ["Place in the order", "After “Room 1”", "First"]],
        True,
    )
    form = next(form for form in page.forms if "revision" in form.fields)
    assert site.owner.post(path, data=dict(form.form_values())).status_code == 303
    assert names(site, "room")[1] == "Sal C"
    assert send_form(site.owner, path, revision=stale).status_code == 412


WRONG: list[tuple[str, dict[str, Any], set[str]]] = [
    ("room", {"name": " "}, {"name"}),
    ("room", {"name": "a\nb"}, {"name"}),
    ("room", {"name": "a" * 201}, {"name"}),
    ("room", {"name": "Sal", "capacity": "many"}, {"capacity"}),
    ("room", {"name": "Sal", "capacity": "1e3"}, {"capacity"}),
    ("room", {"name": "Sal", "address": "a\x00b"}, {"address"}),
    ("room", {"name": "Sal", "accessibility_da": "a\x07b"}, {"accessibility_da"}),
    ("track", {}, {"name_en"}),
    ("track", {"name_nb": "a\u2028b"}, {"name_nb"}),
    ("speaker", {"name": ""}, {"name"}),
    ("speaker", {"name": "\u200b"}, {"name"}),
    ("speaker", {"name": "Anna", "country": "Denmark"}, {"country"}),
    ("speaker", {"name": "Anna", "organisation": "a\tb"}, {"organisation"}),
    ("speaker", {"name": "Anna", "bio_fi": "a" * 20_001}, {"bio_fi"}),
]


def test_wrong_parts_are_refused_whole(site: Site) -> None:
    """422 with the complaints beside the fields, and nothing is stored."""
    before = site.rows()
    for kind, fields, expected in WRONG:
        answer = add(site, kind, **fields)
        assert (kind, fields, answer.status_code, faults(answer)) == (kind, fields, 422, expected)
    for value in (value for value in ODD[::3] if value.strip()):
        answer = add(site, "speaker", name="Anna", country=value)
        assert (value, answer.status_code, faults(answer)) == (value, 422, {"country"})
    assert site.rows() == before


def test_photo_is_kept_shown_replaced_and_removed(site: Site) -> None:
    """Staff of the event alone see it; one that is replaced stays for releases; undoing brings it back."""
    refused = add(site, "speaker", name="Anna", photo=(BytesIO(SVG), "anna.png"))
    assert (refused.status_code, faults(refused)) == (422, {"photo"})
    assert add(site, "speaker", name="Anna", photo=(BytesIO(drawn()), "anna.svg")).status_code == 303
    path = f"{PARTS}/speakers/{id_of(site, 'speaker', 'Anna')}"
    photos = [photo_of(site, "Anna")]
    assert send_form(site.owner, path, photo=(BytesIO(drawn(format="WEBP")), "")).status_code == 303
    photos.append(photo_of(site, "Anna"))
    assert send_form(site.owner, path, title="Researcher").status_code == 303
    assert photo_of(site, "Anna") == photos[1]
    answer = site.owner.get(f"/en/desk/conference/images/{photos[1]}")
    assert (answer.status_code, answer.mimetype, answer.data[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert site.owner.get(PARTS).text.count(f"/images/{photos[1]}") == 1
    assert site.app.test_client().get(f"/en/desk/conference/images/{photos[1]}").status_code == 303
    assert send_form(site.owner, path, no_photo="yes").status_code == 303
    assert photo_of(site, "Anna") is None
    with reading(site.app):
        assert set(db.session.scalars(select(Image.id))) >= set(photos)
    with changing(site.app):
        edit = to_undo(site.cast.event_id, site.owner_id)
        assert edit
        undo(edit, START + timedelta(minutes=1))
    assert photo_of(site, "Anna") == photos[1]


def photo_of(site: Site, name: str) -> UUID | None:
    with reading(site.app):
        return db.session.scalars(
            select(Speaker.photo_id).where(Speaker.name == name, Speaker.deleted_at.is_(None))
        ).one()


def test_parts_are_listed_with_what_uses_them(site: Site) -> None:
    """Names are text and no markup, and everything closed is there too: it is the desk."""
    assert add(site, "track", name_en="<b>Work</b>").status_code == 303
    page = lxml.html.document_fromstring(site.owner.get(PARTS).text)
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th | ./td/div")]
        for row in page.xpath("//table//tbody/tr")
    ]
    assert ["Room 1", "–", "–", "1 session"] in rows
    assert ["<b>Work</b>", "None yet"] in rows
    assert [f"Speaker {CANARY}", "–", "–", "1 session"] in rows
