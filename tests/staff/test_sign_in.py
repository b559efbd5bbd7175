"""Signing in and out, and who gets through to which page of the desk."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, func, select

from eventops import clock
from eventops.db import db
from eventops.staff import accounts
from eventops.staff.models import ROLES, Account, SignInAttempt, SignInSession
from eventops.staff.sign_in import disable, safe_target
from tests.apps import MakeApp, changing, reading
from tests.cast import Conference, add_conference
from tests.staff.team import PASSWORD, add_staff, csrf_token, page_of, sign_in, signed_in_by_forms

DESK = "/en/desk/conference/"
HTTPS = "https://events.example.org"


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    return cast


def sessions(app: Flask) -> list[SignInSession]:
    """Those that are whole, the oldest first."""
    whole = select(SignInSession).where(SignInSession.stage == "whole")
    with reading(app):
        return list(db.session.scalars(whole.order_by(SignInSession.created_at)))


def test_sign_in_leads_to_the_desk(app: Flask, cast: Conference) -> None:
    """With the right password the browser gets a session and is sent on."""
    client = app.test_client()
    response = sign_in(client, "Owner@example.org")
    assert (response.status_code, response.location) == (303, "/en/desk/")
    assert client.get(DESK).status_code == 200


def test_sign_in_cookie_is_kept_from_scripts_and_other_sites(app: Flask, cast: Conference) -> None:
    """On this machine, without HTTPS, the cookie is plainly named; it ends with the browser."""
    response = sign_in(app.test_client(), "owner@example.org")
    [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith("eventops=")]
    assert re.fullmatch(r"eventops=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax", cookie)


def test_sign_in_cookies_belong_to_the_host_under_https(make_app: MakeApp) -> None:
    """Under HTTPS all cookies bear the prefix that ties them to this host, and travel over HTTPS alone."""
    app = make_app(base_url=HTTPS)
    with changing(app):
        event_id = add_conference().event_id
    add_staff(app, "editor", event_id)
    client = app.test_client()
    page = client.get("/en/sign-in", base_url=HTTPS)
    [token] = page_of(page).xpath("//input[@name='csrf_token']/@value")
    form = {"email": "editor@example.org", "password": PASSWORD, "csrf_token": token}
    response = client.post("/en/sign-in", data=form, base_url=HTTPS)
    given = [*page.headers.getlist("Set-Cookie"), *response.headers.getlist("Set-Cookie")]
    lasts = re.compile(r"Expires=[^;]+; Max-Age=[0-9]+; ")
    kept = [lasts.sub("", cookie) for cookie in given if "Max-Age=0" not in cookie]
    assert [re.sub(r"=[\w.-]{40,}", "=…", cookie) for cookie in kept] == [
        "__Host-form=…; Secure; HttpOnly; Path=/; SameSite=Lax",
        "__Host-eventops=…; Secure; HttpOnly; Path=/; SameSite=Lax",
        "__Host-eventops-known=…; Secure; HttpOnly; Path=/; SameSite=Lax",
    ]
    assert client.get(DESK, base_url=HTTPS).status_code == 200


def test_sign_in_stores_only_the_hash_of_its_token(app: Flask, cast: Conference) -> None:
    """Who reads the database cannot take over a session."""
    client = signed_in_by_forms(app, "owner@example.org")
    cookie = client.get_cookie("eventops")
    assert cookie
    assert [row.token_hash for row in sessions(app)] == [hashlib.sha256(cookie.value.encode()).hexdigest()]


def test_sign_in_ends_after_twelve_hours_of_real_time(app: Flask, cast: Conference) -> None:
    """Used or not, a session lasts twelve hours; and the demo's clock does not matter."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        clock.move_to(clock.real_now() + timedelta(days=400))
        client = signed_in_by_forms(app, "owner@example.org")
        clock.follow_real_time()
        real.shift(timedelta(hours=12) - timedelta(microseconds=1))
        assert client.get(DESK).status_code == 200
        real.shift(timedelta(microseconds=1))
        assert client.get(DESK).status_code == 303
        signed_in_by_forms(app, "owner@example.org")
        assert len(sessions(app)) == 1


def test_sign_in_again_replaces_the_browsers_session(app: Flask, cast: Conference) -> None:
    """Whoever knew the former session has nothing, its CSRF token included."""
    client = signed_in_by_forms(app, "owner@example.org")
    former, former_csrf = client.get_cookie("eventops"), csrf_token(client, DESK)
    assert former
    assert sign_in(client, "owner@example.org").status_code == 303
    assert [row.ended_at is None for row in sessions(app)] == [False, True]
    assert client.post("/en/sign-out", data={"csrf_token": former_csrf}).status_code == 403
    thief = app.test_client()
    thief.set_cookie("eventops", former.value)
    assert thief.get(DESK).status_code == 303


