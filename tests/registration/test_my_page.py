"""My page: what each person sees of the day, and what not."""

from datetime import timedelta

import lxml.html
import pytest
from flask import Flask

from eventops import clock
from eventops.agenda.models import Event
from eventops.db import db
from eventops.registration.invitations import admit, audiences_of, revoke, viewer_of
from eventops.registration.links import personal_url
from eventops.registration.models import Registration
from tests.apps import BASE_URL, changing, reading
from tests.cast import CANARY, END, PEOPLE, SPRING, START, Conference, add_conference
from tests.registration.mailbox import Mailbox
from tests.registration.stored import everything, person_by_id


def page_of(app: Flask, cast: Conference, who: str, language: str | None = None) -> str:
    """The path of somebody's page."""
    with reading(app):
        return personal_url(db.session.get_one(Registration, cast.people[who]), language).removeprefix(BASE_URL)


def test_closed_sessions_show_to_who_has_the_right_alone(mailbox: Mailbox, cast: Conference) -> None:
    """On the page, and without a word of it in the calendar file, among the public ones that everybody sees."""
    browser, seen = mailbox.app.test_client(), {}
    for who in PEOPLE:
        url = page_of(mailbox.app, cast, who)
        shown = [browser.get(url).text, browser.get(f"{url}/agenda.ics").text]
        assert ["Keynote speech" in text for text in shown] == [True, True]
        assert CANARY not in shown[1]
        seen[who] = [CANARY in shown[0], shown[1].count("BEGIN:VEVENT") == 2]
    assert seen == {who: [who.startswith("invited")] * 2 for who in PEOPLE}


def test_closed_session_is_marked_by_invitation(mailbox: Mailbox, cast: Conference) -> None:
    """Who sees it also sees that others do not."""
    page = lxml.html.fromstring(mailbox.app.test_client().get(page_of(mailbox.app, cast, "invited onsite", "en")).text)
    closed = page.xpath("//article[contains(@class, 'session-closed')]")
    assert [CANARY in session.text_content() for session in closed] == [True]
    assert "By invitation" in closed[0].text_content()


def test_ticket_shows_to_who_is_confirmed_and_has_a_valid_one(mailbox: Mailbox, cast: Conference) -> None:
    """Nobody else has a picture of one, nor one on their page."""
    browser, seen = mailbox.app.test_client(), {}
    for who in PEOPLE:
        url = page_of(mailbox.app, cast, who)
        seen[who] = browser.get(f"{url}/ticket.png").status_code, "ticket.png" in browser.get(url).text
    assert seen == {who: (404, False) if who in ("cancelled", "pending") else (200, True) for who in PEOPLE}


def test_right_to_closed_sessions_rests_while_not_confirmed(mailbox: Mailbox, cast: Conference) -> None:
    """An invitation is for who takes part."""
    browser, url, seen = mailbox.app.test_client(), page_of(mailbox.app, cast, "invited onsite"), {}
    for state in ("pending", "cancelled", "confirmed"):
        with changing(mailbox.app):
            db.session.get_one(Registration, cast.people["invited onsite"]).state = state
        seen[state] = CANARY in browser.get(url).text
    assert seen == {"pending": False, "cancelled": False, "confirmed": True}


def test_revoked_right_closes_and_granted_again_opens(mailbox: Mailbox, cast: Conference) -> None:
    """The page follows at once; admitting and revoking twice is as once."""
    browser, url = mailbox.app.test_client(), page_of(mailbox.app, cast, "invited onsite")
    seen = []
    for change in (revoke, revoke, admit, admit):
        with changing(mailbox.app):
            change(db.session.get_one(Registration, cast.people["invited onsite"]), cast.audience_id, SPRING)
        seen.append(CANARY in browser.get(url).text)
    assert seen == [False, False, True, True]


def test_admission_to_another_event_s_audience_is_refused(app: Flask) -> None:
    """A right means nothing outside of its event, so it is not stored."""
    with changing(app):
        cast, other = add_conference(), add_conference("other")
        registration = db.session.get_one(Registration, cast.people["onsite"])
        with pytest.raises(ValueError, match="not of this event"):
            admit(registration, other.audience_id, SPRING)
        assert audiences_of(registration.id) == frozenset()


def test_viewer_of_a_person_holds_their_audiences(app: Flask) -> None:
    """As which everything that this person gets is read."""
    with changing(app):
        cast = add_conference()
        invited = viewer_of(db.session.get_one(Registration, cast.people["invited online"]))
    assert (invited.event_id, invited.registration_id) == (cast.event_id, cast.people["invited online"])
    assert (invited.audiences, invited.role, invited.is_system) == (frozenset({cast.audience_id}), None, False)


