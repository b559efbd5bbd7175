"""A session's own page, for everybody who may see the session."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, render_template

from eventops import clock
from eventops.agenda.calendar import calendar as as_calendar
from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event, PublishedSession
from eventops.agenda.now_and_next import next_change
from eventops.agenda.programme import items, visible_session
from eventops.agenda.public_pages import changes_at, for_strangers, public_event_or_404
from eventops.agenda.show_picture import picture
from eventops.agenda.structured import structured_session
from eventops.agenda.views import blueprint, titles
from eventops.routes import absolute_url, anyone

_ADDRESS = "/<language:language>/<slug>/sessions/<uuid:session_id>"


@blueprint.get(_ADDRESS)
@anyone
@for_strangers()
def session_page(slug: str, session_id: UUID) -> Response:
    """All that the public may know of one session."""
    now = clock.now()
    event = public_event_or_404(slug, now)
    session = session_or_404(event, session_id)
    changes_at(next_change([session], now))
    [item] = items(event, [session], now=now)
    card = structured_session(event, session)
    page = render_template("agenda/session.html", event=event, item=item, card=card, **titles(event))
    return Response(page, mimetype="text/html")


@blueprint.get(_ADDRESS + "/session.ics")
@anyone
@for_strangers()
def session_calendar(slug: str, session_id: UUID) -> Response:
    """The session alone for calendars."""
    event = public_event_or_404(slug, clock.now())
    session = session_or_404(event, session_id)
    url = absolute_url("agenda.session_page", slug=slug, session_id=session_id)
    return Response(as_calendar(event, [session], url), mimetype="text/calendar")


@blueprint.get(_ADDRESS + "/photos/<uuid:image_id>")
@anyone
def photo(slug: str, session_id: UUID, image_id: UUID) -> Response:
    """The photo of one of the session's speakers."""
    event = event_or_404(slug)
    session = session_or_404(event, session_id)
    if str(image_id) not in [speaker["photo"] for speaker in session.content["speakers"]]:
        abort(404)
    return picture(event, image_id)


def session_or_404(event: Event, session_id: UUID) -> PublishedSession:
    """The published session; a hidden one and a missing one abort alike."""
    return visible_session(event.id, session_id) or abort(404)
