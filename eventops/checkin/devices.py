"""The devices that scan, on the desk: which there are, and the links by which they are enrolled."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.events import event_clocks, event_or_404
from eventops.agenda.models import Event
from eventops.agenda.views import titles
from eventops.checkin.doors import doors_of, find_entrance
from eventops.checkin.models import Door
from eventops.checkin.views import blueprint
from eventops.db import write
from eventops.qr import qr_code
from eventops.routes import absolute_url, staff
from eventops.staff import device_links
from eventops.staff.devices import devices_of, find_device
from eventops.staff.devices import revoke as revoke_token
from eventops.staff.models import DeviceLink, DeviceToken

_DESK = "/<language:language>/desk/<slug>/devices"


@blueprint.get(_DESK)
@staff("manage_doors")
def devices(slug: str) -> str:
    """The event's links and devices, and the form that makes a link."""
    return _devices_page(event_or_404(slug))


@blueprint.post(_DESK)
@staff("manage_doors")
def add_link(slug: str) -> Response | tuple[str, int]:
    """Make a link for the doors chosen, good until the event ends. 409 once it is over."""
    event, now = event_or_404(slug), clock.now()
    chosen = [door.id for door in doors_of(event.id) if str(door.id) in request.form.getlist("doors")]
    if not chosen:
        return _devices_page(event, {"doors": _("Choose at least one door.")}), 422
    ends_at = _ends_at(chosen[0])
    if ends_at <= now:
        return _devices_page(event, is_over=True), 409
    with write():
        link = device_links.make_link(event.id, chosen, now, ends_at)
    return redirect(url_for("checkin.device_link", slug=slug, link_id=link.id), 303)


@blueprint.get(f"{_DESK}/links/<uuid:link_id>")
@staff("manage_doors")
def device_link(slug: str, link_id: UUID) -> str:
    """A link with its PIN and its QR code, to be held out to volunteers."""
    event, now = event_or_404(slug), clock.now()
    link = _link_or_404(event, link_id)
    return render_template(
        "checkin/device_link.html",
        event=event,
        **titles(event),
        link=link,
        state=_link_state(link, now),
        address=_address(link),
        pin=device_links.link_pin(link),
        doors=_names(link.door_ids, doors_of(event.id)),
        ends=event_clocks(event, link.expires_at),
        devices=sum(device.link_id == link.id for device in devices_of(event.id)),
    )


@blueprint.get(f"{_DESK}/links/<uuid:link_id>/qr.png")
@staff("manage_doors")
def device_link_qr(slug: str, link_id: UUID) -> Response:
    """The link as a picture, its PIN in the fragment; 404 once it has ended."""
    link = _link_or_404(event_or_404(slug), link_id)
    if not device_links.is_working(link, clock.now()):
        abort(404)
    return Response(qr_code(f"{_address(link)}#pin={device_links.link_pin(link)}", scale=8), mimetype="image/png")


@blueprint.post(f"{_DESK}/links/<uuid:link_id>/revoke")
@staff("manage_doors")
def revoke_device_link(slug: str, link_id: UUID) -> Response:
    """End a link, and the devices that came by it."""
    event = event_or_404(slug)
    with write():
        device_links.revoke_link(_link_or_404(event, link_id), clock.now())
    return redirect(url_for("checkin.devices", slug=slug, done="link"), 303)


@blueprint.post(f"{_DESK}/<uuid:device_id>/revoke")
@staff("manage_doors")
def revoke_device(slug: str, device_id: UUID) -> Response:
    """Let one device scan no more."""
    event, now = event_or_404(slug), clock.now()
    with write():
        device = find_device(event.id, device_id) or abort(404)
        revoke_token(device.id, now)
    link = device_links.find_link(event.id, device.link_id) if device.link_id else None
    done = "device_of_link" if link and device_links.is_working(link, now) else "device"
    return redirect(url_for("checkin.devices", slug=slug, done=done), 303)


def _devices_page(event: Event, errors: dict[str, str] | None = None, is_over: bool = False) -> str:
    doors, now = doors_of(event.id), clock.now()
    links = {link.id: link for link in device_links.links_of(event.id)}
    return render_template(
        "checkin/devices.html",
        event=event,
        **titles(event),
        doors=[(str(door.id), door.name) for door in doors],
        chosen=request.form.getlist("doors") if request.method == "POST" else [str(door.id) for door in doors],
        links=[_link_row(event, link, doors, now) for link in links.values()],
        devices=[_device_row(event, device, links, doors, now) for device in devices_of(event.id)],
        errors=errors or {},
        is_over=is_over,
        notices=[] if errors or is_over else _done(),
    )


def _done() -> list[tuple[str, str, str]]:
    """What was just done here: the notice's kind, title and text."""
    said = {
        "link": (_("The link and its devices are revoked"), ""),
        "device": (_("The device is revoked"), _("It scans no more.")),
        "device_of_link": (
            _("The device is revoked"),
            _("It scans no more. Its link still enrols devices: revoke that too if it is in wrong hands."),
        ),
    }
    found = said.get(request.args.get("done", ""))
    return [("ok", *found)] if found else []


def _link_row(event: Event, link: DeviceLink, doors: list[Door], now: datetime) -> dict[str, Any]:
    return {
        "id": link.id,
        "clocks": event_clocks(event, link.created_at),
        "doors": _names(link.door_ids, doors),
        "state": _link_state(link, now),
        "may_be_revoked": link.revoked_at is None and link.expires_at > now,
    }


def _device_row(
    event: Event, device: DeviceToken, links: dict[UUID, DeviceLink], doors: list[Door], now: datetime
) -> dict[str, Any]:
    link = links.get(device.link_id) if device.link_id else None
    return {
        "id": device.id,
        "name": device.name or _("Unknown device"),
        "doors": _names(device.door_ids, doors),
        "clocks": event_clocks(event, device.created_at),
        "link": link and {"id": link.id, "clocks": event_clocks(event, link.created_at)},
        "state": _state(device.revoked_at is not None, device.expires_at <= now),
        "is_working": device.revoked_at is None and device.expires_at > now,
    }


def _link_state(link: DeviceLink, now: datetime) -> tuple[str, str]:
    if link.revoked_at is None and link.wrong_pins >= device_links.TRIES:
        return "error", _("Ended by wrong PINs")
    return _state(link.revoked_at is not None, link.expires_at <= now)


def _state(is_revoked: bool, is_expired: bool) -> tuple[str, str]:
    """The shape and the word."""
    if is_revoked:
        return "error", _("Revoked")
    return ("ended", _("Expired")) if is_expired else ("ok", _("Works"))


def _names(door_ids: list[str], doors: list[Door]) -> str:
    return ", ".join(door.name for door in doors if str(door.id) in door_ids)


def _address(link: DeviceLink) -> str:
    return absolute_url("checkin.enrol_by_link", token=device_links.link_token(link))


def _ends_at(door_id: UUID) -> datetime:
    return (find_entrance(door_id) or abort(404)).ends_at


def _link_or_404(event: Event, link_id: UUID) -> DeviceLink:
    return device_links.find_link(event.id, link_id) or abort(404)
