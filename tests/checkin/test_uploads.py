from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from eventops.checkin.doors import find_entrance
from eventops.checkin.envelope import Envelope, Item, Malformed
from eventops.checkin.scan import Fault, Result
from eventops.checkin.uploads import _queue, upload
from eventops.db import db
from tests.apps import changing
from tests.cast import START, Conference, add_conference
from tests.checkin.door import at_door, kept_scans, made, outcomes

Told = Future[list[Result | Fault]]


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def send(app: Flask, cast: Conference, items: tuple[Item | Malformed, ...]) -> list[Result | Fault]:
    with at_door(app, cast.event_id):
        entrance = find_entrance(cast.door_id)
        assert entrance is not None
        return upload(entrance, Envelope(items), START)


def send_together(app: Flask, cast: Conference, *envelopes: tuple[Item | Malformed, ...]) -> list[Told]:
    """Uploads that all wait while another one is recorded, in this order."""
    with app.app_context():
        queue = _queue(cast.event_id)
    with ThreadPoolExecutor(len(envelopes)) as pool, queue.turn:
        told = []
        for number, envelope in enumerate(envelopes, 1):
            told.append(pool.submit(send, app, cast, envelope))
            while len(queue.waiting) < number:
                sleep(0.005)
    return told


def count_commits(app: Flask) -> list[Any]:
    commits: list[Any] = []
    with app.app_context():
        event.listen(db.engine, "commit", commits.append)
    return commits


def test_uploads_that_wait_together_are_one_transaction(app: Flask, cast: Conference) -> None:
    """Each door is told of its own scans, in their order, and every scan is kept."""
    commits = count_commits(app)
    onsite, online = made(cast.codes["onsite"]), made(cast.codes["online"])
    told = send_together(app, cast, (onsite,), (online, made("EO1NOBODY")), (made("EO1OTHER"),))
    assert [outcomes(each.result()) for each in told] == [
        ["admitted"],
        ["online_only", "unknown_code"],
        ["unknown_code"],
    ]
    assert told[1].result()[0].id == online.id
    assert (len(commits), len(kept_scans(app))) == (1, 4)


def test_ticket_in_several_uploads_that_wait_is_admitted_once(app: Flask, cast: Conference) -> None:
    """The first that came lets the guest in. A scan that came twice gets one answer; its id with another code, none."""
    code, same = cast.codes["onsite"], made("EO1NOBODY")
    told = send_together(app, cast, (made(code), same), (made(code), same), (made(code, scan_id=same.scan_id),))
    assert [outcomes(each.result()) for each in told] == [
        ["admitted", "unknown_code"],
        ["already_in", "unknown_code"],
        ["conflict"],
    ]
    assert len(kept_scans(app)) == 3


def test_upload_that_cannot_be_recorded_spoils_no_other(app: Flask, cast: Conference) -> None:
    """Whatever is wrong with one, its own request fails, and the others are recorded."""
    broken: Any = object()
    told = send_together(app, cast, (made(cast.codes["onsite"]),), (broken,), (made("EO1NOBODY"),))
    assert isinstance(told[1].exception(), AttributeError)
    assert [outcomes(told[number].result()) for number in (0, 2)] == [["admitted"], ["unknown_code"]]
    assert len(kept_scans(app)) == 2


def test_uploads_to_a_broken_database_all_fail(app: Flask, cast: Conference) -> None:
    """None is told that its scans are kept, and the queue goes on for the next."""
    with changing(app):
        db.session.execute(text("ALTER TABLE scans RENAME TO lost"))
    told = send_together(app, cast, (made(cast.codes["onsite"]),), (made("EO1NOBODY"),))
    assert all(isinstance(each.exception(), DBAPIError) for each in told)
    with changing(app):
        db.session.execute(text("ALTER TABLE lost RENAME TO scans"))
    assert outcomes(send(app, cast, (made(cast.codes["onsite"]),))) == ["admitted"]


def test_upload_whose_recorder_was_ended_records_itself(app: Flask, cast: Conference) -> None:
    """Even though it is not in the queue any more."""
    with app.app_context():
        queue = _queue(cast.event_id)
    with ThreadPoolExecutor(1) as pool, queue.turn:
        told = pool.submit(send, app, cast, (made(cast.codes["onsite"]),))
        while not queue.waiting:
            sleep(0.005)
        queue.waiting.clear()
    assert outcomes(told.result()) == ["admitted"]


def test_queues_of_two_events_know_nothing_of_each_other(app: Flask, cast: Conference) -> None:
    """While one is held up, the other goes on."""
    with app.app_context(), _queue(uuid4()).turn:
        assert outcomes(send(app, cast, (made(cast.codes["onsite"]),))) == ["admitted"]


def test_scanned_codes_are_not_looked_for_among_short_ones(app: Flask, cast: Conference) -> None:
    """Asked for both, databases read every ticket of the event: one code, and several."""
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _cu, sql, *_: asked.append(sql))
    send(app, cast, (made(cast.codes["onsite"]),))
    send(app, cast, (made(cast.codes["onsite"]), made(cast.codes["online"])))
    wanted = [sql.partition("WHERE tickets.event_id")[2] for sql in asked if "tickets.short_code" in sql]
    assert ["short_code" in condition for condition in wanted] == [False, False]
