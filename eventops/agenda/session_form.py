"""What an organiser typed of a session, as typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from werkzeug.datastructures import MultiDict

from eventops.agenda.models import Session
from eventops.languages import LANGUAGES
from eventops.times import Reading

KINDS = ("talk", "keynote", "workshop", "break", "meal", "doors")
ATTENDANCE_MODES = ("mixed", "onsite", "online")
ROLES = ("speaker", "moderator", "chair")
PLACEHOLDERS = ("", "time", "all")
BLANK_ROWS = 2
"""Empty rows for more speakers and links, each time the form is shown."""
MOST_ROWS = 50


@dataclass
class SessionForm:
    """`errors` names fields; a field whose time is uncertain is in `uncertain` too."""

    title: dict[str, str]
    start: str
    end: str
    zone: str
    room_id: str
    revision: str
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
    errors: dict[str, str] = field(default_factory=dict)
    uncertain: dict[str, list[tuple[Reading, str]]] = field(default_factory=dict)
    """For a wall time that clocks skip or repeat: each reading, and both clocks' words for it."""

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
            start=session.start_wall.isoformat(timespec="minutes"),
            end=session.end_wall.isoformat(timespec="minutes"),
            zone=session.zone,
            is_scheduled=session.is_scheduled,
            room_id=str(session.room_id or ""),
            track_id=str(session.track_id or ""),
            capacity=str(session.capacity or ""),
            speakers=[(str(role.speaker_id), role.role) for role in session.speaker_roles],
            links=[(link["label"], link["url"]) for link in session.links],
            staff_notes=session.staff_notes,
            revision=str(session.revision),
            access=session.access,
            audience_ids=[str(audience.id) for audience in session.audiences],
            shows_block=session.shows_block,
            names_itself_in_calendars=session.names_itself_in_calendars,
        )

    @classmethod
    def typed(cls, typed: MultiDict[str, str]) -> SessionForm:
        """As a browser posts it."""

        def text(name: str) -> str:
            return typed.get(name, "")

        readings = {name: typed.get(f"{name}_reading", "") for name in ("start", "end")}
        return cls(
            start=text("start"),
            end=text("end"),
            zone=text("zone"),
            room_id=text("room_id"),
            track_id=text("track_id"),
            revision=text("revision"),
            kind=text("kind"),
            language=text("language"),
            attendance_mode=text("attendance_mode"),
            placeholder=text("placeholder"),
            capacity=text("capacity").strip(),
            staff_notes=text("staff_notes").strip(),
            access=text("access"),
            title=_by_language(typed, "title"),
            abstract=_by_language(typed, "abstract"),
            is_scheduled="in_tray" not in typed,
            speakers=_rows(typed, "speaker", "role"),
            links=_rows(typed, "link_label", "link_url"),
            audience_ids=typed.getlist("audience_ids"),
            shows_block="shows_block" in typed,
            names_itself_in_calendars="names_itself_in_calendars" in typed,
            readings={k: cast(Reading, v) for k, v in readings.items() if v in ("earlier", "later")},
        )

    @property
    def speaker_rows(self) -> list[tuple[str, str]]:
        """With room for more."""
        return [*self.speakers, *[("", "speaker")] * BLANK_ROWS]

    @property
    def link_rows(self) -> list[tuple[str, str]]:
        """With room for more."""
        return [*self.links, *[("", "")] * BLANK_ROWS]


def _by_language(typed: MultiDict[str, str], name: str) -> dict[str, str]:
    return {code: typed.get(f"{name}_{code}", "").strip() for code in LANGUAGES}


def _rows(typed: MultiDict[str, str], first: str, second: str) -> list[tuple[str, str]]:
    """Rows `first_0`, `second_0` and so on, those left out whose first field is empty and whose second says nothing."""
    rows = [
        (typed.get(f"{first}_{number}", "").strip(), typed.get(f"{second}_{number}", "").strip())
        for number in range(MOST_ROWS)
    ]
    return [row for row in rows if row[0] or (row[1] and second != "role")]
