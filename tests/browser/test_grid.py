"""The agenda's grid in a real browser: by mouse, by keyboard, by the plain form, and with somebody else beside."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from sqlalchemy import select

from eventops.agenda.edit import schedule
from eventops.agenda.journal import editing
from eventops.agenda.models import Edit, Event, Room, Session
from eventops.agenda.things import state
from eventops.db import db
from tests.apps import changing, reading
from tests.browser.live import Live
from tests.browser.test_axe import CONTRAST, DESKTOP, PHONE, violations
from tests.cast import CANARY, START, Conference, add_conference, wall
from tests.staff.team import add_staff

A_MINUTE = 24 / 15
"""Pixels."""
SOON = 3000
"""Milliseconds within which two editors see each other's changes."""


@dataclass
class Desk:
    """The conference on a live server, one talk to be moved about, and who may do so."""

    live: Live
    cast: Conference
    talk_id: UUID
    people: dict[str, UUID]

    @property
    def address(self) -> str:
        return f"{self.live.url}/en/desk/{self.cast.slug}/agenda"

    def put(self, start: str = "09:00", end: str = "10:00", room: str | None = "Room 1", **more: Any) -> None:
        """Store where the talk is, without an edit that anybody could take back."""
        with changing(self.live.app):
            talk = db.session.get_one(Session, self.talk_id)
            talk.room = _room(self.cast.event_id, room) if room else None
            talk.start_wall, talk.end_wall = wall(start), wall(end)
            talk.starts_at, talk.ends_at = _instant(start), _instant(end)
            for name, value in ({"is_scheduled": True, "deleted_at": None} | more).items():
                setattr(talk, name, value)
            for edit in db.session.scalars(select(Edit)):
                db.session.delete(edit)

    def edit(self, who: str, start: str = "10:00", end: str = "11:00", is_removed: bool = False) -> None:
        """Somebody changes the talk, or removes it, elsewhere."""
        with changing(self.live.app):
            talk = db.session.get_one(Session, self.talk_id)
            with editing(self.cast.event_id, self.people[who], "move", START) as journal:
                journal.change(talk)
                schedule(talk, _instant(start), _instant(end))
                talk.deleted_at = START if is_removed else None

    def stored(self) -> Any:
        with reading(self.live.app):
            return state(db.session.get_one(Session, self.talk_id))

    def place(self) -> tuple[str, str, str | None, bool]:
        """From when to when on Finnish clocks, in which room, and whether it is scheduled."""
        with reading(self.live.app):
            talk = db.session.get_one(Session, self.talk_id)
            hours = talk.start_wall.strftime("%H:%M"), talk.end_wall.strftime("%H:%M")
            assert [talk.starts_at, talk.ends_at] == [_instant(hour) for hour in hours]
            return *hours, talk.room.name if talk.room else None, talk.is_scheduled


def _instant(hour: str) -> datetime:
    return (wall(hour) - timedelta(hours=3)).replace(tzinfo=UTC)


def _room(event_id: UUID, name: str) -> Room:
    return db.session.scalars(select(Room).where(Room.event_id == event_id, Room.name == name)).one()


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One for the tests of this module; each puts the talk where it needs it."""
    path = tmp_path_factory.mktemp("grid") / "eventops.sqlite"
    shutil.copy(sqlite_template, path)
    with Live(path) as live:
        with changing(live.app):
            cast = add_conference()
            talk = _talk(cast.event_id)
        people = {role: add_staff(live.app, role, cast.event_id) for role in ("editor", "owner", "observer")}
        with changing(live.app):
            from eventops.staff.models import Account

            for role, id in people.items():
                db.session.get_one(Account, id).name = role.title()
        yield Desk(live, cast, talk, people)
        with live.app.app_context():
            db.engine.dispose()


def _talk(event_id: UUID) -> UUID:
    room = _room(event_id, "Room 1")
    db.session.add(Room(id=uuid4(), event_id=event_id, name="Room 3", position=3))
    talk = Session(id=uuid4(), event_id=event_id, title={"en": "A talk"}, kind="talk", access="public", room=room)
    talk.zone, talk.start_wall, talk.end_wall = "Europe/Helsinki", wall("09:00"), wall("10:00")
    talk.starts_at, talk.ends_at = _instant("09:00"), _instant("10:00")
    db.session.add(talk)
    db.session.flush()
    return talk.id


Open = Callable[..., Page]


@pytest.fixture
def open_grid(desk: Desk, browser: Browser) -> Iterator[Open]:
    """Opens the grid as somebody, in a browser of their own whose scripts must not fail."""
    contexts, errors = [], list[str]()

    def open_(who: str = "editor", path: str = "/grid", **options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 1000})
        context = desk.live.signed_in(browser, desk.people[who], **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        page.goto(desk.address + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def card(page: Page, title: str = "A talk") -> Locator:
    return page.locator("#calendar .ec-event:not(.ec-ghost, .ec-preview), #tray-list li").filter(has_text=title)


def box_of(what: Locator) -> Any:
    """Where it stands; asked again when it was just being drawn anew."""
    return next(box for _ in range(50) if (box := what.bounding_box()))


def column(page: Page, room: str) -> Any:
    """The box of a room's head."""
    return box_of(page.locator(".ec-col-head").filter(has_text=room))


