"""The page of the agenda's grid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from eventops.agenda.changes import changes
from eventops.agenda.conflicts.views import conflicts_shown
from eventops.agenda.edit import desk_rooms
from eventops.agenda.edit_words import stepped, steps
from eventops.agenda.events import event_or_404, spoken_language
from eventops.agenda.grid.cards import Day, as_json, axis, day_name, days, on_day
from eventops.agenda.grid.presence import last_editor
from eventops.agenda.grid.words import grid_words
from eventops.agenda.journal import ChangedSince, last_number
from eventops.agenda.models import Edit, Event
from eventops.agenda.things import KINDS
from eventops.agenda.views import blueprint, titles
from eventops.db import db
from eventops.languages import in_language
from eventops.routes import staff
from eventops.staff.abilities import can
from eventops.viewer import current_viewer, signed_in_account

ANY = UUID(int=0)
"""Stands in an address for the id that the page's script puts there."""


@blueprint.get("/<language:language>/desk/<slug>/agenda/grid")
@staff("see_agenda")
def grid(slug: str) -> str:
    """One day of the desk copy: rooms beside each other, time downwards; a list where that cannot be shown."""
    return grid_page(event_or_404(slug))


def grid_page(
    event: Event, conflict: ChangedSince | None = None, stuck: tuple[str, Edit | None] = ("undo", None)
) -> str:
    """The page of the day that the address or the form names, by default the event's first.

    `conflict` stands in the way of `stuck`: of undoing an edit, or redoing it.
    """
    every_day, viewer = days(event), current_viewer()
    day = _chosen(event, every_day)
    may_edit = viewer is not None and viewer.role is not None and can(viewer.role, "edit_agenda")
    data = _data(event, day, may_edit)
    return render_template(
        "agenda/grid.html",
        event=event,
        **titles(event),
        day=day,
        days=[(one.on.isoformat(), day_name(event, one), one.on == day.on) for one in every_day],
        planned=[session for session in data["sessions"] if session["is_scheduled"]],
        tray=[session for session in data["sessions"] if not session["is_scheduled"]],
        may_edit=may_edit,
        changed=len(changes(event.id)),
        any_id=str(ANY),
        steps=steps(event.id, signed_in_account()) if may_edit else {},
        **conflicts_shown(event),
        conflict=_conflict_words(event, conflict) if conflict else "",
        stuck=stuck,
        view="list" if request.form.get("view") == "list" else "grid",
        stepped=stepped(event.id, signed_in_account()) if "stepped" in request.args else "",
        data=data,
    )


def agenda_page_url(slug: str, view: str, **more: Any) -> str:
    """The address of the grid, of the day that the address or the form names, for the view "grid"; else of the list."""
    if view != "grid":
        return url_for("agenda.desk", slug=slug, **more)
    day = date_or_none(request.values.get("day", ""))
    return url_for("agenda.grid", slug=slug, day=day.isoformat() if day else None, **more)


def date_or_none(text: str) -> date | None:
    """A date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _chosen(event: Event, every_day: Sequence[Day]) -> Day:
    on = date_or_none(request.values.get("day", ""))
    return next((day for day in every_day if day.on == on), None) or next(
        (day for day in every_day if day.on == event.starts_on), every_day[0]
    )


def _data(event: Event, day: Day, may_edit: bool) -> dict[str, Any]:
    """What the page's script is given. The number comes first: what is edited meanwhile is told by a beat."""
    number, rooms = last_number(event.id), desk_rooms(event.id)
    names = {room.id: room.name for room in rooms}
    return {
        "number": number,
        "axis": axis(event, day),
        "rooms": [{"id": str(room.id), "name": room.name, "capacity": room.capacity} for room in rooms],
        "sessions": [as_json(event, session, names) for session in on_day(event, day)],
        "may_edit": may_edit,
        "links": _links(event, day, may_edit),
        "words": grid_words(),
    }


def _links(event: Event, day: Day, may_edit: bool) -> dict[str, str]:
    page = url_for("agenda.grid", slug=event.slug, day=day.on.isoformat())
    links = {"page": page, "beat": url_for("agenda.beat", slug=event.slug)}
    if may_edit:
        here: dict[str, Any] = {"back": "grid", "day": day.on.isoformat()}
        links["edit"] = url_for("agenda.edit", slug=event.slug, session_id=ANY, **here)
        links["move"] = url_for("agenda.move", slug=event.slug, session_id=ANY)
        links["new"] = url_for("agenda.new", slug=event.slug, **here)
    return links


def _conflict_words(event: Event, conflict: ChangedSince) -> str:
    """What stands in the way of taking an edit back, and who changed it."""
    model: Any = KINDS[conflict.kind]
    thing = db.session.scalar(select(model).where(model.id == conflict.id))
    given = getattr(thing, "title", None) if conflict.kind == "session" else getattr(thing, "name", "")
    name = given if isinstance(given, str) else in_language(given or {}, spoken_language()).text
    editor = last_editor(event.id, conflict.id)[1] or _("somebody else")
    return str(_("%(what)s was changed since, by %(name)s.", what=name, name=editor))
