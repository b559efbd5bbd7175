"""Every kind of page for everybody: axe finds nothing, a phone cuts nothing off, the keyboard reaches everything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_day import open_mail, sign_in, verdict
from tests.day import message_of, texts_of
from tests.demo.demos import RunningDemo, call, with_data

PHONE, DESKTOP = (360, 740), (1280, 900)
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
"""Without the habits of web pages, such as landmarks, which mails have not."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """A demo at 10:50 Finnish time: the stream of the public part is open, that of the closed part is not."""
    with with_data(tmp_path_factory.mktemp("demo"), "--at", "2024-05-07 10:50") as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser without a past."""
    context = browser.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe has against the page as it stands: rule, then the elements."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], **(options or {})})
    return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found["violations"]]


@dataclass
class Look:
    """How a page is looked at: at a phone's width and a desktop's, which in short axe reads only once."""

    page: Page
    long: bool

    def faults(self) -> list[str]:
        """What axe finds, and whether anything must be scrolled to from side to side."""
        found = []
        for width, height in (PHONE, DESKTOP):
            self.page.set_viewport_size({"width": width, "height": height})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            found += [f"{width}: the page is {wide} wide"] if wide > width else []
            if self.long or width == PHONE[0]:
                found += [f"{width}: {violation}" for violation in violations(self.page)]
        return found

    def at(self, url: str, status: int = 200) -> None:
        """Open an address and find nothing wrong with it."""
        answer = self.page.goto(url)
        assert answer is not None
        assert (url, answer.status, self.faults()) == (url, status, [])


@pytest.fixture
def look(page: Page, long: bool) -> Look:
    """Looks at the test's page."""
    return Look(page, long)


def test_public_pages(page: Page, look: Look, demo: RunningDemo) -> None:
    """Programme, sign-up with and without complaints, what follows it, the privacy notice, a missing page."""
    base = f"{demo.said['url']}/en/{demo.said['event']}"
    for path in ("/", "/sign-up", "/sign-up/sent", "/privacy"):
        look.at(base + path)
    look.at(base + "/nothing", 404)
    page.goto(base + "/sign-up")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert look.faults() == []


def test_pages_of_guests(page: Page, look: Look, demo: RunningDemo) -> None:
    """My page of everybody, the question before cancelling, waiting rooms, refusals, links that ran out."""
    for guest in demo.said["attendees"]:
        mine = guest["personal_url"]
        look.at(mine)
        for stream in guest["streams"]:
            look.at(stream["waiting_url"], 200 if guest["mode"] == "online" and guest["ticket_code"] else 403)
    look.at(demo.guest("Aino")["personal_url"] + "/cancel")
    look.at(demo.guest("Stina")["personal_url"] + "/cancel")
    look.at(confirm_links(demo)[0], 410)


def test_confirming_pages(page: Page, look: Look, demo: RunningDemo) -> None:
    """The question behind the letter's link, and what stands there afterwards."""
    form = {"name": "Eva Example", "email": "eva@example.org", "mode": "online", "language": "en", "privacy": "yes"}
    call(f"{demo.said['url']}/en/{demo.said['event']}/sign-up", form=form)
    open_mail(page, demo, "eva@example.org", "Confirm your registration")
    link = confirm_links(demo)[-1]
    look.at(link)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Eva Example")
    look.at(link)


def confirm_links(demo: RunningDemo) -> list[str]:
    """The links of all letters that ask for an address to be confirmed."""
    texts = [texts_of(message_of(call(f"{demo.said['inbox']}/{m['id']}.eml").body))["plain"] for m in demo.mails()]
    return [link for text in texts for link in re.findall(r"http\S+/confirm/\S+", text)]


