"""The journal of the desk: every change of it, by whom, and how to take one's own back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from eventops.agenda.models import Audience, Edit, Room, Session, Speaker, SpeakerRole, Track
from eventops.agenda.order import settle_order
from eventops.agenda.publish import hold_agenda
from eventops.agenda.snapshots import WHOLE
from eventops.agenda.things import KINDS, PARTS, Named, State, Thing, kind_of, put, state
from eventops.db import db

Change = dict[str, Any]
"""One of Edit.changes."""

_REMEMBERED = 500
"""So many of one's last edits can be undone."""


class ChangedSince(Exception):
    """What is to be undone or redone was changed by another edit since. Nothing was stored."""

    def __init__(self, kind: str, id: UUID) -> None:
        super().__init__(f"{kind} {id} was changed since")
        self.kind, self.id = kind, id


class Journal:
    """Takes note of things before they are changed, and of how they are afterwards."""

    edit: Edit | None = None
    """What was kept, once the block of `editing` has ended; None where nothing changed."""

    def __init__(self) -> None:
        self._things: dict[tuple[str, UUID], tuple[Thing, State | None]] = {}

    def change(self, *things: Thing) -> None:
        """These are about to be changed, or removed."""
        for thing in things:
            self._things.setdefault((kind_of(thing), thing.id), (thing, state(thing)))

    def add(self, thing: Thing) -> None:
        """This was not there before."""
        db.session.add(thing)
        self._things[kind_of(thing), thing.id] = thing, None

    def changes(self) -> list[dict[str, Any]]:
        """Each thing's state before and after, those left out that are as they were."""
        found = [
            {"kind": kind, "id": str(id), "before": before, "after": state(thing)}
            for (kind, id), (thing, before) in self._things.items()
        ]
        return [change for change in found if change["before"] != change["after"]]


@contextmanager
def editing(event_id: UUID, account_id: UUID | None, what: str, now: datetime) -> Iterator[Journal]:
    """Inside write(): keep what the block changes as one edit; as none where nothing changed.

    It waits for whoever else edits or publishes the event's agenda: read what is to be changed inside the block.
    """
    hold_agenda(event_id)
    journal = Journal()
    yield journal
    db.session.flush()
    journal.edit = _keep(event_id, account_id, what, now, journal.changes())


def last_number(event_id: UUID) -> int:
    """The number of the event's latest edit; 0 without one."""
    return db.session.scalar(select(func.max(Edit.number)).where(Edit.event_id == event_id)) or 0


def to_undo(event_id: UUID, account_id: UUID | None) -> Edit | None:
    """The account's latest edit that is not undone."""
    return _numbered(event_id, _stacks(event_id, account_id)[0])


def to_redo(event_id: UUID, account_id: UUID | None) -> Edit | None:
    """The edit that the account undid last, unless it has made another since."""
    return _numbered(event_id, _stacks(event_id, account_id)[1])


def next_steps(event_id: UUID, account_id: UUID | None) -> tuple[Edit | None, Edit | None]:
    """What to undo and what to redo next."""
    back, forth = _stacks(event_id, account_id)
    return _numbered(event_id, back), _numbered(event_id, forth)


def undo(edit: Edit, now: datetime) -> list[Thing]:
    """Put back what was there before the edit. Gives the things. Inside write().

    Raises ChangedSince where one of them is not as the edit left it.
    """
    return _reverse(edit, "undo", "after", "before", now)


def redo(edit: Edit, now: datetime) -> list[Thing]:
    """Make the edit again. Gives the things. Inside write(). Raises ChangedSince as undo does."""
    return _reverse(edit, "redo", "before", "after", now)


def step_over(edit: Edit, now: datetime) -> None:
    """Leave the edit as it is: what came before it can be undone next, or redone what came after. Inside write()."""
    _keep(edit.event_id, edit.account_id, "over", now, [], reverses=edit.number)


def last_step(event_id: UUID, account_id: UUID | None) -> tuple[str, Edit] | None:
    """What the account did last, `undo`, `redo` or `over`, and with which edit; None where it was an edit itself."""
    query = select(Edit).where(Edit.event_id == event_id, Edit.account_id == account_id)
    last = db.session.scalar(query.order_by(Edit.number.desc()).limit(1))
    edit = _numbered(event_id, [last.reverses]) if last and last.reverses else None
    return (last.what, edit) if last and edit else None


def _keep(
    event_id: UUID,
    account_id: UUID | None,
    what: str,
    now: datetime,
    changes: list[dict[str, Any]],
    reverses: int | None = None,
) -> Edit | None:
    if not changes and reverses is None:
        return None
    number = last_number(event_id) + 1
    row = Edit(event_id=event_id, number=number, account_id=account_id, at=now, what=what)
    row.changes, row.reverses = changes, reverses
    db.session.add(row)
    db.session.flush()
    return row


