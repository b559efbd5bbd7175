"""The programme of a long event: its days, filters, the present, and what it all costs."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import lxml.html
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event as sql_event

from eventops import create_app
from eventops.agenda.models import PublishedSession
from eventops.agenda.public_pages import forget_renderings
from eventops.db import db
from tests.agenda.generated import Generated, add_generated
from tests.apps import changing, fresh_database, reading, settings_for
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY

FIRST_VIEW = 60_000
"""Bytes of HTML, style and script, as a browser is sent them."""
PAGES = {"": 4, "?day=all": 4, "agenda.ics": 4, "agenda.json": 4, "sessions/{id}": 3, "sessions/{id}/session.ics": 3}
"""How many statements each takes, whatever the size."""
ON_THE_DAY = datetime(2024, 3, 31, 8, 20, tzinfo=UTC)
"""11:20 Finnish time on the third day."""


class Site:
    """A generated agenda and what strangers get of it."""

    def __init__(self, app: Flask, made: Generated) -> None:
        self.app, self.made, self.client = app, made, app.test_client()

    def page(self, query: str = "", language: str = "en") -> lxml.html.HtmlElement:
        answer = self.client.get(f"/{language}/{self.made.slug}/{query}")
        assert answer.status_code == 200, answer.headers.get("Location")
        return lxml.html.document_fromstring(answer.text)


@pytest.fixture(scope="module", params=[("postgresql", 30), ("sqlite", 1000)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """So many sessions; another size on each database."""
    kind, size = request.param
    with fresh_database(request, kind, Path(tmp_path_factory.mktemp("site"))) as url:
        app = create_app(settings_for(url))
        with changing(app):
            made = add_generated(size)
        yield Site(app, made)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def standing(instant: datetime) -> Iterator[None]:
    """The clock shows that."""
    with time_machine.travel(instant, tick=False):
        forget_renderings()
        yield
    forget_renderings()


def test_first_view_is_small(site: Site) -> None:
    """Page, style and scripts on the busiest day, when the present is shown too."""
    with standing(ON_THE_DAY):
        paths = [f"/en/{site.made.slug}/"]
        page = site.page()
        paths += page.xpath("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href")
        assert len(paths) == 6
        answers = [site.client.get(path, headers={"Accept-Encoding": "gzip"}) for path in paths]
        assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
        assert sum(len(answer.data) for answer in answers) < FIRST_VIEW
        assert all(gzip.decompress(answer.data) for answer in answers)
        for answer in answers:
            answer.close()


def test_pages_take_as_many_statements_whatever_their_size(site: Site) -> None:
    """The event with its windows, and what is published: nothing is asked for each session."""
    found: list[str] = []
    with site.app.app_context():
        sql_event.listen(db.engine, "before_cursor_execute", lambda _connection, _cursor, said, *_: found.append(said))
    taken = {}
    for page in PAGES:
        forget_renderings()
        del found[:]
        site.client.get(f"/en/{site.made.slug}/" + page.format(id=site.made.public[0]))
        taken[page] = len(found)
    assert taken == PAGES


def test_each_day_has_its_page(site: Site) -> None:
    """Before the event the first day stands open, on the day itself that day, afterwards the first again."""
    days = ["2024-03-29", "2024-03-30", "2024-03-31", "2024-04-01", "all"]
    shown = []
    for instant in (ON_THE_DAY - timedelta(days=30), ON_THE_DAY, ON_THE_DAY + timedelta(days=30)):
        with standing(instant):
            page = site.page()
        links = page.xpath("//nav[@class='days']//a")
        assert [link.get("href").partition("?day=")[2].partition("#")[0] for link in links] == days
        [current] = page.xpath("//nav[@class='days']//a[@aria-current]/text()")
        shown.append((current, page.xpath("//h3[@class='day']/text()")))
    assert shown == [
        ("Friday 29 March", ["Friday 29 March 2024"]),
        ("Sunday 31 March", ["Sunday 31 March 2024"]),
        ("Friday 29 March", ["Friday 29 March 2024"]),
    ]
    assert len(site.page("?day=all").xpath("//h3[@class='day']")) == 4
    hours = site.page().xpath("//ul[@class='hero-hours']/li//*[@class='clocks-day']/text()")
    assert [day.partition(" ")[2] for day in hours] == [
        "29 March 2024",
        "30 March 2024",
        "31 March 2024",
        "1 April 2024",
    ]


@pytest.mark.parametrize("facet", ["room", "track", "language"])
def test_filters_show_what_is_asked_for(site: Site, facet: str) -> None:
    """Every choice that is offered leads to sessions that have it, and to all of those; nothing closed is offered."""
    whole = site.page("?day=all")
    choices = whole.xpath(f"//select[@name='{facet}']/option/@value")
    assert choices[0] == ""
    assert len(choices) > 2
    by_value = {value: whole.xpath(f"//article[@data-{facet}='{value}']/@data-session") for value in choices[1:]}
    for value in choices[1:4]:
        page = site.page("?" + urlencode(sorted({"day": "all", facet: value}.items())))
        assert page.xpath("//article/@data-session") == by_value[value]
        assert by_value[value]
        assert page.xpath(f"//select[@name='{facet}']/option[@selected]/@value") == [value]
    with reading(site.app):
        rows = db.session.query(PublishedSession).filter_by(access="public").all()
    of_facet = {"room": lambda c: c["room"], "track": lambda c: (c["track"] or {}).get("en"), "language": None}[facet]
    values = {of_facet(row.content) if of_facet else row.content["language"] for row in rows} - {None}
    assert set(choices[1:]) == values
    assert not any(CANARY in value for value in choices)


def test_filters_narrow_each_other_and_survive_a_change_of_language(site: Site) -> None:
    """Two at once show what has both; the other languages' pages are of the same day and filters."""
    page = site.page("?day=all&language=fi&track=Work")
    shown = page.xpath("//article[@data-session]")
    assert {(a.get("data-language"), a.get("data-track")) for a in shown} <= {("fi", "Work")}
    danish = page.xpath("//nav[@class='languages']//a[@lang='da']/@href")
    assert danish == [f"/da/{site.made.slug}/?day=all&language=fi&track=Work"]
    days = page.xpath("//nav[@class='days']//a/@href")
    assert days[0] == f"/en/{site.made.slug}/?day=2024-03-29&language=fi&track=Work#programme"
    assert page.xpath("//a[text()='Show everything']/@href") == [f"/en/{site.made.slug}/?day=all#programme"]


