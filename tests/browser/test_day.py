"""The conference's day, played by a real browser on the demo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests import chromium
from tests.browser.fake_camera import empty_view, view_of, write_mjpeg
from tests.browser.provider import HOST, Provider
from tests.day import message_of
from tests.demo.demos import RunningDemo, call, with_data
from tests.qr import read_qr

KEYNOTE_MOVED = "12:45–13:45 Finnish time"
FRAMES = 30
"""A second of film."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo at 10:20 Finnish time, whose clock only the last test of this module moves."""
    with with_data(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desktop browser in English, without a past; a broken script fails the test."""
    with watched(browser.new_context(locale="en-GB")) as page:
        yield page


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """A context's page, whose scripts must not fail."""
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def sign_up(page: Page, demo: RunningDemo, name: str, email: str, mode: str) -> None:
    """By the form, then by the letter's button as the inbox shows it, to my page."""
    page.goto(demo.said["urls"]["signup"])
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("radio", name=mode).check()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    open_mail(page, demo, email, "Confirm your registration")
    page.frame_locator("iframe").get_by_role("link", name="Confirm").click()
    page.wait_for_url(re.compile("/confirm/"))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Welcome, {name}")


def open_mail(page: Page, demo: RunningDemo, to: str, subject: str) -> None:
    """The latest such mail in the demo's inbox, once it has come."""
    mail = page.get_by_role("link").filter(has_text=to).filter(has_text=subject).first
    for _ in range(60):
        page.goto(demo.said["inbox"])
        if mail.count():
            break
        page.wait_for_timeout(250)
    mail.click()


def raw_mail(demo: RunningDemo, to: str, subject: str) -> Any:
    """The latest such message, as it went over the wire."""
    mail = [m for m in demo.mails() if m["to"] == to and m["subject"].startswith(subject)][-1]
    return message_of(call(f"{demo.said['inbox']}/{mail['id']}.eml").body)


def sign_in(page: Page, demo: RunningDemo, role: str) -> None:
    account = next(staff for staff in demo.said["staff"] if staff["role"] == role)
    page.goto(demo.said["urls"]["sign_in"])
    page.get_by_label("E-mail address").fill(account["email"])
    page.get_by_label("Password").fill(account["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def verdict(page: Page, kind: str, word: str) -> None:
    """The door's answer fills the screen."""
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", kind, timeout=20_000)
    expect(page.locator("#verdict .word")).to_have_text(word)


def test_guest_signs_up_and_is_let_in_at_the_door(
    page: Page, demo: RunningDemo, filming: Callable[[Path], Browser], tmp_path: Path
) -> None:
    """From the form by the mail to the camera: green; and amber when the same ticket is shown again."""
    sign_up(page, demo, "Vera Besøker", "vera@example.org", "In person")
    code = re.sub(r"\s", "", page.locator(".ticket-code").inner_text())
    page.get_by_role("link", name="Inbox").click()
    open_mail(page, demo, "vera@example.org", "Your ticket")
    expect(page.frame_locator("iframe").get_by_role("img")).to_be_visible()
    pictures = [
        p.get_payload(decode=True)
        for p in raw_mail(demo, "vera@example.org", "Your ticket").walk()
        if p.get_content_type() == "image/png"
    ]
    assert [read_qr(picture) for picture in pictures] == [code, code]

    film = write_mjpeg(tmp_path / "door.mjpeg", [view_of(pictures[0])] * 4 + [empty_view()] * 3, FRAMES)
    door = demo.said["doors"][0]
    camera = filming(film)
    with watched(camera.new_context(locale="en-GB", viewport={"width": 390, "height": 844})) as phone:
        phone.goto(f"{demo.said['url']}/en/door/{door['id']}#token={door['token']}")
        assert door["token"] not in phone.url
        phone.get_by_role("button", name="Start the camera").click()
        verdict(phone, "admitted", "Welcome")
        expect(phone.locator("#verdict .name")).to_have_text("Vera Besøker")
        expect(phone.locator("#verdict:not([data-verdict])")).to_be_attached()
        verdict(phone, "already_in", "Already in")


def test_volunteer_opens_the_scanner_from_the_desk(page: Page, demo: RunningDemo) -> None:
    """The button at the desk gives the device its key; a code typed there is judged, the next one too."""
    sign_in(page, demo, "door")
    page.get_by_role("link", name="Doors").click()
    page.get_by_role("button", name="Open the scanner on this device").click()
    page.wait_for_url(re.compile("/door/"))
    expect(page.get_by_label("Or enter the key of this door")).to_be_hidden()
    for guest, kind, word in (("Freja", "admitted", "Welcome"), ("Mads", "refused", "Online ticket")):
        page.get_by_label("Ticket code or short code").fill(demo.guest(guest)["ticket_code"].lower())
        page.keyboard.press("Enter")
        verdict(page, kind, word)
        expect(page.locator("#verdict:not([data-verdict])")).to_be_attached()


def test_organiser_moves_the_keynote_and_the_page_follows(page: Page, demo: RunningDemo) -> None:
    """By a plain form; the public reads it once it is published, in every feed."""
    programme = demo.said["urls"]["programme"]
    sign_in(page, demo, "owner")
    page.goto(demo.said["urls"]["desk"])
    page.get_by_role("link", name="Keynote speech").click()
    page.get_by_label("Title (English)").fill("Keynote, a little later")
    page.get_by_label("Starts").fill("2024-05-07T12:45")
    page.get_by_label("Ends").fill("2024-05-07T13:45")
    page.get_by_label("Room (optional)").select_option(label="Room 2 (placeholder)")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_role("heading", name="Not published yet")).to_be_visible()
    assert (
        "Keynote, a little later"
        not in call(f"{programme.replace(demo.said['event'], 'en/' + demo.said['event'])}").text
    )
    page.get_by_role("link", name="Look at the changes and publish").click()
    moved = "Moved 12:20 → 12:45 Finnish time, 11:20 → 11:45 Danish and Norwegian time"
    expect(page.get_by_text(moved)).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Everybody now reads this agenda")).to_be_visible()
    page.goto(programme)
    keynote = page.get_by_role("article").filter(has_text="Keynote, a little later")
    hours = page.locator(".slot").filter(has=keynote).locator(".slot-when")
    expect(hours).to_contain_text(KEYNOTE_MOVED)
    expect(hours).to_contain_text("11:45–12:45 Danish and Norwegian time")
    expect(keynote).to_contain_text("Room 2")
    assert "DTSTART;TZID=Europe/Helsinki:20240507T124500" in call(demo.said["urls"]["agenda_ics"]).text
    assert "2024-05-07T12:45:00+03:00" in call(demo.said["urls"]["agenda_json"]).text


def test_day_goes_on_without_javascript(browser: Browser, demo: RunningDemo) -> None:
    """Signing up, confirming, my page, and a code typed at the desk."""
    with watched(browser.new_context(locale="en-GB", java_script_enabled=False)) as page:
        sign_up(page, demo, "Nils Uten", "nils@example.org", "In person")
        code = re.sub(r"\s", "", page.locator(".ticket-code").inner_text())
        expect(page.get_by_role("img", name="QR code of your ticket")).to_be_visible()
        sign_in(page, demo, "door")
        page.get_by_role("link", name="Doors").click()
        page.get_by_role("link", name="Type codes instead").click()
        for word in ("Welcome", "Already in"):
            page.get_by_label("Ticket code or short code").fill(code)
            page.get_by_role("button", name="Check in").click()
            expect(page.get_by_text(word, exact=True)).to_be_visible()
            expect(page.get_by_text("Nils Uten")).to_be_visible()


def test_online_person_waits_and_joins_when_the_stream_opens(playwright: Playwright, tmp_path: Path) -> None:
    """The waiting room turns into the way in at 10:45, by the demo's bar; the new tab is the provider's, alone."""
    with with_data(tmp_path) as demo, Provider() as provider:
        browser = chromium.launch(playwright, args=[f"--host-resolver-rules={provider.resolver_rules}"])
        context = browser.new_context(locale="en-GB", ignore_https_errors=True)
        with watched(context) as page:
            page.goto(demo.guest("Mads")["personal_url"].replace("/da/", "/en/"))
            page.get_by_role("link", name="To the stream").click()
            expect(page.get_by_role("timer")).to_have_text(re.compile("minutes"))
            expect(
                page.get_by_text("You can join from 09:45 Danish and Norwegian time (10:45 Finnish time)")
            ).to_be_visible()
            expect(page.get_by_role("button", name="Join online")).to_have_count(0)
            page.get_by_role("button", name="10:45 Finnish time – the stream opens").first.click()
            expect(page.get_by_text("Open now")).to_be_visible()
            with context.expect_page() as opened:
                page.get_by_role("button", name="Join online").click()
            expect(opened.value.get_by_role("heading")).to_have_text("On air")
            public = next(stream for stream in demo.said["streams"] if stream["access"] == "public")
            assert opened.value.url == provider.visits[0] == public["provider_url"]
            assert (HOST in page.content(), provider.referrers, len(provider.visits)) == (False, [None], 1)
        browser.close()


def test_bar_moves_the_clock_through_the_day(page: Page, demo: RunningDemo) -> None:
    """Stop by stop to the end of the public part, to any time, and back to the morning."""
    page.goto(demo.said["urls"]["programme"])
    bar = page.get_by_role("complementary", name="Demo")
    for time in ("10:45", "11:00", "14:00"):
        bar.get_by_role("button", name=re.compile(f"^Move the clock on: {time} Finnish time")).click()
        expect(bar).to_contain_text(f"{time} Finnish time")
    expect(page.get_by_text("The public part has ended")).to_be_visible()
    bar.get_by_text("Other times").click()
    bar.get_by_label("Any time, in Finnish time").fill("2024-05-07T15:30")
    bar.get_by_role("button", name="Move the clock", exact=True).click()
    expect(bar).to_contain_text("15:30 Finnish time")
    bar.get_by_text("Other times").click()
    bar.get_by_role("button", name=re.compile("^11:00 .*starts the day anew")).click()
    expect(bar).to_contain_text("11:00 Finnish time")
    expect(page.get_by_text("Live now").filter(visible=True)).to_have_count(1)
    assert page.url == demo.said["urls"]["programme"].replace(demo.said["event"], f"en/{demo.said['event']}")
