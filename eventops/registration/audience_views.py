"""An audience on the desk: who is invited."""

from __future__ import annotations

from uuid import UUID

from flask import abort
from sqlalchemy import select

from eventops import clock
from eventops.agenda.events import event_or_404
from eventops.agenda.models import Audience, Event
from eventops.db import db
from eventops.registration.invitation_rows import invitation_rows
from eventops.registration.views import blueprint, room_page
from eventops.routes import staff


@blueprint.get("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>")
@staff("see_people")
def audience(slug: str, audience_id: UUID) -> str:
    """Who is invited to the audience's closed sessions."""
    event = event_or_404(slug)
    return audience_page(event, audience_or_404(event, audience_id))


def audience_or_404(event: Event, audience_id: UUID) -> Audience:
    """The event's audience; one of another event and a missing one abort alike."""
    query = select(Audience).where(Audience.id == audience_id, Audience.event_id == event.id)
    return db.session.scalar(query) or abort(404)


def audience_page(event: Event, audience: Audience, **kept: object) -> str:
    """The page, with what was typed into its forms and what is wrong with that."""
    context = invitation_rows(event, audience.id, clock.now()) | kept
    return room_page("audience", event, audience=audience, **context)
