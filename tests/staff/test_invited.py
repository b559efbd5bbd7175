"""Invitations to a team: the letter, its link, and who may join by it."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db, write
from eventops.languages import LANGUAGES
from eventops.staff.accounts import role_in
from eventops.staff.links import invitation_token
from eventops.staff.models import Account, AuditEntry, TeamInvitation
from eventops.staff.team_invitations import KEPT, LASTS, NotOpen, accept, accept_anew, forget_invitations
from eventops.viewer import SYSTEM, seeing
from tests.apps import changing, reading
from tests.bare_times import bare_times
from tests.cast import Conference, add_conference
from tests.registration.mailbox import Letter, Mailbox
from tests.staff.team import PASSWORD, add_staff, csrf_token, hashed, page_of, sign_in, signed_in, type_password

TEAM = "/en/desk/conference/team"
EMAIL = "ida@example.org"
FORM = {"email": EMAIL, "role": "editor", "language": "en"}
ANSWERS = {"name": "Ida Ny", "new": PASSWORD, "again": PASSWORD}


@pytest.fixture
def app(mailbox: Mailbox) -> Flask:
    return mailbox.app


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    return cast


@pytest.fixture
def owner(app: Flask, cast: Conference) -> FlaskClient:
    return signed_in(app, "owner@example.org")


def post(client: FlaskClient, path: str, **form: str) -> TestResponse:
    """Send a form of the team's page."""
    return client.post(f"{TEAM}/{path}", data={"csrf_token": csrf_token(client, TEAM), **form})


def invite(owner: FlaskClient, **form: str) -> TestResponse:
    return post(owner, "invite", **{**FORM, **form})


def answer(client: FlaskClient, link: str, **form: str) -> TestResponse:
    """Press the button of the link's page, which is open."""
    return client.post(link, data={"csrf_token": csrf_token(client), **form})


def heading(response: TestResponse) -> str:
    return str(page_of(response).xpath("string(//h1)"))


def error_of(response: TestResponse, field: str) -> str:
    return str(page_of(response).xpath(f"string(//*[@id='{field}-error'])"))


def the_invitation(app: Flask) -> TeamInvitation:
    with reading(app):
        return db.session.scalars(select(TeamInvitation)).one()


def token_of(app: Flask, invitation_id: UUID) -> str:
    with app.app_context():
        return invitation_token(invitation_id)


def role_of(app: Flask, cast: Conference, email: str = EMAIL) -> str | None:
    with reading(app):
        account = db.session.scalars(select(Account).where(Account.email == email)).one_or_none()
        return role_in(account.id, cast.event_id) if account else None


def actions(app: Flask) -> list[tuple[str, UUID | None]]:
    """What the trail says of invitations: what was done, and by whom."""
    with reading(app):
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.at))
        return [(entry.action, entry.account_id) for entry in entries]


def letter_to(mailbox: Mailbox, owner: FlaskClient, **form: str) -> Letter:
    assert invite(owner, **form).status_code == 303
    return mailbox.deliver_one()


