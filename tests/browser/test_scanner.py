import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.door_stub import DoorStub, answer
from tests.browser.fake_camera import FRAMES_PER_SECOND, empty_view, view_of, write_mjpeg

TICKET = "EO1AB23CD45EF67GH89JK01MN23PQ45RS"
TOKEN = "door-key_1"
UTC_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
HOSTILE = b"\x00\xff\xfe\x80<script>document.title='taken'</script>\r\nX: y" * 3
VERDICT_MS = 2500

Filming = Callable[[Path], Browser]


@pytest.fixture
def door() -> Iterator[DoorStub]:
    """A server with the scanner's page, which records what is sent to it."""
    with DoorStub() as stub:
        yield stub


@pytest.fixture
def page(browser: Browser, door: DoorStub) -> Iterator[Page]:
    """The scanner's page, opened with its key; any broken script fails the test."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.clock.install()
    page.goto(f"{door.url}#token={TOKEN}")
    yield page
    page.close()
    assert errors == []


def film_page(browser: Browser, door: DoorStub) -> Page:
    page = browser.new_page()
    page.goto(f"{door.url}#token={TOKEN}")
    page.get_by_role("button", name="Start camera").click()
    return page


def type_code(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_label("Code").press("Enter")


def shown(page: Page, verdict: str) -> None:
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", verdict)


def ready(page: Page) -> None:
    expect(page.locator("#verdict:not([data-verdict])")).to_be_attached()


def let_verdict_pass(page: Page) -> None:
    page.clock.fast_forward(VERDICT_MS)
    ready(page)


def test_code_in_view_becomes_one_scan(tmp_path: Path, filming: Filming, door: DoorStub) -> None:
    """A ticket held to the camera is sent once, shown, and gone from the page when the door is ready again."""
    door.answers[TICKET] = answer("admitted", name="Aino Example")
    page = film_page(filming(write_mjpeg(tmp_path / "film.mjpeg", [view_of(TICKET)], FRAMES_PER_SECOND)), door)
    shown(page, "admitted")
    assert page.locator("#verdict p").all_inner_texts() == ["Welcome", "Aino Example", "Let the guest in."]
    ready(page)
    assert page.locator("#verdict p").all_inner_texts() == ["", "", ""]
    page.wait_for_timeout(1000)
    [request] = door.requests
    [scan] = request.json["scans"]
    assert request.authorization == f"Bearer {TOKEN}"
    assert UTC_INSTANT.fullmatch(request.json.pop("device_now"))
    assert UTC_INSTANT.fullmatch(scan.pop("device_time"))
    assert UUID_4.fullmatch(scan.pop("id"))
    assert request.json == {"scans": [{"code": TICKET, "kind": "entry"}]}


def test_ticket_held_up_again_is_a_new_scan(tmp_path: Path, filming: Filming, door: DoorStub) -> None:
    """Seen once while it stays in view; after a while out of view the same ticket counts as held up again."""
    views = [view_of(TICKET)] * 4 + [empty_view()] * 3
    page = film_page(filming(write_mjpeg(tmp_path / "film.mjpeg", views, FRAMES_PER_SECOND)), door)
    shown(page, "refused")
    ready(page)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "refused", timeout=15_000)
    first, second = door.requests
    assert second.at - first.at > 4
    assert first.json["scans"][0]["id"] != second.json["scans"][0]["id"]


def test_two_codes_in_view_do_not_take_turns(tmp_path: Path, filming: Filming, door: DoorStub) -> None:
    """A poster's code behind the guests is refused once, and neither it nor the ticket is scanned over and over."""
    views = [view_of("a poster", TICKET)]
    page = film_page(filming(write_mjpeg(tmp_path / "film.mjpeg", views, FRAMES_PER_SECOND)), door)
    page.wait_for_timeout(3 * VERDICT_MS)
    assert sorted(door.codes()) == [TICKET, "a poster"]


def test_good_code_is_admitted_after_a_hostile_one(tmp_path: Path, filming: Filming, door: DoorStub) -> None:
    """No code can stop the scanner: the next guest is scanned as if nothing had been."""
    door.answers[TICKET] = answer("admitted")
    views = [view_of(HOSTILE)] * 2 + [view_of(TICKET)] * 4
    page = film_page(filming(write_mjpeg(tmp_path / "film.mjpeg", views, FRAMES_PER_SECOND)), door)
    title = page.title()
    shown(page, "admitted")
    assert page.title() == title
    assert len(door.codes()) == len(set(door.codes())) == 2


@pytest.mark.parametrize(
    ("verdict", "reason", "sign", "word"),
    [
        ("admitted", None, "admitted", "Welcome"),
        ("refused", "already_in", "already_in", "Already in"),
        ("refused", "online_only", "refused", "Online ticket"),
        ("refused", "a reason of tomorrow", "refused", "Not admitted"),
    ],
)
def test_typed_code_shows_its_verdict_and_keeps_the_focus(
    page: Page, door: DoorStub, verdict: str, reason: str | None, sign: str, word: str
) -> None:
    """A reader that works as a keyboard needs no hand: the field is empty and focused again after each code."""
    door.answers[TICKET] = answer(verdict, reason)
    page.keyboard.type(TICKET + "\n")
    shown(page, sign)
    expect(page.locator("#verdict .word")).to_have_text(word)
    let_verdict_pass(page)
    expect(page.get_by_label("Code")).to_be_focused()
    expect(page.get_by_label("Code")).to_have_value("")
    assert door.codes() == [TICKET]


