"""Your account: the password, the second factor, and the browsers in which one is signed in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db
from eventops.staff.audit import record
from eventops.staff.models import Account, AuditEntry, RoleDemand, SignInAttempt, SignInSession
from eventops.staff.recovery import recovery_codes_left
from tests.apps import changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import Conference, add_conference
from tests.staff.team import (
    PASSWORD,
    SECRET,
    add_staff,
    code,
    csrf_token,
    page_of,
    sign_in,
    signed_in,
    type_code,
    type_password,
)
from tests.staff.test_second_step import code_of, cookie, half, offered

OWNER, EDITOR = "owner@example.org", "editor@example.org"
ACCOUNT, FACTOR = "/en/desk/account", "/en/desk/account/second-factor"
NEW = "a new and longer password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
NOT_RIGHT = "Error: This code is not right, or was used already. Wait for the next one and type that."


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner who has a second factor, and an editor without."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    add_staff(app, "editor", cast.event_id)
    return cast


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Send a form of the account's pages."""
    return client.post(path, data={"csrf_token": csrf_token(client, ACCOUNT), **form})


def faults(response: TestResponse) -> dict[str, str]:
    """What a form that was sent back complains of, by field."""
    found = page_of(response).xpath("//p[@class='field-error']")
    return {one.get("id").removesuffix("-error"): " ".join(one.text_content().split()) for one in found}


def account(app: Flask, email: str) -> Account:
    with reading(app):
        return db.session.scalars(select(Account).where(Account.email == email)).one()


def trail(app: Flask) -> list[tuple[str, bool]]:
    """What is in the audit trail: the action, and whether the subject is the account that acted."""
    with reading(app):
        rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.at))
        return sorted((row.action, row.subject_id == row.account_id) for row in rows)


def change(client: FlaskClient, present: str = PASSWORD, new: str = NEW, again: str | None = None) -> TestResponse:
    return post(client, f"{ACCOUNT}/password", present=present, new=new, again=new if again is None else again)


def test_password_is_changed_and_everybody_else_is_out(app: Flask, cast: Conference) -> None:
    """Other browsers and half sign-ins end; this one goes on with another token; the new password signs in."""
    client, other, third = signed_in(app, EDITOR), signed_in(app, EDITOR), signed_in(app, OWNER)
    before = cookie(client)
    response = change(client)
    assert (response.status_code, response.location) == (303, f"{ACCOUNT}?done=password")
    page = page_of(client.get(response.location))
    notice = page.xpath("string(//*[@role='status']//p)")
    assert notice == "Your password is changed, and every other browser is signed out."
    assert [one.get(ACCOUNT).status_code for one in (client, other, third)] == [200, 303, 200]
    thief = app.test_client()
    thief.set_cookie("eventops", before)
    assert (thief.get(ACCOUNT).status_code, cookie(client) != before) == (303, True)
    statuses = [sign_in(app.test_client(), EDITOR, typed).status_code for typed in (PASSWORD, NEW)]
    assert (statuses, trail(app)) == ([401, 303], [("staff.change_password", True)])


SHORT = "Error: Take 12 characters or more. A few words in a row are easy to keep."


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"present": "wrong"}, {"present": "Error: This is not your password."}),
        ({"present": ""}, {"present": "Error: Type your password."}),
        ({"present": "x" * 5000}, {"present": "Error: This is not your password."}),
        ({"new": "elevenchars"}, {"new": SHORT}),
        ({"new": ""}, {"new": SHORT}),
        ({"new": "a\u030a" * 11}, {"new": SHORT}),
        ({"new": "x" * 1001}, {"new": "Error: That is too long for a password."}),
        ({"again": NEW.upper()}, {"again": "Error: This is not the same as above."}),
        ({"present": "", "new": "short"}, {"present": "Error: Type your password.", "new": SHORT}),
    ],
)
def test_password_that_cannot_be_changed_says_why(
    app: Flask, cast: Conference, form: dict[str, str], errors: dict[str, str]
) -> None:
    """422 with each error beside its field; the old password goes on, in every browser."""
    client, other = signed_in(app, EDITOR), signed_in(app, EDITOR)
    response = change(client, **form)
    assert (response.status_code, faults(response)) == (422, errors)
    assert [one.get(ACCOUNT).status_code for one in (client, other)] == [200, 200]
    assert (sign_in(app.test_client(), EDITOR).status_code, trail(app)) == (303, [])
    assert page_of(response).xpath("//input[@type='password']/@value") == []