def test_ticket_shows_as_picture_code_and_short_code(mailbox: Mailbox, cast: Conference) -> None:
    """Copied from the page, the code is whole."""
    url = page_of(mailbox.app, cast, "onsite")
    page = lxml.html.fromstring(mailbox.app.test_client().get(url).text)
    assert page.xpath("//img/@src") == [f"{url}/ticket.png"]
    ticket = person_by_id(mailbox.app, cast.people["onsite"]).ticket
    assert ticket is not None
    assert page.xpath("string(//*[@class='ticket-code'])") == ticket.code
    assert page.xpath("string(//*[@class='ticket-short'])") == ticket.short_code


def test_page_is_kept_by_nobody_and_sets_no_cookie(mailbox: Mailbox, cast: Conference) -> None:
    """Everything behind a personal link is for one person's eyes."""
    browser, url = mailbox.app.test_client(), page_of(mailbox.app, cast, "onsite")
    for path in (url, f"{url}/ticket.png", f"{url}/agenda.ics", f"{url}/cancel"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        assert "Set-Cookie" not in answer.headers


def test_own_clock_comes_first(mailbox: Mailbox, cast: Conference) -> None:
    """Somebody who goes by Danish clocks reads these first, whatever language the page is in."""
    page = lxml.html.fromstring(mailbox.app.test_client().get(page_of(mailbox.app, cast, "online", "en")).text)
    (large,) = page.xpath("//*[contains(@class, 'clocks-large')]")
    assert [span.text_content() for span in large] == [
        "Tuesday 7 May 2024",
        "10:00–13:00 Danish and Norwegian time",
        "11:00–14:00 Finnish time",
    ]


def test_cancelling_is_offered_to_who_can(mailbox: Mailbox, cast: Conference) -> None:
    """Not to those who did so already, and to nobody once the day is over."""
    browser, urls = mailbox.app.test_client(), {who: page_of(mailbox.app, cast, who) for who in PEOPLE}

    def offers() -> dict[str, bool]:
        return {who: f'href="{url}/cancel"' in browser.get(url).text for who, url in urls.items()}

    assert offers() == {who: who != "cancelled" for who in PEOPLE}
    clock.move_to(START + timedelta(days=1))
    assert offers() == dict.fromkeys(PEOPLE, False)


def test_cancelling_needs_a_post(mailbox: Mailbox, cast: Conference) -> None:
    """GET asks and changes nothing; POST twice is as once."""
    browser, url = mailbox.app.test_client(), page_of(mailbox.app, cast, "onsite")
    before = everything(mailbox.app)
    assert browser.get(f"{url}/cancel").status_code == 200
    assert browser.head(f"{url}/cancel").status_code == 200
    assert everything(mailbox.app) == before
    assert browser.post(f"{url}/cancel").location == url
    after = everything(mailbox.app)
    assert {table for table in after if after[table] != before[table]} == {"registrations", "tickets", "letters"}
    assert browser.post(f"{url}/cancel").location == url
    assert everything(mailbox.app) == after


def test_cancelling_ends_with_the_day(mailbox: Mailbox, cast: Conference) -> None:
    """Then there is nothing left to cancel: 409, and nothing is stored."""
    browser, url = mailbox.app.test_client(), page_of(mailbox.app, cast, "onsite")
    clock.move_to(END + timedelta(hours=9, minutes=59))
    assert browser.get(f"{url}/cancel").status_code == 200
    clock.move_to(END + timedelta(hours=10))
    before = everything(mailbox.app)
    assert browser.get(f"{url}/cancel").status_code == 409
    assert browser.post(f"{url}/cancel").status_code == 409
    assert everything(mailbox.app) == before


def test_page_says_until_when_data_is_kept(mailbox: Mailbox, cast: Conference) -> None:
    """30 days after 7 May, as a date in words."""
    browser = mailbox.app.test_client()
    assert "Thursday 6 June 2024" in browser.get(page_of(mailbox.app, cast, "onsite", "en")).text
    assert "Thursday 6 June 2024" in browser.get("/en/conference/privacy").text


def test_privacy_notice_names_the_controllers_and_is_linked_from_the_form(mailbox: Mailbox, cast: Conference) -> None:
    """Who is responsible, whom to write to, and a way there before anybody agrees."""
    browser = mailbox.app.test_client()
    notice = browser.get("/en/conference/privacy").text
    assert ("Luckan Integration" in notice, 'href="mailto:events@example.org"' in notice) == (True, True)
    assert 'href="/en/conference/privacy"' in browser.get("/en/conference/sign-up").text


def test_pages_of_an_unpublished_event_are_missing(mailbox: Mailbox, cast: Conference) -> None:
    """As if there were no such event."""
    with changing(mailbox.app):
        db.session.get_one(Event, cast.event_id).published_at = None
    browser = mailbox.app.test_client()
    for page in ("sign-up", "sign-up/sent", "privacy", "confirm/x", "my/x"):
        assert browser.get(f"/en/conference/{page}").data == browser.get(f"/en/missing/{page}").data
    assert browser.post("/en/conference/sign-up", data={}).status_code == 404
