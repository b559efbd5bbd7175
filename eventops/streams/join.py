"""May this person join this stream now? Who they are is asked first, the hour after."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import select

from eventops.db import db
from eventops.registration.models import Registration
from eventops.streams.models import Stream
from eventops.streams.schedule import Opening, Phase


class Reason(Enum):
    """Why a stream is not for somebody."""

    CANCELLED = "cancelled"
    NOT_CONFIRMED = "not_confirmed"
    UNKNOWN_STREAM = "unknown_stream"
    ONSITE = "onsite"


@dataclass(frozen=True, slots=True)
class Open:
    """Come in."""

    url: str = field(repr=False)
    """The provider's address, which nothing may show or log."""


@dataclass(frozen=True, slots=True)
class NotEntitled:
    """Not for this person, at whatever hour."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Closed:
    """For this person, but not now."""

    phase: Phase
    """BEFORE or AFTER."""
    at: datetime | None
    """When it opens or when it closed, in UTC; None while the stream has no hours."""


Decision = Open | NotEntitled | Closed


def find_stream(event_id: UUID, stream_id: UUID) -> Stream | None:
    """The event's stream of that id. None for one that the current viewer may not see, as for one that is not."""
    return db.session.scalar(select(Stream).where(Stream.id == stream_id, Stream.event_id == event_id))


def decide(registration: Registration, stream: Stream | None, opening: Opening | None, now: datetime) -> Decision:
    """Whether the person may join at `now` (UTC). `stream` is what `find_stream` found for them.

    What concerns the person comes first, so that the answer about a hidden stream is the one about a missing one.
    """
    if registration.state == "cancelled":
        return NotEntitled(Reason.CANCELLED)
    if registration.state != "confirmed":
        return NotEntitled(Reason.NOT_CONFIRMED)
    if stream is None:
        return NotEntitled(Reason.UNKNOWN_STREAM)
    if registration.attendance_mode != "online":
        return NotEntitled(Reason.ONSITE)
    return _by_the_hour(stream, opening, now)


def _by_the_hour(stream: Stream, opening: Opening | None, now: datetime) -> Open | Closed:
    if opening is None:
        return Closed(Phase.BEFORE, None)
    match opening.phase(now):
        case Phase.BEFORE:
            return Closed(Phase.BEFORE, opening.opens_at)
        case Phase.OPEN:
            return Open(stream.provider_url)
        case Phase.AFTER:
            return Closed(Phase.AFTER, opening.closes_at)
