"""The doors on the desk: who may open a scanner, and codes typed without one."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventops import clock
from eventops.checkin.doors import open_door
from eventops.db import db
from eventops.staff.accounts import add_account, grant
from eventops.staff.models import ROLES, DeviceToken
from eventops.staff.sign_in import begin_session, cookie_name
from tests.apps import changing, reading
from tests.cast import SPRING, START, Conference, add_conference
from tests.checkin.door import kept_scans

SignIn = Callable[[str], "Desk"]


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    """It is 11:00 Finnish time on the day."""
    with time_machine.travel(START, tick=False):
        yield


class Desk:
    """A browser in which somebody is signed in."""

    def __init__(self, client: FlaskClient, cast: Conference) -> None:
        self.client = client
        self.doors = f"/en/desk/{cast.slug}/doors"
        self.door = f"{self.doors}/{cast.door_id}"

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, form_on: str, **fields: str) -> TestResponse:
        """Send the form that stands on the page `form_on`."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(form_on).text)
        assert found
        return self.client.post(path, data={"csrf_token": found[1], **fields})

    def check(self, code: str) -> str:
        """What the desk says of a typed code, in words."""
        sent = self.post(self.door, self.door, code=code)
        assert sent.status_code == 303
        page = self.get(sent.headers["Location"])
        notice = re.search(r'<div class="notice notice-(\w+)".*?</div>\s*</div>', page.text, re.DOTALL)
        assert notice
        words = re.sub(r"<[^>]+>", " ", notice[0])
        return f"{notice[1]}: " + " ".join(words.split())


@pytest.fixture
def sign_in(app: Flask, cast: Conference) -> SignIn:
    """Gives the browser of somebody with a role."""

    def enter(role: str) -> Desk:
        client = app.test_client()
        with changing(app):
            account = add_account(role.title(), f"{role}@example.org", "no password", SPRING)
            account.totp_secret = "-"
            grant(account.id, cast.event_id, role, SPRING)
            token = begin_session(account.id, clock.real_now())
        with app.app_context():
            client.set_cookie(cookie_name(), token)
        return Desk(client, cast)

    return enter


def test_typed_code_is_judged_without_a_scanner(app: Flask, cast: Conference, sign_in: SignIn) -> None:
    """The verdict has a colour, a word, a shape and the name; the second time it says when the first was."""
    desk = sign_in("door")
    assert desk.check(f" {cast.codes['onsite']} ") == "ok: Welcome Onsite Let the guest in."
    assert desk.check(cast.codes["onsite"]) == (
        "warn: Already in Onsite This ticket has come in before. Ask the guest to wait at reception. "
        "First scan: 11:00 Finnish time (10:00 Danish and Norwegian time)"
    )
    assert desk.check("nobody's") == (
        "error: Unknown code This is no ticket of this event. Ask for the ticket in the letter."
    )
    assert len(kept_scans(app)) == 3


def test_reloading_a_verdict_scans_nothing(app: Flask, cast: Conference, sign_in: SignIn) -> None:
    """The verdict has an address of its own, which shows it again and records nothing."""
    desk = sign_in("reception")
    address = desk.post(desk.door, desk.door, code=cast.codes["onsite"]).headers["Location"]
    assert cast.codes["onsite"] not in address
    for _ in range(2):
        assert "Welcome" in desk.get(address).text
    assert len(kept_scans(app)) == 1
    for unknown in (str(uuid4()), "nonsense", ""):
        page = desk.get(f"{desk.door}?scan={unknown}")
        assert (page.status_code, "notice" in page.text) == (200, False)


def test_form_is_ready_for_the_next_code(cast: Conference, sign_in: SignIn) -> None:
    """After a verdict the cursor stands in an empty field."""
    desk = sign_in("door")
    address = desk.post(desk.door, desk.door, code=cast.codes["onsite"]).headers["Location"]
    field = re.search(r'<input id="code"[^>]*>', desk.get(address).text)
    assert field
    assert "autofocus" in field[0]
    assert "value=" not in field[0]


