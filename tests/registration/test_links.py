"""Personal links and confirm links: whom they let in, and whom not."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from eventops import clock
from eventops.db import db
from eventops.registration.links import (
    CONFIRM_WITHIN,
    confirm_token,
    confirm_url,
    personal_token,
    personal_url,
    read_confirm,
    read_personal,
)
from eventops.registration.models import Registration
from eventops.registration.tokens import make_token
from tests.apps import MakeApp, changing, reading
from tests.cast import SPRING, Conference, add_conference
from tests.registration.mailbox import Mailbox
from tests.registration.stored import FORM, everything, person

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
UNTIL = SPRING + CONFIRM_WITHIN


@pytest.fixture
def people(app: Flask) -> Iterator[dict[str, Registration]]:
    """Who there is at the conference, open for reading."""
    with changing(app):
        cast = add_conference()
    with reading(app):
        yield {who: db.session.get_one(Registration, id) for who, id in cast.people.items()}


def test_token_is_read_as_the_person_it_was_made_for(people: dict[str, Registration]) -> None:
    """Each person's token leads to that person, and to no other."""
    for who, registration in people.items():
        assert read_personal(personal_token(registration), registration.event_id) is people[who]
        link = read_confirm(confirm_token(registration, UNTIL), registration.event_id)
        assert link is not None
        assert (link.registration, link.expires_at) == (people[who], UNTIL)


def test_token_with_any_character_changed_is_no_token(people: dict[str, Registration]) -> None:
    """Every character counts, the last one too."""
    registration = people["onsite"]
    for token, read in (
        (personal_token(registration), read_personal),
        (confirm_token(registration, UNTIL), read_confirm),
    ):
        for place, right in enumerate(token):
            for wrong in (ALPHABET[ALPHABET.index(right) ^ 1], "=", "+", "/", "."):
                assert read(token[:place] + wrong + token[place + 1 :], registration.event_id) is None
        for mangled in (token[:-1], token + "A", token[:-4], token + "AAAA", token * 2, "", "=", token + "=", "å" * 48):
            assert read(mangled, registration.event_id) is None


def test_token_for_one_purpose_or_event_opens_no_other(people: dict[str, Registration]) -> None:
    """A confirm link is no personal link, nor the other way round, and an event's links stay its own."""
    registration = people["onsite"]
    event_id, other = registration.event_id, UUID(int=1)
    assert read_confirm(personal_token(registration), event_id) is None
    assert read_personal(confirm_token(registration, UNTIL), event_id) is None
    assert read_personal(make_token("invitation", registration), event_id) is None
    assert read_personal(personal_token(registration), other) is None
    assert read_confirm(confirm_token(registration, UNTIL), other) is None


def test_raised_link_version_ends_every_link(app: Flask) -> None:
    """What was printed before opens nothing any more; what is printed now does."""
    with changing(app):
        cast = add_conference()
        registration = db.session.get_one(Registration, cast.people["onsite"])
        old = personal_token(registration), confirm_token(registration, UNTIL)
        registration.link_version += 1
        assert read_personal(old[0], cast.event_id) is None
        assert read_confirm(old[1], cast.event_id) is None
        assert read_personal(personal_token(registration), cast.event_id) is registration


def test_token_under_another_secret_key_is_no_token(make_app: MakeApp) -> None:
    """Links stand and fall with EVENTOPS_SECRET_KEY."""
    apps = make_app(), make_app(secret_key="another secret for tests, long enough")
    with changing(apps[0]):
        cast = add_conference()
    with reading(apps[0]):
        token = personal_token(db.session.get_one(Registration, cast.people["onsite"]))
        assert read_personal(token, cast.event_id) is not None
    with reading(apps[1]):
        assert read_personal(token, cast.event_id) is None


def test_urls_bear_the_person_s_language_unless_told(people: dict[str, Registration]) -> None:
    """Letters lead to pages in the reader's language, at the configured address."""
    registration = people["onsite"]
    token = personal_token(registration)
    assert personal_url(registration) == f"http://localhost/fi/conference/my/{token}"
    assert personal_url(registration, "en") == f"http://localhost/en/conference/my/{token}"
    until = confirm_token(registration, UNTIL)
    assert confirm_url(registration, UNTIL) == f"http://localhost/fi/conference/confirm/{until}"


