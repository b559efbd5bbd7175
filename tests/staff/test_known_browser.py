"""A browser in which an account's holder signed in before is slowed down by its own failures alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventops import clock
from eventops.db import db
from eventops.staff.links import reset_token
from eventops.staff.models import Account
from tests.apps import MakeApp, changing, reading
from tests.cast import Conference, add_conference
from tests.staff.team import (
    PASSWORD,
    add_staff,
    code,
    csrf_token,
    sign_in,
    signed_in_by_forms,
    type_code,
    type_password,
)

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
    client = signed_in_by_forms(app, email)
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
    said, _dot, tag = value(mine).rpartition(".")
    for wrong in (value(others), f"{said}.{'0' * 64}", f"{said[:-1]}_.{tag}", said, "", "x" * 3000):
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


def test_letter_makes_a_browser_known_for_the_password_alone(app: Flask, cast: Conference) -> None:
    """Who set a forgotten password by a letter is not held up at the first step; codes are as slow as for anybody."""
    with reading(app):
        account = db.session.scalars(select(Account).where(Account.email == OWNER)).one()
        token = reset_token(account.id, account.password_hash, clock.real_now() + timedelta(hours=1))
    client, thief = app.test_client(), app.test_client()
    path = f"/en/sign-in/reset/{token}"
    form = {"new": PASSWORD, "again": PASSWORD, "csrf_token": csrf_token(client, path)}
    assert client.post(path, data=form).status_code == 303
    assert type_password(thief, OWNER, **STRANGER).status_code == 303
    while type_code(thief, "000000").status_code == 401:
        pass
    shut(app, OWNER)
    assert [type_password(one, OWNER).status_code for one in (app.test_client(), client)] == [429, 303]
    assert type_code(client, code()).status_code == 429


def test_browser_is_known_for_half_a_year(app: Flask, cast: Conference) -> None:
    """Whatever the browser does with the cookie."""
    client = known(app)
    for days, status in ((180 - 1 / 86400, 303), (180, 429)):
        with time_machine.travel(datetime(2026, 5, 7, 8, tzinfo=UTC) + timedelta(days=days), tick=False):
            shut(app)
            other = app.test_client()
            other.set_cookie(KNOWN, value(client))
            assert sign_in(other, EDITOR).status_code == status


@pytest.mark.parametrize("changed", ["password_hash", "totp_secret"])
def test_no_browser_stays_known_when_the_password_or_the_factor_changes(
    app: Flask, cast: Conference, changed: str
) -> None:
    """Whoever had them before gets no tries of their own."""
    client = known(app)
    with changing(app):
        account = db.session.scalars(select(Account).where(Account.email == EDITOR)).one()
        setattr(account, changed, f"{getattr(account, changed)} anew")
    assert [sign_in(client, EDITOR, "wrong").status_code for _ in range(5)] == [401] * 5
    assert sign_in(app.test_client(), EDITOR, "wrong").status_code == 429


def test_cookie_says_nothing_of_whose_it_is(app: Flask, cast: Conference) -> None:
    """A random name and a keyed hash, kept from scripts for half a year; another at each sign-in."""
    response = sign_in(app.test_client(), EDITOR)
    [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith(KNOWN)]
    days = int(timedelta(days=180).total_seconds())
    shape = rf"{KNOWN}=whole\.[0-9]+\.[\w-]{{22}}\.[0-9a-f]{{64}}; Expires=[^;]+; Max-Age={days}; "
    assert re.fullmatch(shape + "HttpOnly; Path=/; SameSite=Lax", cookie)
    assert value(known(app)) != value(known(app))
