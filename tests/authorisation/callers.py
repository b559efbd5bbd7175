"""Everybody who may call, with all that they have: cookies, links of their own, tokens of devices."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
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
from tests.authorisation.table import Line
from tests.cast import START, Conference, add_conference
from tests.registration.stored import FORM
from tests.staff.team import add_staff, csrf_token

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
NOWHERE = UUID("00000000-0000-4000-8000-00000000dead")

TOKENS = {"registration.confirm": "confirm"}
"""Routes whose <token> is not that of the personal link: the name of the kind in Caller.tokens."""

SCAN = {"id": str(NOWHERE), "code": "EO1NOBODY", "device_time": START.isoformat(), "kind": "entry"}
FORMS: dict[str, dict[str, Any]] = {
    "registration.sign_up": {"data": FORM},
    "registration.resend": {"data": {"email": FORM["email"]}},
    "checkin.desk_door": {"data": {"code": "EO1NOBODY"}},
    "checkin.scans": {"json": {"scans": [SCAN]}},
}
"""What is posted where an empty form is not what the table is about."""


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
    csrf: str
    """A form's token, which any browser gets: nobody is refused for lack of it."""

    def ask(self, caller: str, rule: Rule, method: str, line: Line | None = None) -> TestResponse:
        """One request, with everything the caller has."""
        who, client = self.callers[caller], self.app.test_client()
        for name, value in who.cookies.items():
            client.set_cookie(name, value)
        sent: dict[str, Any] = {"headers": who.headers}
        if method == "POST":
            sent |= FORMS.get(rule.endpoint, {"data": {}})
            sent["headers"] = who.headers | {"X-CSRFToken": self.csrf}
        return client.open(self.path(who, rule, dict(line.parts) if line else {}), method=method, buffered=True, **sent)

    def path(self, caller: Caller, rule: Rule, instead: dict[str, str]) -> str:
        """The address of the route for the caller."""
        token = caller.tokens.get(TOKENS.get(rule.endpoint, "personal"), "nobodys")
        known = self.parts | {"token": token} | {name: self.parts[value] for name, value in instead.items()}
        return _PART.sub(lambda part: known.get(part[1], str(NOWHERE)), rule.rule)

    @contextmanager
    def database(self) -> Iterator[Any]:
        """Gives a function that puts every row back to what it was."""
        with self.app.app_context():
            path = str(db.engine.url.database)
        with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(path)) as file:
            file.backup(kept)

            def put_back() -> None:
                kept.backup(file)
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
    anonymous = Caller({"form": form.value}, {}, {})
    staff = {role: _staff(app, anonymous, role, here) for role in ("observer", "reception", "editor", "owner")}
    callers = {
        "anonymous": anonymous,
        "attendee": _guest(app, anonymous, here, "online"),
        "invited": _guest(app, anonymous, here, "invited online"),
        "other_attendee": _guest(app, anonymous, there, "invited online"),
        "door": _door(app, anonymous, here),
        "other_door": _door(app, anonymous, there),
        "door_role": _staff(app, anonymous, "door", here),
        **staff,
        "other_owner": _staff(app, anonymous, "owner", there),
    }
    return World(app, here, callers, _parts(here, there), csrf)


def _parts(here: Conference, there: Conference) -> dict[str, str]:
    return {
        "language": "en",
        "slug": here.slug,
        "session_id": str(here.keynote_id),
        "door_id": str(here.door_id),
        "stream_id": str(here.public_stream_id),
        "audience_id": str(here.audience_id),
        "filename": "favicon.svg",
        # What a line of the table may name instead.
        "closed": str(here.closed_stream_id),
        "workshop": str(here.workshop_id),
        "their_session": str(there.keynote_id),
        "their_door": str(there.door_id),
        "their_stream": str(there.public_stream_id),
        "nowhere": str(NOWHERE),
    }


def _guest(app: Flask, anybody: Caller, cast: Conference, who: str) -> Caller:
    with reading(app):
        person = db.session.get_one(Registration, cast.people[who])
        confirm = confirm_token(person, START + timedelta(days=1))
        return Caller(anybody.cookies, {}, {"personal": personal_token(person), "confirm": confirm})


def _door(app: Flask, anybody: Caller, cast: Conference) -> Caller:
    with changing(app):
        token = enrol(cast.event_id, [cast.door_id], START, START + timedelta(days=1))
    return Caller(anybody.cookies | {"eventops": token}, {"Authorization": f"Bearer {token}"}, {"personal": token})


def _staff(app: Flask, anybody: Caller, role: str, cast: Conference) -> Caller:
    account_id = add_staff(app, role, cast.event_id, f"{role}@{cast.slug}.example.org")
    with changing(app):
        token = begin_session(account_id, clock.real_now())
    return Caller(anybody.cookies | {"eventops": token}, {}, {})
