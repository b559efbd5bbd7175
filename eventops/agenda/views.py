"""The programme, for everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from eventops import clock
from eventops.agenda.calendar import calendar as as_calendar
from eventops.agenda.calendar import data as as_data
from eventops.agenda.events import event_clocks, event_or_404, event_title, public_window, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.programme import Item, items, language_name, visible_entries
from eventops.agenda.public_pages import for_strangers
from eventops.db import db
from eventops.languages import in_language
from eventops.routes import absolute_url, anyone

blueprint = Blueprint("agenda", __name__)


@blueprint.get("/")
@anyone
def front_door() -> AnyResponse:
    """To the events, in the visitor's language."""
    response = redirect(url_for("agenda.events"))
    response.headers["Vary"] = "Accept-Language"
    return response


@blueprint.get("/<language:language>/")
@anyone
def events() -> AnyResponse | str:
    """The events that are published; where there is one, its programme."""
    found = list(db.session.scalars(select(Event).order_by(Event.starts_on, Event.slug)))
    if len(found) == 1:
        return redirect(url_for("agenda.programme", slug=found[0].slug))
    return render_template("agenda/events.html", events=[(event, event_title(event)) for event in found])


@blueprint.get("/<language:language>/<slug>/")
@anyone
@for_strangers
def programme(slug: str) -> Response:
    """The public face of an event."""
    event = event_or_404(slug)
    now = clock.now()
    window = public_window(event)
    page = render_template(
        "agenda/programme.html",
        event=event,
        **titles(event),
        days=by_day(items(event, visible_entries(event.id), now=now)),
        clocks=event_clocks(event, window.starts_at, window.ends_at) if window else None,
        is_over=window is not None and now >= window.ends_at,
        report=_report(event),
        card=_structured(event),
    )
    return Response(page, mimetype="text/html")


@blueprint.get("/<language:language>/<slug>/agenda.ics")
@anyone
@for_strangers
def calendar(slug: str) -> Response:
    """The public agenda for calendars."""
    event = event_or_404(slug)
    url = absolute_url("agenda.programme", slug=slug)
    return Response(as_calendar(event, visible_entries(event.id), url), mimetype="text/calendar")


@blueprint.get("/<language:language>/<slug>/agenda.json")
@anyone
@for_strangers
def data(slug: str) -> Response:
    """The public agenda for programs."""
    event = event_or_404(slug)
    url = absolute_url("agenda.programme", slug=slug)
    return Response(json.dumps(as_data(event, visible_entries(event.id), url)), mimetype="application/json")


def titles(event: Event) -> dict[str, Any]:
    """What base.html says of the event."""
    title = event_title(event)
    return {
        "event_title": title.text,
        "event_title_lang": title.language if title.language != spoken_language() else None,
        "event_url": url_for("agenda.programme", slug=event.slug) if event.published_at else None,
    }


def by_day(shown: list[Item]) -> list[tuple[str, list[Item]]]:
    """The items under the long date of the reader's clock on which each starts."""
    days: dict[str, list[Item]] = {}
    for item in shown:
        days.setdefault(item.clocks.day, []).append(item)
    return list(days.items())


def _report(event: Event) -> dict[str, Any] | None:
    if not event.report:
        return None
    report = event.report
    return {
        "title": in_language(report["titles"], spoken_language()),
        "language": language_name(report["language"], spoken_language()),
        "url": report["url"],
        "author": report["author"],
    }


def _structured(event: Event) -> dict[str, Any]:
    """The event for search engines (schema.org/Event), from nothing but what is public."""
    window = public_window(event)
    card: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event_title(event).text,
        "url": absolute_url("agenda.programme", slug=event.slug),
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "organizer": [{"@type": "Organization", "name": organiser["name"]} for organiser in event.organisers],
    }
    if window:
        card |= {"startDate": window.starts_at.isoformat(), "endDate": window.ends_at.isoformat()}
    return card
