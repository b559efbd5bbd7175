"""The sign-up page and what it stores."""

from datetime import timedelta
from threading import Barrier, Thread

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventops import clock
from tests.apps import MakeApp
from tests.cast import END, SPRING, Conference
from tests.registration.mailbox import Mailbox
from tests.registration.stored import FORM, everything, letters, person

URL = "/en/conference/sign-up"
BAD: dict[str, dict[str, str]] = {
    "nothing": dict.fromkeys(FORM, ""),
    "long name": FORM | {"name": "n" * 10_000},
    "long address": FORM | {"email": "a" * 10_000 + "@example.org"},
    "NUL in the name": FORM | {"name": "Anna\0"},
    "NUL in the address": FORM | {"email": "anna\0@example.org"},
    "line break in the name": FORM | {"name": "Anna\r\nBcc: berit@example.org"},
    "line break in the address": FORM | {"email": "anna@example.org\r\nBcc: berit@example.org"},
    "two addresses": FORM | {"email": "anna@example.org,berit@example.org"},
    "direction override": FORM | {"name": "Anna\u202egnp.exe"},
    "unknown mode": FORM | {"mode": "telepathy"},
    "unknown language": FORM | {"language": "\0"},
    "no consent": FORM | {"privacy": ""},
}


@pytest.fixture
def browser(mailbox: Mailbox, cast: Conference) -> FlaskClient:
    return mailbox.app.test_client()


def test_bad_form_is_answered_and_not_stored(mailbox: Mailbox, browser: FlaskClient) -> None:
    """422, and nothing in the database changes, however hostile it is."""
    before = everything(mailbox.app)
    assert {what: browser.post(URL, data=form).status_code for what, form in BAD.items()} == dict.fromkeys(BAD, 422)
    assert everything(mailbox.app) == before


def test_bad_form_keeps_what_was_typed_and_leads_to_the_first_mistake(browser: FlaskClient) -> None:
    """Nobody types twice; the summary links each field, and the cursor stands in the first."""
    page = lxml.html.fromstring(browser.post(URL, data=FORM | {"email": "asa@", "privacy": ""}).text)
    assert page.xpath("//input[@name='name']/@value") == [FORM["name"]]
    assert page.xpath("//input[@name='email']/@value") == ["asa@"]
    assert page.xpath("//input[@name='mode'][@checked]/@value") == ["onsite"]
    assert page.xpath("//select[@name='language']/option[@selected]/@value") == ["sv"]
    assert page.xpath("//*[@autofocus]/@name") == ["email"]
    assert page.xpath("//*[contains(@class, 'error-summary')]//a/@href") == ["#email", "#privacy"]
    assert page.xpath("//*[@aria-invalid]/@name") == ["email", "privacy"]


