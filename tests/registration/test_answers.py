"""Answering an invitation: what follows goes to the invited address, whoever holds the link."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from eventops import clock
from eventops.agenda.models import Event
from eventops.db import db
from eventops.registration.answers import accept, decline, propose
from eventops.registration.form import SignUpForm
from eventops.registration.invitations import revoke
from eventops.registration.invite import approve, revoke_invitation
from eventops.registration.invite_form import InviteForm
from eventops.registration.models import Invitation, Registration, Substitute
from tests.apps import BASE_URL, changing
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, SPRING, START, Conference, add_conference
from tests.registration.invited import ACCEPT, FREJA, admissions, answer, invitation_of, invited, organising
from tests.registration.mailbox import Mailbox
from tests.registration.stored import everything, person

UNTIL = SPRING + timedelta(days=14)


@pytest.fixture
def link(mailbox: Mailbox, cast: Conference) -> str:
    """Freja's link."""
    return invited(mailbox.app, cast)


@pytest.fixture
def browser(mailbox: Mailbox) -> FlaskClient:
    return mailbox.app.test_client()


def test_page_says_for_whom_and_until_when_and_names_nothing_closed(browser: FlaskClient, link: str) -> None:
    """The title of the event, the name, both clocks; no word of the closed part, and no bare time."""
    page = browser.get(link)
    text = " ".join(visible_text(page.text).split())
    assert page.status_code == 200
    assert "Freja Eksempel" in text
    assert "The Potential of Civil Society" in text
    assert "29. april 2024" in text
    assert CANARY not in page.text
    assert FREJA.email not in page.text
    assert bare_times(text) == []


def test_looking_changes_nothing(mailbox: Mailbox, browser: FlaskClient, link: str) -> None:
    """GET and HEAD, before the answer and after it."""
    for fields in ({}, ACCEPT, {"action": "decline"}):
        answer(browser, link, **fields) if fields else None
        before = everything(mailbox.app)
        for method in ("GET", "HEAD") * 2:
            assert browser.open(link, method=method).status_code == 200
        assert everything(mailbox.app) == before


def test_accepting_registers_the_invited_address_and_writes_to_it(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """One letter with the ticket and the personal link, where the closed part stands; the page has neither."""
    mailbox.deliver()
    done = answer(browser, link, **ACCEPT)
    registration = person(mailbox.app, FREJA.email)
    assert registration.ticket is not None
    assert (registration.name, registration.state, registration.attendance_mode, registration.language) == (
        *("Freja Eksempel", "confirmed", "onsite", "da"),
    )
    assert (done.status_code, done.request.path) == (200, link)
    assert "f…@example.org" in done.text
    for secret in (FREJA.email, registration.ticket.code, registration.ticket.short_code, "/my/", CANARY):
        assert secret not in done.text
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}
    letter = mailbox.deliver_one()
    assert letter.to == FREJA.email
    assert registration.ticket.code in letter.text
    assert CANARY in letter.text
    assert CANARY in browser.get(letter.link("/my/")).text
    invitation = invitation_of(mailbox.app)
    assert (invitation.answer, invitation.registration_id) == ("accepted", registration.id)


def test_forwarded_invitation_admits_nobody_else(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """Whoever it was passed on to sees no ticket, no link and no closed title, cannot write another name or address
    into it, and is not registered; there is one admission, the invited person's."""
    mailbox.deliver()
    answer(browser, link, **ACCEPT)
    mine = mailbox.deliver_one().link("/my/")
    second = mailbox.app.test_client()
    forged = ACCEPT | {"name": "Somebody Else", "email": "else@example.org", "mode": "online"}
    before = everything(mailbox.app)
    pages = [second.get(link), answer(second, link, **forged), second.get(link)]
    assert everything(mailbox.app) == before
    ticket = person(mailbox.app, FREJA.email).ticket
    assert ticket is not None
    for page in pages:
        assert page.status_code == 200
        for secret in (ticket.code, ticket.short_code, mine, "/my/", FREJA.email, CANARY):
            assert secret not in page.text + str(page.headers)
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}
    assert mailbox.deliver() == []


