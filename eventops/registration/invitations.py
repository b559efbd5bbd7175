"""Who is admitted to which audience's closed sessions, and what each person therefore sees."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from eventops.agenda.models import Audience
from eventops.db import db
from eventops.registration.models import Admission, Invitation, Registration
from eventops.viewer import Viewer


def admit(
    registration: Registration,
    audience_id: UUID,
    now: datetime,
    granted_by: UUID | None = None,
    through: str = "hand",
) -> None:
    """Give the registration the right to the audience's closed sessions. Twice is as once.

    `granted_by` is the account that does so, `through` one of `hand`, `list` and `invitation`. Raises ValueError for
    an audience that the current viewer does not see in the registration's event. Call it inside write().
    """
    audience = db.session.scalar(select(Audience).where(Audience.id == audience_id))
    if audience is None or audience.event_id != registration.event_id:
        raise ValueError("the audience is not of this event")
    admission = db.session.get(Admission, (registration.id, audience_id))
    if admission is None:
        admission = Admission(registration_id=registration.id, audience_id=audience_id)
    elif admission.revoked_at is None:
        return
    admission.granted_at, admission.granted_by, admission.revoked_at = now, granted_by, None
    admission.granted_through = through
    db.session.add(admission)
    db.session.flush()


def revoke(registration: Registration, audience_id: UUID, now: datetime) -> None:
    """Take the right away again, and end the invitation that would give it anew. Call it inside write()."""
    invited = (Invitation.audience_id == audience_id, Invitation.email_key == registration.email_key)
    db.session.execute(update(Invitation).where(*invited, Invitation.revoked_at.is_(None)).values(revoked_at=now))
    _end(db.session.get(Admission, (registration.id, audience_id)), now)


def take_back(invitation: Invitation, now: datetime) -> None:
    """End the right that the invitation gave; one that was given otherwise stays. Call it inside write()."""
    # By the address: it may have accepted an earlier letter, whose right outlives a cancellation.
    given = (
        select(Admission)
        .join(Registration, Registration.id == Admission.registration_id)
        .where(
            Registration.event_id == invitation.event_id,
            Registration.email_key == invitation.email_key,
            Admission.audience_id == invitation.audience_id,
            Admission.granted_through == "invitation",
        )
    )
    _end(db.session.scalar(given), now)


def _end(admission: Admission | None, now: datetime) -> None:
    if admission is not None and admission.revoked_at is None:
        admission.revoked_at = now
        db.session.flush()


def audiences_of(registration_id: UUID) -> frozenset[UUID]:
    """The audiences to whose closed sessions the registration has a right now."""
    held = select(Admission.audience_id).where(
        Admission.registration_id == registration_id, Admission.revoked_at.is_(None)
    )
    return frozenset(db.session.scalars(held))


def guests_of(audience_id: UUID) -> str:
    """What whoever adds or revokes guests of the audience names to one_at_a_time."""
    return f"guests of {audience_id}"


def state_of(invitation: Invitation, now: datetime) -> str:
    """`revoked`, `replaced`, `accepted`, `declined`, `expired`, `waiting` for a sign-up without a letter, or `open`."""
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.answer:
        return invitation.answer
    if not invitation.by_letter:
        return "waiting"
    return "expired" if now >= invitation.expires_at else "open"


def viewer_of(registration: Registration) -> Viewer:
    """The person as a viewer. Only who is confirmed sees what an invitation opens."""
    invited = audiences_of(registration.id) if registration.state == "confirmed" else frozenset()
    return Viewer(event_id=registration.event_id, registration_id=registration.id, audiences=invited)
