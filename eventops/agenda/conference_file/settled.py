"""A conference file in the one form that the desk is written in too, so that both can be compared.

Every id is a row's, every speaker stands in the list of speakers, and every time is one that clocks show.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from eventops.agenda.conference_file import BadConferenceFile, ConferenceFile
from eventops.agenda.conference_file.agenda import Named, SessionPart, SessionSpeaker, SpeakerPart
from eventops.agenda.conference_file.event import EventPart
from eventops.agenda.conference_file.ids import faults_of_ids, row_id
from eventops.agenda.conference_file.parts import Window
from eventops.agenda.conference_file.places import in_words
from eventops.times import Reading, stored_instant, to_wall

KINDS = {"rooms": "room", "tracks": "track", "audiences": "audience", "speakers": "speaker", "sessions": "session"}
"""What is in each list."""


def settled(file: ConferenceFile, event_id: UUID, foreign: frozenset[UUID] = frozenset()) -> ConferenceFile:
    """The file as the desk of that event would be written. `foreign` are ids that other events have.

    Raises BadConferenceFile where two ids of it stand for one thing.
    """
    ids = _Ids(event_id, foreign)
    lists = {name: [ids.of_part(KINDS[name], part) for part in parts] for name, parts in file.lists.items()}
    lists["sessions"] = [_session(ids, session) for session in lists["sessions"]]
    known = {speaker.id for speaker in lists["speakers"]}
    lists["speakers"] += [speaker for id, speaker in ids.named.items() if id not in known]
    if faults := list(faults_of_ids(lists)):
        raise BadConferenceFile("\n".join(f"{in_words(place.split('.'))}: {message}" for place, message in faults))
    windows = [window_of(window.starts_at, window.ends_at, window.zone) for window in file.windows]
    more = {"event": _event(file), "public_part": None, "public_windows": windows}
    return file.model_copy(update=lists | more)


def wall_of(instant: datetime, zone: str) -> tuple[datetime, Reading | None]:
    """What clocks in the zone show then, in whole seconds, and which time is meant where they show it twice."""
    wall = to_wall(instant.replace(microsecond=0), zone).replace(fold=0)
    first, second = (stored_instant(wall, zone, fold) for fold in (0, 1))
    if first == second:
        return wall, None
    return wall, "earlier" if first == instant.replace(microsecond=0) else "later"


def window_of(starts_at: datetime, ends_at: datetime, zone: str) -> Window:
    """Public hours as a file says them."""
    return Window.model_construct(**times_of(starts_at, ends_at, zone), zone=zone)


def times_of(starts_at: datetime, ends_at: datetime, zone: str) -> dict[str, Any]:
    """Fields of a Timed part."""
    return {**moment("start", starts_at, zone), **moment("end", ends_at, zone)}


def moment(name: str, instant: datetime | None, zone: str) -> dict[str, Any]:
    """The fields `…_local` and `…_reading` for an instant, or for none."""
    wall, reading = wall_of(instant, zone) if instant else (None, None)
    return {f"{name}_local": wall, f"{name}_reading": reading}


NamedPart = TypeVar("NamedPart", bound=Named)


class _Ids:
    """The ids of rows for a file's own, and the speakers whom its sessions name themselves."""

    def __init__(self, event_id: UUID, foreign: frozenset[UUID]) -> None:
        self._event_id, self._foreign = event_id, foreign
        self._found: dict[tuple[str, str], str] = {}
        self.named: dict[str, SpeakerPart] = {}

    def of(self, what: str, file_id: str) -> str:
        if (what, file_id) not in self._found:
            self._found[what, file_id] = str(row_id(self._event_id, what, file_id, self._foreign))
        return self._found[what, file_id]

    def of_part(self, what: str, part: NamedPart) -> NamedPart:
        return part.model_copy(update={"id": self.of(what, part.id)})

    def of_speaker(self, given: SessionSpeaker) -> SessionSpeaker:
        """The same name and organisation on two sessions is one speaker, who is as the first one says."""
        if given.id is not None:
            return SessionSpeaker.model_construct(id=self.of("speaker", given.id), role=given.role)
        id = self.of("speaker", f"{given.name}/{given.organisation}")
        about = {name: getattr(given, name) for name in ("name", "title", "organisation", "country")}
        self.named.setdefault(id, SpeakerPart.model_construct(id=id, **about))
        return SessionSpeaker.model_construct(id=id, role=given.role)


def _session(ids: _Ids, session: SessionPart) -> SessionPart:
    return session.model_copy(
        update={
            **times_of(session.starts_at, session.ends_at, session.zone),
            "room": None if session.room is None else ids.of("room", session.room),
            "track": None if session.track is None else ids.of("track", session.track),
            "audiences": sorted(ids.of("audience", audience) for audience in session.audiences),
            "speakers": [ids.of_speaker(speaker) for speaker in session.speakers],
            "time_status": "placeholder" if session.placeholder == "time" else None,
        }
    )


def _event(file: ConferenceFile) -> EventPart:
    part = file.event
    return part.model_copy(
        update={
            "slug": file.slug,
            "end_date": None if part.end_date == part.date else part.end_date,
            "venue": part.venue or None,
            "stream_url": None,
            **moment("sign_up_opens", part.sign_up_opens_at, part.home_zone),
            **moment("sign_up_closes", part.sign_up_closes_at, part.home_zone),
        }
    )
