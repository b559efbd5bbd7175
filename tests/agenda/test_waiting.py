"""Who waits for somebody else at the desk decides by what is there then, and not by what they read before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as ThreadEvent
from time import sleep
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from eventops import clock
from eventops.agenda.models import Event, PublicWindow
from eventops.agenda.publish import hold_agenda, publish
from eventops.db import db
from tests.apps import changing, reading
from tests.cast import END, SPRING, START, Conference, add_conference
from tests.staff.team import add_staff, page_of, signed_in

DESK = "/en/desk/conference"


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        cast = add_conference()
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    return cast


@pytest.fixture
def owners(app: Flask, cast: Conference) -> list[FlaskClient]:
    """One in two browsers."""
    add_staff(app, "owner", cast.event_id)
    return [signed_in(app, "owner@example.org") for _ in range(2)]


def form(browser: FlaskClient, path: str, field: str, **typed: str) -> MultiDict[str, str]:
    """What the page's form with that field would send, with some of it typed."""
    [found] = [form for form in page_of(browser.get(path)).forms if field in form.fields]
    values = MultiDict(found.form_values())
    for name, value in typed.items():
        values[name] = value
    return values


def while_somebody_edits(app: Flask, cast: Conference, edit: Callable[[Event], None], *calls: Any) -> list[Any]:
    """What the calls give that begin while somebody holds the agenda, who edits just before letting go."""
    is_held = ThreadEvent()

    def holds() -> None:
        with changing(app):
            hold_agenda(cast.event_id)
            is_held.set()
            sleep(0.7)
            edit(db.session.get_one(Event, cast.event_id))

    def calls_then(call: Callable[[], TestResponse]) -> TestResponse:
        is_held.wait(10)
        return call()

    with ThreadPoolExecutor(1 + len(calls)) as pool:
        first, *others = [pool.submit(holds), *(pool.submit(calls_then, call) for call in calls)]
        first.result()
        return [done.result() for done in others]


def test_of_two_who_save_settings_at_once_one_is_shown_both(
    app: Flask, cast: Conference, owners: list[FlaskClient]
) -> None:
    """Neither overwrites what the other saved without having seen it."""
    forms = [form(owner, f"{DESK}/settings", "venue", venue=name) for owner, name in zip(owners, "AB", strict=True)]
    pairs = zip(owners, forms, strict=True)
    calls = [lambda o=owner, d=data: o.post(f"{DESK}/settings", data=d) for owner, data in pairs]
    answers = while_somebody_edits(app, cast, lambda _event: None, *calls)
    assert sorted(answer.status_code for answer in answers) == [303, 412]
    with reading(app):
        saved = [answer.status_code for answer in answers].index(303)
        assert db.session.get_one(Event, cast.event_id).venue == "AB"[saved]


def test_running_late_goes_by_the_public_hours_of_then(app: Flask, cast: Conference, owners: list[FlaskClient]) -> None:
    """Somebody sets other public hours meanwhile: the shift is shown anew, and nothing is moved."""
    clock.move_to(START)
    try:
        data = form(owners[0], f"{DESK}/late?minutes=10", "seen")

        def edit(event: Event) -> None:
            for window in event.windows:
                db.session.delete(window)
            event.windows = [PublicWindow(zone="UTC", starts_at=START, ends_at=END + timedelta(minutes=30))]

        call = lambda: owners[0].post(f"{DESK}/late", data=data)  # noqa: E731
        [answer] = while_somebody_edits(app, cast, edit, call)
    finally:
        clock.follow_real_time()
    assert answer.status_code == 409
