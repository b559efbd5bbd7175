"""Saving a drag: an organiser's browser, and what it sends for each session of a large agenda."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.agenda.models import Event, Session
from eventops.db import db, write
from eventops.staff.accounts import add_account, grant
from eventops.staff.sign_in import begin_session, cookie_name
from eventops.times import utc_text
from eventops.viewer import SYSTEM, seeing

STEP = timedelta(minutes=5)
JSON = {"Content-Type": "application/json"}


def drags(app: Flask, port: int, slug: str) -> list[tuple[str, dict[str, str], str]]:
    """For each session that stands in a room: path, headers and body that put it five minutes later."""
    headers = _organiser(app, port, slug)
    with app.app_context(), seeing(SYSTEM):
        query = select(Session.id, Session.starts_at, Session.ends_at, Session.room_id, Session.revision)
        rows = db.session.execute(query.join(Event).where(Event.slug == slug, Session.room_id.is_not(None))).all()
    return [(f"/en/desk/{slug}/agenda/{row.id}/move", headers, _later(row)) for row in rows]


def _later(row: Any) -> str:
    start, end = (utc_text(at + STEP) for at in (row.starts_at, row.ends_at))
    room_id, revision = str(row.room_id), row.revision
    return json.dumps({"start": start, "end": end, "room_id": room_id, "is_scheduled": True, "revision": revision})


def _organiser(app: Flask, port: int, slug: str) -> dict[str, str]:
    """What the browser of somebody who has the grid open sends with each post."""
    with app.app_context(), seeing(SYSTEM), write():
        event_id = db.session.scalars(select(Event.id).where(Event.slug == slug)).one()
        account = add_account("Organiser", f"{uuid4()}@example.org", "no password", clock.now())
        grant(account.id, event_id, "editor", clock.now())
        cookie = f"{_cookie_name(app)}={begin_session(account.id, clock.real_now())}"
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", f"/en/desk/{slug}/agenda/grid", headers={"Cookie": cookie})
    response = connection.getresponse()
    page = response.read().decode()
    token = re.search(r'data-csrf="([^"]+)"', page)
    if response.status != 200 or token is None:
        raise RuntimeError(f"the grid answers {response.status}: {page[:200]!r}")
    form = (response.getheader("Set-Cookie") or "").partition(";")[0]
    return {"Cookie": f"{cookie}; {form}", "X-CSRFToken": token[1], **JSON}


def _cookie_name(app: Flask) -> str:
    with app.test_request_context():
        return cookie_name()
