"""What strangers get is kept while it is right, and is then the same in every byte."""

import gzip
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import uuid5

import lxml.html
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from eventops.agenda.models import Event
from eventops.agenda.public_pages import KEPT_SECONDS, PublicPages, forget_renderings
from eventops.agenda.publish import raise_version
from eventops.db import db
from eventops.languages import LANGUAGES
from tests.agenda.conferences import EVENT_ID, SLUG, published
from tests.agenda.generated import add_generated
from tests.apps import changing, reading
from tests.staff.team import add_staff, signed_in

GENERATED = "generated"
PROGRAMME = f"/en/{SLUG}/"
KEYNOTE = uuid5(EVENT_ID, "session/keynote")
SESSION = f"{PROGRAMME}sessions/{KEYNOTE}"
ADDRESSES = [PROGRAMME, SESSION, f"{SESSION}/session.ics", f"{PROGRAMME}agenda.ics", f"{PROGRAMME}agenda.json"]


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


def test_page_is_rendered_anew_once_its_event_is_changed(
    app: Flask, client: FlaskClient, stopwatch: Stopwatch, statements: list[str]
) -> None:
    """What another process changed shows within a second; until then a second costs one short question."""
    client.get(PROGRAMME)
    with changing(app):
        found = db.session.scalars(select(Event)).one()
        found.title = {"en": "Another Title"}
        raise_version(found)
    kept = client.get(PROGRAMME).text
    stopwatch.move_on()
    assert ("Another Title" in kept, "Another Title" in client.get(PROGRAMME).text) == (False, True)
    del statements[:]
    stopwatch.move_on()
    client.get(PROGRAMME)
    client.get(PROGRAMME)
    assert [" ".join(said.split()[:3]) for said in statements] == ["SELECT events.public_version FROM"]


@pytest.mark.parametrize("address", [PROGRAMME, SESSION])
def test_page_is_rendered_anew_when_it_changes_by_itself(
    client: FlaskClient, stopwatch: Stopwatch, address: str
) -> None:
    """The keynote is marked from its first second to its last, whoever asked before; and if the clock goes back."""
    begin, end = (datetime(2024, 5, 7, hour, 20, tzinfo=UTC) for hour in (9, 10))
    second, seen = timedelta(seconds=1), []
    with time_machine.travel(begin - second, tick=False) as traveller:
        for instant in (begin - second, begin, end - second, end, begin):
            traveller.move_to(instant, tick=False)
            stopwatch.move_on()
            page = lxml.html.document_fromstring(client.get(address).text)
            [keynote] = page.xpath(f"//*[@data-start and descendant-or-self::*[@data-session='{KEYNOTE}']]")
            seen.append(bool(keynote.xpath(".//*[contains(@class, 'tag-live') and not(ancestor::*[@hidden])]")))
    assert seen == [False, True, True, False, True]


def test_page_is_rendered_once_for_all_who_wait(
    app: Flask, client: FlaskClient, statements: list[str], stopwatch: Stopwatch
) -> None:
    """When an event was changed and eight ask at once, one of them has its page rendered, and all get that."""
    client.get(PROGRAMME)
    with changing(app):
        raise_version(db.session.scalars(select(Event)).one())
    stopwatch.move_on()
    client.get(PROGRAMME)
    with changing(app):
        raise_version(db.session.scalars(select(Event)).one())
    stopwatch.move_on()
    del statements[:]
    begin = Barrier(8)

    def ask(_number: int) -> str:
        begin.wait()
        return app.test_client().get(PROGRAMME).text

    with ThreadPoolExecutor(8) as pool:
        pages = set(pool.map(ask, range(8)))
    assert (len(pages), sum(said.startswith("SELECT published_sessions") for said in statements)) == (1, 1)


@pytest.mark.parametrize("address", ADDRESSES)
def test_browsers_get_the_same_page_packed(client: FlaskClient, address: str) -> None:
    """With a tag of its own, by which it is known again; and whoever takes no gzip gets none."""
    plain, *packed = (client.get(address, headers=sent) for sent in ({}, *[{"Accept-Encoding": "gzip, br"}] * 2))
    assert {gzip.decompress(answer.data) for answer in packed} == {plain.data}
    assert _whole(packed[0]) == _whole(packed[1])
    tags = [answer.headers["ETag"] for answer in (plain, packed[0])]
    assert tags[1] == tags[0][:-1] + '-gzip"'
    assert {answer.headers["Vary"] for answer in (plain, *packed)} == {"Accept-Encoding"}
    for tag in tags:
        assert client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": tag}).status_code == (
            304 if tag == tags[1] else 200
        )
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert _whole(refused) == _whole(plain)


def test_tracking_does_not_defeat_what_is_kept(client: FlaskClient, statements: list[str]) -> None:
    """Parameters that mean nothing, in any order and number, are answered from memory, by the same bytes."""
    plain = client.get(PROGRAMME)
    client.get(f"{PROGRAMME}agenda.ics")
    del statements[:]
    for query in ("utm_source=mail", "fbclid=1&x", "room=&track=&language=", "&&=", "a%00=%ff", "room"):
        assert _whole(client.get(f"{PROGRAMME}?{query}")) == _whole(plain)
    client.get(f"{PROGRAMME}agenda.ics?room=Room+1")
    assert statements == []


def test_filters_are_kept_in_one_form(app: Flask, client: FlaskClient, statements: list[str]) -> None:
    """However an address is written, what it asks for is kept once; what nothing bears is kept not at all."""
    with changing(app):
        add_generated()
    pages = f"/en/{GENERATED}/"
    first = client.get(f"{pages}?track=Work&language=fi")
    del statements[:]
    for query in ("language=fi&track=Work", "utm=1&language=fi&room=&track=%57ork", "track=Work&language=fi&track=No"):
        assert _whole(client.get(f"{pages}?{query}")) == _whole(first)
    assert statements == []
    kept = len(_kept(app))
    refused = [client.get(f"{pages}?room={number}+x&track=Work") for number in range(3)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in refused} == {(302, f"{pages}?track=Work")}
    assert len(_kept(app)) == kept


def test_pages_that_were_not_asked_for_make_room(
    app: Flask, client: FlaskClient, stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so many are kept, and those that somebody still reads."""
    monkeypatch.setattr("eventops.agenda.public_pages.KEPT_PAGES", 3)
    for language in LANGUAGES:
        client.get(f"/{language}/{SLUG}/")
        stopwatch.move_on()
        client.get(PROGRAMME)
    assert set(_kept(app)) == {(f"/{language}/{SLUG}/", "") for language in ("en", "da", "nb")}
    monkeypatch.setattr("eventops.agenda.public_pages.KEPT_BYTES", 1)
    client.get(f"{PROGRAMME}agenda.json")
    assert set(_kept(app)) == {(f"{PROGRAMME}agenda.json", "")}


def _kept(app: Flask) -> Collection[tuple[str, str]]:
    pages = app.wsgi_app
    assert isinstance(pages, PublicPages)
    return pages._kept


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