@pytest.mark.parametrize("new", ["x" * 1000, "å" * 12, " twelve chars "])
def test_password_may_be_anything_long_enough(app: Flask, cast: Conference, new: str) -> None:
    """From 12 to 1000 characters of any kind."""
    assert change(signed_in(app, EDITOR), new=new).status_code == 303
    assert sign_in(app.test_client(), EDITOR, new).status_code == 303


def test_password_is_asked_for_slowly(app: Flask, cast: Conference) -> None:
    """Whoever sits down at somebody's open browser cannot try passwords any faster than on the sign-in page."""
    client = signed_in(app, EDITOR)
    assert [change(client, present="wrong").status_code for _ in range(5)] == [422] * 5
    assert change(client).status_code == 429


def factor(client: FlaskClient, secret: str, **form: str) -> TestResponse:
    return post(client, FACTOR, **{"code": code_of(secret), "password": PASSWORD, **form})


def test_factor_is_set_up_by_its_code_and_the_password(app: Flask, cast: Conference) -> None:
    """The secret stands in the QR code, in the link and as text; then the next sign-in asks for a code."""
    client = signed_in(app, EDITOR)
    page = page_of(client.get(FACTOR))
    secret = offered(client, FACTOR)
    [link] = [href for href in page.xpath("//main//a/@href") if href.startswith("otpauth:")]
    assert (pyotp.parse_uri(link).secret, len(page.xpath("//*[local-name()='svg' and @role='img']"))) == (secret, 1)
    before = cookie(client)
    response = factor(client, secret)
    assert (response.status_code, len(page_of(response).xpath("//ul[@class='recovery-codes']/li"))) == (200, 10)
    assert (cookie(client) != before, client.get(ACCOUNT).status_code) == (True, 200)
    second = half(app, EDITOR)
    assert type_code(second, code_of(secret, 1)).status_code == 303
    assert trail(app) == [("staff.make_recovery_codes", True), ("staff.set_up_second_factor", True)]


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"code": "000"}, {"code": NOT_RIGHT}),
        ({"code": ""}, {"code": NOT_RIGHT}),
        ({"password": "wrong"}, {"password": "Error: This is not your password."}),
        ({"password": ""}, {"password": "Error: Type your password."}),
        ({"code": "", "password": ""}, {"code": NOT_RIGHT, "password": "Error: Type your password."}),
    ],
)
def test_factor_is_not_set_up_otherwise(
    app: Flask, cast: Conference, form: dict[str, str], errors: dict[str, str]
) -> None:
    """422 with the error beside its field, and the same secret as before."""
    client = signed_in(app, EDITOR)
    secret = offered(client, FACTOR)
    response = factor(client, secret, **form)
    assert (response.status_code, faults(response), offered(client, FACTOR)) == (422, errors, secret)
    assert (account(app, EDITOR).totp_secret, trail(app)) == (None, [])


def test_factor_is_moved_with_a_code_of_the_former_phone(app: Flask, cast: Conference) -> None:
    """The new phone's code alone does not do; a recovery code does; afterwards the former phone is out."""
    client = signed_in(app, OWNER)
    secret = offered(client, FACTOR)
    response = factor(client, secret, present_code=code_of(secret))
    assert (response.status_code, faults(response)) == (422, {"present_code": NOT_RIGHT})
    assert factor(client, secret, present_code=code(1)).status_code == 200
    second = half(app, OWNER)
    assert [type_code(second, typed).status_code for typed in (code(1), code_of(secret, 1))] == [401, 303]
    assert [secret, SECRET].count(offered(client, FACTOR)) == 0


