"""Registration's letters: what they say, to whom, and when they are left out."""

from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.db import db
from eventops.languages import LANGUAGES
from eventops.letters.models import Letter as Row
from eventops.letters.shared import sharing
from eventops.registration.forget import forget
from eventops.registration.invitations import admit
from eventops.registration.letters import draft_to
from eventops.registration.links import CONFIRM_WITHIN
from eventops.registration.models import Registration
from eventops.registration.register import cancel, confirm
from tests.apps import changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, SPRING, Conference
from tests.qr import read_qr
from tests.registration.mailbox import Letter, Mailbox
from tests.registration.stored import FORM, everything, person

URL = "/en/conference/sign-up"


def through_all_letters(mailbox: Mailbox, **answers: str) -> dict[str, Letter]:
    """Sign up, confirm, sign up again, cancel: the four letters by their kind."""
    browser, form = mailbox.app.test_client(), FORM | answers
    browser.post(URL, data=form)
    letters = {"confirm_address": mailbox.deliver_one()}
    my_page = browser.post(letters["confirm_address"].link("/confirm/")).location
    letters["confirmed"] = mailbox.deliver_one()
    browser.post(URL, data=form)
    letters["already_registered"] = mailbox.deliver_one()
    browser.post(f"{my_page}/cancel")
    letters["cancelled"] = mailbox.deliver_one()
    return letters


def outcome(app: Flask, kind: str) -> tuple[str, str | None]:
    """What became of the one letter of a kind, and why."""
    with reading(app):
        state, reason = db.session.execute(select(Row.state, Row.reason).where(Row.kind == kind)).one()
        return state, reason


def test_no_link_of_any_letter_changes_anything_by_itself(mailbox: Mailbox, cast: Conference) -> None:
    """Mail scanners and link previews open every link, three times and more; only a POST records."""
    letters = through_all_letters(mailbox)
    browser, before = mailbox.app.test_client(), everything(mailbox.app)
    links = {link for letter in letters.values() for link in letter.links}
    assert len(links) == 4  # confirm, my page, its calendar, sign up
    for link in links:
        assert [browser.open(link, method=method).status_code for method in ("GET", "HEAD") * 3] == [200] * 6
    assert everything(mailbox.app) == before


def test_letters_speak_the_reader_s_language_and_show_no_bare_time(mailbox: Mailbox, cast: Conference) -> None:
    """Each links to pages in it, answers go to the organisers, and every time says whose it is."""
    for language, mode in product(LANGUAGES, ("onsite", "online")):
        letters = through_all_letters(mailbox, mode=mode, language=language, email=f"{language}.{mode}@example.org")
        for letter in letters.values():
            assert letter.message["Content-Language"] == language
            assert letter.message["Reply-To"] == "events@example.org"
            assert "The Potential of Civil Society" in letter.subject
            assert {link.split("/")[1] for link in letter.links} == {language}
            assert bare_times(letter.text) == []
            assert bare_times(visible_text(letter.html)) == []


def test_question_says_until_when_on_both_clocks(mailbox: Mailbox, cast: Conference) -> None:
    """Three days, the reader's own clock first; in the text and in the HTML."""
    mailbox.app.test_client().post(URL, data=FORM | {"language": "da"})
    letter = mailbox.deliver_one()
    until = "torsdag den 18. april 2024 kl. 11.00 dansk og norsk tid (kl. 12.00 finsk tid)".replace("den ", "")
    assert (until in letter.text, until in letter.html) == (True, True)


@pytest.mark.parametrize("mode", ["onsite", "online"])
def test_confirmation_differs_for_onsite_and_online(mailbox: Mailbox, cast: Conference, mode: str) -> None:
    """A code for the door, or one link for the day; the picture comes inline and as a file in both."""
    letter = through_all_letters(mailbox, mode=mode, language="en")["confirmed"]
    ticket = person(mailbox.app, FORM["email"]).ticket
    assert ticket is not None
    inline, attached = letter.pictures.values()
    assert [read_qr(inline), read_qr(attached)] == [ticket.code] * 2
    (content_id, name) = letter.pictures
    assert name == "ticket.png"
    assert f'src="cid:{content_id}"' in letter.html
    assert (ticket.code in letter.text, ticket.short_code in letter.html) == (True, True)
    says = ["Bring this code" in letter.html, "One link for the day" in letter.html]
    assert says == [mode == "onsite", mode == "online"]
    assert "Tuesday 7 May 2024, 11:00–14:00 Finnish time (10:00–13:00 Danish and Norwegian time)" in letter.text


