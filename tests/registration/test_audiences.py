"""The audiences' desk: names, members, grants by hand, and revoking them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventops import clock
from eventops.agenda.models import Audience, Event
from eventops.db import db
from eventops.registration.form import SignUpForm
from eventops.registration.links import personal_token
from eventops.registration.models import Registration
from eventops.registration.register import confirm, sign_up
from eventops.staff.models import ROLES
from tests.apps import changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, END, START, add_conference
from tests.registration.audience_desk import Desk, OpenDesk, complaints, page, rows
from tests.staff.team import add_staff, csrf_token, signed_in


def table(desk: Desk) -> list[list[str]]:
    """The audiences' rows: name, sessions and numbers."""
    found = page(desk.browser.get(desk.url)).xpath("//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th | td/div")][:5] for row in found]


def names(desk: Desk) -> list[str]:
    with reading(desk.app):
        return sorted(db.session.scalars(select(Audience.name)))


def test_audiences_are_listed_with_sessions_and_numbers(desk: Desk) -> None:
    """What each is for, how many are admitted, invited and awaited."""
    desk.grant("new@example.org")
    assert table(desk) == [[f"Audience {CANARY}", f"Workshop {CANARY}", "2", "0", "1"]]


def test_audiences_are_seen_and_changed_by_ability(open_desk: OpenDesk) -> None:
    """Who sees the agenda sees the list; owners and editors change it, owners and reception open one."""
    found = {}
    for role in (role for role in ROLES if role != "door"):
        desk = open_desk(role)
        statuses = [desk.browser.get(desk.url).status_code, desk.post(desk.url, name="").status_code]
        statuses += [desk.post(f"{desk.audience_url}/name", name="").status_code]
        statuses += [desk.browser.get(desk.audience_url).status_code, desk.grant("").status_code]
        statuses += [desk.revoke(uuid4()).status_code, desk.paste("").status_code]
        found[role] = statuses
    assert found == {
        "owner": [200, 422, 422, 200, 422, 404, 422],
        "editor": [200, 422, 422, 403, 403, 403, 403],
        "reception": [200, 403, 403, 200, 422, 404, 422],
        "observer": [200, 403, 403, 403, 403, 403, 403],
    }


def test_audience_is_added_once(desk: Desk) -> None:
    """A name is taken whatever its capitals and blanks; it is one line with letters in it."""
    assert desk.post(desk.url, name=" Työpajan osallistujat ").status_code == 303
    assert names(desk) == [f"Audience {CANARY}", "Työpajan osallistujat"]
    for name, complaint in (
        ("TYÖPAJAN osallistujat", "Another audience has this name."),
        ("", "Write your name."),
        ("a\nb", "Write the name on one line, without tabs or other invisible characters."),
        ("n" * 201, "This is too long: write at most 200 characters."),
    ):
        answer = desk.post(desk.url, name=name)
        assert (answer.status_code, complaints(answer)) == (422, [f"Error: {complaint}"])
    assert names(desk) == [f"Audience {CANARY}", "Työpajan osallistujat"]
    assert desk.audited() == ["audience.add"]


def test_audience_is_renamed(desk: Desk) -> None:
    """To its own name in other capitals too; to another's it is not."""
    desk.post(desk.url, name="Staff")
    form = page(desk.browser.get(f"{desk.url}?rename={desk.cast.audience_id}")).xpath("//form[.//input[@name='name']]")[
        0
    ]
    assert (form.action, form.fields["name"]) == (f"{desk.audience_url}/name", f"Audience {CANARY}")
    assert desk.post(f"{desk.audience_url}/name", name="staff").status_code == 422
    for name in ("Guests", "GUESTS", "GUESTS"):
        assert desk.post(f"{desk.audience_url}/name", name=name).status_code == 303
    assert names(desk) == ["GUESTS", "Staff"]
    assert desk.audited() == ["audience.add", "audience.rename", "audience.rename"]


def test_members_are_shown_with_how_and_since_when(desk: Desk) -> None:
    """By whom, through what, and when by both clocks."""
    desk.grant("onsite@example.org")
    shown = {row[0]: row[1:5] for row in rows(desk.browser.get(desk.audience_url), "members")}
    assert list(shown) == [
        "Invited Online invited.online@example.org",
        "Invited Onsite invited.onsite@example.org",
        "Onsite onsite@example.org",
    ]
    mode, state, through, since = shown["Onsite onsite@example.org"]
    assert (mode, state, through) == ("In person", "Confirmed", "By hand Åsa Öberg")
    assert since == "Monday 15 April 2024 12:00 Finnish time 11:00 Danish and Norwegian time"
    text = desk.browser.get(desk.audience_url).text
    assert bare_times(visible_text(text)) == []


