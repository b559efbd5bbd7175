"""Which streams has this person? The answer that registration asks for."""

from __future__ import annotations

from datetime import datetime

from flask import url_for
from sqlalchemy import select

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.db import db
from eventops.languages import in_language
from eventops.registration.links import event_of, personal_token
from eventops.registration.models import Registration
from eventops.registration.stream_links import StreamLink
from eventops.streams.join import NotEntitled, Open, decide
from eventops.streams.models import Stream
from eventops.streams.schedule import Opening, opening


def my_streams(registration: Registration, now: datetime) -> list[StreamLink]:
    """The streams that the person may join, in the order in which they open; those without hours are left out.

    Reads as the current viewer, who is that person.
    """
    event = event_of(registration)
    streams = db.session.scalars(select(Stream).where(Stream.event_id == event.id))
    with_hours = [(stream, hours) for stream in streams if (hours := opening(stream))]
    with_hours.sort(key=lambda pair: (pair[1].opens_at, str(pair[0].id)))
    links = [_link(event, registration, stream, hours, now) for stream, hours in with_hours]
    return [link for link in links if link]


def _link(event: Event, registration: Registration, stream: Stream, hours: Opening, now: datetime) -> StreamLink | None:
    decision = decide(registration, stream, hours, now)
    if isinstance(decision, NotEntitled):
        return None
    return StreamLink(
        name=in_language(stream.name, spoken_language()),
        clocks=event_clocks(event, hours.opens_at, hours.closes_at, zone=registration.zone),
        waiting_url=url_for(
            "streams.waiting_room",
            _external=False,
            language=spoken_language(),
            slug=event.slug,
            token=personal_token(registration),
            stream_id=stream.id,
        ),
        is_open=isinstance(decision, Open),
    )
