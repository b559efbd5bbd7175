"""Signing in by two steps: what half a sign-in opens, and what makes it whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from eventops import clock
from eventops.db import db
from eventops.routes import Caller, declaration_of
from eventops.staff.accounts import grant
from eventops.staff.models import Account, AuditEntry, RoleDemand, SignInSession
from eventops.staff.recovery import make_recovery_codes
from eventops.staff.second_factor import forget_second_factor
from eventops.staff.sign_in import disable, end_sessions_of
from tests.apps import MakeApp, changing, reading
from tests.cast import SPRING, Conference, add_conference
from tests.staff.team import (
    PASSWORD,
    add_staff,
    code,
    csrf_token,
    page_of,
    sign_in,
    signed_in,
    type_code,
    type_password,
)
from tests.staff.test_csrf import paths

OWNER, NEW, EDITOR = "owner@example.org", "new@example.org", "editor@example.org"
DESK, CODE, SET_UP = "/en/desk/conference/", "/en/sign-in/code", "/en/sign-in/second-factor"
WRONG = "Error: This code is not right, or was used already. Wait for the next one and type that."


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner who has a second factor, one who is new, and an editor."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    add_staff(app, "owner", cast.event_id, NEW, factor=False)
    add_staff(app, "editor", cast.event_id)
    return cast


def half(app: Flask, email: str = OWNER, path: str = "/en/sign-in") -> FlaskClient:
    """A browser in which the right password was typed, and no more."""
    client = app.test_client()
    assert type_password(client, email, path=path).status_code == 303
    return client


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("eventops")
    return found.value if found else ""


def stages(app: Flask) -> list[tuple[str, bool]]:
    """Of the sign-in sessions, the oldest first: the stage, and whether it goes on."""
    with reading(app):
        rows = db.session.scalars(select(SignInSession).order_by(SignInSession.created_at))
        return [(row.stage, row.ended_at is None) for row in rows]


def offered(client: FlaskClient, path: str = SET_UP) -> str:
    """The secret that the page offers to type into an app."""
    return str(page_of(client.get(path)).xpath("string(//code[@class='key'])")).replace(" ", "")


def code_of(secret: str, steps: int = 0) -> str:
    return str(pyotp.TOTP(secret).at(clock.real_now(), counter_offset=steps))


def wrong(of: str) -> str:
    """A code of six digits that is not one of the present ones."""
    right = {code(steps) for steps in (-1, 0, 1)}
    return next(one for one in ("000000", "111111", "222222", "333333") if one not in right and one != of)


def test_second_step_is_asked_for_after_the_right_password(app: Flask, cast: Conference) -> None:
    """The code makes it whole: a new token, a new form token, and the page that was asked for first."""
    client = half(app, path="/en/sign-in?next=/en/desk/conference/people")
    before, csrf = cookie(client), csrf_token(client, CODE)
    response = type_code(client, code(), CODE + "?next=/en/desk/conference/people")
    assert (response.status_code, response.location) == (303, "/en/desk/conference/people")
    assert (stages(app), before != cookie(client)) == ([("code", False), ("whole", True)], True)
    assert client.get(DESK).status_code == 200
    assert client.post("/en/sign-out", data={"csrf_token": csrf}).status_code == 403
    client.set_cookie("eventops", before)
    assert client.get(DESK).location == "/en/sign-in?next=/en/desk/conference/"


def test_second_step_keeps_the_way_on(app: Flask, cast: Conference) -> None:
    """Through each page; a way that is none of ours is dropped."""
    for email, page in ((OWNER, CODE), (NEW, SET_UP)):
        ways = [
            type_password(app.test_client(), email, path=f"/en/sign-in?next={target}").location
            for target in ("/en/desk/conference/?published%3D", "//evil.example", "/en/conference/")
        ]
        assert ways == [f"{page}?next=/en/desk/conference/?published%3D", page, page]
    assert type_code(half(app), code(), f"{CODE}?next=//evil.example").location == "/en/desk/"


def test_second_step_refuses_a_wrong_code(app: Flask, cast: Conference) -> None:
    """401 with the error beside the field, whatever is typed; nothing at all is 422. The half sign-in stays."""
    client = half(app)
    for typed in (wrong(""), "12345", "abcde-fghjk", "1" + "é" * 2000, "'--1", "0" * 6000):
        response = type_code(client, typed)
        assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Form")
        assert page_of(response).xpath("string(//*[@id='code-error'])") == WRONG
        with changing(app):
            db.session.execute(db.metadata.tables["sign_in_attempts"].delete())
    for typed in ("", " ", "\0", "---"):
        response = type_code(client, typed)
        assert (response.status_code, page_of(response).xpath("string(//*[@id='code-error'])")) == (
            422,
            "Error: Type the code.",
        )
    assert type_code(client, code()).status_code == 303


def test_second_step_takes_no_code_twice(app: Flask, cast: Conference) -> None:
    """Who looked over somebody's shoulder is too late."""
    with time_machine.travel("2026-05-07 08:00:10", tick=False) as real:
        first, second = half(app), half(app)
        assert type_code(first, code()).status_code == 303
        assert type_code(second, code()).status_code == 401
        real.shift(timedelta(seconds=30))
        assert type_code(second, code()).status_code == 303


