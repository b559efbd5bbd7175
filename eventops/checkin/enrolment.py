"""Where a volunteer's device becomes a scanner: by a link that an organiser made, and its PIN."""

from __future__ import annotations

import re
from uuid import UUID

from flask import abort, redirect, render_template, request
from flask_babel import get_locale
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
from eventops.staff.devices import LONGEST_NAME, enrol
from eventops.staff.models import DeviceLink
from eventops.staff.which_event import event_words
from eventops.viewer import Viewer, seeing

_PIN = re.compile(r"[0-9]{6}")
Answer = Response | str | tuple[str, int]


@blueprint.route("/<language:language>/door/enrol/<token>", methods=["GET", "POST"])
@anyone
def enrol_by_link(token: str) -> Answer:
    """Asks for the PIN, then where the device scans and what it is called; then the scanner opens.

    A link that has ended and one that never was are the same 404; a wrong PIN is 422 and is counted.
    """
    now = clock.now()
    link = read_link(token, now) or abort(404)
    if request.method != "POST":
        return _pin_page(token)
    pin = "".join(request.form.get("pin", "").split())
    if not _PIN.fullmatch(pin):
        return _pin_page(token, _("Type the six digits of the PIN.")), 422
    is_second_step = "name" in request.form
    name, door_id = request.form.get("name", "").strip(" "), _chosen(link)
    errors = _complaints(name, door_id) if is_second_step else {}
    with write():
        is_right, device_token = try_pin(link, pin, now), ""
        if is_right and is_second_step and not errors:
            name = name or browser_name(request.user_agent.string)
            doors = map(UUID, link.door_ids)
            device_token = enrol(link.event_id, doors, now, link.expires_at, name=name, link_id=link.id)
    if is_right is None:
        abort(404)
    if not is_right:
        return _pin_page(token, _("That is not the PIN. Look again at the organiser's screen.")), 422
    if device_token and door_id:
        return redirect(scanner_address(door_id, device_token), 303)
    return _device_page(token, pin, link, name, errors), 422 if errors else 200


def _chosen(link: DeviceLink) -> UUID | None:
    """The door at which the device scans first: the only one, or the one that was chosen."""
    chosen = link.door_ids[0] if len(link.door_ids) == 1 else request.form.get("door")
    return UUID(chosen) if chosen in link.door_ids else None


def _complaints(name: str, door_id: UUID | None) -> dict[str, str]:
    errors = {}
    if door_id is None:
        errors["door"] = _("Choose one of the doors.")
    if len(name) > LONGEST_NAME or not name.isprintable():
        errors["name"] = _("Write the name in one line of at most %(number)s characters.", number=LONGEST_NAME)
    return errors


def _pin_page(token: str, error: str = "") -> str:
    return render_template("checkin/enrol.html", token=token, errors={"pin": error} if error else {})


def _device_page(token: str, pin: str, link: DeviceLink, name: str, errors: dict[str, str]) -> str:
    with seeing(Viewer(event_id=link.event_id, role="door")):
        doors = [(str(door.id), door.name) for door in doors_of(link.event_id) if str(door.id) in link.door_ids]
    event = event_words(link.event_id)
    return render_template(
        "checkin/enrol_device.html",
        token=token,
        pin=pin,
        event_title=event.title.text,
        event_title_lang=event.title.language if event.title.language != str(get_locale()) else None,
        doors=doors,
        chosen=request.form.get("door", ""),
        name=name,
        errors=errors,
    )