def test_sign_out_ends_the_session(app: Flask, cast: Conference) -> None:
    """Afterwards the browser has no cookie, and the token opens nothing even if somebody kept it."""
    client = signed_in_by_forms(app, "owner@example.org")
    cookie = client.get_cookie("eventops")
    assert cookie
    response = client.post("/en/sign-out", data={"csrf_token": csrf_token(client, DESK)})
    assert (response.status_code, response.location) == (303, "/en/sign-in")
    assert (client.get_cookie("eventops"), client.get_cookie("form")) == (None, None)
    client.set_cookie("eventops", cookie.value)
    assert client.get(DESK).status_code == 303


def test_disabling_an_account_ends_its_sessions_at_once(app: Flask, cast: Conference) -> None:
    """A disabled account is out in every browser, and cannot sign in any more; others stay."""
    account_id = add_staff(app, "editor", cast.event_id)
    other, first, second = (signed_in_by_forms(app, f"{who}@example.org") for who in ("owner", "editor", "editor"))
    with changing(app):
        disable(account_id, clock.real_now())
    assert [client.get(DESK).status_code for client in (other, first, second)] == [200, 303, 303]
    assert [row.ended_at is not None for row in sessions(app)] == [False, True, True]
    assert sign_in(app.test_client(), "editor@example.org").status_code == 401


def test_session_of_a_disabled_account_opens_nothing(app: Flask, cast: Conference) -> None:
    """Not even one that began at the very moment in which the account was disabled."""
    client = signed_in_by_forms(app, "owner@example.org")
    with changing(app):
        db.session.scalars(select(Account)).one().disabled_at = clock.real_now()
    assert client.get(DESK).status_code == 303


def test_sign_in_upgrades_an_old_hash(app: Flask, cast: Conference) -> None:
    """A password that was hashed with other parameters is hashed anew when it is next used, and still opens."""
    with changing(app):
        account = db.session.scalars(select(Account)).one()
        account.password_hash = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    signed_in_by_forms(app, "owner@example.org")
    with reading(app):
        [upgraded] = db.session.scalars(select(Account.password_hash))
    assert upgraded.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    signed_in_by_forms(app, "owner@example.org")


UNFINISHED = [
    ("", "", {"email": "Type your e-mail address.", "password": "Type your password."}),
    ("owner@example.org", "", {"password": "Type your password."}),
    ("", PASSWORD, {"email": "Type your e-mail address."}),
    ("o" * 255, PASSWORD, {"email": "That is too long for an e-mail address."}),
    ("owner@example.org", "p" * 1001, {"password": "That is too long for a password."}),
]


def test_sign_in_form_that_is_not_filled_in_says_so(app: Flask, cast: Conference) -> None:
    """422, with each error beside its field and the address kept; no attempt is counted."""
    client = app.test_client()
    for email, password, errors in UNFINISHED:
        response = sign_in(client, email, password)
        page = page_of(response)
        shown = {field: page.xpath(f"string(//*[@id='{field}-error'])") for field in ("email", "password")}
        expected = {field: f"Error: {text}" for field, text in errors.items()}
        assert response.status_code == 422
        assert {field: text for field, text in shown.items() if text} == expected
        assert page.xpath("string(//input[@name='email']/@value)") == email
        assert page.xpath("//input[@name='password']/@value") == []
    with reading(app):
        assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 0


def test_sign_in_with_a_wrong_password_says_so_kindly(app: Flask, cast: Conference) -> None:
    """401, with the error beside the password and the address kept, whatever was typed as one."""
    client = app.test_client()
    for email in ("owner@example.org", "nobody@example.org", "own\0er@example.org", "'--", "Ø" * 200, "<b>"):
        response = sign_in(client, email, "wrong")
        page = page_of(response)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Form")
        assert page.xpath("string(//*[@id='password-error'])") == (
            "Error: The e-mail address and the password do not belong together."
        )
        assert page.xpath("string(//input[@name='email']/@value)") == email.replace("\0", "\ufffd")


