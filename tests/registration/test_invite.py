"""Inviting on the desk: letters, resending, revoking, substitutes, and who may."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db
from eventops.registration.invite_form import InviteForm
from eventops.registration.models import Invitation, Substitute
from eventops.staff.models import ROLES, AuditEntry
from tests.apps import changing, reading
from tests.cast import CANARY, SPRING, START, Conference, add_conference
from tests.registration.invited import ACCEPT, FREJA, admissions, answer, invitation_of, invited
from tests.registration.mailbox import Mailbox
from tests.registration.stored import everything
from tests.staff.team import add_staff, csrf_token, signed_in

Post = Callable[..., TestResponse]
DESK = "/en/desk/conference"
FORM = {
    "invite_email": FREJA.email,
    "invite_name": FREJA.name,
    "invite_language": FREJA.language,
    "invite_days": "14",
}


@pytest.fixture
def owner(mailbox: Mailbox, cast: Conference) -> FlaskClient:
    add_staff(mailbox.app, "owner", cast.event_id)
    return signed_in(mailbox.app, "owner@example.org")


@pytest.fixture
def post(owner: FlaskClient, cast: Conference) -> Post:
    """Posts a form of the audience's page as the owner."""
    token = csrf_token(owner, page_path(cast))
    return lambda path, **fields: owner.post(f"{DESK}/{path}", data={"csrf_token": token, **fields})


def page_path(cast: Conference) -> str:
    return f"{DESK}/audiences/{cast.audience_id}"


def states(owner: FlaskClient, cast: Conference) -> dict[str, str]:
    """The words of the list, by name."""
    page = lxml.html.document_fromstring(owner.get(page_path(cast)).text)
    rows = page.xpath("//section[@aria-labelledby='invitations-title']//tbody/tr")
    return {
        " ".join(row.xpath("string(th/text()[1])").split()): row.xpath("td[1]/div")[0].text_content().strip()
        for row in rows
    }


def proposal_id(mailbox: Mailbox) -> UUID:
    with reading(mailbox.app):
        return db.session.scalars(select(Substitute.id)).one()


def propose(mailbox: Mailbox, link: str, name: str = "Per") -> UUID:
    """Somebody else is proposed at the link; the proposal's id."""
    fields = {"substitute_name": name, "substitute_email": f"{name.lower()}@example.org"}
    assert answer(mailbox.app.test_client(), link, action="substitute", **fields).status_code == 200
    return proposal_id(mailbox)


def test_invited_person_gets_a_letter_of_the_closed_part(
    mailbox: Mailbox, cast: Conference, owner: FlaskClient, post: Post
) -> None:
    """Title and both clocks, until when to answer, one link; and the list says that the answer is awaited."""
    done = post(f"audiences/{cast.audience_id}/invite", **FORM)
    assert (done.status_code, done.location) == (303, f"{page_path(cast)}?done=invite")
    letter = mailbox.deliver_one()
    assert letter.to == FREJA.email
    for text in (letter.text, letter.html):
        assert f"Workshop {CANARY}" in text
        assert "14" in text
        assert "Freja Eksempel" in text
    (link,) = letter.links
    assert link.startswith("/da/conference/invitation/")
    assert states(owner, cast) == {"Freja Eksempel": "Waiting for an answer"}
    assert invitation_of(mailbox.app).expires_at - SPRING < timedelta(days=14, minutes=1)


def test_address_is_invited_once_until_it_declined_or_the_invitation_ended(
    mailbox: Mailbox, cast: Conference, post: Post
) -> None:
    """422 while an answer is awaited or the person is admitted; then a new link, and the old one is missing."""
    path = f"audiences/{cast.audience_id}/invite"
    post(path, **FORM)
    first = mailbox.deliver_one().links[0]
    before = everything(mailbox.app)
    assert post(path, **FORM | {"invite_email": "FREJA@example.org"}).status_code == 422
    assert post(path, **FORM | {"invite_email": "invited.onsite@example.org"}).status_code == 422
    assert everything(mailbox.app) == before
    browser = mailbox.app.test_client()
    answer(browser, first, action="decline")
    assert post(path, **FORM).status_code == 303
    second = mailbox.deliver_one().links[0]
    assert (browser.get(first).status_code, browser.get(second).status_code) == (404, 200)
    answer(browser, second, **ACCEPT)
    assert post(path, **FORM).status_code == 422
    assert post(f"invitations/{invitation_of(mailbox.app).id}/revoke").status_code == 303
    assert post(path, **FORM).status_code == 303
    assert admissions(mailbox.app, cast) == {}


def test_inviting_twice_at_once_is_one_invitation(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """The second of two clicks is told so."""
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(post, f"audiences/{cast.audience_id}/invite", **FORM) for _ in range(2)]
    assert sorted(tried.result().status_code for tried in tries) == [303, 422]
    mailbox.deliver_one()


