"""What `eventops demo --json` says: where everything is, and who may go there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventops.agenda.models import Audience, Event
from eventops.checkin.models import Door
from eventops.db import db
from eventops.demo.people import STAFF, staff_email
from eventops.demo.state import Kept
from eventops.languages import in_language
from eventops.registration.invitations import audiences_of, viewer_of
from eventops.registration.links import personal_token, personal_url
from eventops.registration.models import Registration
from eventops.routes import absolute_url
from eventops.streams.models import Stream
from eventops.streams.schedule import opening
from eventops.times import utc_text
from eventops.viewer import seeing

Json = dict[str, Any]


def contract(slug: str, kept: Kept, base_url: str, now: datetime) -> Json:
    """The demo's one line, all URLs absolute. Call it as the system in the demo's application."""
    event = db.session.scalars(select(Event).where(Event.slug == slug)).one()
    return {
        "ready": True,
        "url": base_url,
        "event": slug,
        "now": utc_text(now),
        "urls": _urls(base_url, slug),
        "staff": [{"role": role, "email": staff_email(role), "password": kept.passwords[role]} for role in STAFF],
        "doors": [_door(door, kept) for door in _rows(Door, event)],
        "attendees": [_attendee(event, person) for person in _people(event)],
        "streams": [_stream(stream) for stream in _public_first(_rows(Stream, event))],
        "inbox": f"{base_url}/demo/inbox",
    }


def _urls(base_url: str, slug: str) -> dict[str, str]:
    """Pages for people choose the language by themselves; feeds stand in English."""
    return {
        "programme": f"{base_url}/{slug}/",
        "signup": f"{base_url}/{slug}/sign-up",
        "sign_in": f"{base_url}/sign-in",
        "agenda_ics": absolute_url("agenda.calendar", slug=slug, language="en"),
        "agenda_json": absolute_url("agenda.data", slug=slug, language="en"),
        "desk": f"{base_url}/desk/{slug}/",
    }


def _door(door: Door, kept: Kept) -> Json:
    url = absolute_url("checkin.scans", door_id=door.id)
    return {"id": str(door.id), "name": door.name, "token": kept.door_token, "scan_url": url}


def _attendee(event: Event, person: Registration) -> Json:
    held = audiences_of(person.id)
    names = db.session.scalars(select(Audience.name).where(Audience.id.in_(held)).order_by(Audience.name))
    return {
        "name": person.name,
        "email": person.email,
        "mode": person.attendance_mode,
        "state": person.state,
        "zone": person.zone,
        "language": person.language,
        "audiences": list(names),
        "personal_url": personal_url(person),
        "ticket_code": person.ticket.code if person.ticket else None,
        "streams": _streams_of(event, person),
    }


def _streams_of(event: Event, person: Registration) -> list[Json]:
    """The streams that the person may know of, entitled to join them or not."""
    with seeing(viewer_of(person)):
        streams = _public_first(_rows(Stream, event))
    where = {"slug": event.slug, "token": personal_token(person), "language": person.language}
    return [
        {
            "id": str(stream.id),
            "waiting_url": absolute_url("streams.waiting_room", stream_id=stream.id, **where),
            "join_url": absolute_url("streams.join", stream_id=stream.id, **where),
        }
        for stream in streams
    ]


def _stream(stream: Stream) -> Json:
    times = opening(stream)
    return {
        "id": str(stream.id),
        "name": in_language(stream.name, "en").text,
        "access": "closed" if stream.audience_id else "public",
        "opens_at": utc_text(times.opens_at) if times else None,
        "closes_at": utc_text(times.closes_at) if times else None,
        "provider_url": stream.provider_url,
    }


def _public_first(streams: list[Stream]) -> list[Stream]:
    return sorted(streams, key=lambda stream: stream.audience_id is not None)


def _people(event: Event) -> list[Registration]:
    query = select(Registration).where(Registration.event_id == event.id)
    return list(db.session.scalars(query.order_by(Registration.created_at, Registration.email)))


def _rows(model: Any, event: Event) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.event_id == event.id).order_by(model.id)))
