"""The frame of every staff page: who is signed in, as what, and where on the desk they may go."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _

from eventops.staff.abilities import can
from eventops.staff.models import Account
from eventops.viewer import current_viewer


def frame() -> dict[str, Any]:
    """What desk.html shows of who is signed in, and `can(ability)`; nothing on any other page."""
    account: Account | None = g.get("account")
    viewer = current_viewer()
    role = viewer.role if account and viewer else None
    return {
        "account_name": account.name if account else None,
        "role": role,
        "role_name": role_name(role) if role else None,
        "can": lambda ability: role is not None and can(role, ability),
        "desk_links": _links(role, (request.view_args or {}).get("slug")) if role else [],
    }


def role_name(role: str) -> str:
    """The word for a role, in the language being spoken."""
    names = {
        "owner": _("Owner"),
        "editor": _("Editor"),
        "reception": _("Reception"),
        "door": _("Door"),
        "observer": _("Observer"),
    }
    return str(names[role])


def desk_home(role: str, slug: str) -> str:
    """The path of the first part of the event's desk that the role may open."""
    return url_for(next(endpoint for ability, _text, endpoint in _parts() if can(role, ability)), slug=slug)


def _parts() -> list[tuple[str, str, str]]:
    """The parts of the desk in their order: the ability that opens each, its name, its endpoint."""
    return [
        ("see_agenda", _("Agenda"), "agenda.desk"),
        ("see_agenda", _("Rooms and speakers"), "agenda.parts"),
        ("see_agenda", _("Audiences"), "registration.audiences"),
        ("see_agenda", _("Restricted"), "oversight.restricted_page"),
        ("see_people", _("People"), "registration.people"),
        ("see_doors", _("Doors"), "checkin.doors"),
        ("manage_doors", _("Devices"), "checkin.devices"),
        ("see_team", _("Team"), "staff.team"),
        ("edit_event", _("Settings"), "agenda.settings"),
        ("see_audit", _("Audit trail"), "reports.audit"),
    ]


def _links(role: str, slug: str | None) -> list[tuple[str, str, bool]]:
    """(text, address, is it this part) of the parts of the desk that the role may open."""
    if slug is None:
        return []
    parts = [(text, url_for(endpoint, slug=slug)) for ability, text, endpoint in _parts() if can(role, ability)]
    here = max((path for _text, path in parts if request.path.startswith(path)), key=len, default="")
    return [(text, path, path == here) for text, path in parts]