def test_second_step_lets_one_of_two_in_by_one_code(app: Flask, cast: Conference) -> None:
    """Two browsers that send the same code at the same moment."""
    clients = [half(app) for _ in range(4)]
    typed = code()
    forms = [{"code": typed, "csrf_token": csrf_token(client, CODE)} for client in clients]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: clients[n].post(CODE, data=forms[n]).status_code, range(4)))
    assert sorted(answers) == [303, 401, 401, 401]


def test_second_step_by_a_recovery_code(app: Flask, cast: Conference) -> None:
    """It stands in for the phone, once, and the trail knows."""
    with changing(app):
        owner = db.session.scalars(select(Account).where(Account.email == OWNER)).one()
        codes = make_recovery_codes(owner.id, clock.real_now())
    assert type_code(half(app), codes[3].upper()).status_code == 303
    assert type_code(half(app), codes[3]).status_code == 401
    with reading(app):
        used = select(AuditEntry).where(AuditEntry.action == "staff.use_recovery_code")
        assert [(row.account_id, row.subject_id) for row in db.session.scalars(used)] == [(owner.id, owner.id)]


def test_half_sign_in_opens_nothing_else(app: Flask, cast: Conference) -> None:
    """Every route for staff, and the page of the other stage, leads to the step that is owed."""
    with reading(app):
        rules = [rule for rule in app.url_map.iter_rules() if declaration_of(app, rule.endpoint).caller is Caller.STAFF]
    assert len(rules) >= 12
    for email, page, other in ((OWNER, CODE, SET_UP), (NEW, SET_UP, CODE)):
        client = half(app, email)
        token = csrf_token(client, page)
        gets = {path: client.get(path) for path in [*paths(app, cast, "GET", Caller.STAFF), other]}
        posts = {path: client.post(path, data={"csrf_token": token}) for path in paths(app, cast, "POST", Caller.STAFF)}
        for path, answer in (gets | posts).items():
            assert (path, answer.status_code, answer.location.partition("?")[0]) == (path, 303, page)
        assert client.get(page).status_code == 200
    assert [stage for stage, _ in stages(app)] == ["code", "set_up"]


def test_half_sign_in_can_be_given_up(app: Flask, cast: Conference) -> None:
    """The button signs out, and the token opens nothing any more."""
    for email, page in ((OWNER, CODE), (NEW, SET_UP)):
        client = half(app, email)
        token, csrf = cookie(client), csrf_token(client, page)
        assert client.post("/en/sign-out", data={"csrf_token": csrf}).location == "/en/sign-in"
        client.set_cookie("eventops", token)
        assert client.get(page).location == "/en/sign-in"


def test_second_step_without_a_first_leads_to_sign_in(app: Flask, cast: Conference) -> None:
    """Without a session, and with one that is whole, there is no step to take; no cookie is set."""
    client, whole = app.test_client(), signed_in(app, EDITOR)
    for page in (CODE, SET_UP):
        for answer in (client.get(page + "?next=/en/desk/"), client.post(page), client.get(page + "?next=//evil")):
            assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (303, [])
        assert client.get(page + "?next=/en/desk/").location == "/en/sign-in?next=/en/desk/"
        assert client.get(page + "?next=//evil.example").location == "/en/sign-in"
        assert [whole.get(page).location, whole.get(page + "?next=/en/desk/account").location] == [
            "/en/desk/",
            "/en/desk/account",
        ]


