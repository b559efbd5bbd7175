"""A new password by letter: the same answer for everybody, and a link that works once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Event, Thread
from time import sleep

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db, write
from eventops.languages import LANGUAGES
from eventops.letters.models import Letter as Row
from eventops.staff.accounts import hash_password
from eventops.staff.models import Account, AuditEntry, Membership, SignInSession
from eventops.staff.reset import LASTS, PAUSE, account_to_reset, ask_for_reset, set_password
from eventops.staff.sign_in import disable
from eventops.viewer import SYSTEM, seeing
from tests.apps import changing, reading
from tests.cast import SPRING, Conference, add_conference
from tests.registration.mailbox import Letter, Mailbox
from tests.staff.team import PASSWORD, add_staff, csrf_token, page_of, sign_in, signed_in
from tests.staff.test_sign_in import work

PATH = "/en/sign-in/forgotten"
NEW = "another horse with a battery"
EMAIL = "owner@example.org"


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


def ask(client: FlaskClient, email: str, path: str = PATH) -> TestResponse:
    """Fill in the form and send it."""
    return client.post(path, data={"email": email, "csrf_token": csrf_token(client)})


def letter_to(mailbox: Mailbox, email: str = EMAIL, path: str = PATH) -> Letter:
    assert ask(mailbox.app.test_client(), email, path).status_code == 303
    return mailbox.deliver_one()


def choose(client: FlaskClient, link: str, new: str = NEW, again: str = NEW) -> TestResponse:
    """Set the password on the page behind the link."""
    return client.post(link, data={"new": new, "again": again, "csrf_token": csrf_token(client)})


def heading(response: TestResponse) -> str:
    return str(page_of(response).xpath("string(//h1)"))


def account(app: Flask, email: str = EMAIL) -> Account:
    with reading(app):
        return db.session.scalars(select(Account).where(Account.email == email)).one()


def test_letter_leads_to_a_new_password(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """From the sign-in page to the new password, which alone opens then."""
    client = app.test_client()
    [way] = page_of(client.get("/en/sign-in")).xpath("//a[contains(., 'Forgotten your password?')]/@href")
    asked = ask(client, " Owner@Example.org ", str(way))
    assert heading(client.get(asked.location)) == "Look into your mail"
    letter = mailbox.deliver_one()
    assert (letter.to, letter.subject) == (EMAIL, "Choose a new password")
    link = letter.link("/reset/")
    assert heading(client.get(link)) == "Choose a new password"
    response = choose(client, link)
    assert "Your new password is set" in client.get(response.location).text
    assert sign_in(client, EMAIL, PASSWORD).status_code == 401
    assert sign_in(client, EMAIL, NEW).status_code == 303


def test_reset_signs_out_everywhere_and_is_in_the_trail(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """Whoever had a session before has none; others keep theirs; the second factor stays."""
    add_staff(app, "editor", cast.event_id)
    thief, editor = signed_in(app, EMAIL), signed_in(app, "editor@example.org")
    with changing(app):
        db.session.get_one(Account, account(app).id).totp_secret = "a secret"
    choose(app.test_client(), letter_to(mailbox).link("/reset/"))
    desk = "/en/desk/conference/"
    assert [client.get(desk).status_code for client in (thief, editor)] == [303, 200]
    assert account(app).totp_secret == "a secret"
    with reading(app):
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "staff.reset_password")).all()
        alive = db.session.scalars(select(SignInSession.account_id).where(SignInSession.ended_at.is_(None))).all()
    who = account(app).id
    assert [(entry.account_id, entry.subject_id, entry.event_id) for entry in entries] == [(who, who, None)]
    assert alive == [account(app, "editor@example.org").id]


def test_reset_link_works_once(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """The second time it is told so, and so is an older letter's once the password changed: 410."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        first = letter_to(mailbox).link("/reset/")
        real.shift(PAUSE)
        second = letter_to(mailbox).link("/reset/")
        client = app.test_client()
        assert choose(client, second).status_code == 303
        for link in (first, second):
            for response in (client.get(link), choose(client, link, "yet another password", "yet another password")):
                assert (response.status_code, heading(response)) == (410, "This link no longer works")
        assert sign_in(client, EMAIL, NEW).status_code == 303