def test_second_scan_says_when_the_first_was(page: Page, door: DoorStub) -> None:
    """The first scan's time comes from the server as words, with both clocks; the page adds no time of its own."""
    door.answers[TICKET] = answer("refused", "already_in", first_scan_text="First at 10:52 Finnish time.")
    type_code(page, TICKET)
    expect(page.locator("#verdict .sentence")).to_have_text("Ask what happened. First at 10:52 Finnish time.")


def test_codes_typed_during_a_verdict_are_scanned_after_it(page: Page, door: DoorStub) -> None:
    """A fast reader loses nothing: each code gets its own verdict, in order."""
    door.answers = {"EO1A": answer("admitted"), "EO1B": answer("refused", "already_in")}
    for code in ("EO1A", "EO1B", "EO1C"):
        page.keyboard.type(code + "\n")
    for number, sign in enumerate(("admitted", "already_in", "refused"), 1):
        shown(page, sign)
        assert door.codes() == ["EO1A", "EO1B", "EO1C"][:number]
        page.clock.fast_forward(VERDICT_MS)
    ready(page)


@pytest.mark.parametrize("code", ["7" * 7089, "</main>\x7f\u202e'\"\\", "\U0001f680" * 500])
def test_unreadable_code_is_a_problem_and_the_next_is_taken(page: Page, door: DoorStub, code: str) -> None:
    """What the server cannot take is told apart from a refusal, and is not sent twice."""
    door.answers[code] = {"error": "malformed"}
    type_code(page, code)
    shown(page, "problem")
    let_verdict_pass(page)
    type_code(page, TICKET)
    shown(page, "refused")
    assert door.codes() == [code, TICKET]


def test_exception_over_one_code_is_a_problem_and_the_next_is_taken(page: Page, door: DoorStub) -> None:
    """Whatever throws on the way of one code is shown, and the door goes on."""
    page.evaluate("() => { crypto.randomUUID = () => { delete crypto.randomUUID; throw new Error() } }")
    type_code(page, TICKET)
    shown(page, "problem")
    let_verdict_pass(page)
    type_code(page, TICKET)
    shown(page, "refused")
    assert door.codes() == [TICKET]


@pytest.mark.parametrize("failure", ["silence", 503, "not json"])
def test_scan_without_an_answer_is_sent_again_as_it_was(page: Page, door: DoorStub, failure: Any) -> None:
    """The door may have been heard though it heard nothing: the same scan, with the same id, goes out again."""
    door.failures = [failure]
    door.answers[TICKET] = answer("admitted")
    type_code(page, TICKET)
    expect(page.locator("#verdict")).to_have_attribute("data-verdict", "problem", timeout=8000)
    let_verdict_pass(page)
    page.get_by_role("button", name="Try again").click()
    shown(page, "admitted")
    first, second = door.requests
    assert first.json["scans"] == second.json["scans"]
    let_verdict_pass(page)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_key_leaves_the_address_bar(page: Page, door: DoorStub) -> None:
    """The door's key is kept for the tab alone, and nothing else is stored, guests least of all."""
    door.answers[TICKET] = answer("admitted", name="Aino Example")
    assert page.url == door.url
    type_code(page, TICKET)
    shown(page, "admitted")
    assert page.evaluate("({...sessionStorage})") == {"eventops-door-token": TOKEN}
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    type_code(page, TICKET)
    shown(page, "admitted")
    assert {request.authorization for request in door.requests} == {f"Bearer {TOKEN}"}


def test_door_without_its_key_asks_for_it(browser: Browser, door: DoorStub) -> None:
    """No key, or one that the server does not know: the page asks, and goes on with the one it gets."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(door.url)
        page.get_by_label("Key").fill("old key")
        page.get_by_label("Key").press("Enter")
        door.failures = [401]
        type_code(page, TICKET)
        shown(page, "problem")
        ready(page)
        page.get_by_label("Key").fill(TOKEN)
        page.get_by_label("Key").press("Enter")
        expect(page.get_by_label("Key")).to_be_hidden()
        type_code(page, TICKET)
        shown(page, "refused")
    assert [request.authorization for request in door.requests] == ["Bearer old key", f"Bearer {TOKEN}"]


@pytest.mark.parametrize(
    "broken",
    [None, "postMessage({codes: []})", "postMessage({codes: []}); onmessage = () => postMessage({failed: true})"],
    ids=["not fetched", "hangs", "fails"],
)
def test_broken_decoder_is_replaced(tmp_path: Path, filming: Filming, door: DoorStub, broken: str | None) -> None:
    """No picture and no network can stop the scanner for long: a decoder that is of no use is started anew."""
    door.broken_decoders = [broken]
    page = film_page(filming(write_mjpeg(tmp_path / "film.mjpeg", [view_of(TICKET)], FRAMES_PER_SECOND)), door)
    expect(page.locator("#line")).to_have_text("The camera's reader did not load.", timeout=8000)
    shown(page, "refused")


def test_door_without_a_camera_says_so_and_takes_typed_codes(page: Page) -> None:
    """Refusing the camera, or having none, leaves the keyboard."""
    page.get_by_role("button", name="Start camera").click()
    expect(page.locator("#line")).to_have_text("No camera.")
    type_code(page, TICKET)
    shown(page, "refused")
