"""People who work on the conference, and how they sign in."""

from __future__ import annotations

from functools import cache
from uuid import UUID

import lxml.html
import pyotp
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import HtmlElement
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db
from eventops.staff.accounts import add_account, grant, hash_password, key_of
from eventops.staff.models import Account
from eventops.staff.second_factor import _encrypted
from eventops.staff.sign_in import begin_session, cookie_name
from tests.apps import changing
from tests.cast import SPRING

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""Of every second factor in the tests."""


@cache
def hashed() -> str:
    """The hash of PASSWORD, made once."""
    return hash_password(PASSWORD)


def add_staff(app: Flask, role: str, event_id: UUID, email: str = "", *, factor: bool | None = None) -> UUID:
    """An account with a role in an event; its address is the role's by default. Owners have a second factor."""
    with changing(app):
        account = add_account("Åsa Öberg", email or f"{role}@example.org", hashed(), SPRING)
        grant(account.id, event_id, role, SPRING)
        if role == "owner" if factor is None else factor:
            account.totp_secret = _encrypted(SECRET)
    return account.id


def page_of(response: TestResponse) -> HtmlElement:
    return lxml.html.document_fromstring(response.text)


def csrf_token(client: FlaskClient, path: str = "/en/sign-in") -> str:
    """The token of this browser, as a form bears it."""
    [token] = {str(value) for value in page_of(client.get(path)).xpath("//input[@name='csrf_token']/@value")}
    return token


def code(steps: int = 0) -> str:
    """The code that the app shows now, or so many steps of 30 seconds later."""
    return str(pyotp.TOTP(SECRET).at(clock.real_now(), counter_offset=steps))


def type_password(
    client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/en/sign-in", **options: str
) -> TestResponse:
    """Fill in the form and send it: the first step, which may be the only one."""
    form = {"email": email, "password": password, "csrf_token": csrf_token(client)}
    return client.post(path, data=form, environ_base=options)


def type_code(client: FlaskClient, typed: str, path: str = "/en/sign-in/code", **options: str) -> TestResponse:
    """The second step."""
    return client.post(path, data={"code": typed, "csrf_token": csrf_token(client, path)}, environ_base=options)


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/en/sign-in", **options: str
) -> TestResponse:
    """Both steps, if there are two; the answer to the last."""
    response = type_password(client, email, password, path, **options)
    if "/sign-in/code" not in response.headers.get("Location", ""):
        return response
    with changing(client.application):  # who signs in again within the half minute would have to wait for a code
        db.session.execute(update(Account).where(Account.email == key_of(email)).values(totp_step=0))
    return type_code(client, code(), response.headers["Location"], **options)


def signed_in_by_forms(app: Flask, email: str) -> FlaskClient:
    """A browser in which the account with that address just signed in."""
    client = app.test_client()
    assert sign_in(client, email).status_code == 303
    return client


def signed_in(app: Flask, email: str) -> FlaskClient:
    """A browser in which the account with that address signed in a while ago: the forms have tests of their own."""
    client = app.test_client()
    with changing(app):
        account_id = db.session.scalars(select(Account.id).where(Account.email == key_of(email))).one()
        token = begin_session(account_id, clock.real_now())
    with app.test_request_context():
        client.set_cookie(cookie_name(), token)
    return client