def test_form_in_another_encoding_is_no_server_error(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Bytes that are no UTF-8, fields twice, JSON, nothing: an answer, and nothing stored that was not typed."""
    before = everything(mailbox.app)
    form = "application/x-www-form-urlencoded"
    for body, kind in ((b"name=%ff%fe&email=%ff", form), (b"\xff\xfe", form), (b"{}", "application/json"), (b"", form)):
        assert browser.post(URL, data=body, content_type=kind).status_code == 422
    assert everything(mailbox.app) == before


def test_html_in_a_name_is_text_everywhere(mailbox: Mailbox, browser: FlaskClient) -> None:
    """On the form, the page that confirms, my page, and in letters."""
    name = "<img src=x onerror=alert(1)>\"'&{{7*7}}%(x)s"
    assert "<img src=x" not in browser.post(URL, data=FORM | {"name": name, "email": ""}).text
    assert browser.post(URL, data=FORM | {"name": name, "language": "en"}).status_code == 303
    letter = mailbox.deliver_one()
    confirm = letter.link("/confirm/")
    pages = [browser.get(confirm).text]
    pages.append(browser.get(browser.post(confirm).location).text)
    pages += [letter.html, mailbox.deliver_one().html]
    assert [page.count("<img src=x") for page in pages] == [0, 0, 0, 0]
    assert ["&lt;img src=x onerror=alert(1)&gt;" in page and "{{7*7}}" in page for page in pages] == [True] * 4


def test_reader_goes_by_the_clock_of_their_language(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Swedish is read in Finland here, Norwegian in Norway, English where the event is."""
    zones = {}
    for language in ("en", "fi", "sv", "da", "nb"):
        email = f"{language}@example.org"
        browser.post(URL, data=FORM | {"email": email, "language": language})
        zones[language] = person(mailbox.app, email).zone.removeprefix("Europe/")
    assert zones == {"en": "Helsinki", "fi": "Helsinki", "sv": "Helsinki", "da": "Copenhagen", "nb": "Oslo"}


def test_pending_person_who_signs_up_again_changes_the_answers(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Until the address is confirmed the last form counts, but for the address's spelling; a second letter waits."""
    browser.post(URL, data=FORM)
    browser.post(URL, data=FORM | {"email": "ASA@example.org", "name": "Åsa", "mode": "online", "language": "da"})
    found = person(mailbox.app, FORM["email"])
    assert (found.name, found.attendance_mode, found.language, found.zone) == (
        "Åsa",
        "online",
        "da",
        "Europe/Copenhagen",
    )
    assert letters(mailbox.app) == [("confirm_address", "queued")]
    clock.move_to(SPRING + timedelta(minutes=11))
    browser.post(URL, data=FORM)
    browser.post(URL, data=FORM)
    assert letters(mailbox.app) == [("confirm_address", "queued")] * 2


def test_letters_to_one_address_get_rarer(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Whoever signs somebody up all day long sends them three letters that day, and one on each day after."""
    sent = []
    for passed in (0, 9, 11, 59, 61, 600, 1439, 1441, 2879, 2881):
        clock.move_to(SPRING + timedelta(minutes=passed))
        assert browser.post(URL, data=FORM).status_code == 303
        sent.append(len(letters(mailbox.app)))
    assert sent == [1, 1, 2, 2, 3, 3, 3, 4, 4, 5]


def test_network_that_signs_up_too_many_has_to_wait(make_app: MakeApp, mailbox: Mailbox, cast: Conference) -> None:
    """A page says so and nothing is stored; other networks sign up, and forms with mistakes were not counted."""
    app = make_app(sign_ups_per_network=2)
    browser = app.test_client()
    assert [browser.post(URL, data=BAD[what]).status_code for what in ("nothing", "long name")] == [422, 422]
    for number in range(2):
        assert browser.post(URL, data=FORM | {"email": f"{number}@example.org"}).status_code == 303
    before = everything(app)
    answer = browser.post(URL, data=FORM)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "Wait a few minutes, then try again." in answer.text
    assert everything(app) == before
    assert browser.post(URL, data=FORM, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 303


def test_confirmed_person_is_not_changed_by_the_form(mailbox: Mailbox, browser: FlaskClient, cast: Conference) -> None:
    """Whoever writes their address gets nothing; the person gets their link, at most once in ten minutes."""
    before = everything(mailbox.app)
    for _ in range(3):
        browser.post(URL, data=FORM | {"email": "Invited.Onsite@example.org", "name": "Somebody else"})
    after = everything(mailbox.app)
    assert {table for table in after if after[table] != before[table]} == {"letters", "sign_in_attempts"}
    letter = mailbox.deliver_one()
    assert letter.to == "invited.onsite@example.org"
    assert "Somebody else" not in letter.text + letter.html
    assert browser.get(letter.link("/my/")).status_code == 200


def test_cancelled_person_who_signs_up_again_is_pending(mailbox: Mailbox, browser: FlaskClient) -> None:
    """In the row that the address had, as it was spelt; ticket and cancellation stand until they confirm."""
    before = person(mailbox.app, "cancelled@example.org")
    browser.post(URL, data=FORM | {"email": "Cancelled@example.org"})
    found = person(mailbox.app, "cancelled@example.org")
    assert (found.state, found.name, found.cancelled_at) == ("pending", FORM["name"], before.cancelled_at)
    assert found.ticket is not None
    assert found.ticket.revoked_at is not None
    assert mailbox.deliver_one().to == "cancelled@example.org"


def test_four_identical_forms_at_once_are_one_registration(mailbox: Mailbox, cast: Conference) -> None:
    """A double click is one person and one letter."""
    before = len(everything(mailbox.app)["registrations"])
    assert post_at_once(mailbox.app, URL, FORM) == [303] * 4
    assert len(everything(mailbox.app)["registrations"]) == before + 1
    assert letters(mailbox.app) == [("confirm_address", "queued")]


def test_four_confirmations_and_cancellations_at_once_are_one_each(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Whoever comes second sees what the first did: one ticket, one letter of each kind."""
    browser.post(URL, data=FORM)
    assert post_at_once(mailbox.app, mailbox.deliver_one().link("/confirm/")) == [303] * 4
    assert post_at_once(mailbox.app, mailbox.deliver_one().link("/my/") + "/cancel") == [303] * 4
    assert [letter.link("/sign-up") for letter in mailbox.deliver()] == ["/sv/conference/sign-up"]
    found = person(mailbox.app, FORM["email"])
    assert found.ticket is not None
    assert found.ticket.revoked_at == found.cancelled_at is not None


def test_sign_up_ends_with_the_public_part(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Until its last second the form is there; then a page says that it is over, and nothing is stored."""
    clock.move_to(END - timedelta(minutes=1))
    assert browser.get(URL).status_code == 200
    clock.move_to(END)
    before = everything(mailbox.app)
    for answer in (browser.get(URL), browser.post(URL, data=FORM)):
        assert answer.status_code == 409
        assert "<form" not in answer.text
    assert everything(mailbox.app) == before


def test_form_sent_from_another_site_is_refused(mailbox: Mailbox, browser: FlaskClient) -> None:
    """The browser says where it comes from; nothing is stored."""
    before = everything(mailbox.app)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post(URL, data=FORM, headers=headers).status_code == 403
    assert everything(mailbox.app) == before


def post_at_once(app: Flask, url: str, form: dict[str, str] | None = None) -> list[int]:
    """Post the same four times at the same moment, and give the statuses."""
    ready, statuses = Barrier(4), list[int]()

    def post() -> None:
        browser = app.test_client()
        ready.wait()
        statuses.append(browser.post(url, data=form).status_code)

    threads = [Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses
