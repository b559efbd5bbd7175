"""The doors on the desk: opening them, opening the scanner on a device, and checking a typed code without one."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.events import event_clocks, event_or_404, spoken_language
from eventops.agenda.models import Event, Session
from eventops.agenda.views import titles
from eventops.checkin.door_form import DoorForm, check, sessions_on_desk
from eventops.checkin.doors import Entrance, doors_of, find_entrance, open_door
from eventops.checkin.envelope import Envelope, read_item
from eventops.checkin.scan import Fault, Result, find_result
from eventops.checkin.uploads import upload
from eventops.checkin.views import blueprint
from eventops.checkin.words import first_scan_text, verdict_words
from eventops.db import write
from eventops.languages import Text, in_language
from eventops.routes import staff
from eventops.staff.abilities import can
from eventops.staff.browsers import browser_name
from eventops.staff.devices import enrol as enrol_device
from eventops.viewer import current_viewer


@blueprint.get("/<language:language>/desk/<slug>/doors")
@staff("see_doors")
def doors(slug: str) -> str:
    """The event's doors."""
    return _doors_page(event_or_404(slug))


@blueprint.post("/<language:language>/desk/<slug>/doors")
@staff("manage_doors")
def add_door(slug: str) -> Response | tuple[str, int]:
    """Open one more door, of the whole event or of the sessions chosen."""
    event, form = event_or_404(slug), DoorForm.typed()
    with write():
        sessions = check(form, sessions_on_desk(event.id))
        if not form.errors:
            open_door(event.id, form.name, clock.now(), sessions=sessions)
    if form.errors:
        return _doors_page(event, form), 422
    return redirect(url_for("checkin.doors", slug=slug), 303)


@blueprint.post("/<language:language>/desk/<slug>/doors/<uuid:door_id>/enrol")
@staff("check_in")
def enrol(slug: str, door_id: UUID) -> Response | tuple[str, int]:
    """Let the device at hand scan at the door until the event ends.

    Its key goes into the fragment, which browsers keep to themselves. 409 once the event is over.
    """
    event = event_or_404(slug)
    entrance = _entrance_or_404(event, door_id)
    now = clock.now()
    if entrance.ends_at <= now:
        return _doors_page(event, is_over=True), 409
    name = browser_name(request.user_agent.string)
    with write():
        token = enrol_device(event.id, [door_id], now, entrance.ends_at, name=name)
    return redirect(scanner_address(door_id, token), 303)


def scanner_address(door_id: UUID, token: str) -> str:
    """The path of the door's scanner with its key."""
    return url_for("checkin.door_page", door_id=door_id) + "#token=" + quote(token)


@blueprint.route("/<language:language>/desk/<slug>/doors/<uuid:door_id>", methods=["GET", "POST"])
@staff("check_in")
def desk_door(slug: str, door_id: UUID) -> Response | str | tuple[str, int]:
    """Type a code and read the verdict. The verdict has an address of its own, so reloading it scans nothing."""
    event = event_or_404(slug)
    entrance = _entrance_or_404(event, door_id)
    if request.method != "POST":
        scan_id = request.args.get("scan", type=UUID)
        return _door_page(event, entrance, find_result(door_id, scan_id) if scan_id else None)
    now, scan_id = clock.now(), uuid4()
    typed = {"id": str(scan_id), "code": request.form.get("code", ""), "device_time": now.isoformat(), "kind": "entry"}
    if not typed["code"].strip():
        return _door_page(event, entrance, error=_("Type the code that stands on the ticket.")), 422
    [result] = upload(entrance, Envelope((read_item(typed),)), now)
    if isinstance(result, Fault):
        return _door_page(event, entrance, error=_("That is too long to be a ticket's code.")), 422
    return redirect(url_for("checkin.desk_door", slug=slug, door_id=door_id, scan=scan_id), 303)


def _doors_page(event: Event, form: DoorForm | None = None, is_over: bool = False) -> str:
    may_read_agenda = _may("see_agenda")
    return render_template(
        "checkin/doors.html",
        event=event,
        **titles(event),
        doors=[(door, _titles_of(door.sessions) if may_read_agenda else []) for door in doors_of(event.id)],
        sessions=_choices(event) if _may("manage_doors") else [],
        form=form or DoorForm(),
        is_over=is_over,
    )


def _may(ability: str) -> bool:
    viewer = current_viewer()
    return viewer is not None and viewer.role is not None and can(viewer.role, ability)


def _choices(event: Event) -> list[tuple[str, Text, str]]:
    """(id, title, when) of the sessions that a door may be of; a closed one says that it is."""
    return [
        (
            str(session.id),
            in_language(session.title, spoken_language()),
            f"{event_clocks(event, session.starts_at, session.ends_at).with_day}"
            + (f" · {_('By invitation')}" if session.access == "closed" else ""),
        )
        for session in sessions_on_desk(event.id)
    ]


def _titles_of(sessions: list[Session]) -> list[Text]:
    return [in_language(session.title, spoken_language()) for session in sessions]


def _door_page(event: Event, entrance: Entrance, result: Result | None = None, error: str = "") -> str:
    said = verdict_words()
    first = result and result.first_scan_at
    return render_template(
        "checkin/desk_door.html",
        event=event,
        **titles(event),
        entrance=entrance,
        result=result,
        words=result and said.get(result.reason or result.verdict, said["refused"]),
        first_scan=first_scan_text(entrance, first, clock.now()) if first else None,
        error=error,
    )


def _entrance_or_404(event: Event, door_id: UUID) -> Entrance:
    entrance = find_entrance(door_id)
    return entrance if entrance and entrance.event_id == event.id else abort(404)
