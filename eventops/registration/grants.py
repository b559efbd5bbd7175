"""Admitting somebody by address, registered or not: a grant waits until its address signs up and is confirmed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select

from eventops.agenda.models import Audience
from eventops.db import db, one_at_a_time
from eventops.registration.address import email_key
from eventops.registration.invitations import admit, guests_of, revoke, state_of
from eventops.registration.models import Admission, Invitation, Registration
from eventops.viewer import SYSTEM, seeing


def is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What is true of invitations and waiting grants that may still come to something."""
    return Invitation.answer == "", Invitation.revoked_at.is_(None), Invitation.expires_at > now


def grant(
    audience: Audience, name: str, email: str, language: str, expires_at: datetime, now: datetime, by: UUID | None
) -> Registration | Invitation:
    """Admit who has that address: at once who is confirmed, and anybody else as soon as they are.

    The grant waits until `expires_at`, in place of what the address had been sent. Twice is as once. `by` is the
    account that does so. Call it inside write().
    """
    key = email_key(email)
    one_at_a_time(guests_of(audience.id))
    person = _registered(audience.event_id, key)
    if person is not None and person.state == "confirmed":
        admit(person, audience.id, now, by, "hand")
        return person
    waiting = _invitation(audience.id, key)
    if waiting is not None and state_of(waiting, now) == "waiting" and waiting.expires_at > now:
        return waiting
    if waiting is None:
        waiting = Invitation(id=uuid4(), event_id=audience.event_id, audience_id=audience.id, email_key=key)
        db.session.add(waiting)
    else:
        waiting.link_version += 1
    waiting.name, waiting.email, waiting.language = name or waiting.name or "", email, language
    waiting.by_letter, waiting.granted_through, waiting.expires_at = False, "hand", expires_at
    waiting.created_at, waiting.created_by = now, by
    waiting.answer, waiting.answered_at, waiting.revoked_at, waiting.registration_id = "", None, None, None
    db.session.flush()
    return waiting


def take_up_grants(registration: Registration, now: datetime) -> None:
    """Admit who has just been confirmed to every audience where a grant waits for their address.

    Call it inside write(), while nobody else can change the registration's state.
    """
    waiting = select(Invitation).where(
        Invitation.event_id == registration.event_id,
        Invitation.email_key == registration.email_key,
        Invitation.by_letter.is_(False),
        *is_open(now),
    )
    with seeing(SYSTEM):
        for granted in db.session.scalars(waiting.with_for_update()).all():
            admit(registration, granted.audience_id, now, granted.created_by, granted.granted_through)
            granted.answer, granted.answered_at, granted.registration_id = "accepted", now, registration.id
        db.session.flush()


def revoke_member(audience: Audience, registration_id: UUID, now: datetime) -> bool:
    """Take the person's right to the audience away, with every invitation to it; say whether they had one."""
    query = (
        select(Registration)
        .join(Admission, Admission.registration_id == Registration.id)
        .where(
            Registration.id == registration_id,
            Registration.event_id == audience.event_id,
            Admission.audience_id == audience.id,
        )
    )
    one_at_a_time(guests_of(audience.id))
    person = db.session.scalar(query.with_for_update(of=Registration))
    if person is None:
        return False
    revoke(person, audience.id, now)
    return True


def revoke_waiting(audience: Audience, invitation_id: UUID, now: datetime) -> bool:
    """Let nothing come of a grant that waits, nor of one that was taken up meanwhile; say whether there is one."""
    one_at_a_time(guests_of(audience.id))
    query = select(Invitation).where(
        Invitation.id == invitation_id, Invitation.audience_id == audience.id, Invitation.by_letter.is_(False)
    )
    granted = db.session.scalar(query.with_for_update())
    if granted is None:
        return False
    # The address may hold a right already that shows nothing: given before its registration was cancelled, say.
    if person := _registered(audience.event_id, granted.email_key):
        revoke_member(audience, person.id, now)
    granted.revoked_at = granted.revoked_at or now
    db.session.flush()
    return True


def _registered(event_id: UUID, key: str) -> Registration | None:
    """Who has the address: nobody confirms or cancels it before this transaction ends."""
    query = select(Registration).where(Registration.event_id == event_id, Registration.email_key == key)
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _invitation(audience_id: UUID, key: str) -> Invitation | None:
    query = select(Invitation).where(Invitation.audience_id == audience_id, Invitation.email_key == key)
    return db.session.scalar(query.with_for_update())