def test_registered_person_is_admitted_at_once(desk: Desk) -> None:
    """However the address is spelt, and once."""
    for _ in range(2):
        assert desk.grant(" ONSITE@example.org ").status_code == 303
    assert desk.admissions() == {"invited onsite": "hand", "invited online": "hand", "onsite": "hand"}
    assert desk.invitations() == {}


@pytest.mark.parametrize("email", ["pending@example.org", "cancelled@example.org", "nobody@example.org"])
def test_others_wait_until_they_are_confirmed(desk: Desk, email: str) -> None:
    """Nobody sees anything before the address has been confirmed; then they do, as granted."""
    assert desk.grant(email, name="Somebody").headers["Location"].endswith("done=grant_waiting")
    desk.grant(email)
    assert [(row.name, row.by_letter, row.granted_through) for row in desk.invitations().values()] == [
        ("Somebody", False, "hand")
    ]
    shown = rows(desk.browser.get(desk.audience_url), "invitations")
    assert [row[:2] for row in shown] == [[f"Somebody {email}", "Waiting for sign-up"]]
    person = confirmed(desk, email)
    assert desk.admissions()[who(desk, person)] == "hand"
    assert desk.invitations()[email].registration_id == person.id
    assert rows(desk.browser.get(desk.audience_url), "invitations") == []


def test_grant_that_was_revoked_or_ran_out_admits_nobody(desk: Desk) -> None:
    """Signing up afterwards is signing up, no more."""
    desk.grant("revoked@example.org")
    desk.grant("late@example.org")
    assert desk.revoke(desk.invitations()["revoked@example.org"].id).status_code == 303
    with changing(desk.app):
        late = db.session.merge(desk.invitations()["late@example.org"])
        late.expires_at = clock.now()
    people = [confirmed(desk, email) for email in ("revoked@example.org", "late@example.org")]
    assert [who(desk, person) in desk.admissions() for person in people] == [False, False]
    desk.grant("revoked@example.org")
    assert who(desk, people[0]) in desk.admissions()


def test_signing_up_accepts_no_letter(desk: Desk) -> None:
    """Who was invited by letter answers by its link; signing up beside it is signing up, no more."""
    email = "new@example.org"
    desk.post(f"{desk.audience_url}/invite", invite_email=email, invite_language="fi", invite_days="14")
    assert desk.invitations()[email].by_letter
    assert who(desk, confirmed(desk, email)) not in desk.admissions()
    assert desk.invitations()[email].answer == ""


def test_grant_waits_for_its_own_event(desk: Desk) -> None:
    """The same address at another event is admitted to nothing, and the grant goes on waiting."""
    email = "new@example.org"
    desk.grant(email)
    with changing(desk.app):
        other = db.session.get_one(Event, add_conference("other").event_id)
        form = SignUpForm(name="New", email=email, mode="onsite", language="fi", privacy=True)
        confirm(db.session.get_one(Registration, sign_up(other, form, clock.now())), clock.now())
    assert desk.invitations()[email].answer == ""


def test_grant_that_ran_out_or_was_revoked_is_given_anew(desk: Desk) -> None:
    """By hand or by a list: it waits until the event is over."""
    emails = [f"{name}@example.org" for name in ("late", "revoked", "late.listed", "revoked.listed")]
    for email in emails:
        desk.grant(email)
    granted = desk.invitations()
    ends_at = granted[emails[0]].expires_at
    with changing(desk.app):
        for email, field in zip(emails, ("expires_at", "revoked_at") * 2, strict=True):
            setattr(db.session.merge(granted[email]), field, clock.now())
    for email in emails[:2]:
        desk.grant(email)
    desk.post(desk.paste("\n".join(emails)).headers["Location"], how="admit")
    made = desk.invitations()
    assert {(made[email].expires_at, made[email].revoked_at) for email in emails} == {(ends_at, None)}
    assert [made[email].granted_through for email in emails] == ["hand", "hand", "list", "list"]


def test_revoking_holds_from_the_next_request(desk: Desk) -> None:
    """My page, the calendar and the stream of the closed part are gone; revoking twice is once."""
    visitor = desk.app.test_client()
    assert reach(desk, visitor) == (True, 2, 303)
    for _ in range(2):
        assert desk.revoke(desk.cast.people["invited online"]).status_code == 303
    assert reach(desk, visitor) == (False, 1, 403)
    assert desk.admissions() == {"invited onsite": "hand"}