@pytest.mark.parametrize(
    "query", ["room=Room+Zyzzogeton", "track=Nothing", "day=2024-05-07", "day=2024-03-31&room=%00"]
)
def test_what_nothing_bears_leads_to_the_rest(site: Site, query: str) -> None:
    """Whether it is hidden or was never there."""
    answer = site.client.get(f"/en/{site.made.slug}/?{query}")
    rest = "?day=2024-03-31" if "03-31" in query else ""
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/en/{site.made.slug}/{rest}")


def test_present_is_shown_while_the_event_runs(site: Site) -> None:
    """What is on and what is next, on every day's page; the line stands before what is still to come today."""
    with standing(ON_THE_DAY):
        page = site.page()
        [line] = page.xpath("//li[@class='now-line']")
        assert (line.getprevious().get("data-start"), line.getnext().get("data-start")) == (
            "2024-03-31T08:00:00+00:00",
            "2024-03-31T09:00:00+00:00",
        )
        [now] = page.xpath("//section[@class='now']")
        assert now.xpath(".//time/@datetime") == ["2024-03-31T08:00:00+00:00", "2024-03-31T09:00:00+00:00"]
        assert now.get("data-changes") == "2024-03-31T08:45:00+00:00"
        live = page.xpath("//li[div/p[@class='slot-live' and not(@hidden)]]/@data-start")
        assert live == ["2024-03-31T08:00:00+00:00"]
        assert bare_times(visible_text(lxml.html.tostring(page, encoding="unicode"))) == []
        other_day = site.page("?day=2024-03-29")
        assert (len(other_day.xpath("//section[@class='now']")), other_day.xpath("//li[@class='now-line']")) == (1, [])


def test_present_is_not_shown_before_the_first_day_nor_after_the_last_session(site: Site) -> None:
    """In between it is, nights and mornings among it, when nothing is on and the next is named with its day."""
    instants = {
        datetime(2024, 3, 28, 21, 59, tzinfo=UTC): False,
        datetime(2024, 3, 28, 22, 1, tzinfo=UTC): True,
        datetime(2024, 3, 30, 20, 0, tzinfo=UTC): True,
        datetime(2024, 4, 1, 21, 0, tzinfo=UTC): False,
    }
    seen = {}
    for instant in instants:
        with standing(instant):
            page = site.page()
            seen[instant] = bool(page.xpath("//section[@class='now']"))
            if instant.day == 30:
                assert page.xpath("//section[@class='now']//span[@class='clocks-day']/text()") == [
                    "Sunday 31 March 2024"
                ]
    assert seen == instants
