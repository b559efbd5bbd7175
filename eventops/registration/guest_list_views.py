"""Adding many people to an audience: a pasted or uploaded list, what is in it, and applying it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _

from eventops import clock
from eventops.agenda.events import event_or_404, last_day, spoken_language
from eventops.agenda.models import Audience, Event
from eventops.db import write
from eventops.languages import LANGUAGES
from eventops.registration import guest_list as lists
from eventops.registration.audience_views import Answer, audience_or_404, audience_page, is_over
from eventops.registration.guest_list_apply import Choice, apply
from eventops.registration.guest_list_file import ReadList, UnreadableList, read_pasted, read_upload
from eventops.registration.guest_list_texts import guest_text, refusal_text
from eventops.registration.models import GuestList
from eventops.registration.register import day_ends_at
from eventops.registration.views import blueprint, room_page
from eventops.routes import staff, takes
from eventops.staff.audit import record
from eventops.times import to_instant, to_wall
from eventops.viewer import signed_in_account

LARGEST_LIST = 5_000_000
SHOWN = 200
"""Rows of each kind that the preview shows."""
GIVEN_BACK = 200_000
"""Characters of a pasted list that stay in the form when it is refused."""
OPEN_FOR = timedelta(days=14)
"""How long an invitation is open when nothing else is chosen."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@blueprint.post("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>/list")
@staff("edit_people")
@takes(LARGEST_LIST)
def read_list(slug: str, audience_id: UUID) -> Answer:
    """Read a list; nothing comes of it before it is confirmed on its own page."""
    event, now = event_or_404(slug), clock.now()
    audience = audience_or_404(event, audience_id)
    if is_over(event, now):
        return audience_page(event, audience), 409
    try:
        read = _read()
    except UnreadableList as error:
        return _refused(event, audience, error), 422
    with write():
        kept = lists.keep(audience, read, now, signed_in_account())
        record("list.read", kept.id, event_id=event.id, now=now, audience=audience_id, rows=len(read.rows))
    return redirect(url_for("registration.guest_list", slug=slug, audience_id=audience_id, list_id=kept.id), 303)


@blueprint.route(
    "/<language:language>/desk/<slug>/audiences/<uuid:audience_id>/list/<uuid:list_id>", methods=["GET", "POST"]
)
@staff("edit_people")
def guest_list(slug: str, audience_id: UUID, list_id: UUID) -> Answer:
    """What is in the list; POST writes to everybody on it, or admits them. A second time, nothing is done."""
    event, now = event_or_404(slug), clock.now()
    audience = audience_or_404(event, audience_id)
    kept = lists.find_list(audience.id, list_id) or abort(404)
    if request.method != "POST":
        return _preview(event, audience, kept, now)
    if is_over(event, now):
        return _preview(event, audience, kept, now), 409
    choice, errors = _choice(event, now)
    if choice is None:
        return _preview(event, audience, kept, now, errors), 422
    with write():
        done = apply(kept, choice, now, signed_in_account())
        if done is not None:
            numbers = {"admitted": done.admitted, "waiting": done.waiting, "letters": done.letters}
            record("list.apply", list_id, event_id=event.id, now=now, audience=audience_id, **numbers)
    return redirect(url_for("registration.audience", slug=slug, audience_id=audience_id, done="list"), 303)


def _read() -> ReadList:
    text, file = request.form.get("people", ""), request.files.get("file")
    data = file.read() if file else b""
    if data and text.strip():
        raise UnreadableList("both")
    return read_upload(data) if data else read_pasted(text)


def _refused(event: Event, audience: Audience, error: UnreadableList) -> str:
    text = request.form.get("people", "")
    kept = text if len(text) <= GIVEN_BACK else ""
    field = "file" if request.files.get("file") and error.reason != "both" else "people"
    errors = {field: refusal_text(error.reason, error.row)}
    return audience_page(event, audience, typed={"people": kept, "language": spoken_language()}, errors=errors)


def _choice(event: Event, now: datetime) -> tuple[Choice | None, dict[str, str]]:
    """What was chosen, or what is wrong with it by field."""
    how, language, ends_on = (request.form.get(field, "") for field in ("how", "language", "expires_on"))
    day = _day(ends_on)
    first, last = _days(event, now)
    errors: dict[str, str] = {}
    if how not in ("letters", "admit"):
        errors["how"] = _("Choose what is to be done.")
    if how != "admit" and (day is None or not first <= day <= last):
        errors["expires_on"] = _("Choose a day from today until the last day of the event.")
    if how != "admit" and language not in LANGUAGES:
        errors["language"] = _("Choose one of the languages.")
    if errors:
        return None, errors
    expires_at = _end_of(event, day) if day and how == "letters" else day_ends_at(event)
    language = language if language in LANGUAGES else spoken_language()
    return Choice(how == "letters", language, expires_at), {}


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if _DATE.fullmatch(typed) else None
    except ValueError:
        return None


def _days(event: Event, now: datetime) -> tuple[date, date]:
    """From today, in the event's home zone, to its last day."""
    return to_wall(now, event.home_zone).date(), last_day(event)


def _end_of(event: Event, day: date) -> datetime:
    return to_instant(datetime.combine(day + timedelta(days=1), time()), event.home_zone, "earlier")


def _preview(
    event: Event, audience: Audience, kept: GuestList, now: datetime, errors: dict[str, str] | None = None
) -> str:
    kinds = lists.judge(kept, now) if kept.applied_at is None else {}
    today, last = _days(event, now)
    chosen = {field: request.form.get(field, "") for field in ("how", "language", "expires_on")}
    default = {"how": "letters", "language": spoken_language(), "expires_on": min(today + OPEN_FOR, last).isoformat()}
    return room_page(
        "guest_list",
        event,
        audience=audience,
        kept=kept,
        is_over=is_over(event, now),
        parts=[_part(kind, kinds.get(kind, [])) for kind in ("invalid", "twice", "told", "admitted", "known", "new")],
        chosen=chosen if errors else default,
        errors=errors or {},
        days=(today.isoformat(), last.isoformat()),
    )


def _part(kind: str, guests: list[lists.Guest]) -> dict[str, Any]:
    rows = [(guest, guest_text(guest)) for guest in guests[:SHOWN]]
    return {"kind": kind, "number": len(guests), "rows": rows, "left_out": len(guests) - len(rows)}
