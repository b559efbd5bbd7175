"""What the agenda is made of besides sessions, rooms, tracks and speakers: adding, changing and removing them."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from eventops.agenda.journal import Journal
from eventops.agenda.models import Room, Session, Speaker, SpeakerRole
from eventops.agenda.order import in_order, number
from eventops.agenda.things import PARTS, Part, state
from eventops.db import db


class StalePart(Exception):
    """Somebody else changed it since the edit began. Nothing was stored."""


class PartInUse(Exception):
    """Sessions use it, so it was not removed."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        super().__init__(f"{len(sessions)} sessions")
        self.sessions = sessions


def parts_of(event_id: UUID, kind: str) -> list[Any]:
    """The event's rooms and tracks in their order, its speakers by name."""
    model: Any = PARTS[kind]
    order = model.name if kind == "speaker" else model.position
    found = select(model).where(model.event_id == event_id, model.deleted_at.is_(None)).order_by(order, model.id)
    return list(db.session.scalars(found))


def find_part(event_id: UUID, kind: str, id: UUID) -> Any:
    """One that is not removed; None where there is none."""
    model: Any = PARTS[kind]
    here = model.id == id, model.event_id == event_id, model.deleted_at.is_(None)
    return db.session.scalar(select(model).where(*here))


def revision_of(part: Part) -> str:
    """What a form names as what it began from: another one for each state, and for each that it stands behind."""
    before = part_before(part)
    kept = (state(part) or {}) | {"position": str(before.id) if before else ""}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def part_before(part: Part) -> Part | None:
    """The room or track that it stands behind; None for the first, and for speakers, who have no order."""
    if isinstance(part, Speaker):
        return None
    others = parts_of(part.event_id, "room" if isinstance(part, Room) else "track")
    return next((other for other in reversed(others) if other.position < part.position), None)


def add_part(journal: Journal, event_id: UUID, kind: str, values: dict[str, Any], after: UUID | None = None) -> Part:
    """One more; a room or track behind the one of that id, or first."""
    part = PARTS[kind](id=uuid4(), event_id=event_id)
    _fill(part, values)
    if not isinstance(part, Speaker):
        part.position = 0
    journal.add(part)
    db.session.flush()
    _place(journal, part, after)
    return part


def change_part(journal: Journal, part: Part, values: dict[str, Any], revision: str, after: UUID | None = None) -> None:
    """Take over what was typed. Raises StalePart when it is not as the form began from."""
    if revision_of(part) != revision:
        raise StalePart
    journal.change(part)
    _fill(part, values)
    before = part_before(part)
    if after != (before.id if before else None):
        _place(journal, part, after)


def remove_part(journal: Journal, part: Part, now: datetime) -> None:
    """Take it away, softly: releases and undoing refer to it. Raises PartInUse while a session has it."""
    if sessions := sessions_with(part):
        raise PartInUse(sessions)
    journal.change(part)
    part.deleted_at = now


def sessions_with(part: Part) -> list[Session]:
    """The sessions on the desk that use it, the tray's too, in order of start."""
    mine = select(Session).where(Session.event_id == part.event_id, Session.deleted_at.is_(None))
    if isinstance(part, Speaker):
        mine = mine.join(SpeakerRole, SpeakerRole.session_id == Session.id).where(SpeakerRole.speaker_id == part.id)
    else:
        mine = mine.where((Session.room_id if isinstance(part, Room) else Session.track_id) == part.id)
    return list(db.session.scalars(mine.order_by(Session.starts_at, Session.id)))


def uses(event_id: UUID) -> Counter[UUID]:
    """In how many sessions on the desk each room, track and speaker is, by id."""
    here = Session.event_id == event_id, Session.deleted_at.is_(None)
    rows = db.session.execute(select(Session.room_id, Session.track_id).where(*here))
    roles = select(SpeakerRole.speaker_id).join(Session, SpeakerRole.session_id == Session.id).where(*here)
    return Counter([*(id for row in rows for id in row if id), *db.session.scalars(roles)])


def _fill(part: Part, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(part, name, value)


def _place(journal: Journal, part: Part, after: UUID | None) -> None:
    """Put a room or track behind the one of that id, or first, and behind what was removed there."""
    if isinstance(part, Speaker):
        return
    others = [other for other in in_order(type(part), part.event_id) if other is not part]
    place = next((place for place, other in enumerate(others, 1) if other.id == after), 0)
    while place < len(others) and others[place].deleted_at:
        place += 1
    number([*others[:place], part, *others[place:]], journal.change)