@contextmanager
def work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is asked of the database and of argon2 meanwhile."""
    done: list[str] = []

    class Counting(PasswordHasher):
        def hash(self, *arguments: Any, **more: Any) -> str:
            done.append("hash")
            return super().hash(*arguments, **more)

        def verify(self, password_hash: Any, password: Any) -> Any:
            parameters = password_hash.rsplit("$", 2)[0]
            done.append(f"verify {parameters}")
            return super().verify(password_hash, password)

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        done.append(statement)

    monkeypatch.setattr(accounts, "_hasher", Counting.from_parameters(accounts._hasher._parameters))
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield done
    event.remove(engine, "before_cursor_execute", note)


def test_sign_in_answers_known_and_unknown_addresses_alike(
    app: Flask, cast: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same address before and after it got an account, and after it was disabled: same answer, same work."""
    answers, works = [], []
    sign_in(app.test_client(), "somebody@example.org", "wrong")  # what is prepared once is prepared
    for step in range(3):
        if step == 1:
            account_id = add_staff(app, "editor", cast.event_id, "editor@example.org")
        if step == 2:
            with changing(app):
                disable(account_id, clock.real_now())
        client = app.test_client()
        token = csrf_token(client)
        form = {"email": "editor@example.org", "password": "wrong", "csrf_token": token}
        with work(app, monkeypatch) as done:
            response = client.post("/en/sign-in", data=form)
        body = re.sub(r'(csrf_token" value=")[^"]+', r"\1", response.text)
        answers.append((response.status_code, sorted(response.headers.items()), body))
        works.append(list(done))
    assert answers[0][0] == 401
    assert answers == [answers[0]] * 3
    hashing = [act for act in works[0] if act.startswith(("hash", "verify"))]
    assert hashing == ["verify $argon2id$v=19$m=8,t=1,p=1"]
    assert works == [works[0]] * 3


