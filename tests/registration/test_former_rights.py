"""What is left of an invitation that was accepted, when the person cancels and is invited anew: nothing unrevoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import Audience, Event
from eventops.db import db
from eventops.registration.answers import accept, decline
from eventops.registration.form import SignUpForm
from eventops.registration.grants import grant, revoke_waiting
from eventops.registration.guest_list import keep
from eventops.registration.guest_list_apply import Choice, apply
from eventops.registration.guest_list_file import read_pasted
from eventops.registration.invitations import viewer_of
from eventops.registration.invite import invite, revoke_invitation
from eventops.registration.invite_form import InviteForm
from eventops.registration.models import Invitation, Registration
from eventops.registration.register import cancel, confirm, sign_up
from tests.apps import changing
from tests.cast import SPRING, Conference, add_conference

NOW = SPRING + timedelta(days=2)
GUEST = SignUpForm("Gunnar Gæst", "gunnar@example.org", "onsite", "da", privacy=True)
INVITED = InviteForm("gunnar@example.org", "Gunnar Gæst", "da")


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.mark.parametrize("how", ["revoked", "declined", "grant revoked"])
def test_right_of_a_former_acceptance_ends_with_the_new_invitation(app: Flask, cast: Conference, how: str) -> None:
    """Accepted, cancelled, invited or granted anew, and that taken back: who then signs up sees nothing closed."""
    with changing(app):
        event, audience = db.session.get_one(Event, cast.event_id), db.session.get_one(Audience, cast.audience_id)
        accept(invite(event, audience.id, INVITED, NOW, None), event, GUEST, NOW)
        person = db.session.scalars(select(Registration).where(Registration.email_key == GUEST.email)).one()
        assert viewer_of(person).audiences == {cast.audience_id}
        cancel(person, NOW)
        if how == "grant revoked":
            later = NOW + timedelta(days=5)
            waiting = grant(audience, GUEST.name, GUEST.email, "da", later, NOW, None)
            assert revoke_waiting(audience, waiting.id, NOW)
        else:
            again = invite(event, audience.id, INVITED, NOW, None)
            revoke_invitation(again, NOW) if how == "revoked" else decline(again, event, NOW)
        assert sign_up(event, GUEST, NOW) == person.id
        confirm(person, NOW)
        assert viewer_of(person).audiences == frozenset()


def test_name_that_anybody_typed_stands_in_no_invitation(app: Flask, cast: Conference) -> None:
    """Somebody signed up with another's address and was not confirmed: the organiser's list knows better."""
    with changing(app):
        event, audience = db.session.get_one(Event, cast.event_id), db.session.get_one(Audience, cast.audience_id)
        sign_up(event, SignUpForm("Rude Nickname", "minna@example.org", "online", "nb", privacy=True), NOW)
        kept = keep(audience, read_pasted("Minna Ministeri <minna@example.org>"), NOW, None)
        apply(kept, Choice(True, "fi", NOW + timedelta(days=3)), NOW, None)
        made = db.session.scalars(select(Invitation).where(Invitation.email_key == "minna@example.org")).one()
        assert (made.name, made.language) == ("Minna Ministeri", "fi")