def test_factor_is_removed_where_nobody_demands_it(app: Flask, cast: Conference) -> None:
    """By a code and the password; then the password alone signs in, and the recovery codes are gone."""
    client = signed_in(app, EDITOR)
    secret = offered(client, FACTOR)
    codes = page_of(factor(client, secret)).xpath("//ul[@class='recovery-codes']//code/text()")
    form = {"remove": "yes", "remove_code": codes[0], "remove_password": PASSWORD}
    wrong = post(client, FACTOR, **form | {"remove_code": "000000"})
    assert (wrong.status_code, faults(wrong)) == (422, {"remove_code": NOT_RIGHT})
    wrong = post(client, FACTOR, **form | {"remove_password": "wrong"})
    assert (wrong.status_code, faults(wrong)) == (422, {"remove_password": "Error: This is not your password."})
    assert post(client, FACTOR, **form).location == f"{ACCOUNT}?done=removed"
    assert type_password(app.test_client(), EDITOR).location == "/en/desk/"
    with reading(app):
        assert recovery_codes_left(account(app, EDITOR).id) == 0
    assert ("staff.remove_second_factor", True) in trail(app)
    assert post(client, FACTOR, **form).status_code == 409


def test_factor_that_is_demanded_stays(app: Flask, cast: Conference) -> None:
    """The page of an owner, and of a role whose event demands it, has no such form; sending one is 409."""
    with changing(app):
        db.session.add(RoleDemand(event_id=cast.event_id, role="reception"))
    add_staff(app, "reception", cast.event_id, factor=True)
    for email in (OWNER, "reception@example.org"):
        client = signed_in(app, email)
        assert page_of(client.get(FACTOR)).xpath("//button[@name='remove']") == []
        form = {"remove": "yes", "remove_code": code(1), "remove_password": PASSWORD}
        assert post(client, FACTOR, **form).status_code == 409
        assert account(app, email).totp_secret


def test_factor_is_set_up_by_one_of_two_browsers(app: Flask, cast: Conference) -> None:
    """The other's form does not replace it: it is asked for the code of the one that is set up."""
    clients = [signed_in(app, EDITOR), signed_in(app, EDITOR)]
    secrets = [offered(client, FACTOR) for client in clients]
    assert factor(clients[0], secrets[0]).status_code == 200
    response = factor(clients[1], secrets[1])
    assert (response.status_code, faults(response)) == (422, {"present_code": NOT_RIGHT})


def test_recovery_codes_are_made_anew_with_a_code_and_the_password(app: Flask, cast: Conference) -> None:
    """They show once, the page says how many are left, and without a second factor there are none to make."""
    client = signed_in(app, OWNER)
    form = {"codes_password": PASSWORD, "codes_code": code(1)}
    wrong = post(client, f"{ACCOUNT}/recovery-codes", **form | {"codes_password": "wrong"})
    assert (wrong.status_code, faults(wrong)) == (422, {"codes_password": "Error: This is not your password."})
    wrong = post(client, f"{ACCOUNT}/recovery-codes", **form | {"codes_code": "000000"})
    assert (wrong.status_code, faults(wrong)) == (422, {"codes_code": NOT_RIGHT})
    response = post(client, f"{ACCOUNT}/recovery-codes", **form)
    codes = page_of(response).xpath("//ul[@class='recovery-codes']//code/text()")
    assert (response.status_code, response.headers["Cache-Control"], len(codes)) == (200, "no-store", 10)
    assert "10 codes are left." in client.get(ACCOUNT).text
    for _ in range(2):
        type_code(half(app), codes[0])
    assert "9 codes are left." in client.get(ACCOUNT).text
    assert [one for one in codes if one in client.get(ACCOUNT).text] == []
    assert post(signed_in(app, EDITOR), f"{ACCOUNT}/recovery-codes", **form).status_code == 409


def listed(page: Any) -> list[tuple[str, bool]]:
    """The browsers in the table: what each is called, and whether it is this one."""
    rows = page.xpath("//section[@aria-labelledby='sessions-title']//tbody/tr")
    return [(row.xpath("string(th)").strip(), "This browser" in row.text_content()) for row in rows]


def test_sessions_are_listed_with_browser_and_time(app: Flask, cast: Conference) -> None:
    """One's own whole sessions, the latest first, on a clock that says which it is."""
    first, second = app.test_client(), app.test_client()
    first.environ_base["HTTP_USER_AGENT"] = FIREFOX
    second.environ_base["HTTP_USER_AGENT"] = "curl/8.0"
    for client in (first, second):
        assert sign_in(client, EDITOR).status_code == 303
    signed_in(app, OWNER)
    assert listed(page_of(first.get(ACCOUNT))) == [("Unknown browser", False), ("Firefox, Windows", True)]
    for language, words in (("en", "UTC"), ("fi", "Suomen aikaa"), ("da", "dansk tid")):
        text = visible_text(first.get(f"/{language}/desk/account").text)
        assert (bare_times(text), text.count(words) >= 2) == ([], True)


