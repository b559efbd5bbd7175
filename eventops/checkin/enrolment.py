"""Where a volunteer's device becomes a scanner: by a link that an organiser made, and its PIN."""

from __future__ import annotations

import re
from uuid import UUID

from flask import abort, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.checkin.desk import scanner_address
from eventops.checkin.doors import doors_of
from eventops.checkin.views import blueprint
from eventops.db import write
from eventops.routes import anyone
from eventops.staff.browsers import browser_name
from eventops.staff.device_links import read_link, try_pin
from eventops.staff.devices import enrol
from eventops.staff.models import DeviceLink
from eventops.viewer import Viewer, seeing

_PIN = re.compile(r"[0-9]{6}")


@blueprint.route("/<language:language>/door/enrol/<token>", methods=["GET", "POST"])
@anyone
def enrol_by_link(token: str) -> Response | str | tuple[str, int]:
    """Asks for the PIN and, where the link is for several doors, for the door; then the scanner opens.

    A link that has ended and one that never was are the same 404; a wrong PIN is 422 and is counted.
    """
    now = clock.now()
    link = read_link(token, now) or abort(404)
    if request.method != "POST":
        return _page(token)
    pin, chosen = "".join(request.form.get("pin", "").split()), request.form.get("door")
    if not _PIN.fullmatch(pin):
        return _page(token, errors={"pin": _("Type the six digits of the PIN.")}), 422
    with write():
        is_right, device_token = try_pin(link, pin, now), ""
        door_id = _chosen(link, chosen)
        if is_right and door_id:
            name = browser_name(request.user_agent.string)
            doors = map(UUID, link.door_ids)
            device_token = enrol(link.event_id, doors, now, link.expires_at, name=name, link_id=link.id)
    if is_right is None:
        abort(404)
    if not is_right:
        return _page(token, errors={"pin": _("That is not the PIN. Look again at the organiser's screen.")}), 422
    if door_id is None:
        return _ask_for_door(token, pin, link, chosen)
    return redirect(scanner_address(door_id, device_token), 303)


def _chosen(link: DeviceLink, chosen: str | None) -> UUID | None:
    """The door at which the device scans first: the only one, or the one that was chosen."""
    if len(link.door_ids) == 1:
        return UUID(link.door_ids[0])
    return UUID(chosen) if chosen in link.door_ids else None


def _ask_for_door(token: str, pin: str, link: DeviceLink, chosen: str | None) -> str | tuple[str, int]:
    with seeing(Viewer(event_id=link.event_id, role="door")):
        doors = [(str(door.id), door.name) for door in doors_of(link.event_id) if str(door.id) in link.door_ids]
    if chosen is None:
        return _page(token, pin, doors)
    return _page(token, pin, doors, {"door": _("Choose one of the doors.")}), 422


def _page(
    token: str, pin: str = "", doors: list[tuple[str, str]] | None = None, errors: dict[str, str] | None = None
) -> str:
    return render_template("checkin/enrol.html", token=token, pin=pin, doors=doors or [], errors=errors or {})
