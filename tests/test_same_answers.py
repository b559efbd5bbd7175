"""Nobody learns by a form whether an address is known: same answer, same work, whichever form it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from eventops import clock
from eventops.staff.sign_in import disable
from tests.apps import changing
from tests.cast import SPRING, add_conference
from tests.day import standing_at
from tests.registration.stored import FORM
from tests.staff.team import add_staff, csrf_token
from tests.staff.test_sign_in import work

GUESTS = tuple(f"{who}@example.org" for who in ("onsite", "invited.online", "cancelled", "pending"))
STAFF = ("owner@example.org", "former@example.org")
Seen = tuple[int, list[tuple[str, str]], str]


@dataclass(frozen=True)
class Form:
    """A form that takes an address: where it is, whom it may know, what else is filled in."""

    path: str
    known: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)
    is_for_staff: bool = False
    """Whether it bears a form token."""


FORMS = [
    Form("/en/sign-in", STAFF, {"password": "wrong"}, is_for_staff=True),
    Form("/en/conference/sign-up", GUESTS, FORM),
    Form("/en/conference/resend", GUESTS),
]


@pytest.fixture
def everybody(app: Flask) -> Flask:
    """An application with guests in every state, an owner, and somebody whose account was closed."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    former = add_staff(app, "editor", cast.event_id, "former@example.org")
    with changing(app):
        disable(former, clock.real_now())
    return app


def seen(answer: TestResponse, email: str) -> Seen:
    """All that a browser gets, but for the date, form tokens and the address that it sent itself."""
    body = re.sub(r'(csrf_token" value=")[^"]+', r"\1", answer.text).replace(email, "")
    headers = [(n, "" if n == "Set-Cookie" else value) for n, value in answer.headers if n != "Date"]
    return answer.status_code, headers, body


def send(app: Flask, form: Form, email: str, patch: pytest.MonkeyPatch) -> tuple[list[Seen], list[str]]:
    """The answer, with the page to which it leads; and what it took."""
    browser = app.test_client()
    fields = form.fields | {"email": email} | ({"csrf_token": csrf_token(browser)} if form.is_for_staff else {})
    for name, kept in app.extensions.items():
        if name.startswith("recent "):
            kept.clear()  # or who comes first would do more
    with work(app, patch) as done:
        answer = browser.post(form.path, data=fields)
    pages = [browser.get(answer.location)] if answer.location else []
    return [seen(got, email) for got in (answer, *pages)], list(done)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.path.rpartition("/")[2])
def test_known_address_is_answered_as_an_unknown_one(
    everybody: Flask, monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    """Status, headers and bytes are the same, and so are the statements and hashes that it took, in their order."""
    with standing_at(SPRING):
        send(everybody, form, "first@example.org", monkeypatch)  # what is prepared once is prepared
        for known in form.known:
            unknown = "x" * known.index("@") + known[known.index("@") :]
            assert (known, *send(everybody, form, known, monkeypatch)) == (
                known,
                *send(everybody, form, unknown, monkeypatch),
            )
