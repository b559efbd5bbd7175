"""The audit trail's page and file."""

from __future__ import annotations

import csv
import re
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from eventops.db import db, write
from eventops.reports.csv_text import csv_text
from eventops.staff.audit import record
from eventops.staff.audit_words import groups, sentences
from eventops.staff.models import ROLES, Account, AuditEntry
from eventops.staff.trail import PIECE
from eventops.viewer import Viewer, seeing
from tests.apps import changing
from tests.cast import SPRING, START, Conference, add_conference
from tests.day import standing_at
from tests.staff.team import add_staff, page_of, signed_in

EVENTOPS = Path(__file__).parents[2] / "eventops"


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def owner_id(app: Flask, cast: Conference) -> UUID:
    return add_staff(app, "owner", cast.event_id)


@pytest.fixture
def owner(app: Flask, owner_id: UUID) -> FlaskClient:
    return signed_in(app, "owner@example.org")


def done(
    app: Flask, event_id: UUID, action: str, at: datetime = START, by: UUID | None = None, **details: UUID | int
) -> UUID:
    """Something that was done to something, by somebody; to what."""
    subject_id = uuid4()
    with app.app_context(), seeing(Viewer(event_id, by, "owner")), write():
        record(action, subject_id, event_id=event_id, now=at, **details)
    return subject_id


def shown(client: FlaskClient, cast: Conference, **asked: str) -> list[list[str]]:
    """What the page says, cell by cell."""
    page = page_of(client.get(f"/en/desk/{cast.slug}/audit?{urlencode(asked)}"))
    rows = page.xpath("//table[@class='data']/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th | td/div")] for row in rows]


def test_audit_page_says_who_did_what_to_what_and_when(
    app: Flask, cast: Conference, owner_id: UUID, owner: FlaskClient
) -> None:
    """In words, the newest first; accounts and things by the names that they have today, what has none by its id."""
    session_id = done(app, cast.event_id, "agenda.edit", by=owner_id)
    with app.app_context(), seeing(Viewer(cast.event_id, owner_id, "owner")), write():
        id, at = cast.event_id, START + timedelta(minutes=1)
        record("checkin.open_door", cast.door_id, event_id=id, now=at, role="editor", was=None, audience=id)
    device_id = done(app, cast.event_id, "staff.enrol_device", START + timedelta(minutes=2), link=cast.door_id, doors=1)
    unheard = done(app, cast.event_id, "agenda.unheard_of", START + timedelta(minutes=3), by=owner_id)
    with changing(app):
        db.session.get_one(Account, owner_id).name = "Anna Andersson"
    day = "Tuesday 7 May 2024"
    assert shown(owner, cast) == [
        [
            f"{day} 11:03 Finnish time 10:03 Danish and Norwegian time",
            "Anna Andersson",
            "agenda.unheard_of",
            f"{unheard}",
        ],
        [
            f"{day} 11:02 Finnish time 10:02 Danish and Norwegian time",
            "A device's link",
            "Let a device scan at doors",
            f"{device_id} Doors: 1 By a link for devices",
        ],
        [
            f"{day} 11:01 Finnish time 10:01 Danish and Norwegian time",
            "Anna Andersson",
            "Opened a door",
            f"Main entrance Audience: {cast.event_id} Role: Editor Before: –",
        ],
        [
            f"{day} 11:00 Finnish time 10:00 Danish and Norwegian time",
            "Anna Andersson",
            "Changed a session",
            f"{session_id}",
        ],
    ]
    with changing(app):
        db.session.get_one(Account, owner_id).name = ""
    assert shown(owner, cast)[-1][1] == "Removed account"


def test_audit_page_is_filtered(app: Flask, cast: Conference, owner_id: UUID, owner: FlaskClient) -> None:
    """By what it is about, who it was, and days of the home zone; what cannot be meant filters nothing."""
    midnight = datetime.fromisoformat("2024-05-07T00:00:00+03:00")
    editor_id = add_staff(app, "editor", cast.event_id)
    ids = {
        "before": done(app, cast.event_id, "agenda.edit", midnight - timedelta(microseconds=1), owner_id),
        "first": done(app, cast.event_id, "agenda.publish", midnight, editor_id),
        "last": done(app, cast.event_id, "checkin.open_door", midnight + timedelta(hours=23, minutes=59)),
        "after": done(app, cast.event_id, "staff.disable", midnight + timedelta(days=1), owner_id),
    }

    def found(**asked: str) -> set[str]:
        subjects = {row[-1] for row in shown(owner, cast, **asked)}
        return {name for name, id in ids.items() if str(id) in subjects}

    assert found() == set(ids)
    assert found(group="agenda") == {"before", "first"}
    assert found(account=str(owner_id)) == {"before", "after"}
    assert found(account="server") == {"last"}
    assert found(**{"from": "2024-05-07", "to": "2024-05-07"}) == {"first", "last"}
    assert found(group="agenda", account=str(owner_id), to="2024-05-06") == {"before"}
    assert found(group="%", account="nobody", before="nonsense") == set(ids)


@pytest.mark.parametrize("day", ["7.5.2024", "2024-02-30", "0001-01-01", "9999-12-31", "\x00"])
def test_day_that_is_none_is_asked_for_again(cast: Conference, owner: FlaskClient, day: str) -> None:
    """422 with the complaint beside the field and the answer kept; the file says so too."""
    for name in ("from", "to"):
        answer = owner.get(f"/en/desk/{cast.slug}/audit", query_string={name: day})
        faults = [fault.text_content() for fault in page_of(answer).xpath("//p[@class='field-error']")]
        assert (answer.status_code, faults) == (422, ["Error: Write a day of the calendar, such as 2024-05-07."])
        assert owner.get(f"/en/desk/{cast.slug}/audit.csv", query_string={name: day}).status_code == 422