@pytest.mark.parametrize("invited", [True, False])
def test_confirmation_names_closed_sessions_to_the_invited_alone(
    mailbox: Mailbox, cast: Conference, invited: bool
) -> None:
    """With their date and both clocks; to anybody else not a word, raw message and all."""
    browser = mailbox.app.test_client()
    browser.post(URL, data=FORM | {"language": "en"})
    if invited:
        with changing(mailbox.app):
            registration = db.session.scalars(select(Registration).where(Registration.email == FORM["email"])).one()
            admit(registration, cast.audience_id, SPRING)
    browser.post(mailbox.deliver_one().link("/confirm/"))
    letter = mailbox.deliver_one()
    line = f"- Workshop {CANARY}: Tuesday 7 May 2024, 15:00–16:00 Finnish time (14:00–15:00 Danish and Norwegian time)"
    assert (line in letter.text, CANARY in letter.html) == (invited, invited)
    assert (CANARY in letter.message.as_string()) is invited


def test_letters_delivered_together_share_nothing_across_rights(mailbox: Mailbox, cast: Conference) -> None:
    """Whichever is written first, for readers of one language and one clock."""
    told = {}
    for first, second in (("invited onsite", "online"), ("online", "invited onsite")):
        with reading(mailbox.app), sharing():
            for who in (first, second):
                words = draft_to(db.session.get_one(Registration, cast.people[who])).context
                told[first, who] = CANARY in str(words["closed_items"])
    assert told == {pair: pair[1].startswith("invited") for pair in told}


def test_question_to_who_has_answered_is_left_out(mailbox: Mailbox, cast: Conference) -> None:
    """Confirmed by an earlier letter meanwhile."""
    browser = mailbox.app.test_client()
    browser.post(URL, data=FORM)
    confirm_link = mailbox.deliver_one().link("/confirm/")
    clock.move_to(SPRING + timedelta(minutes=11))
    browser.post(URL, data=FORM)
    browser.post(confirm_link)
    assert [letter.pictures.keys() != {} for letter in mailbox.deliver()] == [True]
    with reading(mailbox.app):
        skipped = db.session.scalars(select(Row.reason).where(Row.state == "skipped")).all()
    assert skipped == ["is confirmed"]


def test_ticket_and_link_do_not_reach_who_has_cancelled(mailbox: Mailbox, cast: Conference) -> None:
    """The letters were queued before, and are judged when they are sent."""
    browser = mailbox.app.test_client()
    browser.post(URL, data=FORM)
    my_page = browser.post(mailbox.deliver_one().link("/confirm/")).location
    browser.post(URL, data=FORM)
    browser.post(f"{my_page}/cancel")
    assert mailbox.deliver_one().links == ["/sv/conference/sign-up"]
    assert outcome(mailbox.app, "confirmed") == ("skipped", "is cancelled")
    assert outcome(mailbox.app, "already_registered") == ("skipped", "is cancelled")


def test_farewell_does_not_reach_who_came_back(mailbox: Mailbox, cast: Conference) -> None:
    """Nor does a ticket letter of the first time come beside that of the second."""
    with changing(mailbox.app):
        registration = db.session.get_one(Registration, cast.people["onsite"])
        cancel(registration, SPRING)
    mailbox.app.test_client().post(URL, data=FORM | {"email": "onsite@example.org"})
    assert len(mailbox.deliver()) == 1
    assert outcome(mailbox.app, "cancelled") == ("skipped", "is pending")
    with changing(mailbox.app):
        registration = db.session.get_one(Registration, cast.people["onsite"])
        confirm(registration, SPRING + timedelta(days=2))
        cancel(registration, SPRING + timedelta(days=3))
        registration.state = "pending"
        confirm(registration, SPRING + timedelta(days=4))
    assert len(mailbox.deliver(SPRING + timedelta(days=4))) == 1
    with reading(mailbox.app):
        query = select(Row.reason).where(Row.kind == "confirmed").order_by(Row.queued_at)
        assert list(db.session.scalars(query)) == ["signed up anew since", None]


def test_question_expires_with_its_link(mailbox: Mailbox, cast: Conference) -> None:
    """A letter whose link would be dead is shown as failed and not sent."""
    mailbox.app.test_client().post(URL, data=FORM)
    assert mailbox.deliver(SPRING + CONFIRM_WITHIN + timedelta(minutes=1)) == []
    assert outcome(mailbox.app, "confirm_address")[0] == "failed"


def test_letter_to_who_was_erased_is_left_out(mailbox: Mailbox, cast: Conference) -> None:
    """There is nobody to write to any more."""
    mailbox.app.test_client().post(URL, data=FORM)
    with changing(mailbox.app):
        forget(db.session.scalars(select(Registration).where(Registration.email == FORM["email"])).one(), SPRING)
    assert mailbox.deliver() == []
    assert outcome(mailbox.app, "confirm_address") == ("skipped", "erased")
