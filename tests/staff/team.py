"""People who work on the conference, and how they sign in."""

from __future__ import annotations

from functools import cache
from uuid import UUID

import lxml.html
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import HtmlElement
from werkzeug.test import TestResponse

from eventops.staff.accounts import add_account, grant, hash_password
from tests.apps import changing
from tests.cast import SPRING

PASSWORD = "correct horse battery staple"


@cache
def hashed() -> str:
    """The hash of PASSWORD, made once: it takes long on purpose."""
    return hash_password(PASSWORD)


def add_staff(app: Flask, role: str, event_id: UUID, email: str = "") -> UUID:
    """An account with a role in an event; its address is the role's by default."""
    with changing(app):
        account = add_account("Åsa Öberg", email or f"{role}@example.org", hashed(), SPRING)
        grant(account.id, event_id, role, SPRING)
    return account.id


def page_of(response: TestResponse) -> HtmlElement:
    return lxml.html.document_fromstring(response.text)


def csrf_token(client: FlaskClient, path: str = "/en/sign-in") -> str:
    """The token of this browser, as a form bears it."""
    [token] = {str(value) for value in page_of(client.get(path)).xpath("//input[@name='csrf_token']/@value")}
    return token


def sign_in(
    client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/en/sign-in", **options: str
) -> TestResponse:
    """Fill in the form and send it."""
    form = {"email": email, "password": password, "csrf_token": csrf_token(client)}
    return client.post(path, data=form, environ_base=options)


def signed_in(app: Flask, email: str) -> FlaskClient:
    """A browser in which the account with that address signed in."""
    client = app.test_client()
    assert sign_in(client, email).status_code == 303
    return client
