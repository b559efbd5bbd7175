"""Publishing: the desk copy becomes a release, and the release is what everybody reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Select, func, select

from eventops.agenda.changes import compare
from eventops.agenda.models import Audience, Event, PublishedBlock, PublishedSession, Release, Session
from eventops.agenda.sequences import Known, keep, known, known_after, when_and_where
from eventops.agenda.snapshots import Snapshot, desk_snapshots, of_published, published_snapshots
from eventops.db import db, one_at_a_time


def hold_agenda(event_id: UUID) -> None:
    """Inside write(), before reading: nobody else publishes the event or changes its desk meanwhile."""
    one_at_a_time(f"publish {event_id}")


def publish(
    event: Event,
    now: datetime,
    made_by: UUID | None = None,
    note: str = "",
    snapshots: Sequence[Snapshot] | None = None,
    returned_to: int | None = None,
) -> Release:
    """Make `snapshots`, by default the desk copy, what everybody reads: an immutable release, and its index.

    A session's SEQUENCE rises when its time or place changed; `changed_at` moves with any change of what it shows.
    """
    hold_agenda(event.id)
    event.published_at = event.published_at or now
    raise_version(event)
    snapshots = desk_snapshots(event.id) if snapshots is None else snapshots
    counts: Counter[str] = Counter(change.kind for change in compare(published_snapshots(event.id), snapshots))
    _publish_sessions(event.id, snapshots, now)
    _publish_blocks(event.id, snapshots, now)
    release = _add_release(event, snapshots, now, made_by)
    release.note, release.returned_to, release.counts = note, returned_to, {**counts}
    db.session.flush()
    return release


def _publish_sessions(event_id: UUID, snapshots: Sequence[Snapshot], now: datetime) -> None:
    published = {row.id: row for row in db.session.scalars(_rows_of(event_id))}
    before = known(event_id, published)
    audiences = {row.id: row for row in db.session.scalars(select(Audience).where(Audience.event_id == event_id))}
    reached: dict[UUID, Known] = {}
    for snapshot in snapshots:
        row = published.pop(snapshot.id, None)
        reached[snapshot.id] = known_after(before[snapshot.id], row, snapshot)
        named = [audiences[id] for id in snapshot.audience_ids]
        _publish_session(event_id, snapshot, row, named, reached[snapshot.id], now)
    for gone in published.values():
        reached[gone.id] = known_after(before[gone.id], gone, None)
        db.session.delete(gone)
    keep({id: new for id, new in reached.items() if new != before[id]})


def narrow(sessions: Iterable[Session], now: datetime, made_by: UUID | None = None) -> int:
    """What the desk has just closed, to the public or to an audience, is closed to them at once, published or not.

    So is what an untitled block told. That makes a release of its own, so that it is known who saw what until when.
    Gives how many of the sessions were published until now. Opening waits for who publishes.
    Call it inside write() after hold_agenda(): who publishes at the same moment would show what was closed.
    """
    narrowed = [session for session in sessions if _narrow_block(session) | _narrow_session(session, now)]
    if narrowed:
        event = db.session.get_one(Event, narrowed[0].event_id)
        raise_version(event)
        db.session.flush()
        release = _add_release(event, published_snapshots(event.id), now, made_by)
        release.is_closing, release.counts = True, {"changed": len(narrowed)}
        db.session.flush()
    return len(narrowed)


def raise_version(event: Event) -> None:
    """Inside write(): public pages of the event may have changed, and are made anew within a second everywhere."""
    event.public_version = Event.public_version + 1


def _narrow_block(session: Session) -> bool:
    block = None if _has_block(session) else _blocks(session.event_id).get(session.id)
    if block is not None:
        db.session.delete(block)
    return block is not None


def _has_block(session: Session) -> bool:
    return session.access == "closed" and session.shows_block


def _narrow_session(session: Session, now: datetime) -> bool:
    row = db.session.scalar(_rows_of(session.event_id).where(PublishedSession.id == session.id))
    if row is None or session.access == "public":
        return False
    wanted = [audience for audience in session.audiences if row.access == "public" or audience in row.audiences]
    if row.access == "closed" and {a.id for a in wanted} == {a.id for a in row.audiences}:
        return False
    closed = replace(of_published(row), access="closed", audience_ids=frozenset(audience.id for audience in wanted))
    reached = known_after(known(session.event_id, {row.id: row})[row.id], row, closed)
    keep({row.id: reached})
    row.access, row.audiences, row.changed_at, row.sequence = "closed", wanted, now, reached.anywhere or 0
    return True


def _rows_of(event_id: UUID) -> Select[PublishedSession]:
    return select(PublishedSession).where(PublishedSession.event_id == event_id)


def _publish_session(
    event_id: UUID,
    snapshot: Snapshot,
    row: PublishedSession | None,
    audiences: list[Audience],
    reached: Known,
    now: datetime,
) -> None:
    is_public = snapshot.access == "public"
    if row is None or (row.access, when_and_where(row)) != (snapshot.access, when_and_where(snapshot)):
        row = row or PublishedSession(id=snapshot.id, event_id=event_id, changed_at=now)
        row.sequence = (reached.public if is_public else reached.anywhere) or 0
        db.session.add(row)
    if _shown(row) != _shown(snapshot):
        row.changed_at = now
    row.access = snapshot.access
    row.starts_at, row.ends_at = snapshot.starts_at, snapshot.ends_at
    row.content = snapshot.content
    if {audience.id for audience in row.audiences} != snapshot.audience_ids:
        row.audiences = audiences


def _add_release(event: Event, snapshots: Iterable[Snapshot], now: datetime, made_by: UUID | None) -> Release:
    last = db.session.scalar(select(func.max(Release.number)).where(Release.event_id == event.id))
    release = Release(id=uuid4(), event_id=event.id, number=(last or 0) + 1, made_at=now, made_by=made_by)
    release.sessions = [snapshot.written() for snapshot in snapshots]
    db.session.add(release)
    return release


def _shown(one: PublishedSession | Snapshot) -> tuple[object, ...]:
    """What a page or a calendar shows: whom a session is for stands on none."""
    return one.access, one.starts_at, one.ends_at, one.content


def _blocks(event_id: UUID) -> dict[UUID, PublishedBlock]:
    """The event's blocks by the session that each stands for."""
    rows = db.session.scalars(select(PublishedBlock).where(PublishedBlock.event_id == event_id))
    return {row.session_id: row for row in rows}


def _publish_blocks(event_id: UUID, snapshots: Sequence[Snapshot], now: datetime) -> None:
    blocks = _blocks(event_id)
    for snapshot in snapshots:
        if not snapshot.shows_block:
            continue
        block = blocks.pop(snapshot.id, None)
        if block is None:
            block = PublishedBlock(id=uuid4(), event_id=event_id, session_id=snapshot.id, sequence=0, changed_at=now)
            db.session.add(block)
        elif (block.starts_at, block.ends_at) != (snapshot.starts_at, snapshot.ends_at):
            block.sequence, block.changed_at = block.sequence + 1, now
        block.starts_at, block.ends_at = snapshot.starts_at, snapshot.ends_at
    for gone in blocks.values():
        db.session.delete(gone)