def test_pages_of_staff(page: Page, look: Look, demo: RunningDemo) -> None:
    """The desk as its owner and as an observer sees it, with a change that waits, and a form with complaints."""
    look.at(demo.said["urls"]["sign_in"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert look.faults() == []
    sign_in(page, demo, "owner")
    desk = f"{demo.said['url']}/en/desk/{demo.said['event']}/"
    for path in ("", "people", "people?state=confirmed&mode=online", "doors"):
        look.at(desk + path)
    page.get_by_role("link", name="Type codes instead").click()
    for code in ("", "unknown", demo.guest("Freja")["ticket_code"]):
        page.get_by_label("Ticket code").fill(code)
        page.get_by_role("button", name="Check in").click()
        assert look.faults() == []
    page.goto(desk)
    page.get_by_role("link", name="Keynote speech").click()
    assert look.faults() == []
    page.get_by_label("Starts").fill("2024-03-31T03:30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert look.faults() == []
    page.goto(desk)
    page.get_by_role("link", name="Welcome").click()
    page.get_by_text("Title in other languages").click()
    page.get_by_label("Title (Finnish)").fill("Tervetuloa")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Not published yet")).to_be_visible()
    assert look.faults() == []


def test_pages_of_the_agendas_desk(page: Page, look: Look, demo: RunningDemo) -> None:
    """Forms of all that the agenda is made of, what publishing shows, two who edit at once, releases."""
    sign_in(page, demo, "editor")
    desk = f"{demo.said['url']}/en/desk/{demo.said['event']}/"
    for path in ("agenda/new", "late", "late?minutes=10", "settings", "parts", "releases/", "releases/1", "publish"):
        look.at(desk + path)
    for kind in ("rooms", "tracks", "speakers"):
        look.at(f"{desk}parts/{kind}/new")
    page.goto(desk)
    page.get_by_role("link", name="Questions and discussion").click()
    other = page.context.new_page()
    other.goto(page.url)
    for tab, title in ((other, "Questions"), (page, "Discussion")):
        tab.get_by_label("Title (English)").fill(title)
        tab.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("Where the two versions differ")).to_be_visible()
    assert look.faults() == []
    look.at(desk + "publish")
    sign_in(page, demo, "owner")
    look.at(f"{demo.said['url']}/en/desk/?all=")
    look.at(f"{demo.said['url']}/en/desk/new")


def test_scanner(page: Page, look: Look, demo: RunningDemo) -> None:
    """Before it has a key, with one, and while each kind of verdict fills the screen."""
    door = demo.said["doors"][0]
    look.at(f"{demo.said['url']}/en/door/{door['id']}")
    page.clock.install()
    page.goto(f"{demo.said['url']}/en/door/{door['id']}#token={door['token']}")
    page.reload()
    assert look.faults() == []
    aino = demo.guest("Aino")["ticket_code"]
    for code, kind, word in (
        (aino, "admitted", "Welcome"),
        (aino, "already_in", "Already in"),
        ("nothing", "refused", "Unknown code"),
    ):
        page.get_by_label("Ticket code or short code").fill(code)
        page.keyboard.press("Enter")
        verdict(page, kind, word)
        assert look.faults() == []
        page.clock.fast_forward(5000)
        expect(page.locator("#verdict:not([data-verdict])")).to_be_attached()


def test_demos_own_pages(page: Page, look: Look, demo: RunningDemo) -> None:
    """The inbox, a mail in it, and the letters themselves."""
    look.at(demo.said["inbox"])
    open_mail(page, demo, "freja@example.org", "")
    assert look.faults() == []
    seen = set()
    letter = page.context.new_page()
    letter.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for mail in demo.mails():
        message = message_of(call(f"{demo.said['inbox']}/{mail['id']}.eml").body)
        kind = (message["Subject"].split(":")[0], message["Content-Language"])
        if kind not in seen:
            seen.add(kind)
            letter.set_content(texts_of(message)["html"])
            assert (kind, violations(letter, WCAG)) == (kind, [])


def test_contrast_is_enough_in_the_dark(browser: Browser, demo: RunningDemo) -> None:
    """Text and links of the pages that people see most; all others are looked at in the light."""
    context = browser.new_context(locale="en-GB", color_scheme="dark")
    page = context.new_page()
    base, door = f"{demo.said['url']}/en/{demo.said['event']}", demo.said["doors"][0]["id"]
    mads, freja = demo.guest("Mads"), demo.guest("Freja")
    urls = [f"{base}/", f"{base}/sign-up", freja["personal_url"], mads["streams"][0]["waiting_url"], demo.said["inbox"]]
    for url in [*urls, f"{demo.said['url']}/en/door/{door}"]:
        page.goto(url)
        assert (url, violations(page, CONTRAST)) == (url, [])
    sign_in(page, demo, "observer")
    page.goto(demo.said["urls"]["desk"])
    assert violations(page, CONTRAST) == []
    context.close()


def test_keyboard_reaches_everything_on_sign_up_and_shows_where_it_is(page: Page, demo: RunningDemo) -> None:
    """Tab stops at each control in the order of the page, each stop visible; and the form is sent by Enter."""
    page.goto(demo.said["urls"]["signup"])
    stops = page.evaluate(ALL_CONTROLS)
    reached = []
    for _ in range(3 * len(stops)):
        page.keyboard.press("Tab")
        stop, is_visible = page.evaluate(FOCUSED)
        if stop in reached or not stop:
            break
        assert (stop, is_visible) == (stop, True)
        reached.append(stop)
    assert reached == stops
    page.get_by_label("Name", exact=True).fill("Kirsti Tastatur")
    page.get_by_label("Name", exact=True).press("Tab")
    page.keyboard.type("kirsti@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")


NAME = """
const name = (e) => e.type === "radio" ? e.name : `${e.tagName} ${e.id || e.name || e.href || e.textContent.trim()}`;
"""
ALL_CONTROLS = f"""() => {{ {NAME}
  const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
  return [...new Set(all.filter((e) => e.checkVisibility()).map(name))];
}}"""
FOCUSED = f"""() => {{ {NAME}
  const focused = document.activeElement;
  if (!focused || focused === document.body) return ["", false];
  const shown = [focused, focused.closest("label")].filter(Boolean).map((e) => getComputedStyle(e));
  const box = focused.getBoundingClientRect();
  const outlined = shown.some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0);
  return [name(focused), (outlined || shown.some((s) => s.boxShadow !== "none")) && box.width > 0];
}}"""


def test_pages_after_the_public_part(page: Page, look: Look, demo: RunningDemo) -> None:
    """What is over says so: the programme, sign-up, the stream."""
    demo.move_to("2024-05-07T15:30")
    base = f"{demo.said['url']}/en/{demo.said['event']}"
    look.at(f"{base}/")
    look.at(f"{base}/sign-up", 409)
    look.at(demo.guest("Mads")["streams"][0]["waiting_url"])
    look.at(demo.guest("Mads")["personal_url"])
    demo.move_to("2024-05-08T09:00")
    look.at(demo.guest("Mads")["personal_url"] + "/cancel", 409)
