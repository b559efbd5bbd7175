"""Publishing: the desk copy becomes a release, and the release is what everybody reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from eventops.agenda.changes import compare
from eventops.agenda.models import Audience, Event, PublishedBlock, PublishedSession, Release, Session
from eventops.agenda.snapshots import Snapshot, desk_snapshots, published_snapshots
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
    A closed session that becomes public goes on from what strangers' calendars know of it, or starts at 0: they do not
    learn how often it was moved behind closed doors.
    """
    hold_agenda(event.id)
    event.published_at = event.published_at or now
    raise_version(event)
    snapshots = desk_snapshots(event.id) if snapshots is None else snapshots
    counts = Counter(change.kind for change in compare(published_snapshots(event.id), snapshots))
    _publish_sessions(event.id, snapshots, now)
    _publish_blocks(event.id, snapshots, now)
    release = Release(
        id=uuid4(),
        event_id=event.id,
        number=1 + (db.session.scalar(select(func.max(Release.number)).where(Release.event_id == event.id)) or 0),
        made_at=now,
        made_by=made_by,
        note=note,
        returned_to=returned_to,
        counts=dict(counts),
        sessions=[snapshot.written() for snapshot in snapshots],
    )
    db.session.add(release)
    db.session.flush()
    return release


def _publish_sessions(event_id: UUID, snapshots: Sequence[Snapshot], now: datetime) -> None:
    published, known = _published(event_id), _known(event_id)
    audiences = {row.id: row for row in db.session.scalars(select(Audience).where(Audience.event_id == event_id))}
    reached: dict[UUID, Known] = {}
    for snapshot in snapshots:
        row = published.pop(snapshot.id, None)
        named = [audiences[id] for id in snapshot.audience_ids]
        reached[snapshot.id] = _publish_session(event_id, snapshot, row, named, known[snapshot.id], now)
    for gone in published.values():
        reached[gone.id] = _cancelled(gone, known[gone.id])
        db.session.delete(gone)
    _keep({id: new for id, new in reached.items() if new != known[id]})


def narrow(session: Session, now: datetime) -> bool:
    """What the desk has just closed, to the public or to an audience, is closed to them at once, published or not.

    So is what an untitled block told. Whether anything was published until now. Opening waits for the next release.
    Call it inside write() after hold_agenda(): who publishes at the same moment would show what was closed.
    """
    return bool(narrow_all([session], now))


def narrow_all(sessions: Sequence[Session], now: datetime) -> int:
    """The same of several sessions of one event: of how many anything was published until now."""
    if not sessions:
        return 0
    event_id = sessions[0].event_id
    published, blocks = _published(event_id, [session.id for session in sessions]), _blocks(event_id)
    closed = [row for session in sessions if session.access == "closed" and (row := published.get(session.id))]
    _keep({row.id: _cancelled(row, Known(None, None)) for row in closed if row.access == "public"})
    narrowed = sum(
        _narrow_block(session, blocks.get(session.id)) | _narrow_session(session, published.get(session.id), now)
        for session in sessions
    )
    if narrowed:
        raise_version(db.session.get_one(Event, event_id))
        db.session.flush()
    return narrowed


def raise_version(event: Event) -> None:
    """Inside write(): public pages of the event may have changed, and are made anew within a second everywhere."""
    event.public_version = Event.public_version + 1


def _narrow_block(session: Session, block: PublishedBlock | None) -> bool:
    if block is None or (session.access == "closed" and session.shows_block):
        return False
    db.session.delete(block)
    return True


def _narrow_session(session: Session, row: PublishedSession | None, now: datetime) -> bool:
    if row is None or session.access == "public":
        return False
    wanted = [audience for audience in session.audiences if row.access == "public" or audience in row.audiences]
    if row.access == "closed" and {a.id for a in wanted} == {a.id for a in row.audiences}:
        return False
    row.access, row.audiences, row.changed_at = "closed", wanted, now
    return True


def _published(event_id: UUID, ids: Sequence[UUID] | None = None) -> dict[UUID, PublishedSession]:
    query = select(PublishedSession).where(PublishedSession.event_id == event_id)
    if ids is not None:
        query = query.where(PublishedSession.id.in_(ids))
    return {row.id: row for row in db.session.scalars(query)}


def _publish_session(
    event_id: UUID,
    snapshot: Snapshot,
    row: PublishedSession | None,
    audiences: list[Audience],
    known: Known,
    now: datetime,
) -> Known:
    is_public = snapshot.access == "public"
    if row is None or (row.access, is_public) == ("closed", True):
        # What comes back, calendars took away: it goes on from what they know.
        last = known.public if is_public else known.anywhere
        row = row or PublishedSession(id=snapshot.id, event_id=event_id)
        row.sequence, row.changed_at = 0 if last is None else last + 1, now
        db.session.add(row)
    else:
        if row.access == "public" and not is_public:
            known = _cancelled(row, known)
        if _when_and_where(row) != _when_and_where(snapshot):
            row.sequence += 1
        if _shown(row) != _shown(snapshot):
            row.changed_at = now
    row.access = snapshot.access
    row.starts_at, row.ends_at = snapshot.starts_at, snapshot.ends_at
    row.content = snapshot.content
    if {audience.id for audience in row.audiences} != snapshot.audience_ids:
        row.audiences = audiences
    return Known(row.sequence, row.sequence if is_public else known.public)


class Known(NamedTuple):
    """The SEQUENCE under which calendars know a session; None where they do not."""

    anywhere: int | None
    public: int | None


def _cancelled(row: PublishedSession, known: Known) -> Known:
    """What a CANCEL to all who lose the session raises it to."""
    after = row.sequence + 1
    return Known(after, after if row.access == "public" else known.public)


def _known(event_id: UUID) -> dict[UUID, Known]:
    query = select(Session.id, Session.sequence, Session.public_sequence).where(Session.event_id == event_id)
    return {id: Known(anywhere, public) for id, anywhere, public in db.session.execute(query)}


def _keep(reached: dict[UUID, Known]) -> None:
    """By statements of their own: to be published is no edit, and raises no session's revision."""
    ids: defaultdict[Known, list[UUID]] = defaultdict(list)
    for id, known in reached.items():
        ids[known].append(id)
    for known, those in ids.items():
        changed = update(Session).where(Session.id.in_(those))
        changed = changed.values(sequence=known.anywhere, public_sequence=known.public)
        db.session.execute(changed.execution_options(synchronize_session=False))


def _when_and_where(one: PublishedSession | Snapshot) -> tuple[object, ...]:
    return one.starts_at, one.ends_at, one.content["room"]


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
