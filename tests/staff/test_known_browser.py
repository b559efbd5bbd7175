"""A browser in which an account's holder signed in before is slowed down by its own failures alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.apps import MakeApp, changing
from tests.cast import Conference, add_conference
from tests.staff.team import add_staff, code, sign_in, signed_in, type_code, type_password

pytestmark = pytest.mark.usefixtures("quick_passwords")
OWNER, EDITOR = "owner@example.org", "editor@example.org"
KNOWN = "eventops-known"
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def _standing_clock() -> Iterator[None]:
    with time_machine.travel("2026-05-07 08:00", tick=False):
        yield


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    add_staff(app, "editor", cast.event_id)
    return cast


def shut(app: Flask, email: str = EDITOR) -> None:
    """Let a stranger fail until everybody who tries the account has to wait."""
    stranger = app.test_client()
    while sign_in(stranger, email, "wrong", **STRANGER).status_code == 401:
        pass


def known(app: Flask, email: str = EDITOR) -> FlaskClient:
    """A browser in which the account's holder was signed in, and signed out."""
    client = signed_in(app, email)
    client.delete_cookie("eventops")
    return client


def value(client: FlaskClient) -> str:
    cookie = client.get_cookie(KNOWN)
    assert cookie
    return cookie.value


def test_known_browser_does_not_wait_for_what_strangers_fail(app: Flask, cast: Conference) -> None:
    """Everybody else does, the right password too."""
    client = known(app)
    shut(app)
    statuses = [sign_in(one, EDITOR).status_code for one in (app.test_client(), client)]
    assert statuses == [429, 303]


def test_known_browser_waits_for_its_own_failures(app: Flask, cast: Conference) -> None:
    """It gives no more tries than any other; a success in it does not forgive what strangers failed."""
    client = known(app)
    assert [sign_in(client, EDITOR, "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    other = known(app)
    shut(app)
    assert sign_in(other, EDITOR).status_code == 303
    assert sign_in(app.test_client(), EDITOR).status_code == 429


def test_browser_is_known_for_one_account_alone(app: Flask, cast: Conference) -> None:
    """Neither another account's cookie nor a mangled or forged one helps."""
    mine, others = known(app), known(app, OWNER)
    shut(app)
    browser, _dot, signature = value(mine).partition(".")
    for wrong in (value(others), f"{browser}.{'0' * 64}", f"{'A' * 22}.{signature}", browser, "", "x" * 3000):
        client = app.test_client()
        client.set_cookie(KNOWN, wrong)
        assert sign_in(client, EDITOR).status_code == 429


def test_known_browser_types_its_code_undisturbed(app: Flask, cast: Conference) -> None:
    """Somebody who has the password and fails at the second step keeps only strange browsers from it."""
    client, thief = known(app, OWNER), app.test_client()
    assert type_password(thief, OWNER, **STRANGER).status_code == 303
    while type_code(thief, "000000").status_code == 401:
        pass
    assert type_password(client, OWNER).status_code == 303
    assert type_code(client, code(1)).status_code == 303


def test_known_browser_is_not_held_up_by_its_network(make_app: MakeApp) -> None:
    """Where everybody shares one address, as at a venue, others may have used up its attempts."""
    app = make_app(sign_in_attempts_per_network=3)
    with changing(app):
        event_id = add_conference().event_id
    add_staff(app, "editor", event_id)
    client = known(app)
    assert [sign_in(app.test_client(), f"{n}@example.org").status_code for n in range(4)] == [401] * 3 + [429]
    assert [sign_in(one, EDITOR).status_code for one in (app.test_client(), client)] == [429, 303]


def test_half_sign_in_makes_no_browser_known(app: Flask, cast: Conference) -> None:
    """Only who brought everything that is asked for."""
    client = app.test_client()
    assert type_password(client, OWNER).status_code == 303
    assert client.get_cookie(KNOWN) is None
    assert type_code(client, code()).status_code == 303
    assert client.get_cookie(KNOWN) is not None


def test_cookie_says_nothing_of_whose_it_is(app: Flask, cast: Conference) -> None:
    """A random name and a keyed hash, kept from scripts for half a year; another at each sign-in."""
    response = sign_in(app.test_client(), EDITOR)
    [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith(KNOWN)]
    days = int(timedelta(days=180).total_seconds())
    shape = rf"{KNOWN}=[\w-]{{22}}\.[0-9a-f]{{64}}; Expires=[^;]+; Max-Age={days}; HttpOnly; Path=/; SameSite=Lax"
    assert re.fullmatch(shape, cookie)
    assert value(known(app)) != value(known(app))
