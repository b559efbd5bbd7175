"""Invitations for tests: made by the organisers' verb, answered by the link of their letter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eventops.agenda.models import Event
from eventops.db import db, write
from eventops.registration.invitation_links import invitation_url
from eventops.registration.invite import invite
from eventops.registration.invite_form import InviteForm
from eventops.registration.models import Admission, Invitation, Registration
from eventops.viewer import Viewer, seeing
from tests.apps import BASE_URL, reading
from tests.cast import SPRING, Conference

FREJA = InviteForm("freja@example.org", "Freja Eksempel", "da")
ACCEPT = {"action": "accept", "mode": "onsite", "language": "da", "privacy": "yes"}
"""An answer without mistakes to an invitation that bears a name."""


@contextmanager
def organising(app: Flask, cast: Conference) -> Iterator[None]:
    """Inside, the database may be changed as by the event's owner."""
    with app.app_context(), seeing(Viewer(event_id=cast.event_id, role="owner")), write():
        yield


def invited(app: Flask, cast: Conference, form: InviteForm = FREJA, audience_id: UUID | None = None) -> str:
    """Invite somebody in spring; the path of their link."""
    with organising(app, cast):
        event = db.session.get_one(Event, cast.event_id)
        invitation = invite(event, audience_id or cast.audience_id, form, SPRING, None)
        return invitation_url(invitation).removeprefix(BASE_URL)


def invitation_of(app: Flask, email: str = FREJA.email) -> Invitation:
    """The invitation of an address."""
    with reading(app):
        return db.session.scalars(select(Invitation).where(Invitation.email == email)).one()


def admissions(app: Flask, cast: Conference) -> dict[str, str]:
    """Through what everybody is admitted now who was not from the beginning, by their address."""
    query = (
        select(Registration.email, Admission.granted_through)
        .join(Admission, Admission.registration_id == Registration.id)
        .where(Admission.audience_id == cast.audience_id, Admission.revoked_at.is_(None))
        .where(~Registration.email.startswith("invited."))
    )
    with reading(app):
        return dict(db.session.execute(query).all())


def answer(browser: FlaskClient, link: str, **fields: str) -> TestResponse:
    """Send an answer; what it leads to where it leads anywhere."""
    return browser.post(link, data=fields, follow_redirects=True)