@pytest.mark.parametrize(("email", "page", "minutes"), [(OWNER, CODE, 10), (NEW, SET_UP, 30)])
def test_half_sign_in_ends_by_itself(app: Flask, cast: Conference, email: str, page: str, minutes: int) -> None:
    """Ten minutes for a code, thirty to find an app; real ones."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        client = half(app, email)
        real.shift(timedelta(minutes=minutes) - timedelta(microseconds=1))
        assert client.get(page).status_code == 200
        real.shift(timedelta(microseconds=1))
        assert client.get(page).location == "/en/sign-in"


def test_half_sign_in_ends_with_its_account(app: Flask, cast: Conference) -> None:
    """Disabling, and ending all sessions, end the halves too."""
    first, second = half(app), half(app, NEW)
    with changing(app):
        ids = {row.email: row.id for row in db.session.scalars(select(Account))}
        disable(ids[OWNER], clock.real_now())
        end_sessions_of(ids[NEW], clock.real_now())
    assert [first.get(CODE).location, second.get(SET_UP).location] == ["/en/sign-in"] * 2


def test_second_step_is_slowed_down_and_never_locked(app: Flask, cast: Conference) -> None:
    """After five wrong codes the right one waits as well, for a while; passwords are counted for themselves."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        client = half(app)
        assert [type_code(client, wrong("")).status_code for _ in range(5)] == [401] * 5
        response = type_code(client, code())
        assert (response.status_code, response.headers["Retry-After"]) == (429, "15")
        assert type_password(app.test_client(), OWNER).status_code == 303
        real.shift(timedelta(seconds=15))
        assert type_code(client, code()).status_code == 303


def test_second_step_counts_networks(make_app: MakeApp) -> None:
    """Codes for many accounts tried from one network are slowed down together."""
    app = make_app(sign_in_attempts_per_network=2)
    with changing(app):
        event_id = add_conference().event_id
    clients = []
    for n in range(3):
        add_staff(app, "owner", event_id, f"{n}@example.org")
        clients.append(half(app, f"{n}@example.org"))
    assert [type_code(client, wrong("")).status_code for client in clients] == [401, 401, 429]
    assert type_code(clients[2], code(), REMOTE_ADDR="192.0.2.9").status_code == 303


def test_owner_without_a_second_factor_sets_it_up_first(app: Flask, cast: Conference) -> None:
    """The page offers a secret, the same each time; its code signs in and shows ten recovery codes, this once."""
    client = half(app, NEW, "/en/sign-in?next=/en/desk/conference/people")
    secret = offered(client)
    assert (len(secret), offered(client)) == (32, secret)
    response = type_code(client, wrong(code_of(secret)), SET_UP)
    assert (response.status_code, page_of(response).xpath("string(//*[@id='code-error'])")) == (401, WRONG)
    before = cookie(client)
    response = type_code(client, code_of(secret), SET_UP + "?next=/en/desk/conference/people")
    page = page_of(response)
    codes = page.xpath("//ul[@class='recovery-codes']//code/text()")
    assert (response.status_code, response.headers["Cache-Control"], len(set(codes))) == (200, "no-store", 10)
    [way_on] = page.xpath("//main//a/@href")
    assert (way_on, client.get(way_on).status_code) == ("/en/desk/conference/people", 200)
    assert (stages(app), cookie(client) != before) == ([("set_up", False), ("whole", True)], True)
    assert type_code(half(app, NEW), codes[0]).status_code == 303
    with reading(app):
        new = db.session.scalars(select(Account).where(Account.email == NEW)).one()
        trail = [(row.action, row.account_id) for row in db.session.scalars(select(AuditEntry))]
        assert set(trail) >= {("staff.set_up_second_factor", new.id), ("staff.make_recovery_codes", new.id)}


def test_code_that_set_the_factor_up_is_taken(app: Flask, cast: Conference) -> None:
    """It cannot sign in anybody else."""
    client = half(app, NEW)
    secret = offered(client)
    typed = code_of(secret)
    assert type_code(client, typed, SET_UP).status_code == 200
    assert type_code(half(app, NEW), typed).status_code == 401