def test_mistakes_in_the_form_are_answered_beside_their_fields(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """422, what was typed is kept, and nothing is stored."""
    before = everything(mailbox.app)
    wrong = {
        "invite_email": ("", "two@example.org, three@example.org", "a" * 250 + "@example.org"),
        "invite_name": ("\u202eemaN", "n" * 201),
        "invite_language": ("", "xx"),
        "invite_days": ("", "0", "366", "١", "-1", "9" * 400),
    }
    for field, values in wrong.items():
        for value in values:
            page = post(f"audiences/{cast.audience_id}/invite", **FORM | {field: value})
            assert (field, value, page.status_code) == (field, value, 422)
            assert f'id="{field}-error"' in page.text
            assert field == "invite_email" or FREJA.email in page.text
    assert everything(mailbox.app) == before


def test_answer_is_awaited_until_the_last_day_at_most(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """The day is over at midnight in Finland; then nobody is invited any more."""
    post(f"audiences/{cast.audience_id}/invite", **FORM | {"invite_days": "365"})
    assert invitation_of(mailbox.app).expires_at == START.replace(hour=21)
    clock.move_to(START.replace(hour=21))
    before = everything(mailbox.app)
    path = f"audiences/{cast.audience_id}/invite"
    assert post(path, **FORM | {"invite_email": "late@example.org"}).status_code == 409
    assert post(f"invitations/{invitation_of(mailbox.app).id}/resend").status_code == 409
    assert everything(mailbox.app) == before


def test_letter_is_sent_again(mailbox: Mailbox, cast: Conference, owner: FlaskClient, post: Post) -> None:
    """With the same link; of two clicks on the same button one counts; what had expired is awaited anew."""
    post(f"audiences/{cast.audience_id}/invite", **FORM)
    first = mailbox.deliver_one().links
    path = f"invitations/{invitation_of(mailbox.app).id}/resend"
    for _ in range(2):
        assert post(path, letters="1").status_code == 303
    assert mailbox.deliver_one().links == first
    clock.move_to(SPRING + timedelta(days=15))
    assert states(owner, cast) == {"Freja Eksempel": "No answer in time"}
    assert post(path).status_code == 303
    assert mailbox.deliver_one().links == first
    assert states(owner, cast) == {"Freja Eksempel": "Waiting for an answer"}
    answer(mailbox.app.test_client(), first[0], **ACCEPT)
    before = everything(mailbox.app)
    assert post(path).status_code == 409
    assert everything(mailbox.app) == before


def test_letter_is_left_out_when_it_is_answered_or_revoked_first(
    mailbox: Mailbox, cast: Conference, post: Post
) -> None:
    """What is rendered at the time of sending counts."""
    link = invited(mailbox.app, cast)
    answer(mailbox.app.test_client(), link, action="decline")
    invited(mailbox.app, cast, InviteForm("ida@example.org", "Ida", "en"))
    post(f"invitations/{invitation_of(mailbox.app, 'ida@example.org').id}/revoke")
    assert mailbox.deliver() == []


def test_approved_substitute_takes_the_place(
    mailbox: Mailbox, cast: Conference, owner: FlaskClient, post: Post
) -> None:
    """The first is admitted no more, the second is once they accept; approving twice is as once."""
    link = invited(mailbox.app, cast)
    browser = mailbox.app.test_client()
    answer(browser, link, **ACCEPT)
    proposal = propose(mailbox, link)
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}
    mailbox.deliver()
    for _ in range(2):
        assert post(f"substitutes/{proposal}/approve").status_code == 303
    assert post(f"substitutes/{proposal}/refuse").status_code == 409
    assert admissions(mailbox.app, cast) == {}
    letter = mailbox.deliver_one()
    assert letter.to == "per@example.org"
    answer(browser, letter.links[0], **ACCEPT)
    assert admissions(mailbox.app, cast) == {"per@example.org": "invitation"}
    assert states(owner, cast) == {"Freja Eksempel": "Replaced by somebody else", "Per": "Accepted"}


def test_refused_substitute_changes_nothing(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """The invitation stays with who was invited, who may propose another."""
    link = invited(mailbox.app, cast)
    proposal = propose(mailbox, link)
    for _ in range(2):
        assert post(f"substitutes/{proposal}/refuse").status_code == 303
    assert post(f"substitutes/{proposal}/approve").status_code == 409
    browser = mailbox.app.test_client()
    fields = {"substitute_name": "Ida", "substitute_email": "ida@example.org"}
    assert "Ida" in answer(browser, link, action="substitute", **fields).text
    answer(browser, link, **ACCEPT)
    assert admissions(mailbox.app, cast) == {FREJA.email: "invitation"}


def test_proposal_that_was_withdrawn_or_whose_invitation_ended_is_not_approved(
    mailbox: Mailbox, cast: Conference, owner: FlaskClient, post: Post
) -> None:
    """It is gone, or the answer is 409; nobody is written to."""
    link = invited(mailbox.app, cast)
    proposal = propose(mailbox, link)
    assert "Per" in owner.get(page_path(cast)).text
    answer(mailbox.app.test_client(), link, action="withdraw")
    assert "Per" not in owner.get(page_path(cast)).text
    assert post(f"substitutes/{proposal}/approve").status_code == 404
    proposal = propose(mailbox, link)
    with changing(mailbox.app):
        db.session.get_one(Invitation, invitation_of(mailbox.app).id).revoked_at = clock.now()
    assert post(f"substitutes/{proposal}/approve").status_code == 409
    assert [letter.to for letter in mailbox.deliver()] == []


def test_substitute_who_is_admitted_already_stays_so(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """No letter is needed; the one invitation is replaced all the same."""
    link = invited(mailbox.app, cast)
    mailbox.deliver()
    fields = {"substitute_name": "Somebody", "substitute_email": "invited.online@example.org"}
    answer(mailbox.app.test_client(), link, action="substitute", **fields)
    assert post(f"substitutes/{proposal_id(mailbox)}/approve").status_code == 303
    assert invitation_of(mailbox.app).answer == "replaced"
    assert mailbox.deliver() == []


@pytest.mark.parametrize("role", ROLES)
def test_invitations_are_for_roles_that_may_edit_people(mailbox: Mailbox, cast: Conference, role: str) -> None:
    """And are seen by those who may see them."""
    invited(mailbox.app, cast)
    add_staff(mailbox.app, role, cast.event_id)
    browser = signed_in(mailbox.app, f"{role}@example.org")
    may = role in ("owner", "reception")
    assert browser.get(page_path(cast)).status_code == (200 if may else 403)
    token = csrf_token(browser, "/en/desk/conference/" if role != "door" else f"{DESK}/doors")
    fields = {"csrf_token": token, **FORM, "invite_email": "ida@example.org"}
    assert browser.post(f"{page_path(cast)}/invite", data=fields).status_code == (303 if may else 403)
    path = f"{DESK}/invitations/{invitation_of(mailbox.app).id}/revoke"
    assert browser.post(path, data={"csrf_token": token}).status_code == (303 if may else 403)
    missing = [f"invitations/{uuid4()}/resend", *(f"substitutes/{uuid4()}/{verb}" for verb in ("approve", "refuse"))]
    answers = [browser.post(f"{DESK}/{path}", data={"csrf_token": token}).status_code for path in missing]
    assert answers == [404 if may else 403] * 3


def test_ids_of_another_event_are_missing(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """Its audience, invitation, proposal and link: each 404, and nothing changes."""
    with changing(mailbox.app):
        other = add_conference("other")
    link = invited(mailbox.app, other)
    proposal = propose(mailbox, link)
    before = everything(mailbox.app)
    id = invitation_of(mailbox.app).id
    paths = [f"audiences/{other.audience_id}/invite", f"invitations/{id}/resend", f"invitations/{id}/revoke"]
    paths += [f"substitutes/{proposal}/{verb}" for verb in ("approve", "refuse")]
    assert [post(path, **FORM).status_code for path in paths] == [404] * 5
    browser = mailbox.app.test_client()
    missing = browser.get("/da/nothing/")
    elsewhere = browser.get(link.replace("/other/", "/conference/"))
    assert (elsewhere.status_code, elsewhere.data) == (404, missing.data)
    assert everything(mailbox.app) == before


def test_everything_is_on_record_without_a_name(mailbox: Mailbox, cast: Conference, post: Post) -> None:
    """Who did what to which invitation, once for each change."""
    path = f"audiences/{cast.audience_id}/invite"
    post(path, **FORM)
    mailbox.deliver()
    id = invitation_of(mailbox.app).id
    link = f"invitations/{id}"
    post(f"{link}/resend")
    proposal = propose(mailbox, mailbox.deliver_one().links[0])
    for verb in ("refuse", "refuse"):
        post(f"substitutes/{proposal}/{verb}")
    for _ in range(2):
        post(f"{link}/revoke")
    with reading(mailbox.app):
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.startswith("registration.")).order_by(AuditEntry.at)
        ).all()
    assert [(entry.action, entry.subject_id) for entry in entries] == [
        ("registration.invite", id),
        ("registration.resend_invitation", id),
        ("registration.refuse_substitute", proposal),
        ("registration.revoke_invitation", id),
    ]
    assert all(entry.account_id is not None for entry in entries)
    assert [word for word in ("Freja", "Per", "@") if word in str([entry.details for entry in entries])] == []
