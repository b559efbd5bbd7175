"""What organisers do about invitations by letter. Call each inside write(), as staff of the event.

Everything that changes an invitation locks it first, so of two at once the second finds what the first has done.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from eventops.agenda.models import Event
from eventops.db import db, one_at_a_time
from eventops.letters.outbox import queue
from eventops.registration.address import email_key
from eventops.registration.answers import hold, withdraw
from eventops.registration.invitations import guests_of, state_of, take_back
from eventops.registration.invite_form import DAYS, InviteForm
from eventops.registration.models import Admission, Invitation, Registration, Substitute
from eventops.registration.register import day_ends_at, lock
from eventops.staff.audit import record


class Unfit(Exception):
    """It cannot be done as things stand.

    Its text is why: a state, or `over`, `admitted`, `invited`, `decided`, `withdrawn`.
    """


def invite(event: Event, audience_id: UUID, form: InviteForm, now: datetime, by: UUID | None) -> Invitation:
    """Invite an address by letter, for the first time or anew after it declined, or its invitation ended.

    `form` has no complaints; `by` is the account. The answer is awaited so many days, at most until the event's last
    day is over. Raises Unfit `over`, `admitted`, or `invited` for an address whose answer is awaited.
    """
    one_at_a_time(guests_of(audience_id))
    _refuse_when_over(event, now)
    if _is_admitted(audience_id, email_key(form.email)):
        raise Unfit("admitted")
    invitation = _invitation_of(event, audience_id, form, now)
    if invitation.letters and state_of(invitation, now) == "open":
        raise Unfit("invited")
    invitation.email, invitation.name, invitation.language = form.email, form.name, form.language
    invitation.by_letter, invitation.granted_through = True, "invitation"
    invitation.created_at, invitation.created_by, invitation.link_version = now, by, invitation.link_version + 1
    _await_answer(invitation, _expiry(event, int(form.days), now), now)
    record("registration.invite", invitation.id, event_id=event.id, now=now, audience=audience_id)
    return invitation


def resend(invitation: Invitation, event: Event, letters: int, now: datetime) -> None:
    """Write once more, and ask anew where the answer was no or the time had run out.

    `letters` is how many there were when the organiser asked: two askings that saw the same are one letter. Raises
    Unfit `over`, `accepted`, `revoked`, `replaced`, or `waiting` for an address that was never written to.
    """
    hold(invitation)
    _refuse_when_over(event, now)
    state = state_of(invitation, now)
    if state not in ("open", "expired", "declined"):
        raise Unfit(state)
    if invitation.letters != letters:
        return
    in_time = invitation.expires_at > now
    _await_answer(invitation, invitation.expires_at if in_time else _expiry(event, DAYS, now), now)
    record("registration.resend_invitation", invitation.id, event_id=event.id, now=now)


def revoke_invitation(invitation: Invitation, now: datetime) -> None:
    """From now on its link takes no answer, and the right that it gave is taken back. The registration stays."""
    hold(invitation)
    if invitation.revoked_at is not None:
        return
    take_back(invitation, now)
    withdraw(invitation)
    invitation.revoked_at = now
    record("registration.revoke_invitation", invitation.id, event_id=invitation.event_id, now=now)


def approve(substitute_id: UUID, event: Event, now: datetime, by: UUID | None) -> None:
    """Let somebody come instead: the one invitation is replaced, with the right that it gave, and the other written.

    Where the substitute is invited or admitted already, that stands. Raises Unfit `over`, `decided` after a refusal,
    `withdrawn`, `revoked` or `replaced`.
    """
    substitute, invitation = _lock_both(substitute_id)
    if substitute.is_approved:
        return
    _refuse_when_over(event, now)
    _refuse_when_settled(substitute, now)
    take_back(invitation, now)
    invitation.answer, invitation.answered_at = "replaced", now
    _decide(substitute, True, now, by)
    with suppress(Unfit):
        guest = InviteForm(substitute.email, substitute.name, invitation.language)
        invite(event, invitation.audience_id, guest, now, by)
    record("registration.approve_substitute", substitute.id, event_id=event.id, now=now, invitation=invitation.id)


def refuse(substitute_id: UUID, now: datetime, by: UUID | None) -> None:
    """Leave everything as it is. Raises Unfit `withdrawn`, or `decided` after an approval."""
    substitute, invitation = _lock_both(substitute_id)
    if substitute.is_approved:
        raise Unfit("decided")
    if substitute.decided_at is None:
        _decide(substitute, False, now, by)
        about = {"invitation": invitation.id}
        record("registration.refuse_substitute", substitute.id, event_id=substitute.event_id, now=now, **about)


def _refuse_when_over(event: Event, now: datetime) -> None:
    if now >= day_ends_at(event):
        raise Unfit("over")


def _refuse_when_settled(substitute: Substitute, now: datetime) -> None:
    if substitute.decided_at is not None:
        raise Unfit("decided")
    state = state_of(substitute.invitation, now)
    if state in ("revoked", "replaced"):
        raise Unfit(state)


def _lock_both(substitute_id: UUID) -> tuple[Substitute, Invitation]:
    """The proposal and its invitation, which is locked first: the invited person may withdraw at the same moment."""
    query = select(Substitute).where(Substitute.id == substitute_id)
    if proposed := db.session.scalar(query):
        hold(invitation := proposed.invitation)
        if locked := db.session.scalar(query.with_for_update().execution_options(populate_existing=True)):
            return locked, invitation
    raise Unfit("withdrawn")


def _decide(substitute: Substitute, is_approved: bool, now: datetime, by: UUID | None) -> None:
    substitute.decided_at, substitute.decided_by, substitute.is_approved = now, by, is_approved
    db.session.flush()


def _is_admitted(audience_id: UUID, key: str) -> bool:
    admitted = (
        select(Admission.registration_id)
        .join(Registration, Registration.id == Admission.registration_id)
        .where(Admission.audience_id == audience_id, Admission.revoked_at.is_(None))
        .where(Registration.email_key == key, Registration.state == "confirmed")
    )
    return db.session.scalar(admitted) is not None


def _invitation_of(event: Event, audience_id: UUID, form: InviteForm, now: datetime) -> Invitation:
    """The invitation that the address has to the audience, made now if there is none; nobody else changes it."""
    key = email_key(form.email)
    row = {"id": uuid4(), "event_id": event.id, "audience_id": audience_id, "email_key": key, "email": form.email}
    row |= {"name": form.name, "language": form.language, "by_letter": True, "granted_through": "invitation"}
    row |= {"created_at": now, "expires_at": now, "letters": 0, "link_version": 0, "answer": ""}
    connection = db.session.connection()
    connection.execute(_insert(connection.dialect.name), row)
    same_address = select(Invitation).where(Invitation.audience_id == audience_id, Invitation.email_key == key)
    invitation = db.session.scalars(same_address).one()
    lock(invitation)
    return invitation


@cache
def _insert(database: str) -> Insert:
    insert = sqlite.insert if database == "sqlite" else postgresql.insert
    statement: Insert = insert(Invitation).on_conflict_do_nothing(index_elements=["audience_id", "email_key"])
    return statement


def _expiry(event: Event, days: int, now: datetime) -> datetime:
    return min(now + timedelta(days=days), day_ends_at(event))


def _await_answer(invitation: Invitation, expires_at: datetime, now: datetime) -> None:
    """Nothing is answered or revoked any more, and a letter goes out."""
    invitation.answer, invitation.answered_at, invitation.revoked_at, invitation.registration_id = "", None, None, None
    invitation.expires_at, invitation.letters = expires_at, invitation.letters + 1
    db.session.flush()
    queue(
        event_id=invitation.event_id,
        recipient_type="invitation",
        recipient_id=invitation.id,
        kind="invited",
        key=str(invitation.letters),
        now=now,
        expires_at=invitation.expires_at,
    )