def test_secret_is_offered_to_one_browser(app: Flask, cast: Conference) -> None:
    """Each is shown another; and where two set it up, the second must type the code of the first."""
    clients = [half(app, NEW), half(app, NEW)]
    secrets = [offered(client) for client in clients]
    assert secrets[0] != secrets[1]
    answers = [type_code(client, code_of(s), SET_UP) for client, s in zip(clients, secrets, strict=True)]
    assert [(a.status_code, a.location) for a in answers] == [(200, None), (303, "/en/sign-in")]
    assert type_code(half(app, NEW), code_of(secrets[0], 1)).status_code == 303


def test_role_whose_event_demands_it_must_set_it_up(app: Flask, cast: Conference) -> None:
    """From the next request on, in browsers that are signed in as well; and until nobody demands it any more."""
    client = signed_in(app, EDITOR)
    with changing(app):
        db.session.add(RoleDemand(event_id=cast.event_id, role="editor"))
    assert client.get(DESK).location == "/en/sign-in?next=/en/desk/conference/"
    assert type_password(client, EDITOR).location == SET_UP
    with changing(app):
        db.session.execute(db.metadata.tables["role_demands"].delete())
    assert sign_in(client, EDITOR).location == "/en/desk/"


def test_editor_who_becomes_an_owner_must_set_it_up(app: Flask, cast: Conference) -> None:
    """The new role opens nothing before."""
    client = signed_in(app, EDITOR)
    with changing(app):
        editor = db.session.scalars(select(Account).where(Account.email == EDITOR)).one()
        grant(editor.id, cast.event_id, "owner", SPRING)
    assert client.get(DESK).location == "/en/sign-in?next=/en/desk/conference/"


def test_factor_that_was_reset_is_set_up_anew(app: Flask, cast: Conference) -> None:
    """An owner whose phone is lost, and whom a colleague helped, starts over; the former code opens nothing."""
    client = half(app)
    with changing(app):
        owner = db.session.scalars(select(Account).where(Account.email == OWNER)).one()
        forget_second_factor(owner.id)
    assert type_code(client, code()).status_code == 401
    assert type_password(client, OWNER).location == SET_UP


def test_secret_that_cannot_be_read_lets_nobody_in(app: Flask, cast: Conference) -> None:
    """After EVENTOPS_SECRET_KEY was changed no code is right, and the page says who helps."""
    with changing(app):
        db.session.execute(update(Account).where(Account.email == OWNER).values(totp_secret="of another key"))
    client = half(app)
    response = type_code(client, code())
    assert (response.status_code, client.get(DESK).location) == (401, f"{CODE}?next=/en/desk/conference/")
    help_text = " ".join(page_of(response).xpath("string(//main/p[contains(@class, 'hint')])").split())
    assert help_text == (
        "Phone lost, and no recovery code left? Whoever runs the server can take the second factor away, by the"
        " command “eventops staff reset”."
    )


def test_demo_asks_no_owner_for_a_second_factor(make_app: MakeApp) -> None:
    """There the password is enough."""
    app = make_app(demo=True)
    with changing(app):
        event_id = add_conference().event_id
    add_staff(app, "owner", event_id, factor=False)
    client = app.test_client()
    assert type_password(client, OWNER).location == "/en/desk/"
    assert client.get(DESK).status_code == 200


def test_host_header_plays_no_part_in_signing_in(make_app: MakeApp) -> None:
    """A forged Host or X-Forwarded-Host gets the same pages, cookies and ways on, which name no host at all."""
    app = make_app(trusted_proxies=1)
    with changing(app):
        event_id = add_conference().event_id
    add_staff(app, "owner", event_id)
    evil = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.7"}
    client = app.test_client()
    form = {"email": OWNER, "password": PASSWORD, "csrf_token": csrf_token(client)}
    answers = [client.get(DESK, headers=evil), client.post("/en/sign-in?next=" + DESK, data=form, headers=evil)]
    assert [answer.location for answer in answers] == [f"/en/sign-in?next={DESK}", f"{CODE}?next={DESK}"]
    cookies = [part for answer in answers for part in answer.headers.getlist("Set-Cookie")]
    assert [part for part in cookies if "domain" in part.lower() or "evil" in part] == []
    stranger = app.test_client()
    for path in (DESK, "/en/sign-in", CODE, "/en/conference/", "/", "/en/desk"):
        usual, forged = (stranger.get(path, headers=headers) for headers in ({}, {"Host": "evil.example", **evil}))
        assert (path, forged.status_code, forged.location) == (path, usual.status_code, usual.location)
        assert "evil" not in forged.text + str(forged.headers)
