"""An event and its desk as a conference file: pictures and people are not in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import yaml

from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.conference_file.agenda import (
    AudiencePart,
    RoomPart,
    SessionPart,
    SessionSpeaker,
    SpeakerPart,
    TrackPart,
)
from eventops.agenda.conference_file.event import EventPart, Funding, Organiser, Report
from eventops.agenda.conference_file.parts import Link, Part, Person
from eventops.agenda.conference_file.settled import moment, times_of, window_of
from eventops.agenda.desk_rows import COLUMNS, EVENT_COLUMNS, DeskRows
from eventops.agenda.models import Event, PublicWindow, Room, Session, Speaker, Track
from eventops.times import stored_instant

P = TypeVar("P", bound=Part)
Row = TypeVar("Row", Room, Track, Speaker, Session)

HEADING = """\
# {slug}: the whole agenda as it is on the desk, closed sessions and notes for staff among it.
# `eventops import` makes the desk again what this file says; docs/conference-file.md explains each line.
"""


def export_conference(event: Event) -> str:
    """The text of a file that makes this event. Nobody but the event's organisers may have it."""
    return HEADING.format(slug=event.slug) + write_conference(written(event, DeskRows.of(event)))


def write_conference(file: ConferenceFile) -> str:
    """The file as YAML: what is as in a new event is left out."""
    content = {name: value for name, value in file.model_dump(exclude_defaults=True, warnings=False).items() if value}
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def written(event: Event, desk: DeskRows) -> ConferenceFile:
    """The event as a settled file says it (see conference_file.settled). What is stored is not checked again."""
    return ConferenceFile.model_construct(
        event=_event(event),
        report=_report(event.report) if event.report else None,
        public_windows=[window_of(window.starts_at, window.ends_at, window.zone) for window in _hours(event)],
        rooms=[_part(RoomPart, row, "rooms") for row in _by_position(desk.rooms)],
        tracks=[_part(TrackPart, row, "tracks") for row in _by_position(desk.tracks)],
        audiences=[_part(AudiencePart, row, "audiences") for row in _by_name(desk.audiences.values())],
        speakers=[_part(SpeakerPart, row, "speakers") for row in _by_name(_there(desk.speakers))],
        sessions=[_session(row) for row in sorted(_there(desk.sessions), key=_when)],
    )


def _hours(event: Event) -> list[PublicWindow]:
    return sorted(event.windows, key=lambda window: (window.starts_at, window.ends_at))


def _event(event: Event) -> EventPart:
    return EventPart.model_construct(
        slug=event.slug,
        date=event.starts_on,
        end_date=None if event.ends_on == event.starts_on else event.ends_on,
        organisers=[_known(Organiser, organiser) for organiser in event.organisers],
        funding=_known(Funding, event.funding) if event.funding else None,
        links=[_known(Link, link) for link in event.links],
        **moment("sign_up_opens", event.sign_up_opens_at, event.home_zone),
        **moment("sign_up_closes", event.sign_up_closes_at, event.home_zone),
        **_columns(event, EVENT_COLUMNS),
    )


def _report(stored: dict[str, Any]) -> Report:
    author = stored.get("author")
    return Report.model_construct(
        title=stored.get("titles") or {},
        language=stored.get("language") or "",
        url=stored.get("url") or "",
        publisher_site=stored.get("publisher_site") or "",
        author=_known(Person, author) if author else None,
        with_support_of=[_known(Person, person) for person in stored.get("with_support_of") or []],
    )


def _session(row: Session) -> SessionPart:
    starts_at = stored_instant(row.start_wall, row.zone, row.start_fold)
    ends_at = stored_instant(row.end_wall, row.zone, row.end_fold)
    return SessionPart.model_construct(
        id=str(row.id),
        status="placeholder" if row.placeholder == "all" else "fact",
        time_status="placeholder" if row.placeholder == "time" else None,
        room=str(row.room_id) if row.room and row.room.deleted_at is None else None,
        track=str(row.track_id) if row.track and row.track.deleted_at is None else None,
        audiences=sorted(str(audience.id) for audience in row.audiences),
        speakers=[
            SessionSpeaker.model_construct(id=str(role.speaker_id), role=role.role)
            for role in row.speaker_roles
            if role.speaker.deleted_at is None
        ],
        links=[_known(Link, link) for link in row.links],
        **times_of(starts_at, ends_at, row.zone),
        **_columns(row, COLUMNS["sessions"]),
    )


def _part(kind: type[P], row: Any, name: str) -> P:
    return kind.model_construct(id=str(row.id), **_columns(row, COLUMNS[name]))


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """What is stored in these columns, texts that say nothing left out."""
    given = {name: getattr(row, name) for name in names}
    return {
        name: {code: text for code, text in value.items() if text} if isinstance(value, dict) else value
        for name, value in given.items()
    }


def _known(kind: type[P], stored: dict[str, Any]) -> P:
    """What a file can say of what is stored: an organiser's logo is not among it."""
    return kind.model_construct(**{n: stored[n] for n in kind.model_fields if stored.get(n) is not None})


def _there(rows: dict[UUID, Row]) -> list[Row]:
    return [row for row in rows.values() if row.deleted_at is None]


def _by_position(rows: dict[UUID, Any]) -> list[Any]:
    return sorted(_there(rows), key=lambda row: (row.position, row.id))


def _by_name(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.name, row.id))


def _when(row: Session) -> tuple[datetime, datetime, UUID]:
    return row.starts_at, row.ends_at, row.id


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """Writes each thing out where it stands, texts of several lines as they are, and times without seconds."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _write_text(dumper: Any, text: str) -> Any:
    lines = text.split("\n")
    if not all(line.isprintable() for line in lines):  # what is invisible is written by its number
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    is_block = len(lines) > 1 and bool(lines[0].strip()) and all(line == line.rstrip() for line in lines)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if is_block else None)


def _write_time(dumper: Any, wall: datetime) -> Any:
    written = wall.isoformat(timespec="seconds" if wall.second else "minutes")
    return dumper.represent_scalar("tag:yaml.org,2002:str", written)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(datetime, _write_time)