def _reverse(edit: Edit, what: str, from_: str, to: str, now: datetime) -> list[Thing]:
    hold_agenda(edit.event_id)
    journal, things = Journal(), _as_left(edit, from_)
    journal.change(*things)
    back = [thing for thing in things if thing.deleted_at]
    wanted = [_own(change, change[to]) for change in edit.changes]
    named = _named(wanted)
    for thing, state_ in zip(things, wanted, strict=True):
        put(thing, state_, named, now)
    db.session.flush()
    _refuse_removed_parts(edit.event_id, things)
    settle_order(edit.event_id, back, journal.change)
    _keep(edit.event_id, edit.account_id, what, now, journal.changes(), reverses=edit.number)
    return things


def _as_left(edit: Edit, left: str) -> list[Thing]:
    """The things of the edit's changes, in their order, which are as their states `before` or `after` say."""
    found = {(kind, thing.id): thing for kind in KINDS for thing in _things(edit, kind)}
    things = []
    for change in edit.changes:
        key = change["kind"], UUID(change["id"])
        thing = found.get(key)
        if thing is None or _own(change, state(thing)) != _own(change, change[left]):
            raise ChangedSince(*key)
        things.append(thing)
    return things


def _own(change: Change, said: State | None) -> State | None:
    """What of a thing's state is the edit's own.

    Where it stands in the order is so only of an edit that moved it: others push it along, even while it is removed.
    """
    before, after = change["before"], change["after"]
    if said is None or (before and after and before.get("position") != after.get("position")):
        return said
    return {name: value for name, value in said.items() if name != "position"}


def _things(edit: Edit, kind: str) -> Iterable[Any]:
    model: Any = KINDS[kind]
    return _rows(model, {change["id"] for change in edit.changes if change["kind"] == kind})


def _named(states: Iterable[State | None]) -> Named:
    """The audiences and speakers of sessions."""
    found = [(said["audiences"], said["speakers"]) for said in states if said and "audiences" in said]
    audiences = {id for ids, _speakers in found for id in ids}
    speakers = {speaker["id"] for _ids, named in found for speaker in named}
    return {(type(row), row.id): row for row in (*_rows(Audience, audiences), *_rows(Speaker, speakers))}


def _rows(model: Any, ids: Collection[str]) -> Iterable[Any]:
    """Those of the model, with all that they relate to: in as many statements for many as for one."""
    if not ids:
        return ()
    whole = WHOLE if model is Session else ()
    return db.session.scalars(select(model).where(model.id.in_([UUID(id) for id in ids])).options(*whole))


def _refuse_removed_parts(event_id: UUID, things: Iterable[Thing]) -> None:
    """No session comes back into a room that was removed since, and no room goes while others' sessions are in it.

    Nor do tracks and speakers.
    """
    changed = {(kind_of(thing), thing.id) for thing in things}
    for kind, part_id, session_id in _in_removed_parts(event_id):
        if ("session", session_id) in changed:
            raise ChangedSince(kind, part_id)
        if (kind, part_id) in changed:
            raise ChangedSince("session", session_id)


def _in_removed_parts(event_id: UUID) -> Iterator[tuple[str, UUID, UUID]]:
    """Each session on the desk that names a removed part, after the part and its kind."""
    here = Session.event_id == event_id, Session.deleted_at.is_(None)
    rooms = select(Room.id, Session.id).join(Session, Session.room_id == Room.id)
    tracks = select(Track.id, Session.id).join(Session, Session.track_id == Track.id)
    roles = select(Speaker.id, Session.id).join(SpeakerRole, SpeakerRole.speaker_id == Speaker.id)
    speakers = roles.join(Session, SpeakerRole.session_id == Session.id)
    for kind, query in {"room": rooms, "track": tracks, "speaker": speakers}.items():
        for part_id, session_id in db.session.execute(query.where(*here, PARTS[kind].deleted_at.is_not(None))):
            yield kind, part_id, session_id


def _stacks(event_id: UUID, account_id: UUID | None) -> tuple[list[int], list[int]]:
    """The numbers of what can be undone and of what can be redone, the next one last: a fold over one's own edits."""
    query = (
        select(Edit.number, Edit.what, Edit.reverses)
        .where(Edit.event_id == event_id, Edit.account_id == account_id)
        .order_by(Edit.number.desc())
        .limit(_REMEMBERED)
    )
    done: list[int] = []
    undone: list[int] = []
    for number, what, reverses in reversed(db.session.execute(query).all()):
        if what == "undo" and reverses in done:
            done.remove(reverses)
            undone.append(reverses)
        elif what == "redo" and reverses in undone:
            undone.remove(reverses)
            done.append(reverses)
        elif what == "over":
            done, undone = ([one for one in stack if one != reverses] for stack in (done, undone))
        elif what not in ("undo", "redo"):
            done, undone = [*done, number], []
    return done, undone


def _numbered(event_id: UUID, numbers: list[int]) -> Edit | None:
    """The edit of the last of these numbers."""
    if not numbers:
        return None
    return db.session.scalar(select(Edit).where(Edit.event_id == event_id, Edit.number == numbers[-1]))
