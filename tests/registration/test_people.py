"""The organisers' list of the registered."""

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventops import clock
from eventops.db import db
from eventops.registration.forget import forget
from eventops.registration.models import Registration
from eventops.staff.accounts import add_account, grant
from eventops.staff.models import ROLES
from eventops.staff.sign_in import begin_session, cookie_name
from tests.apps import changing
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, PEOPLE, SPRING, Conference, add_conference

URL = "/en/desk/conference/people"
NAMES = ["Cancelled", "Invited Online", "Invited Onsite", "Online", "Onsite", "Pending"]


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def signed_in(app: Flask, cast: Conference, role: str = "reception") -> FlaskClient:
    """A browser in which somebody with that role has signed in."""
    browser = app.test_client()
    with changing(app):
        account = add_account("Somebody", f"{role}@example.org", "", SPRING)
        grant(account.id, cast.event_id, role, SPRING)
        token = begin_session(account.id, clock.real_now())
        browser.set_cookie(cookie_name(), token)
    return browser


def listed(browser: FlaskClient, query: str = "", url: str = URL) -> list[str]:
    """The names in the table, in its order."""
    page = lxml.html.fromstring(browser.get(url + query).text)
    return [str(name).strip() for name in page.xpath("//tbody//th/text()[1]")]


def test_list_is_for_roles_that_may_see_people(app: Flask, cast: Conference) -> None:
    """Names and addresses are for those who write to people, and not for the door."""
    statuses = {role: signed_in(app, cast, role).get(URL).status_code for role in ROLES}
    assert statuses == {"owner": 200, "editor": 403, "reception": 200, "door": 403, "observer": 403}


def test_list_is_for_staff_of_the_event_alone(app: Flask, cast: Conference) -> None:
    """Strangers are sent to sign in; staff of another event find no such page."""
    assert app.test_client().get(URL).status_code == 303
    with changing(app):
        other = add_conference("other")
    assert signed_in(app, other).get(URL).status_code == 404


def test_list_shows_everybody_with_what_the_desk_needs(app: Flask, cast: Conference) -> None:
    """Name, address, mode, language, state, invitations, short code, and when they signed up on both clocks."""
    page = lxml.html.fromstring(signed_in(app, cast).get(URL).text)
    rows = {
        " ".join(row.xpath("string(th)").split()): [
            " ".join(cell.text_content().split()) for cell in row.xpath("td/div")
        ]
        for row in page.xpath("//tbody/tr")
    }
    assert [name.rpartition(" ")[0] for name in rows] == NAMES
    assert rows["Invited Online invited.online@example.org"] == [
        "Online Suomi",
        "Confirmed",
        f"Audience {CANARY}",
        "CAST04",
        "Monday 15 April 2024 12:00 Finnish time 11:00 Danish and Norwegian time",
    ]
    assert rows["Cancelled cancelled@example.org"][1:4] == ["Cancelled", "", ""]
    assert rows["Pending pending@example.org"][1:4] == ["Address not confirmed", "", ""]


def test_list_is_filtered_by_state_and_mode(app: Flask, cast: Conference) -> None:
    """By the address of the page; what it does not know filters nothing."""
    browser = signed_in(app, cast)
    assert listed(browser, "?state=confirmed") == ["Invited Online", "Invited Onsite", "Online", "Onsite"]
    assert listed(browser, "?state=confirmed&mode=onsite") == ["Invited Onsite", "Onsite"]
    assert listed(browser, "?mode=online") == ["Invited Online", "Online", "Pending"]
    assert listed(browser, "?state=waitlisted") == []
    assert listed(browser, "?state=&mode=") == NAMES
    assert listed(browser, "?state=%00&mode='--") == NAMES


def test_list_goes_by_the_reader_s_alphabet(app: Flask, cast: Conference) -> None:
    """Åse stands last for Danish readers and before Ärla for Finnish ones."""
    with changing(app):
        for who, name in zip(PEOPLE, ["Örjan", "Åse", "Ärla", "Zoe", "Æmil", "Anna"], strict=True):
            db.session.get_one(Registration, cast.people[who]).name = name
    browser = signed_in(app, cast)
    assert listed(browser) == ["Anna", "Zoe", "Åse", "Æmil", "Ärla", "Örjan"]
    assert listed(browser, url=URL.replace("/en/", "/da/")) == ["Anna", "Zoe", "Æmil", "Ärla", "Örjan", "Åse"]


def test_list_bears_no_person_in_any_address(app: Flask, cast: Conference) -> None:
    """Links and forms name states and modes only; every time says whose it is."""
    text = signed_in(app, cast).get(URL).text
    addresses = lxml.html.fromstring(text).xpath("//@href | //@action | //@src")
    assert [address for address in addresses if "%40" in address or "@" in address] == []
    assert [id for id in cast.people.values() if str(id) in text] == []
    assert bare_times(visible_text(text)) == []


def test_erased_people_are_counted_and_not_listed(app: Flask, cast: Conference) -> None:
    """Numbers remain."""
    with changing(app):
        forget(db.session.get_one(Registration, cast.people["onsite"]), SPRING)
    browser = signed_in(app, cast)
    assert listed(browser) == [name for name in NAMES if name != "Onsite"]
    page = lxml.html.fromstring(browser.get(URL).text)
    figures = dict(zip(page.xpath("//dl//dt/text()"), page.xpath("//dl//dd/text()"), strict=True))
    assert figures == {"In person": "2", "Online": "2", "Address not confirmed": "1", "Cancelled": "1"}