def test_session_of_another_browser_can_be_ended(app: Flask, cast: Conference) -> None:
    """One, or all but this one; nobody else's, and none twice."""
    client, others = signed_in(app, EDITOR), [signed_in(app, EDITOR) for _ in range(3)]
    owner = signed_in(app, OWNER)
    [end, *_] = page_of(client.get(ACCOUNT)).xpath("//form[contains(@action, '/sessions/')]/@action")
    assert post(owner, end).status_code == 404
    assert post(client, end).location == f"{ACCOUNT}?done=session"
    assert post(client, end).status_code == 404
    assert post(client, f"{ACCOUNT}/sessions/{uuid4()}/end").status_code == 404
    assert sorted(one.get(ACCOUNT).status_code for one in others) == [200, 200, 303]
    assert post(client, f"{ACCOUNT}/sessions/end").location == f"{ACCOUNT}?done=sessions"
    statuses = [one.get(ACCOUNT).status_code for one in (client, owner, *others)]
    assert statuses == [200, 200, 303, 303, 303]
    assert trail(app) == [("staff.end_other_sessions", True), ("staff.end_session", False)]


def test_expired_and_half_sessions_are_not_listed(app: Flask, cast: Conference) -> None:
    """Only where one is signed in now."""
    client = signed_in(app, OWNER)
    half(app)
    signed_in(app, OWNER)
    with changing(app):
        rows = list(db.session.scalars(select(SignInSession).order_by(SignInSession.created_at)))
        rows[-1].expires_at = clock.real_now()
    assert listed(page_of(client.get(ACCOUNT))) == [("Unknown browser", True)]


def test_page_tells_what_was_done_to_the_account(app: Flask, cast: Conference) -> None:
    """By its holder or on the server, the newest first; nothing of anybody else's."""
    client, owner = signed_in(app, EDITOR), signed_in(app, OWNER)
    assert change(owner).status_code == 303
    assert "Nothing yet." in client.get(ACCOUNT).text
    with changing(app):
        record("staff.reset_password", account(app, EDITOR).id, event_id=None, now=clock.real_now())
    assert post(client, f"{ACCOUNT}/sessions/end").status_code == 303
    rows = page_of(client.get(ACCOUNT)).xpath("//section[@aria-labelledby='history-title']//tbody/tr")
    assert [(row.xpath("string(th)"), row.xpath("string(td[last()]/div)")) for row in rows] == [
        ("Signed out everywhere else", "You"),
        ("Set a forgotten password anew", "The server"),
    ]


def test_account_keeps_no_browser_of_its_own_words(app: Flask, cast: Conference) -> None:
    """What a browser says of itself may be anything: only names of ours are kept."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = "<b>anna@example.org</b> Firefox/1 " + "x" * 5000
    assert sign_in(client, EDITOR).status_code == 303
    with reading(app):
        assert set(db.session.scalars(select(SignInSession.browser))) == {"Firefox"}


def test_account_forgives_the_right_password(app: Flask, cast: Conference) -> None:
    """Asking again is no failure."""
    client = signed_in(app, EDITOR)
    assert change(client, present="wrong").status_code == 422
    assert change(client).status_code == 303
    with reading(app):
        assert len(list(db.session.scalars(select(SignInAttempt)))) == 1


def test_pages_lead_only_to_pages(app: Flask, cast: Conference) -> None:
    """Those that answer a form, too: the language switch of a form that was sent back would lead nowhere."""
    client = signed_in(app, OWNER)
    made = post(client, f"{ACCOUNT}/recovery-codes", codes_password=PASSWORD, codes_code=code(1))
    for answer in (client.get(ACCOUNT), client.get(FACTOR), change(client, present="wrong"), made):
        links = [href for href in page_of(answer).xpath("//body//a/@href") if href.startswith("/")]
        statuses = {href: client.get(href).status_code for href in links}
        assert [href for href, status in statuses.items() if status not in (200, 303)] == []
