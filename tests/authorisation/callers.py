"""Everybody who may call, with all that they have: cookies, links of their own, tokens of devices."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from eventops import clock
from eventops.agenda.public_pages import forget_renderings
from eventops.db import db
from eventops.registration.links import confirm_token, personal_token
from eventops.registration.models import Registration
from eventops.staff.devices import enrol
from eventops.staff.sign_in import begin_session
from tests.apps import changing, reading
from tests.authorisation.rows import NOWHERE, Rows, add_rows, forms, parts
from tests.authorisation.table import Line
from tests.cast import START, Conference, add_conference
from tests.staff.team import add_staff, csrf_token

_PART = re.compile(r"<(?:\w+:)?(\w+)>")

TOKENS = {"registration.confirm": "confirm", "registration.invitation": "answer"}
"""Routes whose <token> is not that of the personal link: the name of the kind in Caller.tokens."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What somebody puts into every request."""

    cookies: dict[str, str]
    headers: dict[str, str]
    tokens: dict[str, str]
    """Of links, by kind."""


@dataclass(frozen=True)
class World:
    """Two conferences and everybody in them. All call the routes of the first one."""

    app: Flask
    cast: Conference
    callers: dict[str, Caller]
    parts: dict[str, str]
    """What stands in addresses, by the names of their parts; ids that are not here are nobody's."""
    forms: Mapping[str, dict[str, Any]]
    """What is posted where an empty form is not what the table is about, by endpoint."""
    csrf: str
    """A form's token, which any browser gets: nobody is refused for lack of it."""

    def ask(self, caller: str, rule: Rule, method: str, line: Line | None = None) -> TestResponse:
        """One request, with everything the caller has."""
        who, client = self.callers[caller], self.app.test_client()
        for name, value in who.cookies.items():
            client.set_cookie(name, value)
        sent: dict[str, Any] = {"headers": who.headers}
        if method == "POST":
            sent |= self.forms.get(rule.endpoint, {"data": {}})
            sent["headers"] = who.headers | {"X-CSRFToken": self.csrf}
        return client.open(self.path(who, rule, dict(line.parts) if line else {}), method=method, buffered=True, **sent)

    def path(self, caller: Caller, rule: Rule, instead: dict[str, str]) -> str:
        """The address of the route for the caller."""
        token = caller.tokens.get(TOKENS.get(rule.endpoint, "personal"), "nobodys")
        known = self.parts | {"token": token} | {name: self.parts[value] for name, value in instead.items()}
        return _PART.sub(lambda part: known.get(part[1], str(NOWHERE)), rule.rule)

    @contextmanager
    def database(self) -> Iterator[Any]:
        """Gives a function that puts every row back to what it was, where anything was written since."""
        with self.app.app_context():
            path = str(db.engine.url.database)
        with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(path)) as file:
            file.backup(kept)
            seen = _written(file)

            def put_back() -> None:
                nonlocal seen
                if seen != _written(file):
                    kept.backup(file)
                    seen = _written(file)
                    self.forget()

            yield put_back

    def forget(self) -> None:
        """Let nothing be remembered that a process may keep for a second."""
        forget_renderings()
        for name, kept in self.app.extensions.items():
            if name.startswith("recent "):
                kept.clear()


def open_world(app: Flask) -> World:
    """Fill an empty database. Call it while the clock shows START."""
    with changing(app):
        here, there = add_conference(), add_conference("another")
    browser = app.test_client()
    csrf = csrf_token(browser)
    form = browser.get_cookie("form")
    assert form
    nobody = Caller({"form": form.value}, {}, {})
    ids = {role: _account(app, role, here) for role in ("door", "observer", "reception", "editor", "owner")}
    new_owner, other_owner = _account(app, "owner", here, "new", factor=False), _account(app, "owner", there)
    ours = add_rows(app, here, ids["owner"], f"owner@{there.slug}.example.org")
    theirs = add_rows(app, there, other_owner, f"owner@{here.slug}.example.org")
    callers = {
        "anonymous": nobody,
        "attendee": _guest(app, nobody, here, "online"),
        "invited": _holding(_guest(app, nobody, here, "invited online"), ours),
        "invitee": _holding(nobody, ours),
        "other_attendee": _holding(_guest(app, nobody, there, "invited online"), theirs),
        "door": _door(app, nobody, here),
        "other_door": _door(app, nobody, there),
        "door_role": _signed_in(app, nobody, ids["door"]),
        **{role: _signed_in(app, nobody, ids[role]) for role in ("observer", "reception", "editor", "owner")},
        "half_owner": _signed_in(app, nobody, ids["owner"], "code"),
        "new_owner": _signed_in(app, nobody, new_owner, "set_up"),
        "other_owner": _signed_in(app, nobody, other_owner),
    }
    return World(app, here, callers, parts(here, ours, there, theirs, ids["observer"]), forms(ours), csrf)


def _written(file: sqlite3.Connection) -> int:
    """A number that changes whenever another connection writes: https://www.sqlite.org/pragma.html#pragma_data_version."""
    number: int = file.execute("PRAGMA data_version").fetchone()[0]
    return number


def _guest(app: Flask, anybody: Caller, cast: Conference, who: str) -> Caller:
    with reading(app):
        person = db.session.get_one(Registration, cast.people[who])
        confirm = confirm_token(person, START + timedelta(days=1))
        return Caller(anybody.cookies, {}, {"personal": personal_token(person), "confirm": confirm})


def _door(app: Flask, anybody: Caller, cast: Conference) -> Caller:
    with changing(app):
        token = enrol(cast.event_id, [cast.door_id], START, START + timedelta(days=1))
    return Caller(anybody.cookies | {"eventops": token}, {"Authorization": f"Bearer {token}"}, {"personal": token})


def _holding(caller: Caller, rows: Rows) -> Caller:
    """The same with an invitation's link besides."""
    return replace(caller, tokens=caller.tokens | {"answer": rows.links["answer"]})


def _account(app: Flask, role: str, cast: Conference, name: str = "", *, factor: bool | None = None) -> UUID:
    return add_staff(app, role, cast.event_id, f"{name or role}@{cast.slug}.example.org", factor=factor)


def _signed_in(app: Flask, anybody: Caller, account_id: UUID, stage: str = "whole") -> Caller:
    with changing(app):
        token = begin_session(account_id, clock.real_now(), stage=stage)
    return Caller(anybody.cookies | {"eventops": token}, {}, {})
