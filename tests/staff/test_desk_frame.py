"""The frame of the desk's pages: where one is, who one is, and the way to everything one may do."""

from __future__ import annotations

import pytest
from flask import Flask

from eventops.staff.accounts import grant
from eventops.staff.models import ROLES
from tests.apps import changing
from tests.cast import SPRING, Conference, add_conference
from tests.staff.team import add_staff, page_of, signed_in

DESK = "/en/desk/conference/"
AGENDA = ("Agenda", DESK)
PEOPLE = ("People", "/en/desk/conference/people")
DOORS = ("Doors", "/en/desk/conference/doors")


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


HOMES = {"owner": "", "editor": "", "reception": "", "door": "doors", "observer": ""}


def test_frame_leads_to_what_the_role_may_open(app: Flask, cast: Conference) -> None:
    """Each role finds the pages it may open, and no others; the one at hand is marked."""
    shown, marked = {}, {}
    for role in ROLES:
        add_staff(app, role, cast.event_id)
        page = page_of(signed_in(app, f"{role}@example.org").get(DESK + HOMES[role]))
        links = page.xpath("//nav[@aria-label='Desk']//a")
        shown[role] = [(link.text, link.get("href")) for link in links]
        marked[role] = [link.get("href") for link in links if link.get("aria-current")]
    of_ours = {AGENDA, PEOPLE, DOORS}
    assert {role: [link for link in links if link in of_ours] for role, links in shown.items()} == {
        "owner": [AGENDA, PEOPLE, DOORS],
        "editor": [AGENDA],
        "reception": [AGENDA, PEOPLE, DOORS],
        "door": [DOORS],
        "observer": [AGENDA, DOORS],
    }
    assert marked == {role: [DESK + home] for role, home in HOMES.items()}


def test_frame_leads_only_to_pages_that_open(app: Flask, cast: Conference) -> None:
    """No role finds a link that is refused."""
    for role in ROLES:
        add_staff(app, role, cast.event_id)
        client = signed_in(app, f"{role}@example.org")
        page = page_of(client.get(DESK + HOMES[role]))
        links = page.xpath("//section[contains(@class, 'desk-bar')]//a/@href")
        assert [(role, link, client.get(link).status_code) for link in links] == [(role, link, 200) for link in links]


def test_frame_says_who_is_signed_in_and_lets_them_out(app: Flask, cast: Conference) -> None:
    """The account's name and role stand beside the button to sign out; all of it in the page's language."""
    add_staff(app, "reception", cast.event_id)
    page = page_of(signed_in(app, "reception@example.org").get("/en/desk/conference/"))
    [form] = page.xpath("//form[contains(@class, 'desk-who')]")
    assert " ".join(form.text_content().split()) == "Åsa Öberg · Reception Your account Sign out"
    assert (form.get("action"), form.get("method")) == ("/en/sign-out", "post")
    assert page.xpath("string(//*[@class='site-name'])").strip() == "The Potential of Civil Society"


def test_frame_outside_an_event_has_no_pages_of_one(app: Flask, cast: Conference) -> None:
    """The list of one's events shows who is signed in, and leads nowhere by itself."""
    with changing(app):
        other = add_conference("another")
    account_id = add_staff(app, "owner", cast.event_id)
    with changing(app):
        grant(account_id, other.event_id, "door", SPRING)
    page = page_of(signed_in(app, "owner@example.org").get("/en/desk/"))
    assert page.xpath("//nav[@aria-label='Desk']") == []
    assert (
        " ".join(page.xpath("string(//form[contains(@class, 'desk-who')])").split())
        == "Åsa Öberg Your account Sign out"
    )


def test_frame_is_on_staff_pages_alone(app: Flask, cast: Conference) -> None:
    """Somebody who is signed in sees the public pages as everybody does, byte for byte."""
    add_staff(app, "owner", cast.event_id)
    owner, stranger = signed_in(app, "owner@example.org"), app.test_client()
    for path in ("/en/conference/", "/en/conference/sign-up", "/en/nothing/here"):
        pages = [client.get(path) for client in (owner, stranger)]
        assert pages[0].data == pages[1].data
        assert pages[0].headers == pages[1].headers
