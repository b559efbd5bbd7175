"""What an invited person answers. Call each inside write(), as the system; each may be called twice.

Whoever has the link may answer. What follows from it goes to the invited address alone. What is asked of an
invitation that takes no answer any more changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from eventops.agenda.models import Event
from eventops.db import db, one_at_a_time
from eventops.registration.form import SignUpForm
from eventops.registration.invitation_state import closed_because
from eventops.registration.invitations import admit, guests_of, take_back
from eventops.registration.models import Invitation, Substitute
from eventops.registration.register import lock, register_invited, tell_admitted


def accept(invitation: Invitation, event: Event, form: SignUpForm, now: datetime) -> None:
    """The person comes: they are registered, confirmed and admitted, and a letter to their address says so.

    `form` has no complaints, and the invited address.
    """
    hold(invitation)
    if closed_because(invitation, event, now) or invitation.answer == "accepted":
        return
    person, is_new = register_invited(event, form, now)
    admit(person, invitation.audience_id, now, invitation.created_by, "invitation")
    if not is_new:
        tell_admitted(person, invitation.audience_id, now)
    invitation.registration_id = person.id
    _answer(invitation, "accepted", now)


def decline(invitation: Invitation, event: Event, now: datetime) -> None:
    """The person does not come, and proposes nobody: what accepting gave is taken back, but for the registration."""
    hold(invitation)
    if closed_because(invitation, event, now) or invitation.answer == "declined":
        return
    take_back(invitation, now)
    _answer(invitation, "declined", now)


def propose(invitation: Invitation, event: Event, name: str, email: str, now: datetime) -> None:
    """Propose that somebody else come instead, in place of whoever was proposed before and is not decided on."""
    hold(invitation)
    proposal = open_proposal(invitation)
    if closed_because(invitation, event, now) or (proposal and (proposal.name, proposal.email) == (name, email)):
        return
    withdraw(invitation)
    db.session.add(Substitute(event_id=event.id, invitation_id=invitation.id, name=name, email=email, proposed_at=now))
    db.session.flush()


def withdraw(invitation: Invitation) -> None:
    """Propose nobody any more."""
    hold(invitation)
    if proposal := open_proposal(invitation):
        db.session.delete(proposal)
        db.session.flush()


def hold(invitation: Invitation) -> None:
    """Nobody else changes the invitation, or who is admitted to its audience, before this transaction ends."""
    one_at_a_time(guests_of(invitation.audience_id))
    lock(invitation)


def open_proposal(invitation: Invitation) -> Substitute | None:
    """Who is proposed instead and not decided on, if anybody. Nothing is written."""
    undecided = (Substitute.invitation_id == invitation.id, Substitute.decided_at.is_(None))
    return db.session.scalar(select(Substitute).where(*undecided))


def _answer(invitation: Invitation, answer: str, now: datetime) -> None:
    withdraw(invitation)
    invitation.answer, invitation.answered_at = answer, now
    db.session.flush()
