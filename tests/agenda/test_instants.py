"""Every session is at the same instant wherever it is told: pages, calendars, data, and what letters show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from eventops import create_app
from eventops.agenda.models import Event, PublishedSession
from eventops.agenda.programme import items, visible_sessions
from eventops.db import db
from eventops.viewer import ANONYMOUS, Viewer, seeing
from tests.agenda.generated import Generated, add_generated
from tests.apps import changing, fresh_database, reading, settings_for

Hours = dict[str, tuple[datetime, datetime]]
"""By a session's id: its start and end in UTC."""

ZONES = {"en": "Europe/Helsinki", "da": "Europe/Copenhagen"}
"""By whose clock readers of a language go."""
_TIMES = re.compile(r"\d{1,2}[:.]\d\d")


class Agenda:
    """A generated agenda on an application of its own."""

    def __init__(self, app: Flask, made: Generated) -> None:
        self.app, self.made = app, made
        self.client: FlaskClient = app.test_client()

    def stored(self, access: str = "public") -> Hours:
        """What the database has."""
        with reading(self.app):
            rows = db.session.scalars(select(PublishedSession).where(PublishedSession.access == access)).all()
            return {str(row.id): (row.starts_at, row.ends_at) for row in rows}

    def get(self, page: str, language: str = "en") -> bytes:
        answer = self.client.get(f"/{language}/{self.made.slug}/{page}")
        assert answer.status_code == 200, (page, answer.status_code)
        return bytes(answer.data)


@pytest.fixture(scope="module", params=[("sqlite", 30), ("postgresql", 1000)])
def agenda(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agenda]:
    """So many sessions in 20 rooms over four days, on one of which clocks change."""
    kind, size = request.param
    with fresh_database(request, kind, Path(tmp_path_factory.mktemp("agenda"))) as url:
        app = create_app(settings_for(url))
        with changing(app):
            made = add_generated(size)
        yield Agenda(app, made)
        with app.app_context():
            db.engine.dispose()


def test_page_calendar_and_data_tell_the_stored_instants(agenda: Agenda) -> None:
    """Each public session once, none but those, and the night in which clocks change among them."""
    stored = agenda.stored()
    assert set(stored) == set(map(str, agenda.made.public))
    assert {utc.date().isoformat() for hours in stored.values() for utc in hours} >= {"2024-03-31"}
    told = [
        _of_page(agenda.get("?day=all")),
        _of_days(agenda),
        _of_calendar(agenda.get("agenda.ics")),
        _of_data(agenda),
    ]
    assert told == [stored] * 4


@pytest.mark.parametrize("language", ZONES)
def test_page_says_the_hours_that_the_readers_clock_shows(agenda: Agenda, language: str) -> None:
    """The words of the first clock, read again by the zone's rules, are the stored hours."""
    zone = ZoneInfo(ZONES[language])
    page = lxml.html.document_fromstring(agenda.get("?day=all", language))
    slots = page.xpath("//li[@data-start]")
    assert len(slots) > 15
    for slot in slots:
        said = _TIMES.findall(" ".join(slot.xpath("string(.//*[@class='clocks-own'])").split()))
        wall = [datetime.fromisoformat(slot.get(name)).astimezone(zone) for name in ("data-start", "data-end")]
        assert [time.replace(".", ":").zfill(5) for time in said] == [f"{at:%H:%M}" for at in wall]


def test_pages_and_calendars_of_sessions_tell_the_stored_instants(agenda: Agenda) -> None:
    """Of the sessions of the night in which clocks change, and of others."""
    stored = agenda.stored()
    some = dict(sorted(stored.items(), key=lambda kept: (kept[1][0].date().isoformat() != "2024-03-31", kept))[:12])
    for id, hours in some.items():
        page = lxml.html.document_fromstring(agenda.get(f"sessions/{id}"))
        assert {id: hours} == _hours_in(page) == _of_calendar(agenda.get(f"sessions/{id}/session.ics"))


@pytest.mark.parametrize("language", ZONES)
def test_items_of_letters_have_the_stored_instants(agenda: Agenda, language: str) -> None:
    """Letters show closed sessions as the programme does; strangers' items are the public ones."""
    with reading(agenda.app), agenda.app.test_request_context(f"/{language}/"):
        event_id = agenda.made.event_id
        event = db.session.get_one(Event, event_id)
        guest = Viewer(event_id, audiences=frozenset({agenda.made.audience_id}))
        told = []
        for viewer in (ANONYMOUS, guest):
            with seeing(viewer):
                shown = items(event, visible_sessions(event_id), language)
            told.append({str(item.id): (item.clocks.start, item.clocks.end) for item in shown})
    assert told == [agenda.stored(), agenda.stored() | agenda.stored("closed")]


def _of_page(html: bytes) -> Hours:
    return _hours_in(lxml.html.document_fromstring(html))


def _of_days(agenda: Agenda) -> Hours:
    """Of the pages of the days, as the switch leads to them."""
    page = lxml.html.document_fromstring(agenda.get(""))
    found: Hours = {}
    for link in page.xpath("//nav[@class='days']//a/@href")[:-1]:
        of_day = _of_page(agenda.get("?" + link.partition("?")[2].partition("#")[0]))
        assert not found.keys() & of_day.keys()
        found |= of_day
    return found


def _hours_in(page: lxml.html.HtmlElement) -> Hours:
    found: Hours = {}
    for slot in page.xpath("//*[@data-start]"):
        start, end = (_utc(slot.get(name)) for name in ("data-start", "data-end"))
        assert {_utc(text) for text in slot.xpath(".//time/@datetime")} == {start}
        for id in slot.xpath("descendant-or-self::*/@data-session"):
            assert id not in found
            found[str(id)] = start, end
    return found


def _of_calendar(feed: bytes) -> Hours:
    entries: list[Any] = Calendar.from_ical(feed).events
    return {str(e["UID"]): (e.start.astimezone(UTC), e.end.astimezone(UTC)) for e in entries}


def _of_data(agenda: Agenda) -> Hours:
    sessions = agenda.client.get(f"/en/{agenda.made.slug}/agenda.json").get_json()["sessions"]
    return {session["id"]: (_utc(session["start"]), _utc(session["end"])) for session in sessions}


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
