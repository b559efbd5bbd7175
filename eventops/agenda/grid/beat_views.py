"""The beat of an open desk page: I am here, on this session; who else is, and what has changed?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from eventops import clock
from eventops.agenda.edit import desk_rooms
from eventops.agenda.edit_words import steps
from eventops.agenda.events import recent_event_or_404
from eventops.agenda.grid.cards import as_json
from eventops.agenda.grid.presence import News, is_noted, news, note, others, sessions_of
from eventops.agenda.grid.words import name_for
from eventops.agenda.models import Event
from eventops.agenda.views import blueprint
from eventops.db import write
from eventops.routes import problem, staff
from eventops.staff.abilities import can
from eventops.viewer import current_viewer, signed_in_account


class Beat(BaseModel):
    """What an open page sends every other second."""

    model_config = ConfigDict(strict=True, frozen=True)

    since: int
    """The number of the latest edit that the page knows."""
    on: UUID | None
    """The session that its reader has picked up, or whose form is open."""
    was_on: UUID | None
    """The one that the beat before told of."""


@blueprint.post("/<language:language>/desk/<slug>/agenda/beat")
@staff("see_agenda")
def beat(slug: str) -> Response:
    """Take note of who is there, and say what is new. The body is JSON: see Beat. 422 for anything else."""
    try:
        said = Beat.model_validate_json(request.get_data())
    except ValidationError:
        return problem(422, _("That could not be understood"))
    event, account_id, real_now = recent_event_or_404(slug), signed_in_account(), clock.real_now()
    if account_id and not is_noted(event.id, account_id, said.on, said.was_on, real_now):
        with write():
            note(event.id, account_id, said.on, real_now)
    people = [
        {"name": person.name, "session_id": str(person.session_id) if person.session_id else ""}
        for person in others(event.id, account_id, real_now)
    ]
    found = news(event.id, said.since)
    changed = {"sessions": _sessions(event, found, account_id), "is_more": found.is_more}
    again = steps(event.id, account_id) if _is_own(found, account_id) else {}
    return jsonify(number=found.number, people=people, **changed, **again)


def _sessions(event: Event, found: News, account_id: UUID | None) -> list[dict[str, Any]]:
    """Those that were changed, removed ones as such; `by` is who did so, empty for oneself."""
    if not found.sessions:
        return []
    names = {room.id: room.name for room in desk_rooms(event.id)}
    there, told = sessions_of(event.id, found.sessions), []
    for id, editor in found.sessions.items():
        state = as_json(event, there[id], names) if id in there else {"id": str(id), "is_removed": True}
        told.append(state | {"by": name_for(account_id, editor)})
    return told


def _is_own(found: News, account_id: UUID | None) -> bool:
    """Whether what can be undone may have changed: one's own edits alone change that, in another window."""
    viewer = current_viewer()
    is_by_me = any(editor_id == account_id for editor_id, _name in found.sessions.values())
    return is_by_me and viewer is not None and viewer.role is not None and can(viewer.role, "edit_agenda")