def reach(desk: Desk, visitor: FlaskClient) -> tuple[bool, int, int]:
    """Whether the person's page has the closed session, the entries of their calendar, and how joining is answered."""
    with reading(desk.app):
        token = personal_token(db.session.get_one(Registration, desk.cast.people["invited online"]))
    clock.move_to(START + timedelta(hours=4))
    mine = f"/en/{desk.cast.slug}/my/{token}"
    title = f"Workshop {CANARY}"
    entries = visitor.get(f"{mine}/agenda.ics").text.count("BEGIN:VEVENT")
    stream = visitor.post(f"{mine}/streams/{desk.cast.closed_stream_id}/join").status_code
    return title in visitor.get(mine).text, entries, stream


def test_member_is_revoked_where_they_are_one(desk: Desk) -> None:
    """From another audience of the event nobody is there to revoke, and nothing is audited."""
    desk.post(desk.url, name="Staff")
    with reading(desk.app):
        [other] = db.session.scalars(select(Audience.id).where(Audience.name == "Staff"))
    for id in (desk.cast.people["invited onsite"], desk.cast.people["onsite"]):
        assert desk.post(f"{desk.url}/{other}/revoke/{id}").status_code == 404
    assert (len(desk.admissions()), desk.audited()) == (2, ["audience.add"])


def test_ids_of_another_event_are_unknown(desk: Desk) -> None:
    """Its audience, its people and its grants are not there, for looking or for doing."""
    with changing(desk.app):
        other = add_conference("other")
    add_staff(desk.app, "reception", other.event_id)
    browser = signed_in(desk.app, "reception@example.org")
    theirs = Desk(desk.app, other, browser, csrf_token(browser, "/en/desk/other/audiences"))
    theirs.grant("waiting@example.org")
    grant_id = theirs.invitations()["waiting@example.org"].id
    before = theirs.admissions()
    foreign = f"{desk.url}/{other.audience_id}"
    assert desk.browser.get(foreign).status_code == 404
    for path, fields in (
        ("name", {"name": "x"}),
        ("grant", {"email": "x@example.org"}),
        ("list", {"people": "x@x.org"}),
    ):
        assert desk.post(f"{foreign}/{path}", **fields).status_code == 404
    for id in (other.people["invited onsite"], grant_id, uuid4()):
        assert desk.revoke(id).status_code == 404
        assert desk.post(f"{foreign}/revoke/{id}").status_code == 404
    assert desk.browser.get(theirs.audience_url).status_code == 404
    assert f"rename={other.audience_id}" not in desk.browser.get(f"{desk.url}?rename={other.audience_id}").text
    assert (theirs.admissions(), theirs.invitations()["waiting@example.org"].revoked_at) == (before, None)


def test_nobody_is_added_after_the_event(desk: Desk) -> None:
    """409 says so, and revoking still works."""
    clock.move_to(END.replace(day=8))
    assert [desk.grant("onsite@example.org").status_code, desk.paste("a@example.org").status_code] == [409, 409]
    assert "The event is over" in desk.browser.get(desk.audience_url).text
    assert desk.revoke(desk.cast.people["invited onsite"]).status_code == 303
    assert desk.admissions() == {"invited online": "hand"}


def test_everything_is_audited_without_names(desk: Desk) -> None:
    """Ids and our own words."""
    desk.grant("onsite@example.org")
    desk.grant("new@example.org")
    desk.revoke(desk.cast.people["onsite"])
    desk.revoke(desk.invitations()["new@example.org"].id)
    assert desk.audited() == [
        "audience.grant",
        "audience.grant_waiting",
        "audience.revoke",
        "audience.revoke_waiting",
    ]


def test_long_audience_is_shown_in_pages(desk: Desk) -> None:
    """200 people a page."""
    pasted = desk.paste("\n".join(f"p{number:03d}@example.org" for number in range(201)))
    desk.post(pasted.headers["Location"], how="admit")
    assert len(rows(desk.browser.get(desk.audience_url), "invitations")) == 200
    second = rows(desk.browser.get(f"{desk.audience_url}?page=2"), "invitations")
    assert [row[0] for row in second] == ["p200@example.org"]
    assert rows(desk.browser.get(f"{desk.audience_url}?page=99"), "invitations") == second


def confirmed(desk: Desk, email: str) -> Registration:
    """Sign up with the address, and follow the letter's link."""
    with changing(desk.app):
        event = db.session.get_one(Event, desk.cast.event_id)
        form = SignUpForm("Somebody", email, "onsite", "fi", privacy=True)
        person = db.session.get_one(Registration, sign_up(event, form, clock.now()))
        confirm(person, clock.now())
    return person


def who(desk: Desk, person: Registration) -> str:
    return {id: name for name, id in desk.cast.people.items()}.get(person.id, str(person.id))
