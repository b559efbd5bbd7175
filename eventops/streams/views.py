"""The waiting room, and the way out of it into the stream."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, g, make_response, render_template, url_for

from eventops import clock
from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.programme import items, visible_sessions
from eventops.agenda.views import titles
from eventops.headers import LEAVING_POLICY
from eventops.languages import in_language
from eventops.plain_https import is_plain_https
from eventops.registration.models import Registration
from eventops.routes import personal_link
from eventops.streams.join import Closed, Decision, NotEntitled, Open, decide, find_stream
from eventops.streams.models import Stream
from eventops.streams.on_air import broadcast, on_now, up_next
from eventops.streams.refusals import Refusal, moment, not_for_you, not_now, out_of_order
from eventops.streams.schedule import Opening, Phase, opening
from eventops.times import duration_until

log = structlog.get_logger()
blueprint = Blueprint("streams", __name__)

PATH = "/<language:language>/<slug>/my/<token>/streams/<uuid:stream_id>"


@dataclass(frozen=True, slots=True)
class Visit:
    """One person at one stream, at one instant."""

    event: Event
    registration: Registration
    stream: Stream | None
    hours: Opening | None
    decision: Decision
    now: datetime
    links: dict[str, str]


@blueprint.get(PATH)
@personal_link
def waiting_room(slug: str, token: str, stream_id: UUID) -> Response:
    """When the stream opens, what is on, and the button to join while it is open."""
    visit = _visit(slug, token, stream_id)
    if visit.stream is None or isinstance(visit.decision, NotEntitled):
        return _refuse(visit)
    page = make_response(render_template("streams/waiting_room.html", **_shown(visit, visit.stream)))
    if isinstance(visit.decision, Open):
        page.headers["Content-Security-Policy"] = LEAVING_POLICY
    return page


@blueprint.post(PATH + "/join")
@personal_link
def join(slug: str, token: str, stream_id: UUID) -> Response:
    """To the provider, for whoever may join now: the one answer that bears its address."""
    visit = _visit(slug, token, stream_id)
    if not isinstance(visit.decision, Open):
        return _refuse(visit)
    if not is_plain_https(visit.decision.url):
        log.error("the address of a stream is not a plain https URL", stream=str(stream_id))
        return _page(visit, out_of_order())
    # Without a body: the usual one of a redirect repeats the address.
    headers = {"Location": visit.decision.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status=303, headers=headers)


def _visit(slug: str, token: str, stream_id: UUID) -> Visit:
    now, registration = clock.now(), g.registration
    stream = find_stream(registration.event_id, stream_id)
    hours = opening(stream) if stream else None
    links = {
        "waiting_url": url_for("streams.waiting_room", slug=slug, token=token, stream_id=stream_id),
        "join_url": url_for("streams.join", slug=slug, token=token, stream_id=stream_id),
        "my_url": url_for("registration.my_page", slug=slug, token=token),
    }
    return Visit(g.event, registration, stream, hours, decide(registration, stream, hours, now), now, links)


def _shown(visit: Visit, stream: Stream) -> dict[str, Any]:
    """What the waiting room shows: of the stream its name alone, so that no template can show its address."""
    event, zone, now = visit.event, visit.registration.zone, visit.now
    sessions = broadcast(stream, visible_sessions(event.id))
    return {
        **titles(event),
        **visit.links,
        **_hours(visit),
        "name": in_language(stream.name, spoken_language()),
        "now": now,
        "on_now": items(event, on_now(sessions, now), zone=zone),
        "up_next": items(event, up_next(sessions, now), zone=zone),
        "contact": event.contact,
    }


def _hours(visit: Visit) -> dict[str, Any]:
    hours = visit.hours
    if hours is None:
        return {"phase": Phase.BEFORE.value, "hours": None}

    def when(at: datetime, beside: datetime) -> str:
        return moment(visit.event, at, beside, visit.registration.zone)

    return {
        "phase": hours.phase(visit.now).value,
        "hours": event_clocks(visit.event, hours.starts_at, hours.ends_at, zone=visit.registration.zone),
        "starts": when(hours.starts_at, visit.now),
        "opens": when(hours.opens_at, hours.starts_at),
        "closes": when(hours.closes_at, visit.now),
        "opens_at": hours.opens_at,
        "countdown": duration_until(hours.opens_at - visit.now, spoken_language()),
    }


def _refuse(visit: Visit) -> Response:
    match visit.decision:
        case NotEntitled() as decision:
            return _page(visit, not_for_you(decision))
        case Closed() as decision:
            return _page(visit, not_now(decision, visit.event, visit.now, visit.registration.zone))
    raise AssertionError("whoever may join is not refused")


def _page(visit: Visit, refusal: Refusal) -> Response:
    # No switch of languages: its links would repeat an address that only takes POST, or that names a stream.
    page = render_template(
        "streams/refused.html",
        **titles(visit.event),
        refusal=refusal,
        waiting_url=visit.links["waiting_url"] if refusal.may_wait else None,
        my_url=visit.links["my_url"],
        contact=visit.event.contact,
        language_links=[],
    )
    return make_response(page, refusal.status)
