"""The door over HTTP: the contract that devices rely on, and the scanner's page."""

import json
import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from eventops.checkin.doors import open_door
from eventops.db import db
from eventops.headers import SCANNER_PERMISSIONS, SCANNER_POLICY
from eventops.staff.devices import enrol
from tests.apps import changing
from tests.cast import SPRING, START, Conference, add_conference
from tests.checkin.door import kept_scans

KEYS = ("id", "verdict", "reason", "name", "first_scan_at")
STRANGERS_DOOR = UUID(int=0)


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def token(app: Flask, cast: Conference) -> str:
    """What the main entrance's device holds."""
    with changing(app):
        return enrol(cast.event_id, [cast.door_id], SPRING, START + timedelta(days=1))


class Device:
    """A device at the main entrance, on the day."""

    def __init__(self, client: FlaskClient, cast: Conference, token: str) -> None:
        self.client, self.path, self.token = client, f"/api/v1/doors/{cast.door_id}/scans", token

    def send(self, body: bytes | str, now: datetime = START, headers: dict[str, str] | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | (headers or {})
        with time_machine.travel(now, tick=False):
            return self.client.post(self.path, data=body, headers=headers)

    def scan(self, *scans: object, now: datetime = START, **envelope: object) -> list[dict[str, Any]]:
        response = self.send(json.dumps({"scans": scans, **envelope}), now)
        assert (response.status_code, response.mimetype) == (200, "application/json"), response.text
        assert response.json is not None
        assert list(response.json) == ["results"]
        results: list[dict[str, Any]] = response.json["results"]
        return results


@pytest.fixture
def device(client: FlaskClient, cast: Conference, token: str) -> Device:
    return Device(client, cast, token)


def scan(code: object, **more: object) -> dict[str, Any]:
    """A scan as JSON; any field may be another."""
    return {"id": str(uuid4()), "code": code, "device_time": "2024-05-07T08:00:00Z", "kind": "entry"} | more


def refused(sent: dict[str, Any], reason: str, name: str | None = None) -> dict[str, Any]:
    return dict(zip(KEYS, (sent["id"], "refused", reason, name, None), strict=True))


def admitted(sent: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(zip(KEYS, (sent["id"], "admitted", None, name, None), strict=True))


def test_scans_are_answered_in_their_order(device: Device, cast: Conference) -> None:
    """Each scan gets its own result in its place, malformed ones an error there."""
    sent = [scan(cast.codes[who]) for who in ("online", "onsite", "cancelled")] + [
        scan("EO1"),
        scan(7),
        scan("x", id=7),
    ]
    assert device.scan(*sent, None) == [
        refused(sent[0], "online_only", "Online"),
        admitted(sent[1], "Onsite"),
        refused(sent[2], "cancelled", "Cancelled"),
        refused(sent[3], "unknown_code"),
        {"id": sent[4]["id"], "error": "malformed: code: Input should be an instance of str"},
        {"id": None, "error": "malformed: id: must be a UUID"},
        {"id": None, "error": "malformed: not an object"},
    ]


def test_second_scan_says_when_the_first_was(device: Device, cast: Conference) -> None:
    """To programs as an instant, to people on both clocks in the language they ask for."""
    code = cast.codes["onsite"]
    device.scan(scan(code, device_time="2024-05-07T10:59:30.250+03:00"))
    again = scan(code)
    expected = refused(again, "already_in", "Onsite") | {
        "first_scan_at": "2024-05-07T07:59:30.250000Z",
        "first_scan_text": "First scan: 10:59 Finnish time (09:59 Danish and Norwegian time)",
    }
    assert device.scan(again) == [expected]
    danish = device.send(json.dumps({"scans": [again]}), headers={"Accept-Language": "da"})
    assert "kl. 09.59 dansk" in danish.json["results"][0]["first_scan_text"]  # type: ignore[index]


def test_same_upload_twice_is_told_the_same(device: Device, cast: Conference) -> None:
    """A device that got no answer sends again and learns what it would have learnt."""
    sent = [scan(cast.codes["onsite"]), scan(cast.codes["onsite"]), scan("EO1")]
    first = device.scan(*sent)
    assert device.scan(*sent, now=START + timedelta(hours=3), device_now="2024-05-07T12:00:00Z") == first
    changed = sent[0] | {"code": cast.codes["invited onsite"]}
    assert device.scan(changed) == [{"id": sent[0]["id"], "error": "conflict"}]


def test_device_clock_is_set_right(app: Flask, device: Device, cast: Conference) -> None:
    """A phone that is a day ahead still scans today; its own time is kept beside ours."""
    sent = scan(cast.codes["onsite"], device_time="2024-05-08T10:00:00+02:00")
    assert device.scan(sent, device_now="2024-05-08T10:01:00+02:00") == [admitted(sent, "Onsite")]
    [kept] = kept_scans(app)
    assert (kept.device_time, kept.effective_at) == (START + timedelta(days=1), START - timedelta(minutes=1))


def test_two_hundred_scans_go_in_one_upload_and_no_more(app: Flask, device: Device) -> None:
    """The limit is a batch's, and a batch beyond it is not taken in part."""
    many = [scan(f"EO1NOBODY{n}") for n in range(201)]
    assert device.send(json.dumps({"scans": many})).status_code == 422
    assert kept_scans(app) == []
    assert device.scan(*many[:200]) == [refused(sent, "unknown_code") for sent in many[:200]]


def test_malformed_envelope_is_a_problem_and_stores_nothing(app: Flask, device: Device) -> None:
    """A body that cannot be read says so as problem+json (RFC 9457); even its good scans are not taken."""
    good = json.dumps(scan("EO1"))
    bodies = ["", "EO1", "[]", "{}", '{"scans": []}', '{"scans": 7}', "[" * 200_000]
    for body in (*bodies, f'{{"scans": [{good}], "device_now": "noon"}}', f'{{"scans": [{good}]'):
        response = device.send(body)
        assert (response.status_code, response.mimetype) == (422, "application/problem+json"), body[:80]
        assert response.json is not None
        assert response.json["title"] == "Malformed envelope"
    assert kept_scans(app) == []


def test_body_is_json_whatever_it_is_called(device: Device, cast: Conference) -> None:
    """The content type is not looked at: the body is JSON or it is malformed."""
    sent = scan(cast.codes["onsite"])
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded", ""):
        response = device.send(json.dumps({"scans": [sent]}), headers={"Content-Type": content_type})
        assert response.json == {"results": [admitted(sent, "Onsite")]}


def test_body_above_a_megabyte_is_too_large(app: Flask, device: Device) -> None:
    """A million bytes are read, one more is 413, and nothing is stored."""
    body = json.dumps({"scans": [scan("EO1")]})
    assert device.send(body.ljust(1_000_000)).status_code == 200
    response = device.send(body.ljust(1_000_001))
    assert (response.status_code, response.mimetype) == (413, "application/problem+json")
    assert len(kept_scans(app)) == 1


def test_device_without_the_token_is_turned_away(app: Flask, device: Device) -> None:
    """No key or a wrong one is 401 as problem+json, whatever the body."""
    token = device.token
    for header in (
        "",
        "Bearer",
        "Bearer wrong",
        f"Basic {token}",
        token,
        f"Bearer {token}x",
        f"Bearer {token} {token}",
    ):
        for body in (json.dumps({"scans": [scan("EO1")]}), "no envelope"):
            response = device.send(body, headers={"Authorization": header})
            assert (response.status_code, response.mimetype) == (401, "application/problem+json"), header
    assert kept_scans(app) == []


def test_expired_token_is_turned_away(app: Flask, device: Device) -> None:
    """A key is good until its time and not after."""
    body = json.dumps({"scans": [scan("EO1")]})
    assert device.send(body, START + timedelta(days=1, seconds=-1)).status_code == 200
    assert device.send(body, START + timedelta(days=1, seconds=1)).status_code == 401


def test_token_opens_its_own_door_alone(app: Flask, device: Device, cast: Conference) -> None:
    """A key tried at another door, real or not, is no key."""
    with changing(app):
        other = open_door(cast.event_id, "Side entrance", START).id
    for door_id in (other, uuid4()):
        device.path = f"/api/v1/doors/{door_id}/scans"
        assert device.send(json.dumps({"scans": [scan("EO1")]})).status_code == 401


def test_scan_of_a_door_in_use_takes_three_statements(
    app: Flask, device: Device, cast: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose ticket, what was before, and the scan itself; the key and the door were asked for a moment ago."""
    monkeypatch.setattr("eventops.recent.monotonic", lambda: 1.0)
    device.scan(scan("EO1"))
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2].split()[0]))
    device.scan(scan(cast.codes["onsite"]))
    assert statements == ["SELECT", "SELECT", "INSERT"]


def test_hostile_codes_stop_nothing(device: Device, cast: Conference) -> None:
    """Random bytes up to 7 kB, half surrogate pairs, NUL: each is unknown, and the guest among them is let in."""
    chance = random.Random(7)
    codes = [chance.randbytes(chance.randrange(7000)).decode("latin-1") for _ in range(50)]
    codes += [chance.randbytes(7000).decode("utf-8", "surrogateescape"), "\ud800", "\x00", "\u202e", "🦭" * 1750, ""]
    sent = [scan(code) for code in codes]
    guest = scan(cast.codes["onsite"])
    assert device.scan(*sent, guest) == [*(refused(each, "unknown_code") for each in sent), admitted(guest, "Onsite")]


def test_scans_are_posted_only(client: FlaskClient, device: Device) -> None:
    """Nothing is read where scans are sent."""
    response = client.get(device.path, headers={"Authorization": f"Bearer {device.token}"})
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")


def test_door_page_may_use_the_camera_and_compile_the_decoder(client: FlaskClient, cast: Conference) -> None:
    """The scanner's page, and no other, has the policy that its decoder needs."""
    response = client.get(f"/en/door/{cast.door_id}")
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == SCANNER_POLICY
    assert response.headers["Permissions-Policy"] == SCANNER_PERMISSIONS
    assert "Set-Cookie" not in response.headers


def test_door_page_tells_strangers_nothing(client: FlaskClient, cast: Conference) -> None:
    """It is the same bytes for a door that exists and for one that does not, but for the id in its address."""
    real, none = (client.get(f"/en/door/{door_id}") for door_id in (cast.door_id, STRANGERS_DOOR))
    assert real.text.replace(str(cast.door_id), str(STRANGERS_DOOR)) == none.text
    assert [h for h in real.headers if h[0] != "Date"] == [h for h in none.headers if h[0] != "Date"]
    assert "Main entrance" not in real.text
    assert "Civil Society" not in real.text