def test_invited_person_makes_an_account_and_joins(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """By the letter's link, a name and a password; then they sign in and are where they work."""
    letter = letter_to(mailbox, owner, email=" Ida@Example.org ")
    assert (letter.to, letter.subject) == (EMAIL, "You are invited to work on The Potential of Civil Society")
    assert "Åsa Öberg invites you to the team that runs The Potential of Civil Society." in letter.text
    assert "Your role: Editor" in letter.text
    ida, link = app.test_client(), letter.link("/invited/")
    page = ida.get(link)
    assert (page.status_code, heading(page)) == (200, "You are invited to the team")
    facts = page_of(page).xpath("//dl[@class='facts']//dd")
    assert [" ".join(fact.text_content().split()) for fact in facts[:4]] == [
        "The Potential of Civil Society",
        "Editor",
        "Åsa Öberg",
        EMAIL,
    ]
    response = answer(ida, link, **ANSWERS)
    assert response.status_code == 303
    assert "Welcome to the team" in ida.get(response.location).text
    entered = sign_in(ida, EMAIL, path=response.location)
    assert entered.location == "/en/desk/conference/"
    assert ida.get(entered.location).status_code == 200
    with reading(app):
        account = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
    owner_id = the_invitation(app).invited_by
    assert (account.name, role_of(app, cast)) == ("Ida Ny", "editor")
    assert actions(app) == [("staff.invite", owner_id), ("staff.join", account.id)]


def test_letter_speaks_the_chosen_language_and_shows_no_bare_time(mailbox: Mailbox, owner: FlaskClient) -> None:
    """Whatever language the owner reads; its link leads to a page in the same."""
    for language in LANGUAGES:
        letter = letter_to(mailbox, owner, email=f"{language}@example.org", language=language)
        assert letter.message["Content-Language"] == language
        assert letter.link("/invited/").startswith(f"/{language}/sign-in/invited/")
        assert bare_times(letter.text) == []


def test_looking_at_an_invitation_uses_nothing_up(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """Mail scanners open every link; only a POST with the form's token joins."""
    link = letter_to(mailbox, owner).link("/invited/")
    client = app.test_client()
    assert [client.open(link, method=method).status_code for method in ("GET", "HEAD") * 3] == [200] * 6
    assert client.post(link, data=ANSWERS).status_code == 403
    assert the_invitation(app).accepted_at is None
    assert answer(client, link, **ANSWERS).status_code == 303


def test_invitation_is_good_once(mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """Who comes later is told that it was accepted: 410."""
    link = letter_to(mailbox, owner).link("/invited/")
    assert answer(app.test_client(), link, **ANSWERS).status_code == 303
    other = app.test_client()
    for response in (other.get(link), answer(other, link, **ANSWERS)):
        assert (response.status_code, heading(response)) == (410, "This invitation was accepted")


def test_invitation_runs_out_after_seven_days_of_real_time(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """To the instant; the demo's clock does not matter. Sent again, it is good once more."""
    with time_machine.travel(clock.real_now(), tick=False) as real:
        link = letter_to(mailbox, owner).link("/invited/")
        clock.move_to(clock.real_now() + timedelta(days=400))
        real.shift(LASTS - timedelta(seconds=1))
        assert app.test_client().get(link).status_code == 200
        real.shift(timedelta(seconds=1))
        response = app.test_client().get(link)
        clock.follow_real_time()
        assert (response.status_code, heading(response)) == (410, "This invitation has run out")
        owner = signed_in(app, "owner@example.org")
        assert "Run out" in owner.get(TEAM).text
        assert post(owner, f"invitations/{the_invitation(app).id}/resend").status_code == 303
        assert mailbox.deliver_one().link("/invited/") == link
        assert answer(app.test_client(), link, **ANSWERS).status_code == 303


def test_revoked_invitation_opens_nothing(mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """Its page says so, it can be neither accepted nor sent again, and the address may be invited anew."""
    link, invitation = letter_to(mailbox, owner).link("/invited/"), the_invitation(app)
    for _ in range(2):
        assert post(owner, f"invitations/{invitation.id}/revoke").status_code == 303
    response = answer(app.test_client(), link, **ANSWERS)
    assert (response.status_code, heading(response)) == (410, "This invitation was withdrawn")
    assert post(owner, f"invitations/{invitation.id}/resend").status_code == 409
    assert role_of(app, cast) is None
    assert [action for action, _by in actions(app)] == ["staff.invite", "staff.revoke_invitation"]
    assert invite(owner).status_code == 303


def test_letter_of_a_revoked_invitation_is_not_sent(mailbox: Mailbox, app: Flask, owner: FlaskClient) -> None:
    """Whoever invites the wrong address and revokes at once has written to nobody."""
    invite(owner)
    post(owner, f"invitations/{the_invitation(app).id}/revoke")
    assert mailbox.deliver() == []


def test_accepted_invitation_cannot_be_taken_back(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """409: the person is in the team, and is removed there."""
    link = letter_to(mailbox, owner).link("/invited/")
    answer(app.test_client(), link, **ANSWERS)
    for verb in ("revoke", "resend"):
        response = post(owner, f"invitations/{the_invitation(app).id}/{verb}")
        assert (response.status_code, "This invitation is no longer open" in response.text) == (409, True)
    assert role_of(app, cast) == "editor"


def test_invitation_asked_for_again_at_once_is_one_letter(mailbox: Mailbox, app: Flask, owner: FlaskClient) -> None:
    """A button pressed three times; minutes later it is another letter."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        owner = signed_in(app, "owner@example.org")
        invite(owner)
        path = f"invitations/{the_invitation(app).id}/resend"
        assert [post(owner, path).status_code for _ in range(3)] == [303] * 3
        assert len(mailbox.deliver()) == 1
        real.shift(timedelta(minutes=5))
        post(owner, path)
        assert len(mailbox.deliver()) == 1


def test_account_of_that_address_joins_once_signed_in(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """Signed out they are sent to sign in and come back; the password stays theirs."""
    with changing(app):
        other = add_conference("another")
    add_staff(app, "door", other.event_id, EMAIL)
    link = letter_to(mailbox, owner).link("/invited/")
    ida = app.test_client()
    page = ida.get(link)
    [way] = page_of(page).xpath("//main//a[contains(@class, 'button')]/@href")
    assert page_of(page).xpath("//input[@type='password']") == []
    assert answer(ida, link, **ANSWERS).status_code == 409
    assert sign_in(ida, EMAIL, path=str(way)).location == link
    assert page_of(ida.get(link)).xpath("//input[@type='password']") == []
    token = csrf_token(ida, link)
    response = ida.post(link, data={"csrf_token": token})
    assert (response.status_code, response.location) == (303, "/en/desk/conference/")
    assert role_of(app, cast) == "editor"
    with reading(app):
        assert db.session.scalars(select(Account.name).where(Account.email == EMAIL)).all() == ["Åsa Öberg"]


def test_half_sign_in_does_not_join(mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """Who owes the code of a second factor has not shown who they are."""
    with changing(app):
        other = add_conference("another")
    add_staff(app, "door", other.event_id, EMAIL, factor=True)
    link = letter_to(mailbox, owner).link("/invited/")
    ida = app.test_client()
    assert type_password(ida, EMAIL).location == "/en/sign-in/code"
    assert page_of(ida.get(link)).xpath("//main//form") == []
    assert ida.post(link, data={"csrf_token": csrf_token(ida, "/en/sign-in/code")}).status_code == 409
    assert role_of(app, cast) is None


def test_forwarded_invitation_lets_nobody_else_join(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """Another account cannot take it, and whatever address is sent along makes no account."""
    with changing(app):
        other = add_conference("another")
    for email in (EMAIL, "friend@example.org"):
        add_staff(app, "door", other.event_id, email)
    link = letter_to(mailbox, owner).link("/invited/")
    friend = signed_in(app, "friend@example.org")
    assert page_of(friend.get(link)).xpath("//main//form") == []
    token = csrf_token(friend, "/en/desk/another/doors")
    assert friend.post(link, data={"csrf_token": token, **ANSWERS}).status_code == 409
    assert (role_of(app, cast), role_of(app, cast, "friend@example.org")) == (None, None)
    now, invitation = clock.real_now(), the_invitation(app)
    with changing(app), pytest.raises(NotOpen):
        accept(invitation.id, _account("friend@example.org"), now, now)
    link = letter_to(mailbox, owner, email="new@example.org").link("/invited/")
    answer(app.test_client(), link, **ANSWERS, email="friend2@example.org")
    with reading(app):
        emails = set(db.session.scalars(select(Account.email)))
    assert emails == {"owner@example.org", EMAIL, "friend@example.org", "new@example.org"}


@pytest.mark.parametrize(
    ("wrong", "field", "error"),
    [
        ({"name": ""}, "name", "Write your name."),
        (
            {"name": "Ida\nBcc: x@example.org"},
            "name",
            "Write the name on one line, without tabs or other invisible characters.",
        ),
        (
            {"new": "elevenchars", "again": "elevenchars"},
            "new",
            "Take 12 characters or more. A few words in a row are easy to keep.",
        ),
        ({"new": "p" * 1001, "again": "p" * 1001}, "new", "That is too long for a password."),
        ({"again": "another one"}, "again", "This is not the same as above."),
    ],
)
def test_form_of_an_invitation_says_what_is_wrong(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient, wrong: dict[str, str], field: str, error: str
) -> None:
    """422 beside the field, the name kept and the password not; nobody joined."""
    link = letter_to(mailbox, owner).link("/invited/")
    response = answer(app.test_client(), link, **{**ANSWERS, **wrong})
    assert (response.status_code, error_of(response, field)) == (422, f"Error: {error}")
    assert [value for value in page_of(response).xpath("//input[@type='password']/@value") if value] == []
    assert the_invitation(app).accepted_at is None


WRONG = [
    ({"email": ""}, "email", "Write your e-mail address."),
    ({"email": "ida"}, "email", "Write one whole e-mail address, like anna@example.org."),
    ({"email": "a@example.org, b@example.org"}, "email", "Write one whole e-mail address, like anna@example.org."),
    ({"role": ""}, "role", "Choose one of the roles."),
    ({"role": "king"}, "role", "Choose one of the roles."),
    ({"language": "de"}, "language", "Choose one of the languages."),
    (
        {"email": "OWNER@example.org"},
        "email",
        "Somebody with this address is in the team already. You can change the role above.",
    ),
]


@pytest.mark.parametrize(("wrong", "field", "error"), WRONG)
def test_invitation_form_says_what_is_wrong(
    mailbox: Mailbox, app: Flask, owner: FlaskClient, wrong: dict[str, str], field: str, error: str
) -> None:
    """422 beside the field, with what was typed; no letter goes out."""
    response = invite(owner, **wrong)
    assert (response.status_code, error_of(response, field)) == (422, f"Error: {error}")
    typed = page_of(response).xpath("string(//form[contains(@action, '/invite')]//input[@name='email']/@value)")
    assert typed == {**FORM, **wrong}["email"]
    links = page_of(response).xpath("//nav[@class='languages']//a/@href")
    assert [owner.get(str(link)).status_code for link in links] == [200] * len(LANGUAGES)
    assert mailbox.deliver() == []


def test_address_that_was_invited_is_not_invited_twice(mailbox: Mailbox, owner: FlaskClient) -> None:
    """422 says what to do instead."""
    letter_to(mailbox, owner)
    response = invite(owner, email="IDA@example.org", role="door")
    assert (response.status_code, error_of(response, "email")) == (
        422,
        "Error: This address is invited already. You can send that letter again, or revoke it first.",
    )


def test_inviter_learns_nothing_of_accounts(mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """With an account, with a disabled one and with none: the same answer, the same page, the same letter."""
    with changing(app):
        other = add_conference("another")
    add_staff(app, "door", other.event_id, "a@example.org")
    closed = add_staff(app, "door", other.event_id, "b@example.org")
    with changing(app):
        db.session.get_one(Account, closed).disabled_at = clock.now()
    seen = []
    for email in ("a@example.org", "b@example.org", "c@example.org"):
        with changing(app):
            db.session.query(TeamInvitation).delete()
        response = invite(owner, email=email)
        letter, invitation = mailbox.deliver_one(), the_invitation(app)
        page = owner.get(TEAM).text
        texts = [page, letter.text, letter.subject]
        for own in (email, str(invitation.id), token_of(app, invitation.id)):
            texts = [text.replace(own, "…") for text in texts]
        seen.append((response.status_code, response.location, [_without_tokens(text) for text in texts]))
    assert seen == [seen[0]] * 3


def _account(email: str) -> Account:
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def _without_tokens(text: str) -> list[str]:
    return [line for line in text.splitlines() if "csrf_token" not in line and "datetime=" not in line]


def test_mangled_invitation_links_are_missing_pages(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """Every character counts; an id that there is not is a missing page too."""
    link = letter_to(mailbox, owner).link("/invited/")
    shape, token = link.rsplit("/", 1)
    client = app.test_client()
    csrf = {"csrf_token": csrf_token(client)}
    others = [token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(len(token))]
    for other in [*others, token[:-4], token + "AAAA", "x", token_of(app, UUID(int=1))]:
        assert client.get(f"{shape}/{other}").status_code == 404
        assert client.post(f"{shape}/{other}", data=csrf).status_code == 404


def test_invitations_of_another_event_are_not_there(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """Another event's owner finds no such invitation, and sees none of its addresses."""
    invite(owner)
    with changing(app):
        other = add_conference("another")
    add_staff(app, "owner", other.event_id, "other@example.org")
    stranger, theirs = signed_in(app, "other@example.org"), "/en/desk/another/team"
    assert EMAIL not in stranger.get(theirs).text
    for verb in ("resend", "revoke"):
        path = f"{theirs}/invitations/{the_invitation(app).id}/{verb}"
        assert stranger.post(path, data={"csrf_token": csrf_token(stranger, theirs)}).status_code == 404
    assert the_invitation(app).revoked_at is None


def test_two_who_accept_at_once_are_one(mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """A button pressed twice makes one account."""
    invite(owner)
    invitation_id, outcomes, start = the_invitation(app).id, list[str](), Barrier(2)
    hashed()

    def join() -> None:
        with app.app_context(), seeing(SYSTEM):
            start.wait()
            try:
                with write():
                    accept_anew(invitation_id, "Ida", hashed(), clock.now(), clock.real_now())
                outcomes.append("joined")
            except NotOpen:
                outcomes.append("late")

    threads = [Thread(target=join) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["joined", "late"]
    assert role_of(app, cast) == "editor"


def test_invitation_takes_no_role_away(mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient) -> None:
    """Somebody who came into the team in another way meanwhile keeps that role."""
    link = letter_to(mailbox, owner, role="observer").link("/invited/")
    add_staff(app, "owner", cast.event_id, EMAIL)
    ida = signed_in(app, EMAIL)
    assert ida.post(link, data={"csrf_token": csrf_token(ida, TEAM)}).status_code == 303
    assert role_of(app, cast) == "owner"


def test_address_is_forgotten_a_month_after_the_invitation(
    mailbox: Mailbox, app: Flask, cast: Conference, owner: FlaskClient
) -> None:
    """Of who joined, was revoked or never answered; what is still open, or ended lately, stays."""
    with time_machine.travel("2026-03-01 09:00", tick=False) as real:
        for name in ("open", "joined", "revoked"):
            invite(owner, email=f"{name}@example.org")
        with changing(app):
            row = {row.email.partition("@")[0]: row for row in db.session.scalars(select(TeamInvitation))}
            row["joined"].accepted_at = row["revoked"].revoked_at = clock.real_now()
            row["joined"].expires_at = row["revoked"].expires_at = clock.real_now() + timedelta(days=99)

        def kept() -> list[str]:
            with app.app_context(), seeing(SYSTEM):
                forget_invitations(clock.real_now())
                return sorted(db.session.scalars(select(TeamInvitation.email)))

        real.shift(KEPT - timedelta(microseconds=1))
        assert kept() == ["joined@example.org", "open@example.org", "revoked@example.org"]
        real.shift(timedelta(microseconds=1))
        assert kept() == ["open@example.org"]
        real.shift(LASTS)
        assert kept() == []
