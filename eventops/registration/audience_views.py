"""The audiences' desk: what they are called, who is in each, and admitting or revoking somebody by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.events import event_clocks, event_or_404, spoken_language
from eventops.agenda.models import Audience, Event
from eventops.db import write
from eventops.languages import LANGUAGES
from eventops.registration import audiences as desk
from eventops.registration.grants import grant as grant_to
from eventops.registration.grants import revoke_member, revoke_waiting
from eventops.registration.invitation_rows import invitation_rows
from eventops.registration.models import Invitation
from eventops.registration.register import day_ends_at
from eventops.registration.views import blueprint, room_page
from eventops.registration.words import through_label
from eventops.routes import staff
from eventops.staff.audit import record
from eventops.typed import email_fault, fault_text, name_fault
from eventops.viewer import signed_in_account

PAGE = 200
"""People on one page."""

Answer = Response | str | tuple[str, int]


@blueprint.get("/<language:language>/desk/<slug>/audiences")
@staff("see_agenda")
def audiences(slug: str) -> Answer:
    """The event's audiences, and a form for one more, or for another name of one."""
    event = event_or_404(slug)
    renamed = request.args.get("rename", type=UUID)
    audience = desk.find_audience(event.id, renamed) if renamed else None
    return _audiences_page(event, audience, audience.name if audience else "")


@blueprint.post("/<language:language>/desk/<slug>/audiences")
@staff("edit_audiences")
def add_audience(slug: str) -> Answer:
    """One more audience."""
    event, name = event_or_404(slug), request.form.get("name", "")
    try:
        with write():
            audience = desk.add_audience(event.id, name)
            record("audience.add", audience.id, event_id=event.id, now=clock.now())
    except desk.BadName as error:
        return _audiences_page(event, None, name, _name_error(error)), 422
    return redirect(url_for("registration.audiences", slug=slug), 303)


@blueprint.post("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>/name")
@staff("edit_audiences")
def rename_audience(slug: str, audience_id: UUID) -> Answer:
    """Another name for an audience; its people and sessions stay."""
    event, name = event_or_404(slug), request.form.get("name", "")
    audience = audience_or_404(event, audience_id)
    try:
        with write():
            if desk.rename(audience, name):
                record("audience.rename", audience_id, event_id=event.id, now=clock.now())
    except desk.BadName as error:
        return _audiences_page(event, audience, name, _name_error(error)), 422
    return redirect(url_for("registration.audiences", slug=slug), 303)


@blueprint.get("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>")
@staff("see_people")
def audience(slug: str, audience_id: UUID) -> Answer:
    """Who is in the audience, who is to be, and the ways to add somebody."""
    event = event_or_404(slug)
    return audience_page(event, audience_or_404(event, audience_id))


@blueprint.post("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>/grant")
@staff("edit_people")
def grant(slug: str, audience_id: UUID) -> Answer:
    """Admit the person with an address: at once, or as soon as they have signed up."""
    event, now = event_or_404(slug), clock.now()
    audience = audience_or_404(event, audience_id)
    typed = {field: request.form.get(field, "").strip(" ") for field in ("email", "name", "language")}
    if is_over(event, now):
        return audience_page(event, audience), 409
    if errors := _complaints(typed):
        return audience_page(event, audience, typed=typed, errors=errors), 422
    with write():
        given = grant_to(audience, **typed, expires_at=day_ends_at(event), now=now, by=signed_in_account())
        if is_waiting := isinstance(given, Invitation):
            record("audience.grant_waiting", given.id, event_id=event.id, now=now, audience=audience_id)
        else:
            record("audience.grant", given.id, event_id=event.id, now=now, audience=audience_id)
    return redirect(_audience_path(slug, audience_id, "grant_waiting" if is_waiting else "grant"), 303)


@blueprint.post("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>/revoke/<uuid:registration_id>")
@staff("edit_people")
def revoke(slug: str, audience_id: UUID, registration_id: UUID) -> Answer:
    """Take a registration's right away, or a grant that waits: the id is of either."""
    event, now = event_or_404(slug), clock.now()
    audience = audience_or_404(event, audience_id)
    with write():
        if revoke_member(audience, registration_id, now):
            record("audience.revoke", registration_id, event_id=event.id, now=now, audience=audience_id)
        elif revoke_waiting(audience, registration_id, now):
            record("audience.revoke_waiting", registration_id, event_id=event.id, now=now, audience=audience_id)
        else:
            abort(404)
    return redirect(_audience_path(slug, audience_id, "revoke"), 303)


def audience_or_404(event: Event, audience_id: UUID) -> Audience:
    """The audience of that event; one of another event and none abort alike."""
    return desk.find_audience(event.id, audience_id) or abort(404)


def is_over(event: Event, now: datetime) -> bool:
    """Whether there is nothing left to admit anybody to."""
    return now >= day_ends_at(event)


def audience_page(event: Event, audience: Audience, **typed: object) -> str:
    """The page of one audience, with what was `typed` into its forms and the `errors` in it."""
    now, language = clock.now(), spoken_language()
    members = desk.members(audience.id, language)
    page, pages = _page_of(max(len(members), desk.invitations_number(audience.id)))
    here = slice((page - 1) * PAGE, page * PAGE)
    values = {
        "typed": {"language": language},
        "errors": {},
        "sessions": desk.session_titles(event.id, audience.id, language),
        "is_over": is_over(event, now),
        "members": [_member(event, member) for member in members[here]],
        "members_number": len(members),
        "page": page,
        "pages": pages,
        "done": request.args.get("done", ""),
    }
    values |= invitation_rows(event, audience.id, now, here)
    return room_page("audience", event, audience=audience, **{**values, **typed})


def _audiences_page(event: Event, renamed: Audience | None, name: str, error: str = "") -> str:
    found = desk.overviews(event.id, spoken_language(), clock.now())
    return room_page("audiences", event, overviews=found, renamed=renamed, name=name, error=error)


def _name_error(error: desk.BadName) -> str:
    fault = str(error)
    return str(_("Another audience has this name.")) if fault == "taken" else fault_text(fault)


def _complaints(typed: dict[str, str]) -> dict[str, str]:
    found = {
        "email": fault_text(email_fault(typed["email"])),
        "name": fault_text(name_fault(typed["name"]) if typed["name"] else ""),
        "language": "" if typed["language"] in LANGUAGES else _("Choose one of the languages."),
    }
    return {field: complaint for field, complaint in found.items() if complaint}


def _audience_path(slug: str, audience_id: UUID, done: str) -> str:
    return url_for("registration.audience", slug=slug, audience_id=audience_id, done=done)


def _page_of(number: int) -> tuple[int, int]:
    """Which page is asked for, and how many there are."""
    pages = max(1, -(-number // PAGE))
    return min(max(request.args.get("page", 1, type=int), 1), pages), pages


def _member(event: Event, member: desk.Member) -> dict[str, Any]:
    admission = member.admission
    return {
        "registration": member.registration,
        "through": through_label(admission.granted_through),
        "by": member.granted_by,
        "clocks": event_clocks(event, admission.granted_at),
    }
