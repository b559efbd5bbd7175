"""Going back to a release: the desk becomes what was published then."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.edit import schedule
from eventops.agenda.journal import Journal, set_speakers
from eventops.agenda.models import Audience, Event, Release, Room, Session, Speaker, Track
from eventops.agenda.snapshots import Snapshot, desk_sessions
from eventops.db import db

_NAMES = ("name", "title", "organisation", "country", "bio")


def return_to(event: Event, release: Release, journal: Journal) -> None:
    """Make the desk say what the release says, rooms, tracks and speakers by their names of then. Inside editing().

    Notes for staff stay. Sessions that the release does not have go to the tray: nothing that was written is lost.
    """
    wanted = {snapshot.id: snapshot for snapshot in map(Snapshot.read, release.sessions)}
    of_event = select(Session).where(Session.event_id == event.id, Session.id.in_(wanted))
    sessions = {session.id: session for session in db.session.scalars(of_event)}
    audiences = {row.id: row for row in db.session.scalars(select(Audience).where(Audience.event_id == event.id))}
    for snapshot in wanted.values():
        _put_parts(event, snapshot.content, journal)
    db.session.flush()
    for snapshot in wanted.values():
        session = sessions[snapshot.id]
        journal.change(session)
        session.deleted_at, session.is_scheduled = None, True
        session.audiences = [audiences[id] for id in snapshot.audience_ids]
        _put_session(session, snapshot)
    for session in desk_sessions(event.id):
        if session.id not in wanted and session.is_scheduled:
            journal.change(session)
            session.is_scheduled = False


def _put_session(session: Session, snapshot: Snapshot) -> None:
    content = snapshot.content
    for name in (
        "title",
        "abstract",
        "kind",
        "language",
        "attendance_mode",
        "placeholder",
        "zone",
        "capacity",
        "links",
    ):
        setattr(session, name, content[name])
    session.access, session.shows_block = snapshot.access, snapshot.shows_block
    session.names_itself_in_calendars = content.get("in_calendars", False)
    session.room_id, session.track_id = _id(content["room_id"]), _id(content["track_id"])
    schedule(session, snapshot.starts_at, snapshot.ends_at)
    set_speakers(session, [(UUID(speaker["id"]), speaker["role"]) for speaker in content["speakers"]])


def _put_parts(event: Event, content: dict[str, Any], journal: Journal) -> None:
    """The session's room, track and speakers are there again, and called as they were."""
    if content["room_id"]:
        _put(event, Room, content["room_id"], {"name": content["room"]}, journal)
    if content["track_id"]:
        _put(event, Track, content["track_id"], {"name": content["track"]}, journal)
    for speaker in content["speakers"]:
        said = {name: speaker[name] for name in _NAMES} | {"photo_id": _id(speaker["photo"])}
        _put(event, Speaker, speaker["id"], said, journal)


def _put(event: Event, model: type[Any], id: str, said: dict[str, Any], journal: Journal) -> None:
    row = db.session.scalar(select(model).where(model.id == UUID(id), model.event_id == event.id))
    if row is None:
        row = model(id=UUID(id), event_id=event.id, **said)
        journal.add(row)
    journal.change(row)
    row.deleted_at = None
    for name, value in said.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
