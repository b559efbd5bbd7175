"""The desk's list of conflicts in a real browser: it follows what others change, and marks their sessions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from eventops.agenda.journal import editing
from eventops.agenda.models import Session
from eventops.db import db
from eventops.staff.models import Account
from tests.agenda.sessions import add_session
from tests.apps import changing
from tests.browser.live import Live
from tests.browser.test_axe import PHONE, violations
from tests.cast import START, Conference, add_conference
from tests.day import standing_at
from tests.staff.team import add_staff

REFRESH = """() => document.dispatchEvent(new Event("agenda-changed"))"""
"""What the grid does after a change."""


@pytest.fixture
def live(sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    path = tmp_path / "eventops.sqlite"
    shutil.copy(sqlite_template, path)
    with Live(path) as live:
        yield live
        with live.app.app_context():
            db.engine.dispose()


def test_list_follows_what_others_change(live: Live, browser: Browser) -> None:
    """It says so by a status that is read out, leads to the sessions, and marks them by a word and a shape."""
    with changing(live.app):
        cast = add_conference()
    context = live.signed_in(browser, add_staff(live.app, "editor", cast.event_id), viewport=_size(PHONE))
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with page.expect_response("**/agenda/conflicts"):
        page.goto(f"{live.url}/en/desk/{cast.slug}/")
    expect(page.get_by_role("heading", name="No conflicts")).to_be_visible()
    with changing(live.app):
        clash = add_session(cast, "Clash", 80, 20).id
    page.evaluate(REFRESH)
    section = page.locator("#conflicts")
    expect(section.get_by_role("heading", name="1 conflict")).to_be_visible()
    expect(section.get_by_role("status")).to_have_text("1 conflict")
    expect(section.get_by_role("link", name="Clash")).to_have_attribute("href", f"/en/desk/{cast.slug}/agenda/{clash}")
    expect(_mark(page, cast.keynote_id)).to_have_text("Conflict")
    expect(_mark(page, cast.workshop_id)).to_be_empty()
    assert violations(page) == []
    with changing(live.app):
        db.session.get_one(Session, clash).deleted_at = START
    page.evaluate(REFRESH)
    expect(section.get_by_role("status")).to_have_text("No conflicts")
    expect(_mark(page, cast.keynote_id)).to_be_empty()
    _follow_after_a_refused_undo(live, page, cast)
    assert errors == []
    context.close()


def test_running_late_from_a_phone(live: Live, browser: Browser) -> None:
    """One tap shows what moves, a second shifts it; a number that is typed counts with Enter, too."""
    with changing(live.app):
        cast = add_conference()
    with standing_at(START):
        context = live.signed_in(browser, add_staff(live.app, "editor", cast.event_id), viewport=_size(PHONE))
        page = context.new_page()
        page.goto(f"{live.url}/en/desk/{cast.slug}/late")
        page.get_by_label("Room 1").check()
        page.get_by_role("button", name="+10").click()
        expect(page.get_by_role("heading", name="What moves by +10 min")).to_be_visible()
        assert violations(page) == []
        page.get_by_role("button", name="Shift by +10 min now").click()
        expect(page.get_by_role("status")).to_contain_text("Shifted by +10 min, and published")
        page.get_by_label("Another number of minutes").fill("-5")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Starts 12:30 → 12:25 Finnish time")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        context.close()


def _mark(page: Page, session_id: UUID) -> Locator:
    """What stands at the session's row."""
    return page.locator(f"[data-session-id='{session_id}']")


def _follow_after_a_refused_undo(live: Live, page: Page, cast: Conference) -> None:
    """That page has an address that cannot be asked for."""
    with changing(live.app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        with editing(cast.event_id, _account(), "move", START) as journal:
            journal.change(keynote)
            keynote.capacity = 5
        keynote.capacity = 6
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("That could not be taken back")).to_be_visible()
    with changing(live.app):
        add_session(cast, "Another clash", 80, 20)
    page.evaluate(REFRESH)
    expect(page.locator("#conflicts").get_by_role("status")).to_have_text("1 conflict")


def _account() -> UUID:
    return db.session.scalars(select(Account.id)).one()


def _size(size: tuple[int, int]) -> dict[str, int]:
    return {"width": size[0], "height": size[1]}