def drag(page: Page, start: tuple[float, float], *stops: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    for stop in stops:
        page.mouse.move(*stop, steps=4)
    page.mouse.up()


def drag_card(page: Page, room: str, minutes: int) -> None:
    """By the middle of the card to the middle of a room's column."""
    box, head = box_of(card(page)), column(page, room)
    start = box["x"] + box["width"] / 2, box["y"] + 10
    drag(page, start, (head["x"] + head["width"] / 2, start[1] + minutes * A_MINUTE))


def resize_card(page: Page, minutes: int) -> None:
    box = box_of(card(page))
    start = box["x"] + box["width"] / 2, box["y"] + box["height"] - 3
    drag(page, start, (start[0], start[1] + minutes * A_MINUTE))


def said(page: Page, text: str) -> None:
    expect(page.locator("#said")).to_have_text(re.compile(text))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_mouse_keyboard_and_plain_form_give_the_same(desk: Desk, open_grid: Open) -> None:
    """To another room, half an hour later and half an hour longer: what is stored is the same, whichever way."""
    found = []
    desk.put()
    page = open_grid()
    drag_card(page, "Room 3", 30)
    said(page, "Saved A talk: 09:30–10:30 Finnish time .08:30–09:30 Danish and Norwegian time., Room 3")
    resize_card(page, 30)
    said(page, "09:30–11:00 Finnish time")
    found.append(desk.stored())

    desk.put()
    page.reload()
    card(page).get_by_role("button").focus()
    press(page, "Enter")
    said(page, "Picked up A talk: 09:00–10:00 Finnish time .08:00–09:00 Danish and Norwegian time., Room 1")
    press(page, *["ArrowDown"] * 6, "ArrowRight", "ArrowRight", *["Shift+ArrowDown"] * 6)
    said(page, "09:30–11:00 Finnish time .08:30–10:00 Danish and Norwegian time., Room 3")
    assert desk.place()[0] == "09:00"
    press(page, "Enter")
    said(page, "Saved A talk: 09:30–11:00 Finnish time")
    expect(card(page).get_by_role("button")).to_be_focused()
    found.append(desk.stored())

    desk.put()
    plain = open_grid(java_script_enabled=False)
    plain.locator("#list").get_by_role("link", name="A talk").click()
    plain.locator("[name=start]").fill("2024-05-07T09:30")
    plain.locator("[name=end]").fill("2024-05-07T11:00")
    plain.locator("[name=room_id]").select_option(label="Room 3")
    plain.locator("main form [type=submit]").first.click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Agenda")
    found.append(desk.stored())
    assert desk.place() == ("09:30", "11:00", "Room 3", True)
    assert found == [found[0]] * 3


def test_tray_is_filled_and_emptied_by_mouse_and_by_keyboard(desk: Desk, open_grid: Open) -> None:
    """What is in the tray keeps its hours and its length; from there it goes to where it is put."""
    desk.put()
    page = open_grid()
    box, tray = box_of(card(page)), box_of(page.locator("#tray"))
    drag(page, (box["x"] + 30, box["y"] + 10), (tray["x"] + 40, tray["y"] + 60))
    said(page, "Saved A talk in the tray")
    assert desk.place() == ("09:00", "10:00", "Room 1", False)
    expect(page.locator("#tray-list")).to_contain_text("1 hour")
    box, head = box_of(page.locator("#tray-list li")), column(page, "No room")
    eleven = box_of(page.locator(".ec-slot time[datetime='2024-05-07T08:00:00.000Z']"))
    middle = head["x"] + head["width"] / 2
    drag(
        page,
        (box["x"] + 30, box["y"] + 10),
        (middle, eleven["y"] + 40),
        (middle, eleven["y"] + eleven["height"] / 2 + 4),
    )
    said(page, "Saved A talk: 11:00–12:00")
    assert desk.place() == ("11:00", "12:00", None, True)

    card(page).get_by_role("button").focus()
    press(page, "Space", "ArrowDown", "t")
    said(page, "Saved A talk in the tray")
    assert desk.place() == ("11:00", "12:00", None, False)
    expect(page.locator("#tray-list button")).to_be_focused()
    press(page, "Enter")
    said(page, "Picked up A talk: 11:00–12:00 .*, No room")
    press(page, "Escape")
    said(page, "Put A talk back into the tray")
    expect(page.locator("#tray-list button")).to_be_focused()
    press(page, "Enter", "PageDown", "ArrowLeft", "Enter")
    said(page, "Saved A talk: 12:00–13:00 .*, Room 3")
    assert desk.place() == ("12:00", "13:00", "Room 3", True)


def test_new_session_is_drawn_where_the_grid_is_empty(desk: Desk, open_grid: Open) -> None:
    """What is drawn becomes a form that says its hours and its room already; the session is what the form stores."""
    desk.put()
    page = open_grid()
    noon = box_of(page.locator(".ec-slot time[datetime='2024-05-07T09:00:00.000Z']"))
    head = column(page, "Room 3")
    middle, top = head["x"] + head["width"] / 2, noon["y"] + noon["height"] / 2 + 4
    drag(page, (middle, top), (middle, top + 40 * A_MINUTE))
    expect(page.locator("[name=start]")).to_have_value("2024-05-07T12:00")
    expect(page.locator("[name=end]")).to_have_value("2024-05-07T12:45")
    expect(page.locator("[name=room_id] option:checked")).to_have_text("Room 3")
    page.locator("[name=title_en]").fill("Drawn")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Agenda")
    assert page.url.endswith("/agenda/grid?day=2024-05-07")
    with changing(desk.live.app):
        drawn = db.session.scalars(select(Session).where(Session.title["en"].as_string() == "Drawn")).one()
        hours = _instant("12:00"), _instant("12:45")
        assert (drawn.starts_at, drawn.ends_at, drawn.room and drawn.room.name) == (*hours, "Room 3")
        drawn.deleted_at = drawn.starts_at


def test_escape_puts_back_and_undo_works_after_a_reload(desk: Desk, open_grid: Open) -> None:
    """What is put back was never stored; what was stored is taken back by its button, and made again.

    A pointer that the browser takes away puts back what it held, and draws nothing.
    """
    desk.put()
    page = open_grid()
    take_pointer_away(page)
    said(page, "^$")
    card(page).get_by_role("button").focus()
    press(page, "Enter", "ArrowDown", "ArrowDown", "Escape")
    said(page, "Put back A talk: 09:00–10:00")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    drag_card(page, "Room 3", 60)
    said(page, "Saved A talk: 10:00–11:00")
    page.reload()
    page.get_by_role("button", name="Undo: moved A talk").click()
    expect(page.get_by_role("button", name="Redo: moved A talk")).to_be_enabled()
    expect(page.get_by_role("status").filter(has_text="Taken back: moved A talk")).to_be_visible()
    assert desk.place() == ("09:00", "10:00", "Room 1", True)
    press(page, "Control+Shift+Z")
    expect(page.get_by_role("button", name="Undo: moved A talk")).to_be_enabled()
    assert desk.place() == ("10:00", "11:00", "Room 3", True)
    plain = open_grid(java_script_enabled=False)
    plain.get_by_role("button", name="Undo: moved A talk").click()
    assert desk.place() == ("09:00", "10:00", "Room 1", True)


def take_pointer_away(page: Page) -> None:
    """While it moves the card, and while it draws a new one: at the end there is the card as it was."""
    box, head = box_of(card(page)), column(page, "Room 3")
    for x in (box["x"], head["x"]):
        page.mouse.move(x + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(x + 20, box["y"] + 50, steps=5)
        expect(page.locator(".ec-ghost, .ec-preview, .is-held").first).to_be_visible()
        page.evaluate(
            """() => window.dispatchEvent(new PointerEvent("pointercancel", { isPrimary: true, bubbles: true }))"""
        )
        page.mouse.up()
        expect(page.locator(".ec-ghost, .ec-preview, .is-held")).to_have_count(0)
        assert box_of(card(page)) == box


def test_two_editors_see_each_other_and_neither_overwrites(desk: Desk, open_grid: Open) -> None:
    """Who is on the session, what they changed within 3 seconds, and both versions where a drag came too late."""
    desk.put()
    first, second = open_grid("editor"), open_grid("owner")
    card(first).get_by_role("button").focus()
    press(first, "Enter")
    expect(card(second)).to_contain_text("Editor is here", timeout=2 * SOON)
    card(second).get_by_role("button").focus()
    press(second, "Space", "ArrowDown")
    press(first, "PageDown", "Enter")
    said(first, "Saved A talk: 10:00–11:00")
    expect(second.locator("#news")).to_have_text(re.compile("Editor changed A talk: .*10:00–11:00"), timeout=SOON)
    press(second, "Enter")
    stale = second.get_by_role("dialog")
    expect(stale.get_by_role("region", name="Stored now")).to_contain_text("10:00–11:00 Finnish time")
    expect(stale.get_by_role("region", name="Stored now")).to_contain_text("Editor")
    expect(stale.get_by_role("region", name="Yours")).to_contain_text("09:05–10:05 Finnish time")
    assert desk.place()[0] == "10:00"
    stale.get_by_role("button", name="Put mine").click()
    said(second, "Saved A talk: 09:05–10:05")
    assert desk.place()[0] == "09:05"
    expect(card(first)).to_contain_text("09:05–10:05", timeout=SOON)


def test_change_of_ones_own_in_another_window_is_told_as_such(desk: Desk, open_grid: Open) -> None:
    """By the dialog, which lets one choose, and by the form, which says too when one is signed out."""
    desk.put()
    grid, form = open_grid(), open_grid(path=f"/{desk.talk_id}")
    card(grid).get_by_role("button").focus()
    press(grid, "Enter")
    expect(grid.locator("#carry")).to_be_visible()
    desk.edit("editor", "10:00", "11:00")
    changed = form.locator("#presence-changed")
    expect(changed).to_contain_text("You changed this session in another window meanwhile", timeout=SOON)
    expect(changed).to_contain_text("10:00–11:00 Finnish time")
    press(grid, "ArrowDown", "Enter")
    stale = grid.get_by_role("dialog", name="You changed this session in another window meanwhile")
    expect(stale.get_by_role("region", name="Stored now")).to_contain_text("10:00–11:00")
    stale.get_by_role("button", name="Keep what is stored now").click()
    said(grid, "A talk stays as it is stored now.")
    form.context.clear_cookies()
    expect(changed).to_contain_text("You are signed out, so nothing can be saved from here.", timeout=SOON)


def test_answers_that_come_late_draw_nothing_of_the_past(desk: Desk, open_grid: Open) -> None:
    """An older beat after a newer save; the save of a session that was removed meanwhile, stored or not."""
    desk.put()
    page = open_grid()
    late = hold_next(page, "**/beat")()
    drag_card(page, "Room 1", 30)
    said(page, "Saved A talk: 09:30")
    answer = late.fetch()
    drag_card(page, "Room 1", 30)
    said(page, "Saved A talk: 10:00")
    with page.expect_request("**/agenda/grid?*"):
        late.fulfill(response=answer)
    assert card(page).inner_text().startswith("A talk\n10:00–11:00 Finnish time")

    for is_stored in (True, False):
        desk.put()
        page.reload()
        expect(card(page)).to_be_visible()
        save = hold_next(page, "**/move")
        drag_card(page, "Room 1", 30)
        late = save()
        stored = late.fetch() if is_stored else None
        desk.edit("owner", is_removed=True)
        expect(page.locator("#news")).to_have_text("Owner removed A talk", timeout=2 * SOON)
        card(page, "Keynote speech").get_by_role("button").focus()
        press(page, "Enter", "ArrowDown", "Enter")
        if stored:
            late.fulfill(response=stored)
        else:
            late.abort()
        said(page, "Saved Keynote speech")
        expect(card(page)).to_have_count(0)


def hold_next(page: Page, path: str) -> Callable[[], Route]:
    """The next request to the path waits. What is given waits for it."""
    held = list[Route]()
    page.route(path, lambda route: route.continue_() if held else held.append(route))

    def next_() -> Route:
        for _ in range(50):
            if held:
                return held[0]
            page.wait_for_timeout(100)
        raise AssertionError(f"nothing was asked of {path}")

    return next_


def test_form_says_who_else_is_on_its_session_and_what_they_stored(desk: Desk, open_grid: Open) -> None:
    """Before one saves, and without losing what one typed."""
    desk.put()
    first, second = (open_grid(who, f"/{desk.talk_id}") for who in ("editor", "owner"))
    expect(first.locator("#presence-people")).to_have_text("Owner is on this session too.", timeout=2 * SOON)
    expect(second.locator("#presence-people")).to_have_text("Editor is on this session too.", timeout=2 * SOON)
    second.locator("[name=title_en]").fill("What I make of it")
    first.locator("[name=end]").fill("2024-05-07T10:20")
    first.get_by_role("button", name="Save as a draft").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Agenda")
    meanwhile = second.locator("#presence-changed")
    expect(meanwhile).to_contain_text("Editor changed this session meanwhile", timeout=SOON)
    expect(meanwhile).to_contain_text("09:00–10:20 Finnish time")
    expect(second.locator("[name=title_en]")).to_have_value("What I make of it")


def test_beat_keeps_the_list_of_a_phone_up_to_date(desk: Desk, open_grid: Open) -> None:
    """There the list is what one gets, and it follows what others do."""
    desk.put()
    phone, page = open_grid("owner", viewport={"width": PHONE[0], "height": PHONE[1]}), open_grid()
    expect(phone.locator("#board")).to_be_hidden()
    expect(phone.locator("#list")).to_contain_text("09:00–10:00 Finnish time")
    drag_card(page, "Room 1", 30)
    expect(phone.locator("#list")).to_contain_text("09:30–10:30 Finnish time", timeout=SOON)


def test_axis_goes_by_the_clocks_of_its_day(desk: Desk, open_grid: Open) -> None:
    """On 31 March three o'clock is skipped by Finnish clocks, and two o'clock by Danish ones: the day has 23 hours."""
    with changing(desk.live.app):
        db.session.get_one(Event, desk.cast.event_id).starts_on = datetime(2024, 3, 31, tzinfo=UTC).date()
    page = open_grid(path="/grid?day=2024-03-31")
    expect(page.locator(".axis-zone")).to_have_text(["Finnish time", "Danish and Norwegian time"])
    labels = page.locator(".ec-slot time").all_inner_texts()
    assert [re.sub(r"\s+", " ", label) for label in labels][4:8] == [
        "02:00 01:00",
        "02:30 01:30",
        "04:00 03:00",
        "04:30 03:30",
    ]
    assert len(labels) == 46
    with changing(desk.live.app):
        db.session.get_one(Event, desk.cast.event_id).starts_on = wall("09:00").date()


def test_axe_finds_nothing_on_the_grid(desk: Desk, open_grid: Open) -> None:
    """As list and as grid, with a session in the tray, one carried and help open; in the dark; as an observer."""
    desk.put(is_scheduled=False)
    page = open_grid(viewport={"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    assert violations(page) == []
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.locator("summary").filter(has_text="How to").click()
    card(page).get_by_role("button").focus()
    press(page, "Enter")
    expect(page.locator("#carry")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == DESKTOP[0]
    assert violations(page) == []
    dark = open_grid("observer", color_scheme="dark")
    expect(dark.get_by_text(f"Workshop {CANARY}").first).to_be_visible()
    assert dark.locator("#board button").count() == 0
    assert violations(dark, CONTRAST) == []
