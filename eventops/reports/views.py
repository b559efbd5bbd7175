"""The audit trail on the desk, and as a file."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _

from eventops.agenda.events import event_clocks, event_or_404, spoken_language
from eventops.agenda.models import YEARS, Event
from eventops.agenda.views import titles
from eventops.reports.csv_text import csv_text
from eventops.reports.subjects import names_of
from eventops.routes import staff
from eventops.staff.audit_words import details_in_words, groups, sentence
from eventops.staff.trail import PAGE, SERVER, Entry, Filter, Place, accounts_in, entries, every_entry
from eventops.times import stored_instant

blueprint = Blueprint("reports", __name__)

_FIELDS = ("group", "account", "from", "to")
_COLUMNS = ("at", "id", "account_id", "action", "subject_id", "details")


@blueprint.get("/<language:language>/desk/<slug>/audit")
@staff("see_audit")
def audit(slug: str) -> str | tuple[str, int]:
    """Who did what, the newest first, a hundred at a time. 422 for a day that is none."""
    event = event_or_404(slug)
    wanted, errors = _wanted(event)
    found = entries(wanted, _place(request.args.get("before", "")))
    names = _names(event, found[:PAGE])
    page = render_template(
        "reports/audit.html",
        event=event,
        **titles(event),
        rows=[_row(event, entry, names) for entry in found[:PAGE]],
        typed={name: request.args.get(name, "") for name in _FIELDS},
        errors=errors,
        groups=[("", _("All")), *groups().items()],
        accounts=[("", _("All")), *((str(id), name) for id, name in accounts_in(event.id)), (SERVER, _("The server"))],
        older=_address("reports.audit", event, before=_mark(found[PAGE - 1])) if len(found) > PAGE else None,
        file=_address("reports.audit_file", event),
    )
    return (page, 422) if errors else page


@blueprint.get("/<language:language>/desk/<slug>/audit.csv")
@staff("see_audit")
def audit_file(slug: str) -> Response:
    """The same entries for a spreadsheet: ids only, instants in UTC by ISO 8601."""
    wanted, errors = _wanted(event_or_404(slug))
    if errors:
        return Response("\n".join(errors.values()), 422, mimetype="text/plain")
    lines = csv_text(_cells(every_entry(wanted)))
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=audit-{slug}.csv"
    return response


def _cells(found: Iterable[Entry]) -> Iterator[Iterable[object]]:
    yield _COLUMNS
    for entry in found:
        details = json.dumps(entry.details, sort_keys=True) if entry.details else None
        yield _iso(entry.at), entry.id, entry.account_id, entry.action, entry.subject_id, details


def _wanted(event: Event) -> tuple[Filter, dict[str, str]]:
    """What the form asks for, and what is wrong with it. What cannot be meant asks for nothing in particular."""
    group, account = request.args.get("group", ""), request.args.get("account", "")
    days, errors = {}, {}
    for name in ("from", "to"):
        try:
            days[name] = _day(request.args.get(name, "").strip())
        except ValueError:
            days[name], errors[name] = None, _("Write a day of the calendar, such as 2024-05-07.")
    wanted = Filter(
        event_id=event.id,
        group=group if group in groups() else "",
        account=account if account == SERVER else _uuid(account) or "",
        starts_at=_midnight(days["from"], event),
        ends_at=_midnight(days["to"] and days["to"] + timedelta(days=1), event),
    )
    return wanted, errors


def _day(typed: str) -> date | None:
    if not typed:
        return None
    day = date.fromisoformat(typed)
    if day.year not in YEARS:
        raise ValueError("no year of an event")
    return day


def _midnight(day: date | None, event: Event) -> datetime | None:
    return stored_instant(datetime.combine(day, time()), event.home_zone, fold=0) if day else None


def _names(event: Event, found: Iterable[Entry]) -> dict[str, str]:
    """What the ids in the entries stand for, by their text."""
    mentioned = [id for entry in found for id in (entry.subject_id, *map(_uuid, map(str, entry.details.values())))]
    ids = {id for id in mentioned if id}
    return {str(id): name for id, name in names_of(event.id, ids, spoken_language()).items()}


def _row(event: Event, entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    subject = str(entry.subject_id) if entry.subject_id else ""
    return {
        "clocks": event_clocks(event, entry.at),
        "who": _who(entry),
        "sentence": sentence(entry.action),
        "action": entry.action,
        "subject": names.get(subject),
        "subject_id": subject,
        "details": details_in_words(entry.details, names),
    }


def _who(entry: Entry) -> str:
    if entry.account_id:
        return entry.account_name or str(_("Removed account"))
    return str(_("A device's link") if "link" in entry.details else _("The server"))


def _address(endpoint: str, event: Event, **more: Any) -> str:
    """A page of the same filter."""
    asked: dict[str, Any] = {name: request.args[name] for name in _FIELDS if request.args.get(name)}
    return url_for(endpoint, slug=event.slug, **asked, **more)


def _mark(entry: Entry) -> str:
    """The entry's place in the trail, as it stands in an address."""
    return urlsafe_b64encode(f"{entry.at.isoformat()} {entry.id}".encode()).decode("ascii")


def _place(mark: str) -> Place | None:
    """The place of a mark; None, which is the beginning, for anything else."""
    try:
        at, _space, id = urlsafe_b64decode(mark).decode("ascii").partition(" ")
        return Place(datetime.fromisoformat(at).astimezone(UTC), UUID(id))
    except (ValueError, OverflowError):
        return None


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