def test_whoever_it_was_forwarded_to_and_accepts_first_gets_nothing(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """Name and address stay the invited ones, and the only letter goes there."""
    mailbox.deliver()
    page = answer(browser, link, **ACCEPT | {"name": "Somebody Else", "email": "else@example.org"})
    assert CANARY not in page.text
    assert person(mailbox.app, FREJA.email).name == "Freja Eksempel"
    assert mailbox.deliver_one().to == FREJA.email
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}


def test_accepting_at_the_same_moment_makes_one_registration(mailbox: Mailbox, cast: Conference, link: str) -> None:
    """Two browsers, or two clicks: one registration, one admission, one letter."""
    mailbox.deliver()

    def accept(_number: int) -> int:
        return mailbox.app.test_client().post(link, data=ACCEPT).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(accept, range(4))) == [303] * 4
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}
    assert person(mailbox.app, FREJA.email).state == "confirmed"
    mailbox.deliver_one()


@pytest.mark.parametrize("who", ["onsite", "cancelled", "pending"])
def test_somebody_registered_is_taken_up(mailbox: Mailbox, cast: Conference, browser: FlaskClient, who: str) -> None:
    """Confirmed and admitted, in the way now chosen; a letter says so with their link, and to who was confirmed no
    new ticket is sent."""
    email = f"{who}@example.org"
    link = invited(mailbox.app, cast, InviteForm(email.upper().replace("EXAMPLE.ORG", "example.org"), "New Name", "nb"))
    mailbox.deliver()
    shown = answer(browser, link, **ACCEPT | {"mode": "online", "language": "nb"})
    assert f"{who[0].upper()}…@example.org" in shown.text
    found = [row for row in everything(mailbox.app)["registrations"] if cast.people[who] in row]
    assert len(found) == 1
    letter = mailbox.deliver_one()
    assert letter.to == (email if who == "onsite" else f"{who.upper()}@example.org")
    assert CANARY in letter.text
    page = browser.get(letter.link("/my/"))
    assert CANARY in page.text
    assert ("New Name" in page.text) == (who != "onsite")
    assert (len(letter.pictures) == 0) == (who == "onsite")
    with changing(mailbox.app):
        registration = db.session.get_one(Registration, cast.people[who])
        assert (registration.state, registration.attendance_mode, registration.language, registration.zone) == (
            *("confirmed", "online", "nb", "Europe/Oslo"),
        )


def test_mistakes_are_answered_beside_their_fields(mailbox: Mailbox, cast: Conference, browser: FlaskClient) -> None:
    """422 with what was typed; an invitation without a name asks for one; nothing is stored."""
    link = invited(mailbox.app, cast, InviteForm("nameless@example.org", "", "en"))
    before = everything(mailbox.app)
    wrong: list[tuple[dict[str, str], list[str]]] = [
        ({}, ["answer"]),
        ({"action": "accept"}, ["name", "mode", "language", "privacy"]),
        (ACCEPT | {"name": "\u202e"}, ["name"]),
        ({"action": "substitute"}, ["substitute_name", "substitute_email"]),
        (
            {"action": "substitute", "substitute_name": "N", "substitute_email": "NAMELESS@example.org"},
            ["substitute_email"],
        ),
    ]
    for fields, named in wrong:
        page = browser.post(link, data=fields)
        assert page.status_code == 422
        assert [name for name in named if f'href="#{name}"' not in page.text] == []
    assert everything(mailbox.app) == before
    answer(browser, link, **ACCEPT | {"name": "Nina"})
    assert person(mailbox.app, "nameless@example.org").name == "Nina"


