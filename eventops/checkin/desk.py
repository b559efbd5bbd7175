"""The doors on the desk: opening the scanner on a device, and checking a typed code without one."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID, uuid4

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event
from eventops.agenda.views import titles
from eventops.checkin.doors import Entrance, doors_of, find_entrance
from eventops.checkin.envelope import Envelope, read_item
from eventops.checkin.scan import Fault, Result, find_result
from eventops.checkin.uploads import upload
from eventops.checkin.views import blueprint
from eventops.checkin.words import first_scan_text, verdict_words
from eventops.db import write
from eventops.routes import staff
from eventops.staff.devices import enrol as enrol_device

_KEY_LASTS = timedelta(hours=12)
"""After the event's last day, or from now where that is past."""


@blueprint.get("/<language:language>/desk/<slug>/doors")
@staff("see_doors")
def doors(slug: str) -> str:
    """The event's doors."""
    event = event_or_404(slug)
    return render_template("checkin/doors.html", event=event, **titles(event), doors=doors_of(event.id))


@blueprint.post("/<language:language>/desk/<slug>/doors/<uuid:door_id>/enrol")
@staff("check_in")
def enrol(slug: str, door_id: UUID) -> Response:
    """Let the device at hand scan at the door: its key goes into the fragment, which browsers keep to themselves."""
    entrance = _entrance_or_404(event_or_404(slug), door_id)
    now = clock.now()
    with write():
        token = enrol_device(entrance.event_id, [door_id], now, _key_expires_at(entrance, now))
    return redirect(url_for("checkin.door_page", door_id=door_id) + "#token=" + quote(token), 303)


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


def _key_expires_at(entrance: Entrance, now: datetime) -> datetime:
    return max(now, entrance.days[-1].ends_at) + _KEY_LASTS