def test_sign_in_is_slowed_down_with_plain_words(app: Flask, cast: Conference) -> None:
    """After five failures the next attempt is told to wait, the right password too, and for how long."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        client = app.test_client()
        for _ in range(5):
            assert sign_in(client, "owner@example.org", "wrong").status_code == 401
        response = sign_in(client, "owner@example.org")
        assert (response.status_code, response.headers["Retry-After"]) == (429, "15")
        words = page_of(response).xpath("//main/*/text()")
        assert words == ["Too many attempts", "Wait a few minutes, then try again."]
        real.shift(timedelta(seconds=15))
        assert sign_in(client, "owner@example.org").status_code == 303


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [401, 429]), (1, [401, 401])])
def test_sign_in_believes_forwarded_addresses_of_trusted_proxies_only(
    make_app: MakeApp, proxies: int, statuses: list[int]
) -> None:
    """Behind a proxy that was named, networks are told apart; otherwise nobody can pretend to be another."""
    app = make_app(trusted_proxies=proxies, sign_in_attempts_per_network=1)
    found = []
    for n in range(2):
        client = app.test_client()
        forwarded = {"HTTP_X_FORWARDED_FOR": f"192.0.2.{n}"}
        found.append(sign_in(client, f"{n}@example.org", "wrong", **forwarded).status_code)
    assert found == statuses


def test_desk_without_a_session_leads_to_sign_in_and_back(app: Flask, cast: Conference) -> None:
    """The page that was asked for is opened after signing in, its query included."""
    client = app.test_client()
    for response in (client.get(DESK + "?published="), client.head(DESK + "?published=")):
        way = "/en/sign-in?next=/en/desk/conference/?published%3D"
        assert (response.status_code, response.location) == (303, way)
    assert sign_in(client, "owner@example.org", path=response.location).location == DESK + "?published="


def test_desk_form_without_a_session_leads_to_sign_in_alone(app: Flask, cast: Conference) -> None:
    """What was posted is not repeated after signing in."""
    response = app.test_client().post(DESK + "publish")
    assert (response.status_code, response.location) == (303, "/en/sign-in")


def test_desk_with_a_token_that_is_none_leads_to_sign_in(app: Flask, cast: Conference) -> None:
    """A cookie of any bytes is no session."""
    client = app.test_client()
    for cookie in ("", "guessed", "\u00e5", "%00", '"\\000"', "x" * 4000):
        assert client.get(DESK, headers={"Cookie": f"eventops={cookie}"}).status_code == 303


OURS = (
    "/en/desk/",
    "/en/desk/account",
    "/en/desk/conference/",
    "/fi/desk/conference/people?page=2",
    "/en/desk/conference/?published=",
    "/sv/desk/conference/doors/00000000-0000-4000-8000-000000000000",
)
NOT_OURS = (
    "",
    "en/desk/",
    "/nowhere",
    "/desk/",
    "/en/sign-out",
    "/en/sign-in",
    "/en/sign-in/code",
    "/en/desk/conference/leak-check",
    "/en/desk/account/password",
    "/en/conference/",
    "/en/conference/sign-up",
    "/en/conference/my/token",
    "/en/door/00000000-0000-4000-8000-000000000000",
    "/static/favicon.svg",
    "//evil.example/en/desk/",
    "///evil.example/en/desk/",
    "//localhost/en/desk/",
    "/en//desk/",
    "/\\evil.example/en/desk/",
    "\\\\evil.example",
    "/en/desk/\\..\\",
    "/en/desk/?to=\\evil.example",
    "/en/\\evil.example/",
    "https://evil.example/en/desk/",
    "http://localhost/en/desk/",
    "https:/en/desk/",
    "javascript:alert(1)",
    "%2F%2Fevil.example/en/desk/",
    "/%2Fevil.example/en/desk/",
    "/%5Cevil.example/en/desk/",
    "/en/desk/%2e%2e/people",
    "/en/desk/../people",
    "/en/desk/./people",
    "/en/desk/conference/%0d%0aSet-Cookie:a=b",
    "/\t/evil.example/en/desk/",
    "/en/desk/\r\nSet-Cookie: a=b",
    "/en/desk/?a\r\nSet-Cookie:a=b",
    "/en/desk/\n",
    "/en/desk/#//evil.example",
    "/en/desk/conf\u00e9rence/",
    "/en/desk/?q=\u2028",
    " //evil.example",
    "/en/desk/..//evil.example",
    "//[/en/desk/",
    "/en/desk/" + "a" * 5000 + "/../",
)


def test_sign_in_leads_on_to_pages_of_ours_alone(app: Flask) -> None:
    """A forged link cannot use the sign-in page to lead elsewhere."""
    with app.test_request_context("/en/sign-in", method="POST"):
        led_to = [safe_target(wanted) for wanted in (*OURS, *NOT_OURS)]
    assert led_to == [*OURS, *[None] * len(NOT_OURS)]


def test_sign_in_ignores_a_forged_way_on(app: Flask, cast: Conference) -> None:
    """Signing in by such a link works, and leads to the desk."""
    for way in (
        "//evil.example/",
        "/en/conference/",
        "/en/sign-out",
        "https://evil.example/en/desk/",
        "/%5Cevil.example",
    ):
        response = sign_in(app.test_client(), "owner@example.org", path="/en/sign-in?next=" + quote(way))
        assert (way, response.status_code, response.location) == (way, 303, "/en/desk/")


PAGES = {"see_agenda": "", "see_people": "people", "see_doors": "doors"}


def test_desk_opens_to_each_role_what_it_may_do(app: Flask, cast: Conference) -> None:
    """Each page of the desk is there for the roles with its ability, and 403 for the others."""
    for role in ROLES[1:]:
        add_staff(app, role, cast.event_id)
    opened = {}
    for role in ROLES:
        client = signed_in_by_forms(app, f"{role}@example.org")
        opened[role] = [client.get(DESK + page).status_code for page in PAGES.values()]
    assert opened == {
        "owner": [200, 200, 200],
        "editor": [200, 403, 403],
        "reception": [200, 200, 200],
        "door": [403, 403, 200],
        "observer": [200, 403, 200],
    }


def test_sign_in_leads_each_role_to_its_part_of_the_desk(app: Flask, cast: Conference) -> None:
    """From the list of events, where there is one, to the first page that the role may open."""
    for role in ROLES[1:]:
        add_staff(app, role, cast.event_id)
    homes = {role: signed_in_by_forms(app, f"{role}@example.org").get("/en/desk/").location for role in ROLES}
    assert homes == {role: DESK + ("doors" if role == "door" else "") for role in ROLES}


def test_desk_refuses_to_change_what_the_role_may_only_see(app: Flask, cast: Conference) -> None:
    """An observer who posts the form that others have gets 403, and nothing is published."""
    add_staff(app, "observer", cast.event_id)
    client = signed_in_by_forms(app, "observer@example.org")
    response = client.post(DESK + "publish", data={"csrf_token": csrf_token(client, DESK)})
    assert response.status_code == 403


def test_desk_of_another_event_is_as_missing_as_none(app: Flask, cast: Conference) -> None:
    """An event in which one has no role, one that is not, and a page that is not give the same 404, byte for byte."""
    with changing(app):
        add_conference("another")
    client = signed_in_by_forms(app, "owner@example.org")
    found = [client.get(path) for path in ("/en/desk/another/", "/en/desk/nothing/", "/en/desk/%00/", "/en/a/b/c/d")]
    answers = [(response.status_code, response.data, sorted(response.headers)) for response in found]
    assert answers[0][0] == 404
    assert answers == [answers[0]] * 4


def test_desk_list_is_for_every_account(app: Flask, cast: Conference) -> None:
    """An account without any role yet is signed in, and sees that it works on no event."""
    add_staff(app, "observer", cast.event_id, "new@example.org")
    assert signed_in_by_forms(app, "new@example.org").get("/en/desk/").status_code == 303
    with changing(app):
        accounts.add_account("Bo", "bo@example.org", accounts.hash_password(PASSWORD), clock.real_now())
    assert signed_in_by_forms(app, "bo@example.org").get("/en/desk/").status_code == 200
