"""For whom is there a stream?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eventops.db import db
from eventops.streams.models import Stream


def audiences_with_stream(event_id: UUID) -> set[UUID | None]:
    """The event's audiences that have one; None is the public."""
    return set(db.session.scalars(select(Stream.audience_id).where(Stream.event_id == event_id)))
