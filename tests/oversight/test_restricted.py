"""One page lists every closed session, who may see it, and through which grant."""

from __future__ import annotations

from uuid import uuid4

import lxml.html
from flask.testing import FlaskClient

from eventops.agenda.models import Audience, Session
from eventops.db import db
from eventops.registration.models import Admission, Invitation
from tests.apps import changing
from tests.cast import CANARY, SPRING, START, wall
from tests.site import Site
from tests.staff.team import add_staff, signed_in

PATH = "/en/desk/conference/restricted"


def tables(client: FlaskClient) -> dict[str, list[list[str]]]:
    """Rows of each table by its caption."""
    page = lxml.html.document_fromstring(client.get(PATH).text)
    return {
        " ".join(table.findtext("caption").split()): [
            [" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td/div")]
            for row in table.xpath(".//tbody/tr")
        ]
        for table in page.xpath("//table")
    }


def test_restricted_lists_closed_sessions_with_their_people(site: Site) -> None:
    """Each closed session with audience, and each person with how they came to see it."""
    shown = tables(site.owner)
    [session] = shown["Closed sessions"]
    assert (session[0], session[2], session[3]) == (f"Workshop {CANARY}", f"Room {CANARY}", f"Audience {CANARY}")
    people = [row[:4] for row in shown[f"Admitted to Audience {CANARY}"]]
    assert people == [["Invited Online", "Confirmed", "By hand", "–"], ["Invited Onsite", "Confirmed", "By hand", "–"]]


def test_restricted_tells_observers_no_names(site: Site) -> None:
    """They read how many, and no name or address of anybody."""
    add_staff(site.app, "observer", site.cast.event_id)
    observer = signed_in(site.app, "observer@example.org")
    page = observer.get(PATH).text
    assert "2 people are admitted." in page
    assert [name for name in ("Invited Online", "Invited Onsite", "@example.org") if name in page] == []


def test_restricted_tells_drafts_from_what_is_published(site: Site) -> None:
    """A draft is marked, and what will change once published stands beside what holds now."""
    with changing(site.app):
        other = Audience(id=uuid4(), event_id=site.cast.event_id, name="Board")
        db.session.add(other)
        db.session.flush()
        draft = Session(
            id=uuid4(),
            event_id=site.cast.event_id,
            title={"en": "Draft"},
            kind="talk",
            access="closed",
            zone="Europe/Helsinki",
            audiences=[other],
            shows_block=True,
            start_wall=wall("16:00"),
            end_wall=wall("17:00"),
            starts_at=START.replace(hour=13),
            ends_at=START.replace(hour=14),
        )
        db.session.add(draft)
        workshop = db.session.get_one(Session, site.cast.workshop_id)
        workshop.audiences.append(other)
        db.session.flush()
        draft_id, other_id = draft.id, other.id
    rows = {row[0]: row for row in tables(site.owner)["Closed sessions"]}
    assert rows[f"Workshop {CANARY}"][3] == f"Audience {CANARY} Once published: Audience {CANARY}, Board"
    assert rows["Draft"][3:] == [
        "Not published yet Board",
        "Strangers see an untitled block. Calendars of those admitted do not name it.",
    ]
    with changing(site.app):
        workshop = db.session.get_one(Session, site.cast.workshop_id)
        workshop.audiences.remove(db.session.get_one(Audience, other_id))
        db.session.delete(db.session.get_one(Session, draft_id))
        db.session.flush()
        db.session.delete(db.session.get_one(Audience, other_id))


def test_restricted_counts_open_invitations_and_who_is_not_confirmed(site: Site) -> None:
    """Rights that show nothing yet are told apart from those that do."""
    cast = site.cast
    with changing(site.app):
        right = Admission(registration_id=cast.people["pending"], audience_id=cast.audience_id, granted_at=SPRING)
        invitation = Invitation(
            event_id=cast.event_id,
            audience_id=cast.audience_id,
            name="Ines",
            language="en",
            email="ines@example.org",
            email_key="ines@example.org",
            by_letter=True,
            created_at=SPRING,
            granted_through="invitation",
            expires_at=START.replace(year=2100),
        )
        db.session.add_all([right, invitation])
    text = " ".join(lxml.html.document_fromstring(site.owner.get(PATH).text).text_content().split())
    assert "1 more person has the right, but is not confirmed and sees nothing." in text
    assert "2 invitations or grants are still open." in text
    with changing(site.app):
        db.session.delete(db.session.get_one(Admission, (cast.people["pending"], cast.audience_id)))
        db.session.delete(db.session.scalars(db.select(Invitation).where(Invitation.name == "Ines")).one())
