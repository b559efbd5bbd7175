"""Nobody learns from the sign-up form whether an address is known."""

from flask import Flask
from werkzeug.test import TestResponse

from eventops.db import db
from eventops.registration.forget import forget
from eventops.registration.models import Registration
from tests.apps import changing
from tests.cast import SPRING, Conference
from tests.registration.mailbox import Mailbox
from tests.registration.stored import FORM


def seen(answer: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    """All that a browser gets, the date apart."""
    return answer.status_code, [(name, value) for name, value in answer.headers if name != "Date"], answer.data


def sign_up(app: Flask, email: str) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    """The answer to the form, and the page to which it leads."""
    browser = app.test_client()
    answer = browser.post("/en/conference/sign-up", data=FORM | {"email": email})
    return [seen(answer), seen(browser.get(answer.location))]


def test_known_address_is_answered_as_an_unknown_one(mailbox: Mailbox, cast: Conference) -> None:
    """Status, headers and bytes are the same, whoever has the address, in whatever state and however often."""
    unknown = sign_up(mailbox.app, "nobody@example.org")
    for known in ("nobody", "onsite", "invited.online", "cancelled", "pending", "ONSITE"):
        assert sign_up(mailbox.app, f"{known}@example.org") == unknown


def test_address_that_was_erased_is_answered_as_an_unknown_one(mailbox: Mailbox, cast: Conference) -> None:
    """What is forgotten is unknown."""
    with changing(mailbox.app):
        forget(db.session.get_one(Registration, cast.people["onsite"]), SPRING)
    assert sign_up(mailbox.app, "onsite@example.org") == sign_up(mailbox.app, "nobody@example.org")
