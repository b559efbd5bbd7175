"""The team's page: who sees what of it, and how owners change the team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db, write
from eventops.staff import team as teams
from eventops.staff.abilities import ABILITIES, IN_ORDER, can
from eventops.staff.accounts import role_in
from eventops.staff.models import ROLES, Account, AuditEntry, RoleDemand
from eventops.staff.sign_in import disable
from eventops.viewer import SYSTEM, seeing
from tests.apps import changing, reading
from tests.cast import SPRING, Conference, add_conference
from tests.staff.team import add_staff, csrf_token, page_of, signed_in

TEAM = "/en/desk/conference/team"


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    return cast


def post(client: FlaskClient, path: str, **form: object) -> TestResponse:
    """Send a form of the team's page."""
    return client.post(f"{TEAM}/{path}", data={"csrf_token": csrf_token(client, TEAM), **form})


def roles(app: Flask, cast: Conference) -> dict[str, str]:
    """The team as it is stored: roles by address."""
    with reading(app):
        return {member.account.email: member.role for member in teams.members(cast.event_id)}


def audited(app: Flask, *actions: str) -> list[tuple[str, UUID | None, UUID | None, dict[str, object]]]:
    """What the audit trail holds of those actions, in order."""
    query = select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.at)
    with reading(app):
        return [(row.action, row.account_id, row.subject_id, row.details) for row in db.session.scalars(query)]


def id_of(app: Flask, email: str) -> UUID:
    with reading(app):
        return db.session.scalars(select(Account.id).where(Account.email == email)).one()


def table(response: TestResponse, caption: str) -> list[list[str]]:
    """The cells of the table with that caption, without the headings that phones show beside them."""
    [found] = page_of(response).xpath("//table[contains(caption, $caption)]", caption=caption)
    for label in found.xpath(".//*[@class='data-label']"):
        label.text = ""
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in found.xpath("tbody/tr")]


def test_team_is_shown_to_who_may_see_it(app: Flask, cast: Conference) -> None:
    """Owners, editors and reception see names, addresses and roles; doors and observers see no page."""
    for role in ROLES[1:]:
        add_staff(app, role, cast.event_id)
    pages = {role: signed_in(app, f"{role}@example.org").get(TEAM) for role in ROLES}
    assert [pages[role].status_code for role in ROLES] == [200, 200, 200, 403, 403]
    members = [[f"Åsa Öberg {role}@example.org", role.capitalize()] for role in ROLES]
    for role in ("editor", "reception"):
        assert table(pages[role], "in the team") == members
        assert page_of(pages[role]).xpath("//main//form") == []
    assert [row[0] for row in table(pages["owner"], "in the team")] == [row[0] for row in members]


def test_second_factors_are_shown_to_owners_alone(app: Flask, cast: Conference) -> None:
    """Who has one is for those who may do something about it."""
    add_staff(app, "editor", cast.event_id)
    owner, editor = (signed_in(app, f"{role}@example.org").get(TEAM) for role in ("owner", "editor"))
    assert [row[-1] for row in table(owner, "in the team")] == ["Yes", "No"]
    assert "Second factor" not in editor.text


def test_table_of_roles_is_the_one_that_code_uses(app: Flask, cast: Conference) -> None:
    """A row an ability, each with words of its own; each cell says yes or no by a word and a shape."""
    response = signed_in(app, "owner@example.org").get(TEAM)
    rows = table(response, "What each role may do")
    assert [row[1:] for row in rows] == [["Yes" if can(role, one) else "No" for role in ROLES] for one in IN_ORDER]
    assert len({row[0] for row in rows}) == len(ABILITIES)
    [found] = page_of(response).xpath("//table[contains(caption, 'What each role may do')]")
    shapes = {(tag.text_content(), tag.xpath("string(svg/@class)")) for tag in found.xpath(".//*[@class]")}
    assert {shape for shape in shapes if shape[1]} == {("Yes", "icon icon-ok"), ("No", "icon icon-ended")}


def test_owner_changes_a_role(app: Flask, cast: Conference) -> None:
    """It counts with the next request, and the trail says who did what."""
    account_id = add_staff(app, "editor", cast.event_id)
    owner, editor = signed_in(app, "owner@example.org"), signed_in(app, "editor@example.org")
    assert editor.get(TEAM).status_code == 200
    response = post(owner, f"{account_id}/role", role="door")
    assert (response.status_code, response.location) == (303, f"{TEAM}?done=changed")
    assert "The change is made" in owner.get(response.location).text
    assert editor.get(TEAM).status_code == 403
    assert roles(app, cast) == {"owner@example.org": "owner", "editor@example.org": "door"}
    post(owner, f"{account_id}/role", role="door")
    assert audited(app, "staff.change_role") == [
        ("staff.change_role", id_of(app, "owner@example.org"), account_id, {"role": "door", "was": "editor"})
    ]


def test_owner_removes_somebody(app: Flask, cast: Conference) -> None:
    """With the next request the event is not there for them; a second press finds nobody."""
    account_id = add_staff(app, "editor", cast.event_id)
    owner, editor = signed_in(app, "owner@example.org"), signed_in(app, "editor@example.org")
    assert editor.get(TEAM).status_code == 200
    assert [post(owner, f"{account_id}/remove").status_code for _ in range(2)] == [303, 404]
    assert editor.get(TEAM).status_code == 404
    assert roles(app, cast) == {"owner@example.org": "owner"}
    assert audited(app, "staff.remove_member") == [
        ("staff.remove_member", id_of(app, "owner@example.org"), account_id, {"was": "editor"})
    ]


