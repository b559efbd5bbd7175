"""The agenda's desk: what stands on it, for organisers to edit and publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from eventops.agenda.changes import changes
from eventops.agenda.conflicts.views import conflicts_shown
from eventops.agenda.edit_words import stepped, steps
from eventops.agenda.events import event_clocks, event_or_404, event_title, events_of, first_day, spoken_language
from eventops.agenda.models import Event, Session
from eventops.agenda.snapshots import desk_sessions, snapshots_of
from eventops.agenda.views import blueprint, by_day, titles
from eventops.languages import Text, in_language
from eventops.routes import staff
from eventops.staff.frame import desk_home
from eventops.times import TwoClocks
from eventops.viewer import signed_in_account


@dataclass(frozen=True, slots=True)
class Row:
    """A session as the list says it."""

    id: UUID
    title: Text
    clocks: TwoClocks
    minutes: int
    """How long it is: of its hours, all that a session in the tray is known by."""
    room: str
    closed: bool
    audiences: list[str]


@blueprint.get("/<language:language>/desk/")
@staff()
def desks() -> Response | str:
    """The events that the account works on; where there is one, its desk, unless all are asked for."""
    theirs = events_of(signed_in_account())
    homes = [(event, desk_home(role, event.slug)) for event, role in theirs]
    if len(homes) == 1 and "all" not in request.args:
        return redirect(homes[0][1], 303)
    return render_template(
        "agenda/desks.html",
        events=[(event, event_title(event), first_day(event), home) for event, home in homes],
        owns=any(role == "owner" for _event, role in theirs),
    )


@blueprint.get("/<language:language>/desk/<slug>/")
@staff("see_agenda")
def desk(slug: str) -> str:
    """The agenda as it stands on the desk, and whether it is what is published."""
    event = event_or_404(slug)
    sessions = desk_sessions(event.id)
    return render_template(
        "agenda/desk.html",
        event=event,
        **titles(event),
        days=by_day([_row(event, session) for session in sessions if session.is_scheduled]),
        tray=[_row(event, session) for session in sessions if not session.is_scheduled],
        changed=len(changes(event.id, snapshots_of(sessions))),
        published="published" in request.args,
        steps=steps(event.id, signed_in_account()),
        stepped=stepped(event.id, signed_in_account()) if "stepped" in request.args else "",
        **conflicts_shown(event),
    )


def _row(event: Event, session: Session) -> Row:
    return Row(
        id=session.id,
        title=in_language(session.title, spoken_language()),
        clocks=event_clocks(event, session.starts_at, session.ends_at),
        minutes=(session.ends_at - session.starts_at) // timedelta(minutes=1),
        room=session.room.name if session.room else "",
        closed=session.access == "closed",
        audiences=[audience.name for audience in session.audiences],
    )
