"""When a stream opens and closes. It follows from what is published now and is stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import func, select

from eventops.agenda.events import Span, public_window
from eventops.agenda.models import Audience, Event, PublishedSession
from eventops.db import db
from eventops.streams.models import Stream


class Phase(Enum):
    """Where an instant stands to an opening."""

    BEFORE = "before"
    OPEN = "open"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Opening:
    """When the programme of a stream runs, and when people may join: instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime

    def phase(self, now: datetime) -> Phase:
        """Open from `opens_at` on, until right before `closes_at`."""
        if now < self.opens_at:
            return Phase.BEFORE
        return Phase.OPEN if now < self.closes_at else Phase.AFTER


def opening(stream: Stream) -> Opening | None:
    """When `stream` opens, by what is published now; None while nothing that it broadcasts is.

    Reads as the current viewer: whoever may see the stream of an audience may see that audience's sessions.
    """
    span = _public_part(stream.event_id) if stream.audience_id is None else _closed_part(stream)
    if span is None:
        return None
    return Opening(
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        opens_at=span.starts_at - timedelta(minutes=stream.opens_before_minutes),
        closes_at=span.ends_at + timedelta(minutes=stream.closes_after_minutes),
    )


def _public_part(event_id: UUID) -> Span | None:
    event = db.session.scalar(select(Event).where(Event.id == event_id))
    return public_window(event) if event else None


def _closed_part(stream: Stream) -> Span | None:
    starts_at, ends_at = db.session.execute(
        select(func.min(PublishedSession.starts_at), func.max(PublishedSession.ends_at)).where(
            PublishedSession.event_id == stream.event_id,
            PublishedSession.access == "closed",
            PublishedSession.audiences.any(Audience.id == stream.audience_id),
        )
    ).one()
    return Span(starts_at, ends_at) if starts_at else None
