"""The ids of a conference file: what they have to be like within the file, and which rows they stand for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from eventops.agenda.conference_file.agenda import Named, SessionPart

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def row_id(event_id: UUID, what: str, file_id: str, foreign: frozenset[UUID] = frozenset()) -> UUID:
    """The id of the room, session and so on that the event's file calls `file_id`.

    A UUID is the id itself, unless it is among `foreign`, those of other events: the file is a copy of one then. Every
    other id derives from it and from the event's id, so that one file under one event has the same ids each time.
    """
    if _UUID.fullmatch(file_id) and UUID(file_id) not in foreign:
        return UUID(file_id)
    return uuid5(event_id, f"{what}/{plain_id(file_id)}")


def plain_id(file_id: str) -> str:
    """The id as it is compared: a UUID may be written in capitals."""
    return file_id.lower() if _UUID.fullmatch(file_id) else file_id


def uuids_of(parts: Iterable[Named]) -> list[UUID]:
    """Those of the parts' ids that are UUIDs."""
    return [UUID(part.id) for part in parts if _UUID.fullmatch(part.id)]


def faults_of_ids(lists: Mapping[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """What is wrong with a file's ids: each with its place. `lists` are those of ConferenceFile.lists."""
    known: dict[str, set[str]] = {name: set() for name in lists}
    for name, parts in lists.items():
        for number, part in enumerate(parts):
            if plain_id(part.id) in known[name]:
                yield f"{name}.{number}.id", f"more than one of the {name} has the id {part.id}"
            known[name].add(plain_id(part.id))
    for number, session in enumerate(lists["sessions"]):
        for field, message in _faults_of_session(session, known):
            yield f"sessions.{number}.{field}", message


def _faults_of_session(session: SessionPart, known: Mapping[str, set[str]]) -> Iterator[tuple[str, str]]:
    for field, name, ids in (
        ("room", "rooms", [session.room] if session.room is not None else []),
        ("track", "tracks", [session.track] if session.track is not None else []),
        ("audiences", "audiences", session.audiences),
        ("speakers", "speakers", [speaker.id for speaker in session.speakers if speaker.id is not None]),
    ):
        yield from ((field, f"{id} is not among the {name}") for id in ids if plain_id(id) not in known[name])
        yield from ((field, f"{id} stands there more than once") for id in _twice(map(plain_id, ids)))
    named = [f"{speaker.name}, {speaker.organisation}" for speaker in session.speakers if speaker.id is None]
    yield from (("speakers", f"{name} stands there more than once") for name in _twice(named))


def _twice(ids: Iterable[str]) -> list[str]:
    return [id for id, number in Counter(ids).items() if number > 1]