@pytest.mark.parametrize(("path", "form"), [("role", {"role": "editor"}), ("remove", {})])
def test_last_owner_stays(app: Flask, cast: Conference, path: str, form: dict[str, str]) -> None:
    """409 with what to do; another owner whose account is disabled is none."""
    other = add_staff(app, "owner", cast.event_id, "other@example.org")
    owner, owner_id = signed_in(app, "owner@example.org"), id_of(app, "owner@example.org")
    with changing(app):
        disable(other, clock.real_now())
    before = roles(app, cast)
    response = post(owner, f"{owner_id}/{path}", **form)
    notice = page_of(response).xpath("string(//*[contains(@class, 'notice-error')])")
    assert (response.status_code, " ".join(notice.split())) == (
        409,
        "Nothing was changed: an event needs an owner "
        "This is the last owner who can sign in. Make somebody else an owner first.",
    )
    assert roles(app, cast) == before
    assert audited(app, "staff.change_role", "staff.remove_member") == []


def test_owner_may_step_down_when_there_is_another(app: Flask, cast: Conference) -> None:
    """And is led to what is still theirs."""
    add_staff(app, "owner", cast.event_id, "other@example.org")
    owner = signed_in(app, "owner@example.org")
    response = post(owner, f"{id_of(app, 'owner@example.org')}/role", role="door")
    assert (response.status_code, response.location) == (303, "/en/desk/")
    assert owner.get("/en/desk/").location == "/en/desk/conference/doors"


@pytest.mark.parametrize("verb", ["demote", "remove"])
def test_two_owners_cannot_oust_each_other_at_once(app: Flask, cast: Conference, verb: str) -> None:
    """Whoever is second is told that an owner must stay, however close together they press."""
    ids = [id_of(app, "owner@example.org"), add_staff(app, "owner", cast.event_id, "other@example.org")]
    outcomes: list[str] = []
    start = Barrier(2)

    def oust(account_id: UUID) -> None:
        with app.app_context(), seeing(SYSTEM):
            start.wait()
            try:
                with write():
                    _oust(verb, cast.event_id, account_id, SPRING)
                outcomes.append("done")
            except teams.LastOwner:
                outcomes.append("refused")

    for _ in range(5):
        with changing(app):
            for account_id in ids:
                teams.change_role(cast.event_id, account_id, "owner", SPRING)
        outcomes.clear()
        threads = [Thread(target=oust, args=(account_id,)) for account_id in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["done", "refused"]


def _oust(verb: str, event_id: UUID, account_id: UUID, now: datetime) -> None:
    if verb == "demote":
        teams.change_role(event_id, account_id, "editor", now)
    else:
        teams.remove(event_id, account_id, now)


def test_roles_that_demand_a_second_factor(app: Flask, cast: Conference) -> None:
    """Owners choose them; an owner's always does, ticked or not; each change is in the trail."""
    owner = signed_in(app, "owner@example.org")

    def ticked() -> list[str]:
        return [str(box) for box in page_of(owner.get(TEAM)).xpath("//input[@name='demanding' and @checked]/@value")]

    assert ticked() == ["owner"]
    assert post(owner, "second-factor", demanding=["editor", "observer"]).status_code == 303
    assert ticked() == ["owner", "editor", "observer"]
    assert post(owner, "second-factor", demanding=["owner", "observer"]).status_code == 303
    assert ticked() == ["owner", "observer"]
    with reading(app):
        assert [row.role for row in db.session.scalars(select(RoleDemand))] == ["observer"]
    entries = audited(app, "staff.demand_second_factor", "staff.waive_second_factor")
    assert sorted((action, details["role"]) for action, _account, _subject, details in entries) == [
        ("staff.demand_second_factor", "editor"),
        ("staff.demand_second_factor", "observer"),
        ("staff.waive_second_factor", "editor"),
    ]


FORGED: list[tuple[str, Callable[[UUID], str], dict[str, object], int]] = [
    ("unknown role", lambda account_id: f"{account_id}/role", {"role": "king"}, 422),
    ("no role", lambda account_id: f"{account_id}/role", {}, 422),
    ("nobody", lambda _id: f"{uuid4()}/role", {"role": "door"}, 404),
    ("nobody to remove", lambda _id: f"{uuid4()}/remove", {}, 404),
    ("unknown demand", lambda _id: "second-factor", {"demanding": ["king"]}, 422),
]


@pytest.mark.parametrize(("path", "form", "status"), [case[1:] for case in FORGED], ids=[case[0] for case in FORGED])
def test_forged_forms_change_nothing(
    app: Flask, cast: Conference, path: Callable[[UUID], str], form: dict[str, object], status: int
) -> None:
    """Roles that there are not, and people of no team."""
    account_id = add_staff(app, "editor", cast.event_id)
    before = roles(app, cast)
    assert post(signed_in(app, "owner@example.org"), path(account_id), **form).status_code == status
    assert roles(app, cast) == before
    with reading(app):
        assert db.session.scalars(select(RoleDemand)).all() == []


def test_people_of_another_event_are_nobody_here(app: Flask, cast: Conference) -> None:
    """An owner reaches their own event's team, and no account beside it."""
    with changing(app):
        other = add_conference("another")
    stranger = add_staff(app, "editor", other.event_id)
    owner = signed_in(app, "owner@example.org")
    assert post(owner, f"{stranger}/role", role="owner").status_code == 404
    assert post(owner, f"{stranger}/remove").status_code == 404
    with reading(app):
        assert role_in(stranger, other.event_id) == "editor"
        assert role_in(stranger, cast.event_id) is None
