"""Asking for a link that was lost."""

from __future__ import annotations

from datetime import timedelta

import lxml.html
import pytest
import time_machine
from flask.testing import FlaskClient

from eventops import clock
from eventops.db import db
from eventops.registration.forget import forget
from eventops.registration.models import Registration
from tests.apps import MakeApp, changing
from tests.cast import END, SPRING, Conference, add_conference
from tests.registration.mailbox import Mailbox
from tests.registration.stored import everything, letters

URL = "/en/conference/resend"
CONFIRMED, PENDING = "onsite@example.org", "pending@example.org"


@pytest.fixture
def browser(mailbox: Mailbox, cast: Conference) -> FlaskClient:
    return mailbox.app.test_client()


def ask(browser: FlaskClient, email: str, url: str = URL) -> tuple[int, str | None]:
    answer = browser.post(url, data={"email": email})
    return answer.status_code, answer.location


def test_confirmed_person_gets_their_link_again(mailbox: Mailbox, browser: FlaskClient) -> None:
    """However the address is spelt: a letter with the link to their page, which says that it was asked for."""
    assert ask(browser, " ONSITE@Example.org ") == (303, f"{URL}?sent=")
    letter = mailbox.deliver_one()
    assert letter.to == CONFIRMED
    assert browser.get(letter.link("/my/")).status_code == 200
    assert "/my/" in letter.html


def test_pending_person_gets_another_question(mailbox: Mailbox, browser: FlaskClient) -> None:
    """Their link is the one that confirms their address; it works for three days from now on."""
    ask(browser, PENDING)
    link = mailbox.deliver_one().link("/confirm/")
    clock.move_to(SPRING + timedelta(days=2, hours=23))
    assert browser.get(link).status_code == 200
    clock.move_to(SPRING + timedelta(days=3, minutes=1))
    assert browser.get(link).status_code == 410


def test_others_get_no_letter(mailbox: Mailbox, browser: FlaskClient, cast: Conference) -> None:
    """Who has cancelled, who was forgotten, who never signed up; and who could not confirm any more."""
    with changing(mailbox.app):
        forget(db.session.get_one(Registration, cast.people["online"]), SPRING)
    for email in ("cancelled@example.org", "online@example.org", "nobody@example.org"):
        assert ask(browser, email) == (303, f"{URL}?sent=")
    clock.move_to(END)
    ask(browser, PENDING)
    assert letters(mailbox.app) == []


def test_link_is_sent_after_the_day_too(mailbox: Mailbox, browser: FlaskClient) -> None:
    """My page is there until the data is deleted."""
    clock.move_to(END + timedelta(days=3))
    ask(browser, CONFIRMED)
    assert mailbox.deliver_one().to == CONFIRMED


def test_link_is_sent_once_in_ten_minutes(mailbox: Mailbox, browser: FlaskClient) -> None:
    """However often somebody asks, and signs up besides; and each person for themselves."""
    sent = []
    for seconds in (0, 1, 599, 601, 1200, 1202):
        clock.move_to(SPRING + timedelta(seconds=seconds))
        ask(browser, CONFIRMED)
        sent.append(len(letters(mailbox.app)))
    ask(browser, "invited.online@example.org")
    assert [*sent, len(letters(mailbox.app))] == [1, 1, 1, 2, 2, 3, 4]


@pytest.mark.parametrize(
    "email", ["", "asa@", "a@example.org,b@example.org", "a" * 300 + "@example.org", "a\0@example.org", "å@example.org"]
)
def test_address_that_is_none_is_refused_beside_its_field(mailbox: Mailbox, browser: FlaskClient, email: str) -> None:
    """422, with the error beside the field and what was typed kept; nothing is stored or counted."""
    before = everything(mailbox.app)
    answer = browser.post(URL, data={"email": email})
    page = lxml.html.document_fromstring(answer.text)
    assert answer.status_code == 422
    assert page.xpath("//*[@id='email-error']//text()[contains(., 'rite')]") != []
    assert page.xpath("//input[@aria-invalid]/@name") == ["email"]
    assert everything(mailbox.app) == before


def test_link_is_of_the_event_that_was_asked(mailbox: Mailbox, browser: FlaskClient, cast: Conference) -> None:
    """Who is registered for two gets the link of one; an event that is not there is a missing page."""
    with changing(mailbox.app):
        add_conference("another")
    ask(browser, CONFIRMED, "/en/another/resend")
    assert [letter.link("/my/").split("/")[2] for letter in mailbox.deliver()] == ["another"]
    assert ask(browser, CONFIRMED, "/en/nothing/resend")[0] == 404


def test_network_that_asks_too_often_has_to_wait(make_app: MakeApp, mailbox: Mailbox, cast: Conference) -> None:
    """It goes by the setting of sign-ups, and they are counted apart."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        browser = make_app(sign_ups_per_network=2).test_client()
        statuses = [ask(browser, f"{n}@example.org")[0] for n in range(3)]
        answer = browser.post(URL, data={"email": CONFIRMED})
        assert (statuses, answer.headers["Retry-After"]) == ([303, 303, 429], "900")
        real.shift(timedelta(minutes=15))
        assert ask(browser, "another@example.org")[0] == 303
    assert letters(mailbox.app) == []


def test_programme_and_form_lead_to_the_page(browser: FlaskClient) -> None:
    """Whoever lost a link finds the way, and is told what happened."""
    for path in ("/en/conference/", "/en/conference/sign-up"):
        assert URL in lxml.html.document_fromstring(browser.get(path).text).xpath("//a/@href")
    headings = [
        lxml.html.document_fromstring(browser.get(path).text).xpath("string(//h1)") for path in (URL, f"{URL}?sent=")
    ]
    assert headings == ["Lost your link?", "Look into your mail"]


def test_page_sets_no_cookie(browser: FlaskClient) -> None:
    """Strangers get none."""
    answers = [browser.get(URL), browser.post(URL, data={"email": CONFIRMED}), browser.post(URL, data={})]
    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], []]
