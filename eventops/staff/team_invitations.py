"""Asking somebody by letter to take a role in an event: for seven days, once, and for that address alone.

Their instants are real time: no demo's clock moves them. `now` beside it is the event's time, by which letters go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select

from eventops.db import db, one_at_a_time, write
from eventops.letters.outbox import queue
from eventops.staff.accounts import add_account, find, grant, key_of, role_in
from eventops.staff.audit import record
from eventops.staff.links import read_invitation_token
from eventops.staff.models import Account, TeamInvitation
from eventops.staff.team import lock_team
from eventops.viewer import Viewer, seeing

LASTS = timedelta(days=7)
KEPT = timedelta(days=30)
"""How long the row, and with it the address, outlives the invitation."""
_PAUSE_SECONDS = 300
"""A letter that is asked for again within these is the same letter."""


class CannotInvite(Exception):
    """The address is in the team already, or was invited: `reason` is "member" or "invited"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotOpen(Exception):
    """The invitation was accepted or revoked, or ran out."""


def invite(
    event_id: UUID, email: str, role: str, language: str, invited_by: UUID, now: datetime, real_now: datetime
) -> TeamInvitation:
    """Ask whoever has the address to join. Whether there is an account with it is not looked at: the team only.

    Raises CannotInvite.
    """
    lock_team(event_id)
    _check_free(event_id, key_of(email))
    invitation = TeamInvitation(
        id=uuid4(),
        event_id=event_id,
        email=key_of(email),
        role=role,
        language=language,
        invited_by=invited_by,
        created_at=real_now,
        expires_at=real_now + LASTS,
    )
    db.session.add(invitation)
    db.session.flush()
    _queue_letter(invitation, now, real_now)
    record("staff.invite", invitation.id, event_id=event_id, now=now, role=role)
    return invitation


def open_invitations(event_id: UUID) -> list[TeamInvitation]:
    """Those that nobody accepted or revoked, the latest first; some may have run out."""
    query = select(TeamInvitation).where(TeamInvitation.event_id == event_id, *_UNANSWERED)
    return list(db.session.scalars(query.order_by(TeamInvitation.created_at.desc(), TeamInvitation.email)))


def resend(invitation_id: UUID, now: datetime, real_now: datetime) -> None:
    """Send the letter once more, good for seven days from now. Raises NotOpen where it was accepted or revoked."""
    invitation = _locked(invitation_id)
    if state_of(invitation, real_now) in ("accepted", "revoked"):
        raise NotOpen
    invitation.expires_at = real_now + LASTS
    _queue_letter(invitation, now, real_now)
    record("staff.resend_invitation", invitation.id, event_id=invitation.event_id, now=now)


def revoke(invitation_id: UUID, now: datetime, real_now: datetime) -> None:
    """From now on its link opens nothing. Raises NotOpen where it was accepted."""
    invitation = _locked(invitation_id)
    if invitation.accepted_at is not None:
        raise NotOpen
    if invitation.revoked_at is None:
        invitation.revoked_at = real_now
        record("staff.revoke_invitation", invitation.id, event_id=invitation.event_id, now=now)


def read_invitation(token: str) -> TeamInvitation | None:
    """The invitation whose link this is, in whatever state; None for a mangled link."""
    invitation_id = read_invitation_token(token)
    return db.session.get(TeamInvitation, invitation_id) if invitation_id else None


def state_of(invitation: TeamInvitation, real_now: datetime) -> str:
    """`open`, `accepted`, `revoked` or `expired`."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.revoked_at is not None:
        return "revoked"
    return "open" if real_now < invitation.expires_at else "expired"


def accept_anew(invitation_id: UUID, name: str, password_hash: str, now: datetime, real_now: datetime) -> Account:
    """Make the account that the invitation's address has not yet, and let it join.

    Raises NotOpen, also where there is an account with the address by now.
    """
    invitation = _locked(invitation_id)
    one_at_a_time(f"account {invitation.email}")
    if find(invitation.email) is not None:
        raise NotOpen
    account = add_account(name, invitation.email, password_hash, now)
    _join(invitation, account, now, real_now)
    return account


def accept(invitation_id: UUID, account: Account, now: datetime, real_now: datetime) -> None:
    """Let the account join, whose address the invitation is for. Raises NotOpen, also for any other account."""
    invitation = _locked(invitation_id)
    if account.email != invitation.email:
        raise NotOpen
    _join(invitation, account, now, real_now)


def forget_invitations(real_now: datetime) -> None:
    """Delete those that were accepted or revoked, or ran out, more than 30 days ago, in a write() of its own."""
    ended = (TeamInvitation.accepted_at, TeamInvitation.revoked_at, TeamInvitation.expires_at)
    with write():
        db.session.execute(delete(TeamInvitation).where(or_(*(at <= real_now - KEPT for at in ended))))


def _join(invitation: TeamInvitation, account: Account, now: datetime, real_now: datetime) -> None:
    if state_of(invitation, real_now) != "open":
        raise NotOpen
    lock_team(invitation.event_id)
    invitation.accepted_at = real_now
    if role_in(account.id, invitation.event_id) is None:  # a role given meanwhile counts more
        grant(account.id, invitation.event_id, invitation.role, now)
    with seeing(Viewer(account_id=account.id)):
        record("staff.join", invitation.id, event_id=invitation.event_id, now=now, role=invitation.role)


_UNANSWERED = TeamInvitation.accepted_at.is_(None), TeamInvitation.revoked_at.is_(None)


def _check_free(event_id: UUID, email: str) -> None:
    account = find(email)
    if account is not None and role_in(account.id, event_id) is not None:
        raise CannotInvite("member")
    if any(invitation.email == email for invitation in open_invitations(event_id)):
        raise CannotInvite("invited")


def _locked(invitation_id: UUID) -> TeamInvitation:
    query = select(TeamInvitation).where(TeamInvitation.id == invitation_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _queue_letter(invitation: TeamInvitation, now: datetime, real_now: datetime) -> None:
    queue(
        event_id=invitation.event_id,
        recipient_type="team_invitation",
        recipient_id=invitation.id,
        kind="team_invited",
        key=str(int(real_now.timestamp()) // _PAUSE_SECONDS),
        now=now,
        expires_at=now + LASTS,
    )
