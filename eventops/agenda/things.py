"""What the desk's agenda is made of: what is stored of each thing, and how it is put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import class_mapper
from sqlalchemy.orm.attributes import flag_modified

from eventops.agenda.models import Audience, Room, Session, Speaker, SpeakerRole, Track
from eventops.db import db
from eventops.times import stored_instant

Part = Room | Track | Speaker
"""What sessions are made of."""
Thing = Session | Part
State = dict[str, Any]
"""What is stored of a thing, as JSON takes it; of a session its speakers' roles and its audiences too."""

Named = Mapping[tuple[type[Any], UUID], Any]
"""Audiences and speakers, by id: an id that a file chose may be of both."""

PARTS: dict[str, type[Part]] = {"room": Room, "track": Track, "speaker": Speaker}
KINDS: dict[str, type[Thing]] = {"session": Session, **PARTS}
_IN_CALENDARS = {"sequence", "public_sequence", "known_to"}
_NOT_KEPT = {"id", "event_id", "revision", "starts_at", "ends_at", "deleted_at"} | _IN_CALENDARS


def kind_of(thing: Thing) -> str:
    """Its word in KINDS."""
    return next(kind for kind, model in KINDS.items() if isinstance(thing, model))


def columns(model: type[Thing]) -> list[str]:
    """All that somebody wrote of a thing, by name: not which one it is, nor what follows from the rest."""
    return [column.key for column in class_mapper(model).column_attrs if column.key not in _NOT_KEPT]


def state(thing: Thing) -> State | None:
    """What is stored of the thing; None when it is removed."""
    if thing.deleted_at is not None:
        return None
    kept: State = {name: _plain(getattr(thing, name)) for name in columns(type(thing))}
    if isinstance(thing, Session):
        kept["speakers"] = [{"id": str(role.speaker_id), "role": role.role} for role in thing.speaker_roles]
        kept["audiences"] = sorted(str(audience.id) for audience in thing.audiences)
    return kept


def put(thing: Thing, wanted: State | None, named: Named, now: datetime) -> None:
    """Make the thing what `state` gave; with None, remove it. Columns that it does not have stay. Inside write()."""
    thing.deleted_at = now if wanted is None else None
    if wanted is None:
        return
    for name in columns(type(thing)):
        if name in wanted:
            setattr(thing, name, _typed(name, wanted[name]))
    if isinstance(thing, Session):
        _put_session(thing, wanted, named)


def set_speakers(session: Session, wanted: Sequence[tuple[Speaker, str]]) -> None:
    """Let these, each with their role, be who speaks in the session, in this order."""
    if [(role.speaker_id, role.role) for role in session.speaker_roles] == [(one.id, word) for one, word in wanted]:
        return
    roles = {role.speaker_id: role for role in session.speaker_roles}
    kept = []
    for position, (speaker, word) in enumerate(wanted):
        role = roles.get(speaker.id) or SpeakerRole(speaker_id=speaker.id, speaker=speaker)
        role.position, role.role = position, word
        kept.append(role)
    session.speaker_roles = kept
    _touch(session)


def set_audiences(session: Session, wanted: Sequence[Audience]) -> None:
    """Let the session be for these."""
    if {audience.id for audience in session.audiences} != {audience.id for audience in wanted}:
        session.audiences = list(wanted)
        _touch(session)


def _touch(session: Session) -> None:
    """What relates to others is not among its columns, so that its revision would stay."""
    flag_modified(session, "access")


def _put_session(session: Session, wanted: State, named: Named) -> None:
    session.starts_at = stored_instant(session.start_wall, session.zone, session.start_fold)
    session.ends_at = stored_instant(session.end_wall, session.zone, session.end_fold)
    audiences = [named.get((Audience, UUID(id))) for id in wanted["audiences"]]
    set_audiences(session, [audience for audience in audiences if audience])
    set_speakers(session, [(named[Speaker, UUID(one["id"])], one["role"]) for one in wanted["speakers"]])
    db.session.expire(session, ["room", "track"])  # only their ids were put


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
