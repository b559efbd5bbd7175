"""Streams: where online people look."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, ForeignKey, String, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from eventops.agenda.visibility import of_their_event
from eventops.db import Model
from eventops.protected import protect
from eventops.viewer import Viewer


class Stream(Model):
    """A broadcast of the public part, or, with an audience, of that audience's closed sessions.

    When it opens and closes follows from what is published; only the margins are kept.
    """

    __tablename__ = "streams"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    audience_id: Mapped[UUID | None] = mapped_column(ForeignKey("audiences.id"))
    name: Mapped[dict[str, str]]
    """By language code, like the titles of events and sessions."""
    provider_url: Mapped[str] = mapped_column(String(2000))
    """Leaves the server by an entitled join and in no other way."""
    opens_before_minutes: Mapped[int] = mapped_column(default=15)
    closes_after_minutes: Mapped[int] = mapped_column(default=30)


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_staff:
        return of_their_event(Stream, viewer)
    public = Stream.audience_id.is_(None)
    if not viewer.audiences:
        return public
    return or_(public, and_(Stream.event_id == viewer.event_id, Stream.audience_id.in_(viewer.audiences)))


protect(Stream, _visible)
