"""Publishing: the desk copy becomes a release, and the release is what everybody reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from eventops.agenda.models import Event, PublishedBlock, PublishedSession, Release, Session
from eventops.db import db, one_at_a_time
from eventops.times import utc_text


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing would do to one session. `before` is missing for an added one, `after` for a removed one."""

    kind: Literal["added", "changed", "removed"]
    before: PublishedSession | None
    after: Session | None


def desk_sessions(event_id: UUID) -> list[Session]:
    """The desk copy, in order of start."""
    query = (
        select(Session)
        .where(Session.event_id == event_id, Session.deleted_at.is_(None))
        .order_by(Session.starts_at, Session.ends_at, Session.id)
        .options(selectinload(Session.room), selectinload(Session.speakers), selectinload(Session.audiences))
    )
    return list(db.session.scalars(query))


def changes(event_id: UUID) -> list[Change]:
    """What publishing now would change, in order of start; empty when the desk copy is what is published."""
    published, blocks = _published(event_id), _blocks(event_id)
    found = []
    for session in desk_sessions(event_id):
        before = published.pop(session.id, None)
        if before is None:
            found.append(Change("added", None, session))
        elif _differs(before, session) or _has_block(session) != (session.id in blocks):
            found.append(Change("changed", before, session))
    return found + [Change("removed", before, None) for before in published.values()]


def hold_agenda(event_id: UUID) -> None:
    """Inside write(), before reading: nobody else publishes the event or closes a session of it meanwhile."""
    one_at_a_time(f"publish {event_id}")


def publish(event: Event, now: datetime, made_by: UUID | None = None, note: str = "") -> Release:
    """Make the desk copy what everybody reads: an immutable release, and its index of published sessions.

    A session's SEQUENCE rises when its time or place changed; `changed_at` moves with any change of what it shows.
    A closed session that becomes public starts anew at 0: strangers do not learn how often it was moved before.
    """
    hold_agenda(event.id)
    event.published_at = event.published_at or now
    published = _published(event.id)
    sessions = desk_sessions(event.id)
    for session in sessions:
        _publish_session(session, published.pop(session.id, None), now)
    for gone in published.values():
        db.session.delete(gone)
    _publish_blocks(event.id, sessions, now)
    latest = db.session.scalar(select(func.max(Release.number)).where(Release.event_id == event.id)) or 0
    release = Release(
        id=uuid4(),
        event_id=event.id,
        number=latest + 1,
        made_at=now,
        made_by=made_by,
        note=note,
        sessions=[_snapshot(session) for session in sessions],
    )
    db.session.add(release)
    db.session.flush()
    return release


def narrow(session: Session, now: datetime) -> bool:
    """What the desk has just closed, to the public or to an audience, is closed to them at once, published or not.

    So is what an untitled block told. Whether anything was published until now. Opening waits for the next release.
    Call it inside write() after hold_agenda(): who publishes at the same moment would show what was closed.
    """
    block = None if _has_block(session) else _blocks(session.event_id).get(session.id)
    if block is not None:
        db.session.delete(block)
        db.session.flush()
    row = db.session.scalar(select(PublishedSession).where(PublishedSession.id == session.id))
    if row is None or session.access == "public":
        return block is not None
    wanted = [audience for audience in session.audiences if row.access == "public" or audience in row.audiences]
    if row.access == "closed" and wanted == row.audiences:
        return block is not None
    row.access, row.audiences, row.changed_at = "closed", wanted, now
    db.session.flush()
    return True


def _published(event_id: UUID) -> dict[UUID, PublishedSession]:
    rows = db.session.scalars(select(PublishedSession).where(PublishedSession.event_id == event_id))
    return {row.id: row for row in rows}


def _publish_session(session: Session, row: PublishedSession | None, now: datetime) -> None:
    if row is not None and not _differs(row, session):
        return
    content = _content(session)
    if row is None:
        row = PublishedSession(id=session.id, event_id=session.event_id, sequence=0, changed_at=now)
        db.session.add(row)
    elif (row.access, session.access) == ("closed", "public"):
        row.sequence = 0
    elif (row.starts_at, row.ends_at, row.content["room"]) != (session.starts_at, session.ends_at, content["room"]):
        row.sequence += 1
    if _looks_different(row, session):
        row.changed_at = now
    row.access = session.access
    row.starts_at, row.ends_at = session.starts_at, session.ends_at
    row.content = content
    row.audiences = list(session.audiences)


def _blocks(event_id: UUID) -> dict[UUID, PublishedBlock]:
    """The event's blocks by the session that each stands for."""
    rows = db.session.scalars(select(PublishedBlock).where(PublishedBlock.event_id == event_id))
    return {row.session_id: row for row in rows}


def _has_block(session: Session) -> bool:
    return session.access == "closed" and session.shows_block


def _publish_blocks(event_id: UUID, sessions: list[Session], now: datetime) -> None:
    blocks = _blocks(event_id)
    for session in filter(_has_block, sessions):
        block = blocks.pop(session.id, None)
        if block is None:
            block = PublishedBlock(id=uuid4(), event_id=event_id, session_id=session.id, sequence=0, changed_at=now)
            db.session.add(block)
        elif (block.starts_at, block.ends_at) != (session.starts_at, session.ends_at):
            block.sequence, block.changed_at = block.sequence + 1, now
        block.starts_at, block.ends_at = session.starts_at, session.ends_at
    for gone in blocks.values():
        db.session.delete(gone)


def _differs(row: PublishedSession, session: Session) -> bool:
    return {a.id for a in row.audiences} != {a.id for a in session.audiences} or _looks_different(row, session)


def _looks_different(row: PublishedSession, session: Session) -> bool:
    """Whether a page or a calendar shows the difference: whom a session is for stands on none."""
    shown = (row.access, row.starts_at, row.ends_at, row.content)
    return shown != (session.access, session.starts_at, session.ends_at, _content(session))


def _content(session: Session) -> dict[str, Any]:
    names_itself = session.access == "closed" and session.names_itself_in_calendars
    return {
        **({"in_calendars": True} if names_itself else {}),
        "title": session.title,
        "abstract": session.abstract,
        "kind": session.kind,
        "language": session.language,
        "attendance_mode": session.attendance_mode,
        "placeholder": session.placeholder,
        "zone": session.zone,
        "room": session.room.name if session.room else None,
        "speakers": [
            {"name": s.name, "title": s.title, "organisation": s.organisation, "country": s.country}
            for s in session.speakers
        ],
    }


def _snapshot(session: Session) -> dict[str, Any]:
    return {
        "id": str(session.id),
        "access": session.access,
        "audiences": [str(audience.id) for audience in session.audiences],
        "starts_at": utc_text(session.starts_at),
        "ends_at": utc_text(session.ends_at),
        **_content(session),
    }
