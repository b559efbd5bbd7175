"""Whether an invitation's link takes an answer."""

from __future__ import annotations

from datetime import datetime

from eventops.agenda.models import Event
from eventops.registration.invitations import state_of
from eventops.registration.models import Invitation
from eventops.registration.register import day_ends_at


def closed_because(invitation: Invitation, event: Event, now: datetime) -> str:
    """Why its link takes no answer any more: `over`, `revoked`, `replaced` or `expired`; empty while it does.

    Who accepted in time may say until the event is over that they cannot come after all.
    """
    if now >= day_ends_at(event):
        return "over"
    state = state_of(invitation, now)
    if state in ("revoked", "replaced"):
        return state
    return "expired" if state != "accepted" and now >= invitation.expires_at else ""
