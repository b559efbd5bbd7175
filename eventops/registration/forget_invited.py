"""Forgetting who was invited, proposed, or on a list: invitations stay to be counted, without whom they were for."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select

from eventops.db import db
from eventops.registration.models import ERASED, GuestList, Invitation, Substitute
from eventops.typed import mail_address


def is_any_invited_remembered(event_id: UUID) -> bool:
    """Whether the event still has anything that `forget_all_invited` would erase."""
    queries = (
        select(Invitation.id).where(Invitation.event_id == event_id, Invitation.email != ERASED),
        select(Substitute.id).where(Substitute.event_id == event_id),
        select(GuestList.id).where(GuestList.event_id == event_id),
    )
    return any(db.session.scalar(query.limit(1)) for query in queries)


def forget_all_invited(event_id: UUID) -> None:
    """Erase everybody invited to the event, proposed for it, or on a list of it. Call it inside write()."""
    db.session.execute(delete(Substitute).where(Substitute.event_id == event_id))
    db.session.execute(delete(GuestList).where(GuestList.event_id == event_id))
    remembered = select(Invitation).where(Invitation.event_id == event_id, Invitation.email != ERASED)
    _erase(db.session.scalars(remembered))


def forget_invited(event_id: UUID, email_key: str) -> None:
    """Erase the person with that address from what was prepared for them at the event. Call it inside write()."""
    theirs = (Invitation.event_id == event_id, Invitation.email_key == email_key)
    invitations = list(db.session.scalars(select(Invitation).where(*theirs)))
    ids = {invitation.id for invitation in invitations}
    for proposal in db.session.scalars(select(Substitute).where(Substitute.event_id == event_id)):
        if proposal.invitation_id in ids or _is_of(proposal.email, email_key):
            db.session.delete(proposal)
    for guests in db.session.scalars(select(GuestList).where(GuestList.event_id == event_id)):
        guests.rows = [row for row in guests.rows if not _is_of(row.get("email") or "", email_key)]
    _erase(invitations)


def _erase(invitations: Iterable[Invitation]) -> None:
    for invitation in invitations:
        invitation.name = invitation.email = ERASED
        invitation.email_key = secrets.token_hex(16)
        invitation.link_version += 1
    db.session.flush()


def _is_of(typed: str, email_key: str) -> bool:
    return (mail_address(typed.strip()) or "").casefold() == email_key
