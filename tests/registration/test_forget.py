"""Forgetting people on the day that each was told."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import Event
from eventops.checkin.models import Scan
from eventops.db import db
from eventops.registration.forget import forget, forget_expired, forgotten_at
from eventops.registration.links import personal_token, read_personal
from eventops.registration.models import ERASED, Admission, GuestList, Registration, Ticket
from eventops.registration.people import counts
from eventops.viewer import SYSTEM, seeing
from tests.apps import changing, reading
from tests.cast import PEOPLE, START, Conference, add_conference
from tests.registration.stored import everything
from tests.site import add_invitation

THE_DAY = START.replace(hour=0) + timedelta(days=30) - timedelta(hours=3)
"""6 June 2024 begins in Finland."""


def conference_with_a_scan(app: Flask) -> Conference:
    with changing(app):
        cast = add_conference()
        ticket = db.session.scalars(select(Ticket).where(Ticket.code == cast.codes["onsite"])).one()
        db.session.add(
            Scan(
                id=ticket.id,
                event_id=cast.event_id,
                door_id=cast.door_id,
                ticket_id=ticket.id,
                kind="entry",
                payload_hash="",
                device_time=START,
                effective_at=START,
                received_at=START,
                verdict="admitted",
            )
        )
        return cast


def run(app: Flask, now: datetime) -> int:
    with app.app_context(), seeing(SYSTEM):
        return forget_expired(now)


def test_people_are_remembered_until_their_date(app: Flask) -> None:
    """Until the last second before it, nothing changes."""
    conference_with_a_scan(app)
    before = everything(app)
    assert run(app, THE_DAY - timedelta(seconds=1)) == 0
    assert everything(app) == before


def test_people_are_forgotten_on_their_date_and_still_counted(app: Flask) -> None:
    """No name, address, code or invitation is left; how many came, and how, is."""
    cast = conference_with_a_scan(app)
    with reading(app):
        before = counts(cast.event_id)
        secrets = [*cast.codes.values(), *db.session.scalars(select(Registration.email))]
        secrets += db.session.scalars(select(Registration.name).where(Registration.name.contains(" ")))
    assert run(app, THE_DAY) == len(PEOPLE)
    stored = str(everything(app))
    assert [secret for secret in secrets if secret in stored] == []
    with reading(app):
        assert counts(cast.event_id) == before
        assert {(person.name, person.email) for person in db.session.scalars(select(Registration))} == {(ERASED,) * 2}
        assert db.session.scalars(select(Admission)).all() == []
        assert None not in db.session.scalars(select(Ticket.revoked_at)).all()
        assert len(db.session.scalars(select(Scan)).all()) == 1


def add_invited(app: Flask, cast: Conference, email: str) -> None:
    """Somebody with that address is invited, proposes Per, is proposed by Liv, and stands on a list with Ida."""
    with changing(app):
        for invitation, substitute in (add_invitation(cast), add_invitation(cast, "liv@example.org", "Liv")):
            if invitation.name == "Liv":
                substitute.name, substitute.email = "Namesake", email.upper()
            else:
                invitation.email, invitation.email_key = email, email
        named = [("Listed", email), ("Ida", "ida@example.org")]
        guests = [{"number": number, "name": name, "email": address} for number, (name, address) in enumerate(named)]
        db.session.add(GuestList(event_id=cast.event_id, audience_id=cast.audience_id, made_at=START, rows=guests))


def test_invited_are_forgotten_on_the_date_and_still_counted(app: Flask) -> None:
    """Names and addresses of the invited, the proposed and the listed go, and their links end, registered or not."""
    with changing(app):
        cast = add_conference()
    add_invited(app, cast, "freja@example.org")
    run(app, THE_DAY)
    stored = str(everything(app))
    people = ("freja", "Freja", "Liv", "liv@", "Per", "per@", "Namesake", "FREJA", "Listed", "Ida", "ida@")
    assert [word for word in people if word in stored] == []
    assert len(everything(app)["invitations"]) == 2
    assert run(app, THE_DAY + timedelta(hours=1)) == 0


def test_invited_alone_are_forgotten_too(app: Flask) -> None:
    """An event to which nobody signed up."""
    with changing(app):
        cast = add_conference()
    run(app, THE_DAY)
    add_invited(app, cast, "freja@example.org")
    assert run(app, THE_DAY) == 0
    assert "freja" not in str(everything(app))


def test_person_who_is_erased_goes_from_invitations_proposals_and_lists(app: Flask) -> None:
    """Whom they proposed goes with them; the others stay."""
    with changing(app):
        cast = add_conference()
    add_invited(app, cast, "onsite@example.org")
    with changing(app):
        forget(db.session.get_one(Registration, cast.people["onsite"]), START)
    stored = str(everything(app))
    assert [
        word for word in ("'onsite@", "ONSITE@", "Freja", "Per Eksempel", "Namesake", "Listed") if word in stored
    ] == []
    assert [word for word in ("Liv", "Ida") if word not in stored] == []


def test_forgetting_twice_is_as_once(app: Flask) -> None:
    """The job runs every hour."""
    conference_with_a_scan(app)
    run(app, THE_DAY)
    once = everything(app)
    assert run(app, THE_DAY + timedelta(hours=1)) == 0
    assert everything(app) == once


def test_personal_links_end_with_the_data(app: Flask) -> None:
    """Whoever kept the letter finds a missing page."""
    cast = conference_with_a_scan(app)
    with reading(app):
        token = personal_token(db.session.get_one(Registration, cast.people["onsite"]))
    run(app, THE_DAY)
    with reading(app):
        assert read_personal(token, cast.event_id) is None
    assert app.test_client().get(f"/en/conference/my/{token}").status_code == 404


def test_another_event_s_people_stay(app: Flask) -> None:
    """Each event goes by its own date."""
    conference_with_a_scan(app)
    with changing(app):
        other = add_conference("other")
        event = db.session.get_one(Event, other.event_id)
        event.retention_days = 31
        assert forgotten_at(event) == THE_DAY + timedelta(days=1)
    assert run(app, THE_DAY) == len(PEOPLE)
    with reading(app):
        names = set(db.session.scalars(select(Registration.name).where(Registration.event_id == other.event_id)))
    assert names == {who.title() for who in PEOPLE}