def test_reset_link_runs_out_after_an_hour_of_real_time(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """To the instant, whatever the demo's clock says."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        link = letter_to(mailbox).link("/reset/")
        clock.move_to(clock.real_now() + timedelta(days=400))
        client = app.test_client()
        real.shift(LASTS - timedelta(seconds=1))
        assert client.get(link).status_code == 200
        real.shift(timedelta(seconds=1))
        statuses = [client.get(link).status_code, choose(client, link).status_code]
        clock.follow_real_time()
        assert statuses == [410, 410]


def test_reset_link_of_a_disabled_account_is_dead(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """Nobody comes back in by an old letter; and a letter not sent yet is not sent."""
    link = letter_to(mailbox).link("/reset/")
    with changing(app):
        disable(account(app).id, clock.real_now())
    client = app.test_client()
    assert [client.get(link).status_code, choose(client, link).status_code] == [410, 410]


def test_letter_waiting_for_an_account_disabled_meanwhile_is_not_sent(
    mailbox: Mailbox, app: Flask, cast: Conference
) -> None:
    """The link would be dead."""
    ask(app.test_client(), EMAIL)
    with changing(app):
        disable(account(app).id, clock.real_now())
    assert mailbox.deliver() == []


def test_mangled_reset_links_are_missing_pages(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """Every character counts."""
    shape, token = letter_to(mailbox).link("/reset/").rsplit("/", 1)
    client = app.test_client()
    for place, right in enumerate(token):
        other = token[:place] + ("A" if right != "A" else "B") + token[place + 1 :]
        assert client.get(f"{shape}/{other}").status_code == 404
    for other in (token[:-4], token + "AAAA", "x", token.swapcase()):
        assert [client.get(f"{shape}/{other}").status_code, choose(client, f"{shape}/{other}").status_code] == [404] * 2
    assert sign_in(client, EMAIL).status_code == 303


def test_looking_at_a_reset_link_uses_nothing_up(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """Mail scanners open every link; only a POST with the form's token sets a password."""
    link, client = letter_to(mailbox).link("/reset/"), app.test_client()
    assert [client.open(link, method=method).status_code for method in ("GET", "HEAD") * 3] == [200] * 6
    assert client.post(link, data={"new": NEW, "again": NEW}).status_code == 403
    assert choose(client, link).status_code == 303


@pytest.mark.parametrize(
    ("new", "again", "field", "error"),
    [
        ("elevenchars", "elevenchars", "new", "Take 12 characters or more. A few words in a row are easy to keep."),
        ("e\u0301" * 11, "e\u0301" * 11, "new", "Take 12 characters or more. A few words in a row are easy to keep."),
        ("p" * 1001, "p" * 1001, "new", "That is too long for a password."),
        (NEW, NEW + "x", "again", "This is not the same as above."),
        ("", "", "new", "Take 12 characters or more. A few words in a row are easy to keep."),
    ],
)
def test_reset_form_says_what_is_wrong(
    mailbox: Mailbox, app: Flask, cast: Conference, new: str, again: str, field: str, error: str
) -> None:
    """422 beside the field, and the link is still good."""
    link, client = letter_to(mailbox).link("/reset/"), app.test_client()
    response = choose(client, link, new, again)
    assert response.status_code == 422
    assert page_of(response).xpath(f"string(//*[@id='{field}-error'])") == f"Error: {error}"
    assert choose(client, link).status_code == 303


def test_letters_speak_the_language_of_the_page_they_were_asked_on(mailbox: Mailbox, cast: Conference) -> None:
    """Their links lead to pages in it."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        for language in LANGUAGES:
            letter = letter_to(mailbox, path=f"/{language}/sign-in/forgotten")
            assert letter.message["Content-Language"] == language
            assert letter.link("/reset/").startswith(f"/{language}/sign-in/reset/")
            real.shift(PAUSE)


def test_letters_to_one_account_are_minutes_apart(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """Whoever asks again and again, in whichever language, fills nobody's mailbox."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        for language in ("en", "fi", "en"):
            assert ask(app.test_client(), EMAIL, f"/{language}/sign-in/forgotten").status_code == 303
        assert len(mailbox.deliver()) == 1
        real.shift(PAUSE - timedelta(seconds=1))
        ask(app.test_client(), EMAIL)
        assert mailbox.deliver() == []
        real.shift(timedelta(seconds=1))
        ask(app.test_client(), EMAIL)
        assert len(mailbox.deliver()) == 1


def test_reset_answers_known_and_unknown_addresses_alike(
    app: Flask, cast: Conference, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown, without any role, known, asked a moment ago, disabled: same answer, same statements, no hashing."""
    answers, works = [], []
    email, client = "editor@example.org", app.test_client()
    ask(client, "somebody@example.org")  # what is prepared once is prepared
    steps = ("unknown", "without a role", "known", "asked before", "disabled")
    for step in steps:
        _prepare(app, cast, step, email)
        form = {"email": email, "csrf_token": csrf_token(client)}
        with work(app, monkeypatch) as done:
            response = client.post(PATH, data=form)
        answers.append((response.status_code, sorted(response.headers.items()), response.data))
        works.append(list(done))
    assert (answers[0][0], dict(answers[0][1])["Location"]) == (303, f"{PATH}?sent=")
    assert answers == [answers[0]] * len(steps)
    assert [act for act in works[0] if act.startswith(("hash", "verify"))] == []
    assert works == [works[0]] * len(steps)
    with reading(app):
        assert len(db.session.scalars(select(Row)).all()) == 1


def _prepare(app: Flask, cast: Conference, step: str, email: str) -> None:
    if step == "without a role":
        who = add_staff(app, "editor", cast.event_id, email)
        with changing(app):
            db.session.delete(db.session.get_one(Membership, (who, cast.event_id)))
    elif step == "known":
        with changing(app):
            db.session.add(
                Membership(
                    account_id=account(app, email).id, event_id=cast.event_id, role="editor", created_at=clock.now()
                )
            )
    elif step == "disabled":
        with changing(app):
            disable(account(app, email).id, clock.real_now())


def test_asking_is_slowed_down_and_signing_in_is_not(app: Flask, cast: Conference) -> None:
    """After five letters asked for, the sixth waits a little; the password opens all the same."""
    with time_machine.travel("2026-05-07 08:00", tick=False) as real:
        client = app.test_client()
        assert [ask(client, EMAIL).status_code for _ in range(5)] == [303] * 5
        response = ask(client, EMAIL)
        assert (response.status_code, response.headers["Retry-After"]) == (429, "15")
        assert sign_in(app.test_client(), EMAIL).status_code == 303
        real.shift(timedelta(seconds=15))
        assert ask(client, EMAIL).status_code == 303


def test_new_password_opens_at_once_after_failed_attempts(mailbox: Mailbox, app: Flask, cast: Conference) -> None:
    """Who forgot the password tried some before; the pause ends with the new one."""
    client = app.test_client()
    for _ in range(5):
        sign_in(client, EMAIL, "wrong")
    assert sign_in(client, EMAIL).status_code == 429
    choose(client, letter_to(mailbox).link("/reset/"))
    assert sign_in(client, EMAIL, NEW).status_code == 303


@pytest.mark.parametrize(
    ("email", "error"),
    [("", "Type your e-mail address."), ("o" * 255, "That is too long for an e-mail address.")],
)
def test_form_that_is_not_filled_in_says_so(app: Flask, cast: Conference, email: str, error: str) -> None:
    """422 beside the field; any other text gets the answer that all get."""
    response = ask(app.test_client(), email)
    assert response.status_code == 422
    assert page_of(response).xpath("string(//*[@id='email-error'])") == f"Error: {error}"
    for odd in ("nobody", "own\0er@example.org", "'--", "Ø" * 200, "<b>"):
        assert ask(app.test_client(), odd).status_code == 303


def test_letter_is_of_the_account_s_first_event(app: Flask, cast: Conference) -> None:
    """One letter, whatever the number of events."""
    with changing(app):
        other = add_conference("another")
        who = db.session.scalars(select(Account)).one()
        db.session.add(
            Membership(account_id=who.id, event_id=other.event_id, role="door", created_at=who.created_at + PAUSE)
        )
    ask(app.test_client(), EMAIL)
    with reading(app):
        assert db.session.scalars(select(Row.event_id)).all() == [cast.event_id]


def test_two_who_reset_at_once_are_one(app: Flask, cast: Conference, mailbox: Mailbox) -> None:
    """While one is setting it, another waits, and then finds the link used."""
    token = letter_to(mailbox).link("/reset/").rsplit("/", 1)[1]
    outcomes, is_held = list[str](), Event()

    def reset(number: int) -> None:
        with app.app_context(), seeing(SYSTEM):
            if number:
                is_held.wait()
            with write():
                found = account_to_reset(token, clock.real_now(), hold=True)
                if not number:
                    is_held.set()
                    sleep(0.2)  # the other asks meanwhile
                if found:
                    set_password(found, hashes[number], clock.now(), clock.real_now())
                outcomes.append("set" if found else "used")

    hashes = [hash_password(f"{NEW} {number}") for number in range(2)]
    threads = [Thread(target=reset, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["set", "used"]


def test_disabled_account_is_sent_no_letter(app: Flask, cast: Conference) -> None:
    """Nor is one without a role in any event."""
    who = account(app).id
    with changing(app):
        disable(who, clock.real_now())
    ask(app.test_client(), EMAIL)
    with changing(app):
        db.session.get_one(Account, who).disabled_at = None
        db.session.delete(db.session.get_one(Membership, (who, cast.event_id)))
    ask(app.test_client(), EMAIL)
    with reading(app):
        assert db.session.scalars(select(Row)).all() == []


def test_two_who_ask_at_once_are_one_letter(app: Flask, cast: Conference) -> None:
    """A button pressed twice."""
    start = Barrier(2)

    def ask_at_once() -> None:
        with app.app_context(), seeing(SYSTEM):
            start.wait()
            with write():
                ask_for_reset(EMAIL, "en", SPRING, SPRING)

    threads = [Thread(target=ask_at_once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(app):
        assert [(row.kind, row.recipient_id) for row in db.session.scalars(select(Row))] == [
            ("staff_reset", account(app).id)
        ]
