"""The link of an invitation letter: it speaks for the invited person, and shows its holder nothing of theirs."""

from __future__ import annotations

from flask import abort, g, request
from sqlalchemy import select

from eventops.agenda.events import find_event
from eventops.agenda.models import Event
from eventops.db import db
from eventops.registration.links import link_url
from eventops.registration.models import Invitation
from eventops.registration.tokens import make_token, parse_token
from eventops.routes import Declaration
from eventops.viewer import SYSTEM, Viewer, seeing

_PURPOSE = "invitation"


def invitation_token(invitation: Invitation) -> str:
    """What stands in the invitation's link: 48 characters."""
    return make_token(_PURPOSE, invitation)


def invitation_url(invitation: Invitation) -> str:
    """The absolute address at which the invitation is answered, in its language."""
    return link_url("registration.invitation", invitation, invitation_token(invitation))


def admit_invited(_declaration: Declaration) -> Viewer:
    """Whoever holds a genuine link of an invitation; aborts with 404 otherwise. Sets g.event and g.invitation.

    They see what strangers see, and this event even where it is not published yet.
    """
    values = request.view_args or {}
    found = _read(values["slug"], values["token"])
    if found is None:
        abort(404)
    g.event, g.invitation = found
    return Viewer(event_id=g.event.id)


def _read(slug: str, token: str) -> tuple[Event, Invitation] | None:
    """As the system, since who asks is known only by what is read here."""
    parsed = parse_token(token)
    if parsed is None:
        return None
    with seeing(SYSTEM):
        event = find_event(slug)
        invitation = db.session.scalar(select(Invitation).where(Invitation.id == parsed.id))
    if event is None or invitation is None or invitation.event_id != event.id:
        return None
    return (event, invitation) if parsed.is_of(_PURPOSE, invitation) else None