@pytest.fixture
def tokens(mailbox: Mailbox, cast: Conference) -> dict[str, str]:
    """Links of the person onsite, and of one at another event."""
    with changing(mailbox.app):
        other = add_conference("other")
    with reading(mailbox.app):
        mine = db.session.get_one(Registration, cast.people["onsite"])
        theirs = db.session.get_one(Registration, other.people["onsite"])
        return {
            "personal": personal_token(mine),
            "confirm": confirm_token(mine, UNTIL),
            "foreign": personal_token(theirs),
            "foreign confirm": confirm_token(theirs, UNTIL),
        }


def test_mangled_link_is_answered_as_a_missing_page(mailbox: Mailbox, tokens: dict[str, str]) -> None:
    """The same bytes and headers, whatever is wrong with it, for GET and for POST."""
    browser = mailbox.app.test_client()
    missing = browser.get("/en/no-such-event/my/nonsense")
    personal, confirm = tokens["personal"], tokens["confirm"]
    for path in (
        f"my/{personal[:-1]}",
        f"my/{personal}A",
        f"my/{tokens['foreign']}",
        f"my/{confirm}",
        f"my/{tokens['foreign']}/ticket.png",
        f"my/{personal[:-1]}/agenda.ics",
        f"my/{personal[:-1]}/cancel",
        f"confirm/{confirm[:-1]}",
        f"confirm/{personal}",
        f"confirm/{tokens['foreign confirm']}",
        "my/%00",
        "my/" + "A" * 7000,
    ):
        answer = browser.get(f"/en/conference/{path}")
        assert (answer.status_code, answer.data) == (404, missing.data)
        assert dict(answer.headers) == dict(missing.headers)
    for path in (f"my/{personal[:-1]}/cancel", f"my/{tokens['foreign']}/cancel", f"confirm/{confirm[:-1]}"):
        assert browser.post(f"/en/conference/{path}").status_code == 404


def test_confirm_link_expires_after_three_days(mailbox: Mailbox, cast: Conference) -> None:
    """Then a page says what to do, and neither GET nor POST confirms."""
    browser = mailbox.app.test_client()
    browser.post("/en/conference/sign-up", data=FORM)
    confirm = mailbox.deliver_one().link("/confirm/")
    clock.move_to(SPRING + CONFIRM_WITHIN - timedelta(minutes=1))
    assert browser.get(confirm).status_code == 200
    clock.move_to(SPRING + CONFIRM_WITHIN + timedelta(minutes=1))
    before = everything(mailbox.app)
    for answer in (browser.get(confirm), browser.post(confirm)):
        assert answer.status_code == 410
        assert 'href="/sv/conference/sign-up"' in answer.text
    assert everything(mailbox.app) == before


def test_confirm_page_of_a_confirmed_person_leads_to_their_page(mailbox: Mailbox, cast: Conference) -> None:
    """The link is proof of the mailbox, so it may show the way; pressing again does nothing more."""
    browser = mailbox.app.test_client()
    browser.post("/en/conference/sign-up", data=FORM)
    confirm = mailbox.deliver_one().link("/confirm/")
    my_page = browser.post(confirm).location
    before = everything(mailbox.app)
    page = browser.get(confirm)
    assert page.status_code == 200
    assert f'href="http://localhost{my_page}"' in page.text
    assert "<form" not in page.text
    again = browser.post(confirm)
    assert (again.status_code, again.location) == (303, my_page)
    assert everything(mailbox.app) == before


def test_confirm_link_of_a_cancelled_person_does_not_bring_them_back(mailbox: Mailbox, cast: Conference) -> None:
    """Only a new form does."""
    browser = mailbox.app.test_client()
    browser.post("/en/conference/sign-up", data=FORM)
    confirm = mailbox.deliver_one().link("/confirm/")
    browser.post(browser.post(confirm).location + "/cancel")
    before = everything(mailbox.app)
    assert browser.get(confirm).status_code == 200
    assert browser.post(confirm).status_code == 409
    assert everything(mailbox.app) == before
    assert person(mailbox.app, FORM["email"]).state == "cancelled"