def test_empty_or_endless_code_is_asked_for_again(app: Flask, sign_in: SignIn) -> None:
    """What cannot be a code is said beside the field, and nothing is stored."""
    desk = sign_in("door")
    asked = {" ": "Type the code that stands on the ticket.", "x" * 8193: "That is too long to be a ticket&#39;s code."}
    for code, message in asked.items():
        page = desk.post(desk.door, desk.door, code=code)
        assert page.status_code == 422
        assert message in page.text
    assert kept_scans(app) == []


def test_opening_a_scanner_gives_the_device_a_key(app: Flask, cast: Conference, sign_in: SignIn) -> None:
    """The key stands in the fragment, which no server sees; it scans at that door until the day is over."""
    desk = sign_in("door")
    sent = desk.post(f"{desk.door}/enrol", desk.doors)
    where = urlsplit(sent.headers["Location"])
    assert (sent.status_code, where.path, where.query) == (303, f"/en/door/{cast.door_id}", "")
    token = where.fragment.removeprefix("token=")
    scan = {"id": str(uuid4()), "code": cast.codes["onsite"], "device_time": START.isoformat(), "kind": "entry"}
    answer = app.test_client().post(
        f"/api/v1/doors/{cast.door_id}/scans", json={"scans": [scan]}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json is not None
    assert answer.json["results"][0]["verdict"] == "admitted"
    with reading(app):
        assert db.session.scalars(select(DeviceToken.expires_at)).one() == START + timedelta(hours=13)


def test_scanner_is_not_opened_once_the_event_is_over(app: Flask, sign_in: SignIn) -> None:
    """At midnight after the last day it is a conflict, said in a sentence, and no device is enrolled."""
    midnight = START + timedelta(hours=13)
    with time_machine.travel(midnight - timedelta(seconds=1), tick=False):
        desk = sign_in("door")
        assert desk.post(f"{desk.door}/enrol", desk.doors).status_code == 303
    with time_machine.travel(midnight, tick=False):
        late = desk.post(f"{desk.door}/enrol", desk.doors)
    assert (late.status_code, "No device scans after its last day" in late.text) == (409, True)
    with reading(app):
        assert db.session.scalar(select(func.count()).select_from(DeviceToken)) == 1


def test_roles_do_at_doors_what_they_may(sign_in: SignIn) -> None:
    """An observer sees the doors and no way in; an editor not even those; the others scan and type codes."""
    for role in ROLES:
        desk, checks_in = sign_in(role), role in ("owner", "reception", "door")
        page = desk.get(desk.doors)
        sees = role != "editor"
        assert (page.status_code, "Main entrance" in page.text) == ((200, True) if sees else (403, False))
        assert ("Open the scanner" in page.text) == checks_in
        assert ("Open another door" in page.text) == (role in ("owner", "reception"))
        form_on = desk.doors if sees else desk.doors.removesuffix("doors")
        assert desk.post(f"{desk.door}/enrol", form_on).status_code == (303 if checks_in else 403)
        assert desk.post(desk.door, form_on, code="EO1").status_code == (303 if checks_in else 403)
        assert desk.get(desk.door).status_code == (200 if checks_in else 403)


def test_door_of_another_event_is_not_found(app: Flask, cast: Conference, sign_in: SignIn) -> None:
    """A door is reached through its own event only."""
    desk = sign_in("owner")
    with changing(app):
        other = add_conference("other")
        open_door(other.event_id, "Back door", START)
    for path in (f"{desk.doors}/{other.door_id}", f"{desk.doors}/{uuid4()}"):
        assert desk.get(path).status_code == 404
        assert desk.post(f"{path}/enrol", desk.doors).status_code == 404


def test_strangers_are_sent_to_sign_in(client: FlaskClient, cast: Conference) -> None:
    """The desk's doors are for staff."""
    for path in (f"/en/desk/{cast.slug}/doors", f"/en/desk/{cast.slug}/doors/{cast.door_id}"):
        response = client.get(path)
        assert (response.status_code, urlsplit(response.headers["Location"]).path) == (303, "/en/sign-in")