def add_many(app: Flask, cast: Conference, number: int) -> list[UUID]:
    """So many entries, some at the same instant; in the order in which they are shown."""
    rows: list[dict[str, Any]] = [
        {"id": uuid4(), "event_id": cast.event_id, "at": START + timedelta(minutes=n // 3), "action": "agenda.edit"}
        | {"subject_id": uuid4(), "details": {}}
        for n in range(number)
    ]
    with changing(app):
        db.session.execute(insert(AuditEntry), rows)
    return [row["subject_id"] for row in sorted(rows, key=lambda row: (row["at"], row["id"].hex), reverse=True)]


def test_long_trail_is_paged_without_losing_a_row(app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """A hundred at a time by a link to older entries, which keeps the filter; new ones meanwhile shift nothing."""
    subjects = add_many(app, cast, 250)
    address: str | None = f"/en/desk/{cast.slug}/audit?group=agenda"
    seen = []
    while address:
        page = page_of(owner.get(address))
        rows = page.xpath("//table[@class='data']/tbody/tr/td[last()]/div/span")
        seen.append([UUID(row.text) for row in rows])
        address = next((a.get("href") for a in page.xpath("//a[normalize-space()='Older entries']")), None)
        assert address is None or "group=agenda" in address
        done(app, cast.event_id, "agenda.publish", START + timedelta(days=1))
    assert [len(rows) for rows in seen] == [100, 100, 50]
    assert [subject for rows in seen for subject in rows] == subjects


def test_audit_file_holds_what_the_filter_finds_by_ids_alone(
    app: Flask, cast: Conference, owner_id: UUID, owner: FlaskClient
) -> None:
    """Instants in UTC, ids, words of ours; no name and no address."""
    subject_id = done(app, cast.event_id, "agenda.edit", START, owner_id, number=7)
    done(app, cast.event_id, "checkin.open_door")
    answer = owner.get(f"/en/desk/{cast.slug}/audit.csv?group=agenda")
    [heading, row] = csv.reader(StringIO(answer.text))
    assert heading == ["at", "id", "account_id", "action", "subject_id", "details"]
    assert [row[0], *row[2:]] == [
        "2024-05-07T08:00:00Z",
        str(owner_id),
        "agenda.edit",
        str(subject_id),
        '{"number": 7}',
    ]
    assert (answer.mimetype, "Åsa" in answer.text, "@" in answer.text) == ("text/csv", False, False)
    assert answer.headers["Content-Disposition"] == f"attachment; filename=audit-{cast.slug}.csv"


def test_audit_file_comes_in_pieces(app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """However long the trail is, a piece at a time is read and sent, and each entry once."""
    subjects = add_many(app, cast, PIECE * 2 + 1)
    answer = owner.get(f"/en/desk/{cast.slug}/audit.csv", buffered=False)
    pieces = [piece.decode() if isinstance(piece, bytes) else piece for piece in answer.iter_encoded()]
    rows = list(csv.reader(StringIO("".join(pieces))))
    assert [UUID(row[4]) for row in rows[1:]] == subjects
    assert len(pieces) >= 4
    assert max(map(len, pieces)) < 70_000


def test_trail_of_an_event_is_for_its_owners(app: Flask, cast: Conference) -> None:
    """Other roles may not, owners of other events find nothing, and nobody reads another event's entries."""
    with changing(app):
        other = add_conference("another")
    subject_id = done(app, other.event_id, "agenda.edit")
    statuses = {}
    for role in ROLES:
        add_staff(app, role, cast.event_id)
        client = signed_in(app, f"{role}@example.org")
        paths = [f"/en/desk/{slug}/{page}" for slug in (cast.slug, other.slug) for page in ("audit", "audit.csv")]
        answers = [client.get(path) for path in paths]
        assert not any(str(subject_id) in answer.text for answer in answers)
        statuses[role] = [answer.status_code for answer in answers]
    assert statuses.pop("owner") == [200, 200, 404, 404]
    assert set(map(tuple, statuses.values())) == {(403, 403, 404, 404)}


def test_spreadsheets_find_no_formula_in_a_file() -> None:
    """Whatever begins like one is given as a text; the rest as it is."""
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", 'a"b', "a,b", None, 7]
    [row] = csv.reader(StringIO("".join(csv_text([hostile])), newline=""))
    assert row == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'\r=1", "'\n=1", 'a"b', "a,b", "", "7"]


def test_every_action_that_is_recorded_has_a_sentence(app: Flask) -> None:
    """Each that the code names, and each begins with a known group."""
    named = re.compile(r"\brecord\(\s*\"([a-z0-9_.]+)\"")
    actions = {action for path in EVENTOPS.rglob("*.py") for action in named.findall(path.read_text())}
    with app.test_request_context("/en/"):
        assert "agenda.publish" in actions
        assert actions - set(sentences()) == set()
        assert {action.partition(".")[0] for action in actions} - set(groups()) == set()


def test_nothing_is_done_by_looking(app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """Reading the trail leaves none itself."""
    with standing_at(SPRING):
        done(app, cast.event_id, "agenda.edit")
    for page in ("audit", "audit.csv"):
        assert owner.get(f"/en/desk/{cast.slug}/{page}").status_code == 200
    with changing(app):
        assert len(db.session.scalars(select(AuditEntry)).all()) == 1
