"""From the form to the cancellation, over real SMTP."""

import pytest

from tests.cast import Conference
from tests.qr import read_qr
from tests.registration.mailbox import Mailbox
from tests.registration.stored import FORM, letters, person


@pytest.mark.parametrize("mode", ["onsite", "online"])
def test_person_signs_up_confirms_shows_the_code_and_cancels(mailbox: Mailbox, cast: Conference, mode: str) -> None:
    """Each step is a letter, a page and a button; the letter's QR code is the ticket."""
    browser = mailbox.app.test_client()
    sent = browser.post("/sv/conference/sign-up", data=FORM | {"mode": mode})
    assert (sent.status_code, sent.location) == (303, "/sv/conference/sign-up/sent")
    assert browser.get(sent.location).status_code == 200
    assert person(mailbox.app, FORM["email"]).state == "pending"

    question = mailbox.deliver_one()
    assert (question.to, question.message["To"].addresses[0].display_name) == (FORM["email"], FORM["name"])
    confirm = question.link("/confirm/")
    assert "<form" in browser.get(confirm).text
    done = browser.post(confirm)
    assert done.status_code == 303
    registration = person(mailbox.app, FORM["email"])
    assert registration.state == "confirmed"
    assert registration.ticket is not None

    answer = mailbox.deliver_one()
    assert [read_qr(picture) for picture in answer.pictures.values()] == [registration.ticket.code] * 2
    my_page = answer.link("/my/")
    assert done.location == my_page
    shown = browser.get(my_page)
    assert registration.ticket.short_code in shown.text
    assert "Keynote speech" in shown.text
    assert read_qr(browser.get(f"{my_page}/ticket.png").data) == registration.ticket.code

    gone = browser.post(f"{my_page}/cancel")
    assert (gone.status_code, gone.location) == (303, my_page)
    cancelled = person(mailbox.app, FORM["email"])
    assert cancelled.state == "cancelled"
    assert cancelled.ticket is not None
    assert cancelled.ticket.revoked_at == cancelled.cancelled_at
    farewell = mailbox.deliver_one()
    assert farewell.links == ["/sv/conference/sign-up"]
    page = browser.get(my_page)
    assert page.status_code == 200
    assert 'href="/sv/conference/sign-up"' in page.text
    assert registration.ticket.code not in page.text
    assert browser.get(f"{my_page}/ticket.png").status_code == 404
    assert letters(mailbox.app) == [("confirm_address", "sent"), ("confirmed", "sent"), ("cancelled", "sent")]


def test_person_who_cancelled_signs_up_anew(mailbox: Mailbox, cast: Conference) -> None:
    """The new answers count, the ticket's code works again, and each letter comes again."""
    browser = mailbox.app.test_client()
    codes = []
    for mode in ("onsite", "online"):
        browser.post("/sv/conference/sign-up", data=FORM | {"mode": mode})
        browser.post(mailbox.deliver_one().link("/confirm/"))
        registration = person(mailbox.app, FORM["email"])
        assert (registration.state, registration.attendance_mode) == ("confirmed", mode)
        assert registration.ticket is not None
        assert registration.ticket.revoked_at is None
        codes.append(registration.ticket.code)
        my_page = mailbox.deliver_one().link("/my/")
        browser.post(f"{my_page}/cancel")
        assert len(mailbox.deliver()) == 1
    assert codes[0] == codes[1]
