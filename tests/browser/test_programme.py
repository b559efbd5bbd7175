"""The programme in a browser: filters with and without script, favourites across reloads, the present that moves on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from eventops import create_app
from tests.agenda.generated import Generated, add_generated
from tests.apps import changing, fresh_database, settings_for
from tests.browser.served import Served
from tests.browser.test_axe import DESKTOP, PHONE, violations
from tests.day import standing_at

NIGHT = datetime(2024, 3, 31, 8, 44, tzinfo=UTC)
"""11:44 Finnish time on the third day: what is on ends in a minute."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


class Programme(Served):
    """Serves a generated agenda of 60 sessions."""

    def __init__(self, url: str) -> None:
        self.app = create_app(settings_for(url))
        with changing(self.app):
            self.made: Generated = add_generated(60)
        self._server = make_server("127.0.0.1", 0, self.app, server_class=_Server, handler_class=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/en/{self.made.slug}/"


@pytest.fixture(scope="module")
def programme(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """The server, on the third day of its event."""
    folder = Path(tmp_path_factory.mktemp("programme"))
    with fresh_database(request, "sqlite", folder) as url, standing_at(NIGHT), Programme(url) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a past; a broken script fails the test."""
    context, errors = browser.new_context(locale="en-GB"), list[str]()
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def shown(page: Page) -> list[str]:
    """The titles on the programme that can be seen."""
    return page.locator(".entry:visible .entry-title").all_inner_texts()


def test_filters_answer_alike_with_and_without_script(browser: Browser, page: Page, programme: Programme) -> None:
    """At once by script, by a button without it; the address is the same, and a reload shows the same."""
    page.goto(programme.url)
    whole = shown(page)
    page.get_by_label("Track").select_option("Work")
    at_once = shown(page)
    assert 0 < len(at_once) < len(whole)
    expect(page.locator(".programme-status")).to_have_text(f"{len(at_once)} of {len(whole)} sessions are shown.")
    assert page.url == programme.url + "?track=Work"
    page.reload()
    assert shown(page) == at_once
    page.get_by_label("Track").select_option("")
    expect(page.locator(".entry:visible")).to_have_count(len(whole))
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(programme.url)
    plain.get_by_label("Track").select_option("Work")
    plain.get_by_role("button", name="Show").click()
    assert shown(plain) == at_once
    assert plain.locator(".star, .favourites label").count() == 0
    plain.get_by_role("link", name="Friday 29 March").click()
    assert plain.get_by_role("link", name="Friday 29 March").get_attribute("aria-current") == "page"
    plain.context.close()


def test_favourites_stay_in_the_browser(context: BrowserContext, page: Page, programme: Programme) -> None:
    """Across reloads, tabs, days and a session's own page; what is kept is ids of public sessions."""
    page.goto(programme.url)
    title = shown(page)[0]
    star = page.get_by_role("button", name=f"Favourite: {title}", exact=True)
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".programme-status")).to_have_text(f"Added to your favourites: {title}")
    page.reload()
    expect(star).to_have_attribute("aria-pressed", "true")
    other = context.new_page()
    other.goto(programme.url + "?day=2024-03-29")
    second = shown(other)[2]
    other.get_by_role("link", name=second, exact=True).click()
    other.get_by_role("button", name=f"Favourite: {second}").press("Enter")
    page.get_by_label("Only my favourites").check()
    page.wait_for_url(re.compile("day=all#favourites"))
    expect(page.locator(".entry:visible")).to_have_count(2)
    assert set(shown(page)) == {title, second}
    kept = page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    assert list(kept) == [f"eventops favourites {programme.made.slug}"]
    assert set(re.findall(r"[0-9a-f-]{36}", kept.popitem()[1])) <= set(map(str, programme.made.public))
    page.get_by_role("button", name=f"Favourite: {second}").click()
    expect(page.locator(".entry:visible")).to_have_count(1)
    expect(page.locator(".programme-status")).to_have_text(f"Taken from your favourites: {second}")


def test_line_and_now_and_next_move_on(page: Page, programme: Programme) -> None:
    """When a session ends and the next begins, what is on is said anew, and the line is past it; asked for once."""
    page.clock.install(time=NIGHT)
    page.goto(programme.url)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    now, line = page.locator(".now"), page.locator(".now-line + .slot")
    expect(now.locator("h2 + .clocks, h2 + p").first).to_contain_text("11:00–11:45 Finnish time")
    expect(line).to_have_attribute("data-start", "2024-03-31T09:00:00+00:00")
    page.clock.run_for(30_000)
    assert _pages(asked) == []
    with standing_at(NIGHT + timedelta(minutes=17)):
        page.clock.fast_forward(17 * 60_000)
        page.clock.run_for(4000)
        expect(now.locator("h2 + .clocks").first).to_contain_text("12:00–12:45 Finnish time")
        expect(page.locator(".slot:visible").last.locator("xpath=following-sibling::li")).to_have_class("now-line")
        expect(page.locator(".slot-live:visible")).to_have_count(1)
        page.clock.run_for(60_000)
    assert _pages(asked) == [programme.url]


def _pages(asked: list[str]) -> list[str]:
    return [url for url in asked if "/static/" not in url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_for_everybody(browser: Browser, programme: Programme, scheme: str) -> None:
    """Axe finds nothing on the programme, its filtered and all its days, and a session; a phone cuts nothing off."""
    context = browser.new_context(locale="en-GB", color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    id = programme.made.public[20]
    for address in ("", "?day=all&track=Work", f"sessions/{id}"):
        page.goto(programme.url + address)
        for width, height in (PHONE, DESKTOP):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert (address, violations(page)) == (address, [])
    context.close()


def test_programme_prints_its_sessions_and_hours(page: Page, programme: Programme) -> None:
    """On paper stand no choices, stars or present, and every session does."""
    page.goto(programme.url)
    page.emulate_media(media="print")
    for part in (".filters", ".days", ".star", ".now", ".now-line", ".favourites", ".programme-status"):
        expect(page.locator(f"{part}:visible")).to_have_count(0)
    assert len(shown(page)) == page.locator(".entry").count() > 10
