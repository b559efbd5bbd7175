"""The journal of the desk: every change of it, by whom, and how to take one's own back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import class_mapper
from sqlalchemy.orm.attributes import flag_modified

from eventops.agenda.models import Audience, Edit, Room, Session, Speaker, SpeakerRole, Track
from eventops.agenda.publish import hold_agenda
from eventops.db import db
from eventops.times import stored_instant

Thing = Session | Room | Track | Speaker
State = dict[str, Any]
"""What is stored of a thing, as JSON takes it; of a session its speakers' roles and its audiences too."""

KINDS: dict[str, type[Thing]] = {"session": Session, "room": Room, "track": Track, "speaker": Speaker}
_IN_CALENDARS = {"sequence", "public_sequence", "known_to"}
_NOT_KEPT = {"id", "event_id", "revision", "starts_at", "ends_at", "deleted_at"} | _IN_CALENDARS
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
            self._things.setdefault((_kind(thing), thing.id), (thing, state(thing)))

    def add(self, thing: Thing) -> None:
        """This was not there before."""
        db.session.add(thing)
        self._things[_kind(thing), thing.id] = thing, None

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

    Raises StaleDataError when a session was changed by somebody else meanwhile.
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


def state(thing: Thing) -> State | None:
    """What is stored of the thing; None when it is removed."""
    if thing.deleted_at is not None:
        return None
    kept: State = {name: _plain(getattr(thing, name)) for name in _columns(type(thing))}
    if isinstance(thing, Session):
        kept["speakers"] = [{"id": str(role.speaker_id), "role": role.role} for role in thing.speaker_roles]
        kept["audiences"] = sorted(str(audience.id) for audience in thing.audiences)
    return kept


def put(thing: Thing, wanted: State | None, now: datetime) -> None:
    """Make the thing what `state` gave; with None, remove it. Inside write()."""
    thing.deleted_at = now if wanted is None else None
    if wanted is None:
        return
    for name in _columns(type(thing)):
        setattr(thing, name, _typed(name, wanted[name]))
    if isinstance(thing, Session):
        _put_session(thing, wanted)


def _put_session(session: Session, wanted: State) -> None:
    session.starts_at = stored_instant(session.start_wall, session.zone, session.start_fold)
    session.ends_at = stored_instant(session.end_wall, session.zone, session.end_fold)
    session.audiences = list(db.session.scalars(select(Audience).where(Audience.id.in_(_ids(wanted["audiences"])))))
    set_speakers(session, [(UUID(speaker["id"]), speaker["role"]) for speaker in wanted["speakers"]])


def set_speakers(session: Session, wanted: list[tuple[UUID, str]]) -> None:
    """Let these, each by id and role, be who speaks in the session, in this order."""
    roles = {role.speaker_id: role for role in session.speaker_roles}
    named = {s.id: s for s in db.session.scalars(select(Speaker).where(Speaker.id.in_([id for id, _ in wanted])))}
    kept = []
    for position, (id, word) in enumerate(wanted):
        role = roles.get(id) or SpeakerRole(speaker_id=id, speaker=named[id])
        role.position, role.role = position, word
        kept.append(role)
    session.speaker_roles = kept
    # What relates to others is not among its columns, so that its revision would stay.
    flag_modified(session, "access")


def _keep(
    event_id: UUID,
    account_id: UUID | None,
    what: str,
    now: datetime,
    changes: list[dict[str, Any]],
    reverses: int | None = None,
) -> Edit | None:
    if not changes:
        return None
    number = last_number(event_id) + 1
    row = Edit(event_id=event_id, number=number, account_id=account_id, at=now, what=what)
    row.changes, row.reverses = changes, reverses
    db.session.add(row)
    db.session.flush()
    return row


def _reverse(edit: Edit, what: str, from_: str, to: str, now: datetime) -> list[Thing]:
    hold_agenda(edit.event_id)
    things = [_as_left(change, from_) for change in edit.changes]
    for thing, change in zip(things, edit.changes, strict=True):
        put(thing, change[to], now)
    db.session.flush()
    for thing in things:
        _refuse_removed_parts(thing)
    changes = [change | {"before": change[from_], "after": change[to]} for change in edit.changes]
    _keep(edit.event_id, edit.account_id, what, now, changes, reverses=edit.number)
    return things


def _as_left(change: dict[str, Any], left: str) -> Thing:
    """The thing of that change, which is as its state `before` or `after` says."""
    kind, id = change["kind"], UUID(change["id"])
    thing = _thing(kind, id)
    if thing is None or state(thing) != change[left]:
        raise ChangedSince(kind, id)
    return thing


def _refuse_removed_parts(thing: Thing) -> None:
    """A session does not come back into a room that was removed since, nor with such a track or speaker."""
    if not isinstance(thing, Session) or thing.deleted_at is not None:
        return
    db.session.expire(thing, ["room", "track"])
    for part in (thing.room, thing.track, *thing.speakers):
        if part is not None and part.deleted_at is not None:
            raise ChangedSince(_kind(part), part.id)


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
        elif what not in ("undo", "redo"):
            done, undone = [*done, number], []
    return done, undone


def _numbered(event_id: UUID, numbers: list[int]) -> Edit | None:
    """The edit of the last of these numbers."""
    if not numbers:
        return None
    return db.session.scalar(select(Edit).where(Edit.event_id == event_id, Edit.number == numbers[-1]))


def _thing(kind: str, id: UUID) -> Thing | None:
    model: Any = KINDS[kind]
    return db.session.scalar(select(model).where(model.id == id))


def _kind(thing: Thing) -> str:
    return next(kind for kind, model in KINDS.items() if isinstance(thing, model))


def _columns(model: type[Thing]) -> list[str]:
    return [column.key for column in class_mapper(model).column_attrs if column.key not in _NOT_KEPT]


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _typed(name: str, value: Any) -> Any:
    """What `_plain` made text of, as the column of that name takes it."""
    if value is None:
        return None
    if name.endswith("_id"):
        return UUID(value)
    return datetime.fromisoformat(value) if name.endswith("_wall") else value


def _ids(texts: Iterable[str]) -> list[UUID]:
    return [UUID(text) for text in texts]
