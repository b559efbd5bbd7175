"""The form of one session: adding it, changing it, taking it off the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.edit import (
    RemovedSession,
    StaleEdit,
    desk_session,
    edit_session,
    new_session,
    session_to_edit,
)
from eventops.agenda.events import event_clocks, event_or_404, public_window
from eventops.agenda.grid.form_presence import presence
from eventops.agenda.grid.page import agenda_page_url
from eventops.agenda.grid.presence import last_editor
from eventops.agenda.grid.words import changed_meanwhile, name_for
from eventops.agenda.journal import editing
from eventops.agenda.models import YEARS, Event, Session
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import narrow
from eventops.agenda.session_form import SessionForm
from eventops.agenda.session_words import choices, disagreements, languages_of, readings
from eventops.agenda.views import blueprint, titles
from eventops.db import write
from eventops.routes import staff
from eventops.staff.audit import record
from eventops.times import UncertainTime, parse_wall, to_instant, to_wall
from eventops.viewer import signed_in_account


@blueprint.route("/<language:language>/desk/<slug>/agenda/new", methods=["GET", "POST"])
@staff("edit_agenda")
def new(slug: str) -> Response | str | tuple[str, int]:
    """A session that is not there yet; the address may say where it is to stand (start, end, zone, room_id)."""
    event = event_or_404(slug)
    if request.method != "POST":
        return _form_page(event, None, _blank(event))
    form, now, event_id = SessionForm.typed(request.form), clock.now(), event.id
    with write(), editing(event_id, signed_in_account(), "add", now) as journal:
        session = new_session(event, form)
        if session:
            journal.add(session)
            record("agenda.add", session.id, event_id=event_id, now=now)
    return redirect(_home(event), 303) if session else (_form_page(event, None, form), 422)


@blueprint.route("/<language:language>/desk/<slug>/agenda/<uuid:session_id>", methods=["GET", "POST"])
@staff("edit_agenda")
def edit(slug: str, session_id: UUID) -> Response | str | tuple[str, int]:
    """All that a session is. 412 with both versions when somebody else changed it meanwhile; 409 when they removed it.

    What was typed stays in the form then, and can be saved as a new session.
    """
    event = event_or_404(slug)
    if request.method != "POST":
        session = desk_session(event.id, session_id) or abort(404)
        return _form_page(event, session, SessionForm.of(session))
    form, now, event_id, is_narrowed = SessionForm.typed(request.form), clock.now(), event.id, False
    try:
        with write():
            with editing(event_id, signed_in_account(), "edit", now) as journal:
                session = session_to_edit(event_id, session_id) or abort(404)
                journal.change(session)
                is_done = edit_session(event, session, form)
                if is_done:
                    is_narrowed = narrow([session], now, signed_in_account()) > 0
            if journal.edit:
                record("agenda.edit", session_id, event_id=event_id, now=now)
    except RemovedSession:
        return _form_page(event, None, form, is_removed=True), 409
    except StaleEdit:
        return _form_page(event, session, form, is_stale=True), 412
    if is_narrowed:
        forget_renderings()
    return redirect(_home(event), 303) if is_done else (_form_page(event, session, form), 422)


@blueprint.post("/<language:language>/desk/<slug>/agenda/<uuid:session_id>/remove")
@staff("edit_agenda")
def remove(slug: str, session_id: UUID) -> Response | tuple[str, int]:
    """Take a session off the desk. It stays published until the next release, and can be put back by undoing."""
    event = event_or_404(slug)
    now, event_id = clock.now(), event.id
    try:
        with write(), editing(event_id, signed_in_account(), "remove", now) as journal:
            session = desk_session(event_id, session_id) or abort(404)
            if request.form.get("revision") != str(session.revision):
                raise StaleEdit
            journal.change(session)
            session.deleted_at = now
            record("agenda.remove", session.id, event_id=event_id, now=now)
    except StaleEdit:
        return _form_page(event, session, SessionForm.of(session), is_stale=True), 412
    return redirect(_home(event), 303)


@blueprint.get("/<language:language>/desk/<slug>/clocks")
@staff("edit_agenda")
def clocks(slug: str) -> dict[str, str]:
    """What a wall time in one zone is on all of the event's clocks: {text}, empty for what is no time."""
    event = event_or_404(slug)
    try:
        wall = parse_wall(request.args.get("wall", ""))
        instant = to_instant(wall, request.args.get("zone", "")) if wall.year in YEARS else None
    except UncertainTime:
        return {"text": _("Clocks change then, and skip this time or show it twice: saving asks which is meant.")}
    except ValueError:
        return {"text": ""}
    return {"text": event_clocks(event, instant).with_day if instant else ""}


def _home(event: Event) -> str:
    """Where the form was opened: the grid, or the list."""
    return agenda_page_url(event.slug, request.values.get("back", ""))


def _blank(event: Event) -> SessionForm:
    """A form for half an hour at the beginning of the public part, or where the address says."""
    asked, window = request.args, public_window(event)
    zone = asked.get("zone", event.home_zone)
    start = to_wall(window.starts_at, event.home_zone) if window else None
    return SessionForm(
        title={},
        start=asked.get("start", start.isoformat(timespec="minutes") if start else f"{event.starts_on}T09:00"),
        end=asked.get("end", (start + timedelta(minutes=30)).isoformat(timespec="minutes") if start else ""),
        zone=zone,
        room_id=asked.get("room_id", ""),
        revision="",
        access=_default_access(event, asked.get("start", ""), zone),
    )


def _default_access(event: Event, start: str, zone: str) -> str:
    """What begins within the public windows is public; so is everything where the event has none."""
    try:
        instant = to_instant(parse_wall(start), zone, "earlier")
    except ValueError:
        return "public"
    is_public = not event.windows or any(w.starts_at <= instant < w.ends_at for w in event.windows)
    return "public" if is_public else "closed"


def _form_page(
    event: Event, session: Session | None, form: SessionForm, is_stale: bool = False, is_removed: bool = False
) -> str:
    stored = SessionForm.of(session) if session else None
    options = choices(event, form)
    differing = disagreements(event, stored, form, options) if stored and is_stale else []
    if stored and is_stale:
        form.revision = stored.revision
    return render_template(
        "agenda/edit_session.html",
        event=event,
        **titles(event),
        session=session,
        home=_home(event),
        form=form,
        choices=options,
        readings=readings(event, form),
        languages=languages_of(event, form.title, form.abstract),
        stored_clocks=_clocks(event, session) if session else None,
        presence=presence(event, session) if session else None,
        is_stale=is_stale,
        changed_meanwhile=_changed_meanwhile(event, session) if session and is_stale else "",
        is_removed=is_removed,
        differing=differing,
    )


def _changed_meanwhile(event: Event, session: Session) -> str:
    return changed_meanwhile(name_for(signed_in_account(), last_editor(event.id, session.id)))


def _clocks(event: Event, session: Session) -> Any:
    return event_clocks(event, session.starts_at, session.ends_at)
