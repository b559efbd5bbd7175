"""Going back to a release: the desk becomes what was published then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from eventops.agenda.desk_rows import DeskRows
from eventops.agenda.edit import schedule
from eventops.agenda.journal import Journal
from eventops.agenda.models import Event, Release, Session, Speaker
from eventops.agenda.order import settle_order
from eventops.agenda.snapshots import COLUMNS, Snapshot
from eventops.agenda.things import set_audiences, set_speakers
from eventops.db import db

_OF_SPEAKERS = ("name", "title", "organisation", "country", "bio")
Said = dict[UUID, dict[str, Any]]
"""What the release says of rooms, tracks or speakers, by id."""


def return_to(event: Event, release: Release, journal: Journal) -> None:
    """Make the desk say what the release says, rooms, tracks and speakers by their names of then. Inside editing().

    Notes for staff stay. Sessions that the release does not have go to the tray: nothing that was written is lost.
    """
    wanted = {snapshot.id: snapshot for snapshot in map(Snapshot.read, release.sessions)}
    desk = DeskRows.of(event)
    _put_parts(event, desk, [snapshot.content for snapshot in wanted.values()], journal)
    for session in desk.sessions.values():
        if snapshot := wanted.get(session.id):
            journal.change(session)
            _put_session(session, snapshot, desk)
        elif session.is_scheduled and session.deleted_at is None:
            journal.change(session)
            session.is_scheduled = False


def _put_session(session: Session, snapshot: Snapshot, desk: DeskRows) -> None:
    content = snapshot.content
    for name in COLUMNS:
        setattr(session, name, content[name])
    session.deleted_at, session.is_scheduled = None, True
    session.access, session.shows_block = snapshot.access, snapshot.shows_block
    session.names_itself_in_calendars = content.get("in_calendars", False)
    session.room = desk.rooms[UUID(content["room_id"])] if content["room_id"] else None
    session.track = desk.tracks[UUID(content["track_id"])] if content["track_id"] else None
    schedule(session, snapshot.starts_at, snapshot.ends_at)
    set_audiences(session, [desk.audiences[id] for id in snapshot.audience_ids])
    set_speakers(session, [(desk.speakers[UUID(one["id"])], one["role"]) for one in content["speakers"]])


def _put_parts(event: Event, desk: DeskRows, contents: Iterable[dict[str, Any]], journal: Journal) -> None:
    """The sessions' rooms, tracks and speakers are there again, and called as they were."""
    rooms: Said = {}
    tracks: Said = {}
    speakers: Said = {}
    for content in contents:
        if content["room_id"]:
            rooms[UUID(content["room_id"])] = {"name": content["room"]}
        if content["track_id"]:
            tracks[UUID(content["track_id"])] = {"name": content["track"]}
        speakers |= {UUID(one["id"]): _of_speaker(one) for one in content["speakers"]}
    for id in speakers.keys() - desk.speakers.keys():  # a release from before speakers had ids names whom it will
        desk.speakers[id] = Speaker(id=id, event_id=event.id, **speakers[id])
        journal.add(desk.speakers[id])
    known: list[tuple[Said, dict[UUID, Any]]] = [(rooms, desk.rooms), (tracks, desk.tracks), (speakers, desk.speakers)]
    back = [row for said, rows in known for row in _put(said, rows, journal)]
    db.session.flush()
    settle_order(event.id, back, journal.change)


def _put(said: Said, rows: dict[UUID, Any], journal: Journal) -> list[Any]:
    """Gives those that were removed."""
    back = [rows[id] for id in said if rows[id].deleted_at]
    for id, values in said.items():
        journal.change(rows[id])
        rows[id].deleted_at = None
        for name, value in values.items():
            if getattr(rows[id], name) != value:
                setattr(rows[id], name, value)
    return back


def _of_speaker(one: dict[str, Any]) -> dict[str, Any]:
    photo = {"photo_id": UUID(one["photo"]) if one["photo"] else None}
    return {name: one[name] for name in _OF_SPEAKERS} | photo