def test_declining_may_be_taken_back_until_the_expiry(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """No, yes, no after all: the admission comes and goes, the registration stays."""
    answer(browser, link, action="decline")
    assert invitation_of(mailbox.app).answer == "declined"
    assert admissions(mailbox.app, cast) == {}
    answer(browser, link, **ACCEPT)
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}
    clock.move_to(UNTIL + timedelta(days=1))
    assert answer(browser, link, action="decline").status_code == 410
    assert admissions(mailbox.app, cast) == {}
    assert person(mailbox.app, FREJA.email).state == "confirmed"
    before = everything(mailbox.app)
    assert browser.post(link, data=ACCEPT).status_code == 410
    assert everything(mailbox.app) == before


def test_declining_leaves_what_was_granted_by_hand(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """Only what the invitation gave is taken back."""
    answer(browser, link, **ACCEPT)
    with changing(mailbox.app):
        registration = db.session.get_one(Registration, person(mailbox.app, FREJA.email).id)
        registration.admissions[0].granted_through = "hand"
    answer(browser, link, action="decline")
    assert admissions(mailbox.app, cast) == {FREJA.email: "hand"}


def test_invitation_ends_at_its_very_instant(mailbox: Mailbox, browser: FlaskClient, link: str) -> None:
    """A microsecond before it, it is answered; at it, it is not, and nothing is stored."""
    standing = mailbox.app.test_client()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: UNTIL)
        before = everything(mailbox.app)
        for page in (standing.get(link), standing.post(link, data=ACCEPT), standing.post(link, data={"action": "?"})):
            assert (page.status_code, "events@example.org" in page.text) == (410, True)
        assert everything(mailbox.app) == before
        patch.setattr(clock, "now", lambda: UNTIL - timedelta(microseconds=1))
        assert standing.get(link).status_code == 200
        assert standing.post(link, data=ACCEPT).status_code == 303


def test_event_that_is_over_takes_no_answer(mailbox: Mailbox, browser: FlaskClient, link: str) -> None:
    """Accepted before or not."""
    answer(browser, link, **ACCEPT)
    clock.move_to(START + timedelta(days=1))
    before = everything(mailbox.app)
    for page in (browser.get(link), browser.post(link, data={"action": "decline"})):
        assert (page.status_code, "events@example.org" in page.text) == (409, True)
    assert everything(mailbox.app) == before


