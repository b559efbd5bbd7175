"""What strangers get is kept for a second, and is then the same in every byte."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from eventops.agenda.models import Event
from eventops.agenda.public_pages import KEPT_SECONDS, forget_renderings
from eventops.db import db
from tests.agenda.conferences import SLUG, published
from tests.apps import changing, reading
from tests.staff.team import add_staff, signed_in

PROGRAMME = f"/en/{SLUG}/"
ADDRESSES = [PROGRAMME, f"{PROGRAMME}agenda.ics", f"{PROGRAMME}agenda.json"]


class Stopwatch:
    """By which pages are kept: it stands still until it is moved."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.seconds = 1.0
        patch.setattr("eventops.agenda.public_pages.monotonic", lambda: self.seconds)

    def move_on(self) -> None:
        """For as long as a page is kept."""
        self.seconds += KEPT_SECONDS


@pytest.fixture(autouse=True)
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    return Stopwatch(monkeypatch)


@pytest.fixture(autouse=True)
def _published(app: Flask) -> None:
    with changing(app):
        published()


@pytest.fixture
def statements(app: Flask) -> list[str]:
    """Every statement that reaches the database from now on."""
    found: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _connection, _cursor, said, *_: found.append(said))
    return found


def _whole(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return answer.status_code, list(answer.headers), answer.data


@pytest.mark.parametrize("address", ADDRESSES)
def test_kept_page_is_the_one_that_was_rendered(client: FlaskClient, statements: list[str], address: str) -> None:
    """The second answer within a second has the first one's bytes and headers, and asks the database nothing."""
    rendered = client.get(address)
    del statements[:]
    assert _whole(client.get(address)) == _whole(rendered)
    assert statements == []


@pytest.mark.parametrize("fresh", [True, False])
def test_kept_page_answers_head_and_if_none_match(client: FlaskClient, fresh: bool) -> None:
    """HEAD has the headers of GET and no body; who has the page gets 304; just rendered or kept."""
    page = client.get(PROGRAMME)

    def ask(method: str, **headers: str) -> TestResponse:
        if fresh:
            forget_renderings()
        return client.open(PROGRAMME, method=method, headers=headers)

    known = ask("GET", **{"If-None-Match": page.headers["ETag"]})
    assert _whole(ask("HEAD")) == (200, list(page.headers), b"")
    assert (known.status_code, known.data, known.headers["ETag"]) == (304, b"", page.headers["ETag"])
    assert _whole(ask("GET", **{"If-None-Match": '"another"'})) == _whole(page)


def test_page_is_rendered_anew_after_a_second(app: Flask, client: FlaskClient, stopwatch: Stopwatch) -> None:
    """What another process changed shows within a second."""
    client.get(PROGRAMME)
    with changing(app):
        db.session.scalars(select(Event)).one().title = {"en": "Another Title"}
    kept = client.get(PROGRAMME).text
    stopwatch.move_on()
    assert ("Another Title" in kept, "Another Title" in client.get(PROGRAMME).text) == (False, True)


def test_page_is_rendered_once_for_all_who_wait(
    app: Flask, client: FlaskClient, statements: list[str], stopwatch: Stopwatch
) -> None:
    """When a page's second is over and eight ask at once, one of them has it rendered, and all get that."""
    client.get(PROGRAMME)
    needed = len(statements)
    stopwatch.move_on()
    del statements[:]
    begin = Barrier(8)

    def ask(_number: int) -> str:
        begin.wait()
        return app.test_client().get(PROGRAMME).text

    with ThreadPoolExecutor(8) as pool:
        pages = set(pool.map(ask, range(8)))
    assert (len(pages), len(statements)) == (1, needed)


def test_page_that_goes_is_not_answered_for(app: Flask, client: FlaskClient, stopwatch: Stopwatch) -> None:
    """A second after an event was withdrawn its page is missing, and stays so."""
    client.get(PROGRAMME)
    with changing(app):
        db.session.scalars(select(Event)).one().published_at = None
    stopwatch.move_on()
    assert [client.get(PROGRAMME).status_code for _ in range(2)] == [404, 404]


def test_page_for_staff_or_guests_is_not_kept(app: Flask, client: FlaskClient) -> None:
    """What somebody with a right has just got is not what a stranger gets at that address a moment later."""
    with reading(app):
        event_id = db.session.scalars(select(Event.id)).one()
    add_staff(app, "owner", event_id)
    desk = f"/en/desk/{SLUG}/"
    assert [browser.get(desk).status_code for browser in (signed_in(app, "owner@example.org"), client)] == [200, 303]


def test_missing_page_is_not_kept(app: Flask, client: FlaskClient) -> None:
    """An event shows as soon as it is published, and posting to its page is refused as ever."""
    with changing(app):
        found = db.session.scalars(select(Event)).one()
        published_at, found.published_at = found.published_at, None
    missing = client.get(PROGRAMME)
    with changing(app):
        db.session.scalars(select(Event)).one().published_at = published_at
    statuses = [missing.status_code, client.get(PROGRAMME).status_code, client.post(PROGRAMME).status_code]
    assert statuses == [404, 200, 405]
