"""Why can't I see this session? What each viewer may see of an event and its agenda."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import aliased

from eventops.agenda.models import (
    Audience,
    Edit,
    Event,
    Image,
    Presence,
    PublishedSession,
    Release,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    Track,
    published_session_audiences,
    session_audiences,
)
from eventops.marks import mark
from eventops.protected import protect, protect_table
from eventops.viewer import Viewer

_their_session = aliased(Session)
"""A name for sessions that no query around it uses, so that SQLAlchemy takes it for no part of those."""


def of_their_event(model: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Rows of the event in which the viewer is staff; none for anybody else."""
    return model.event_id == viewer.event_id if viewer.is_staff else false()


def _event(viewer: Viewer) -> ColumnElement[bool]:
    return (
        or_(Event.published_at.is_not(None), Event.id == viewer.event_id)
        if viewer.event_id
        else (Event.published_at.is_not(None))
    )


def _audience(viewer: Viewer) -> ColumnElement[bool]:
    return of_their_event(Audience, viewer) if viewer.is_staff else Audience.id.in_(viewer.audiences)


def _published_session(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.is_staff:
        return or_(PublishedSession.access == "public", PublishedSession.event_id == viewer.event_id)
    if not viewer.audiences:
        return PublishedSession.access == "public"
    admitted = select(published_session_audiences.c.session_id).where(
        mark(published_session_audiences.c.session_id), published_session_audiences.c.audience_id.in_(viewer.audiences)
    )
    return or_(
        PublishedSession.access == "public",
        and_(PublishedSession.event_id == viewer.event_id, PublishedSession.id.in_(admitted)),
    )


def _speaker_role(viewer: Viewer) -> ColumnElement[bool]:
    if not viewer.is_staff:
        return false()
    theirs = _their_session
    of_role = theirs.id == SpeakerRole.session_id, theirs.event_id == viewer.event_id
    return select(theirs.id).where(mark(theirs.id), *of_role).exists()


# The desk copy, all that it is made of included, is for the event's staff; visitors read what is published.
for model in (Session, Release, Room, Track, Speaker, Image, Edit, Presence):
    protect(model, lambda viewer, model=model: of_their_event(model, viewer))  # type: ignore[misc]
protect(Event, _event)
protect(SpeakerRole, _speaker_role)
protect(Audience, _audience)
protect(PublishedSession, _published_session)
for table in (session_audiences, published_session_audiences):
    protect_table(table.name)
