"""Saving what was dragged on the agenda's grid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, jsonify, request
from flask_babel import gettext as _

from eventops import clock
from eventops.agenda.edit import desk_session
from eventops.agenda.edit_words import in_words
from eventops.agenda.events import event_clocks, recent_event_or_404
from eventops.agenda.grid.cards import as_json
from eventops.agenda.grid.move import BadMove, StaleMove, Wanted, movable, read_wanted, wanted_room
from eventops.agenda.grid.move import move as move_session
from eventops.agenda.grid.presence import last_editor
from eventops.agenda.grid.words import changed_meanwhile, name_for
from eventops.agenda.journal import editing
from eventops.agenda.models import Event, Session
from eventops.agenda.views import blueprint
from eventops.db import write
from eventops.routes import problem, staff
from eventops.staff.audit import record
from eventops.viewer import signed_in_account


@blueprint.post("/<language:language>/desk/<slug>/agenda/<uuid:session_id>/move")
@staff("edit_agenda")
def move(slug: str, session_id: UUID) -> Response:
    """Store where a session was dragged, and say what is stored then; 412 with both versions when it is stale.

    The body is JSON, whatever its content type: see move.Wanted. 422 for anything else.
    """
    try:
        wanted = read_wanted(request.get_data())
        event, account_id, now = recent_event_or_404(slug), signed_in_account(), clock.now()
        with write():
            with editing(event.id, account_id, "move", now) as journal:
                session = movable(event.id, session_id) or abort(404)
                move_session(session, wanted, journal)
            if journal.edit:
                record("agenda.move", session.id, event_id=event.id, now=now)
    except BadMove as error:
        return problem(422, _("The session cannot be put there"), str(error))
    except StaleMove:
        return _both_versions(event, session_id, wanted, account_id)
    return jsonify(session=_as_json(event, session), **(in_words(journal.edit, None) if journal.edit else {}))


def _both_versions(event: Event, session_id: UUID, wanted: Wanted, account_id: UUID | None) -> Response:
    """What is stored and what was wanted, in words; `by` is who stored it, empty for oneself."""
    session = desk_session(event.id, session_id) or abort(404)
    room, by = wanted_room(event.id, wanted), name_for(account_id, last_editor(event.id, session_id))
    answer = jsonify(
        type="about:blank",
        title=changed_meanwhile(by),
        status=412,
        by=by,
        changed_by=_("Changed by %(name)s", name=by) if by else "",
        stored=_as_json(event, session),
        wanted={
            "clocks": event_clocks(event, wanted.start, wanted.end).with_day,
            "room": room.name if room else "",
            "is_scheduled": wanted.is_scheduled,
        },
    )
    answer.status_code, answer.mimetype = 412, "application/problem+json"
    return answer


def _as_json(event: Event, session: Session) -> dict[str, Any]:
    room = session.room
    return as_json(event, session, {room.id: room.name} if room else {})