def test_revoking_ends_link_and_admission_with_the_next_request(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """My page loses the closed part at once; the link says so and records nothing. The registration stays."""
    mailbox.deliver()
    answer(browser, link, **ACCEPT)
    mine = mailbox.deliver_one().link("/my/")
    assert CANARY in browser.get(mine).text
    with organising(mailbox.app, cast):
        revoke_invitation(db.session.get_one(Invitation, invitation_of(mailbox.app).id), clock.now())
    page = browser.get(mine)
    assert (page.status_code, CANARY in page.text) == (200, False)
    before = everything(mailbox.app)
    for fields in (ACCEPT, {"action": "decline"}, {"action": "substitute"}, {}):
        gone = browser.post(link, data=fields)
        assert (gone.status_code, "events@example.org" in gone.text) == (410, True)
    assert browser.get(link).status_code == 410
    assert everything(mailbox.app) == before


def test_link_of_a_former_invitation_opens_nothing(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """Invited anew after it was revoked, the person has another link."""
    with organising(mailbox.app, cast):
        revoke_invitation(db.session.get_one(Invitation, invitation_of(mailbox.app).id), clock.now())
    anew = invited(mailbox.app, cast)
    assert anew != link
    assert [browser.get(path).status_code for path in (link, anew)] == [404, 200]
    assert browser.post(link, data=ACCEPT).status_code == 404
    assert admissions(mailbox.app, cast) == {}


def test_link_of_another_event_opens_nothing(mailbox: Mailbox, browser: FlaskClient, link: str) -> None:
    """An invitation is of its event."""
    with changing(mailbox.app):
        other = add_conference("other")
    assert browser.get(link.replace("/conference/", f"/{other.slug}/")).status_code == 404
    assert browser.get(link).status_code == 200


def test_answer_that_meets_a_revocation_changes_nothing(mailbox: Mailbox, cast: Conference, link: str) -> None:
    """It was revoked between opening the page and sending the form, at the very same moment."""
    with organising(mailbox.app, cast):
        revoke_invitation(db.session.get_one(Invitation, invitation_of(mailbox.app).id), clock.now())
    before = everything(mailbox.app)
    with changing(mailbox.app):
        invitation = db.session.get_one(Invitation, invitation_of(mailbox.app).id)
        event = db.session.get_one(Event, cast.event_id)
        accept(invitation, event, SignUpForm(FREJA.name, FREJA.email, "onsite", "da", True), clock.now())
        decline(invitation, event, clock.now())
        propose(invitation, event, "Somebody Else", "else@example.org", clock.now())
    assert everything(mailbox.app) == before


def test_admission_revoked_by_hand_is_not_won_back_by_the_link(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """Declining and accepting again would be the way."""
    answer(browser, link, **ACCEPT)
    with organising(mailbox.app, cast):
        registration = db.session.get_one(Registration, person(mailbox.app, FREJA.email).id)
        revoke(registration, cast.audience_id, clock.now())
    assert admissions(mailbox.app, cast) == {}
    for fields in ({"action": "decline"}, ACCEPT):
        assert browser.post(link, data=fields).status_code == 410
    assert admissions(mailbox.app, cast) == {}


def test_substitute_is_proposed_replaced_and_withdrawn(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """One open proposal at a time; nothing else changes; declining withdraws it."""
    mailbox.deliver()
    for name in ("Ida", "Ida", "Per"):
        shown = answer(browser, link, action="substitute", substitute_name=name, substitute_email=f"{name}@example.org")
        assert name in shown.text
    rows = everything(mailbox.app)["substitutes"]
    assert [("Per" in row, None in row) for row in rows] == [(True, True)]
    assert mailbox.deliver() == []
    answer(browser, link, action="withdraw")
    assert everything(mailbox.app)["substitutes"] == []
    answer(browser, link, action="substitute", substitute_name="Per", substitute_email="per@example.org")
    answer(browser, link, action="decline")
    assert everything(mailbox.app)["substitutes"] == []


def test_link_of_a_replaced_invitation_takes_no_answer(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """The substitute's own letter holds another link."""
    answer(browser, link, action="substitute", substitute_name="Per", substitute_email="per@example.org")
    with organising(mailbox.app, cast):
        (proposal,) = db.session.query(Substitute)
        approve(proposal.id, db.session.get_one(Event, cast.event_id), clock.now(), None)
    assert browser.get(link).status_code == 410
    letters = {letter.to: letter for letter in mailbox.deliver()}
    assert set(letters) == {"per@example.org"}
    assert letters["per@example.org"].link("/invitation/") != link
    before = everything(mailbox.app)
    assert browser.post(link, data=ACCEPT).status_code == 410
    assert everything(mailbox.app) == before


def test_unpublished_event_can_be_invited_to(
    mailbox: Mailbox, cast: Conference, browser: FlaskClient, link: str
) -> None:
    """The invited person answers and has a page, whose links all lead somewhere; strangers know of nothing."""
    with changing(mailbox.app):
        db.session.get_one(Event, cast.event_id).published_at = None
    assert browser.get("/en/conference/").status_code == 404
    invitation_page = browser.get(link)
    assert invitation_page.status_code == 200
    done = answer(browser, link, **ACCEPT)
    mine = [letter for letter in mailbox.deliver() if letter.to == FREJA.email][-1].link("/my/")
    for page in (invitation_page, done, browser.get(mine)):
        assert page.status_code == 200
        assert "/privacy" not in page.text
        assert 'href="/da/conference/"' not in page.text


def test_links_are_at_the_configured_address(mailbox: Mailbox, cast: Conference, link: str) -> None:
    """Whatever the letter's reader asks for: the Host header plays no part."""
    letter = mailbox.deliver_one()
    assert f"{BASE_URL}{link}" in letter.text
    assert letter.links == [link]
