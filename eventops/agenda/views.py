"""The programme, for everybody."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar
from uuid import UUID

from flask import Blueprint, Response, abort, json, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from eventops import clock
from eventops.agenda.calendar import calendar as as_calendar
from eventops.agenda.data import data as as_data
from eventops.agenda.events import event_or_404, event_title, spoken_language
from eventops.agenda.filters import ASKED
from eventops.agenda.markdown import markdown
from eventops.agenda.models import Event
from eventops.agenda.now_and_next import changes_of_page
from eventops.agenda.programme import visible_entries
from eventops.agenda.programme_page import address_of, asked_of, programme_page
from eventops.agenda.public_pages import changes_at, for_strangers, public_event_or_404
from eventops.agenda.show_picture import picture
from eventops.db import db
from eventops.routes import absolute_url, anyone
from eventops.times import TwoClocks

blueprint = Blueprint("agenda", __name__)
blueprint.add_app_template_filter(markdown)


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
@for_strangers(*ASKED)
def programme(slug: str) -> Response:
    """The public face of an event."""
    now = clock.now()
    event = public_event_or_404(slug, now)
    entries = visible_entries(event.id)
    given = {name: request.args[name] for name in ASKED if request.args.get(name)}
    asked = asked_of(event, entries, given, now)
    if asked.query != given:
        return redirect(address_of(event, asked.query))  # type: ignore[return-value]
    changes_at(*changes_of_page(event, entries, now))
    values = programme_page(event, entries, asked, now)
    return Response(render_template("agenda/programme.html", **titles(event), **values), mimetype="text/html")


@blueprint.get("/<language:language>/<slug>/agenda.ics")
@anyone
@for_strangers()
def calendar(slug: str) -> Response:
    """The public agenda for calendars."""
    event = public_event_or_404(slug, clock.now())
    url = absolute_url("agenda.programme", slug=slug)
    return Response(as_calendar(event, visible_entries(event.id), url), mimetype="text/calendar")


@blueprint.get("/<language:language>/<slug>/agenda.json")
@anyone
@for_strangers()
def data(slug: str) -> Response:
    """The public agenda for programs."""
    event = public_event_or_404(slug, clock.now())
    url = absolute_url("agenda.programme", slug=slug)
    return Response(json.dumps(as_data(event, visible_entries(event.id), url)), mimetype="application/json")


@blueprint.get("/<language:language>/<slug>/logos/<uuid:image_id>")
@anyone
def logo(slug: str, image_id: UUID) -> Response:
    """The logo of an organiser, if it is one of the event."""
    event = event_or_404(slug)
    if str(image_id) not in [organiser.get("logo") for organiser in event.organisers]:
        abort(404)
    return picture(event, image_id)


def titles(event: Event) -> dict[str, Any]:
    """What base.html says of the event."""
    title = event_title(event)
    return {
        "event_title": title.text,
        "event_title_lang": title.language if title.language != spoken_language() else None,
        "event_url": url_for("agenda.programme", slug=event.slug) if event.published_at else None,
    }


class Timed(Protocol):
    """What stands at hours."""

    @property
    def clocks(self) -> TwoClocks:
        """Its hours."""


Shown = TypeVar("Shown", bound=Timed)


def by_day(shown: list[Shown]) -> list[tuple[str, list[Shown]]]:
    """The items under the long date of the reader's clock on which each starts."""
    days: dict[str, list[Shown]] = {}
    for item in shown:
        days.setdefault(item.clocks.day, []).append(item)
    return list(days.items())
