"""What an organiser typed of a session, as typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, takewhile
from typing import Any, cast, get_args

from werkzeug.datastructures import MultiDict

from eventops.agenda.models import AttendanceMode, Kind, Role, Session
from eventops.languages import LANGUAGES
from eventops.times import Reading, UncertainTime, to_instant
from eventops.typed import plain_lines

KINDS: tuple[str, ...] = get_args(Kind)
ATTENDANCE_MODES: tuple[str, ...] = get_args(AttendanceMode)
ROLES: tuple[str, ...] = get_args(Role)
PLACEHOLDERS = ("", "time", "all")
BLANK_ROWS = 2
"""Empty rows for more speakers and links, each time the form is shown."""
_WORDS = (
    *("start", "end", "zone", "room_id", "track_id", "revision"),
    *("kind", "language", "attendance_mode", "placeholder", "access"),
)


@dataclass
class SessionForm:
    """What stands in each field; `errors` names fields."""

    title: dict[str, str] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    zone: str = ""
    room_id: str = ""
    revision: str = ""
    abstract: dict[str, str] = field(default_factory=dict)
    kind: str = "talk"
    language: str = ""
    attendance_mode: str = "mixed"
    placeholder: str = ""
    track_id: str = ""
    capacity: str = ""
    staff_notes: str = ""
    is_scheduled: bool = True
    speakers: list[tuple[str, str]] = field(default_factory=list)
    """Ids and roles, in their order."""
    links: list[tuple[str, str]] = field(default_factory=list)
    """Labels and addresses."""
    access: str = "public"
    audience_ids: list[str] = field(default_factory=list)
    shows_block: bool = False
    names_itself_in_calendars: bool = False
    readings: dict[str, Reading] = field(default_factory=dict)
    """Which is meant of a wall time that clocks skip or repeat."""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session) -> SessionForm:
        """As the session is stored."""
        return cls(
            title=dict(session.title),
            abstract=dict(session.abstract),
            kind=session.kind,
            language=session.language or "",
            attendance_mode=session.attendance_mode,
            placeholder=session.placeholder,
            start=_wall_text(session.start_wall),
            end=_wall_text(session.end_wall),
            zone=session.zone,
            is_scheduled=session.is_scheduled,
            room_id=str(session.room_id or ""),
            track_id=str(session.track_id or ""),
            capacity="" if session.capacity is None else str(session.capacity),
            speakers=[(str(role.speaker_id), role.role) for role in session.speaker_roles],
            links=[(link["label"], link["url"]) for link in session.links],
            staff_notes=session.staff_notes,
            revision=str(session.revision),
            access=session.access,
            audience_ids=[str(audience.id) for audience in session.audiences],
            shows_block=session.shows_block,
            names_itself_in_calendars=session.names_itself_in_calendars,
            readings=_readings(session),
        )

    @classmethod
    def typed(cls, typed: MultiDict[str, str]) -> SessionForm:
        """As a browser posts it."""
        words: dict[str, Any] = {name: typed.get(name, "") for name in _WORDS}
        return cls(
            **words,
            title=_by_language(typed, "title"),
            abstract=_by_language(typed, "abstract"),
            capacity=typed.get("capacity", "").strip(),
            staff_notes=plain_lines(typed.get("staff_notes", "")),
            is_scheduled="in_tray" not in typed,
            speakers=_rows(typed, "speaker", "role"),
            links=_rows(typed, "link_label", "link_url"),
            audience_ids=typed.getlist("audience_ids"),
            shows_block="shows_block" in typed,
            names_itself_in_calendars="names_itself_in_calendars" in typed,
            readings=_chosen_readings(typed),
        )

    @property
    def speaker_rows(self) -> list[tuple[str, str]]:
        """With room for more."""
        return [*self.speakers, *[("", "speaker")] * BLANK_ROWS]

    @property
    def link_rows(self) -> list[tuple[str, str]]:
        """With room for more."""
        return [*self.links, *[("", "")] * BLANK_ROWS]


def _wall_text(wall: datetime) -> str:
    """With seconds where there are some."""
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def _readings(session: Session) -> dict[str, Reading]:
    """Which is meant of its start and of its end, where clocks in its zone do not say."""
    found: dict[str, Reading] = {}
    for name, wall, instant in (
        ("start", session.start_wall, session.starts_at),
        ("end", session.end_wall, session.ends_at),
    ):
        try:
            to_instant(wall, session.zone)
        except UncertainTime as error:
            found[name] = "earlier" if instant == error.earlier else "later"
    return found


def _chosen_readings(typed: MultiDict[str, str]) -> dict[str, Reading]:
    """Those chosen, as far as the time is still the one that was asked about."""
    found = {name: typed.get(f"{name}_reading", "") for name in ("start", "end")}
    return {
        name: cast(Reading, word)
        for name, word in found.items()
        if word in ("earlier", "later") and typed.get(f"{name}_asked") in (None, typed.get(name))
    }


def _by_language(typed: MultiDict[str, str], name: str) -> dict[str, str]:
    return {code: plain_lines(typed.get(f"{name}_{code}", "")) for code in LANGUAGES}


def _rows(typed: MultiDict[str, str], first: str, second: str) -> list[tuple[str, str]]:
    """Rows `first_0`, `second_0` and so on, those left out whose first field is empty and whose second says nothing."""
    rows = [
        (typed.get(f"{first}_{number}", "").strip(), typed.get(f"{second}_{number}", "").strip())
        for number in takewhile(lambda n: f"{first}_{n}" in typed or f"{second}_{n}" in typed, count())
    ]
    return [row for row in rows if row[0] or (row[1] and second != "role")]
