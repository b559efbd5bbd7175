"""Editing a session on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import select

from eventops.agenda.models import MOST_LINKS, MOST_SPEAKERS, YEARS, Audience, Event, Room, Session, Speaker, Track
from eventops.agenda.parts import parts_of
from eventops.agenda.session_form import ATTENDANCE_MODES, KINDS, PLACEHOLDERS, ROLES, SessionForm
from eventops.agenda.things import set_audiences, set_speakers
from eventops.db import db
from eventops.languages import LANGUAGES
from eventops.plain_https import LONGEST as LONGEST_URL
from eventops.plain_https import is_plain_https
from eventops.times import UncertainTime, UnknownZone, parse_wall, stored_instant, to_instant, to_wall
from eventops.typed import LARGEST_NUMBER, LONGEST_NAME, LONGEST_TEXT, fault_text, plain_lines, text_fault


class StaleEdit(Exception):
    """Somebody else changed the session since this edit began. Nothing was stored."""


class RemovedSession(Exception):
    """Somebody else took the session off the agenda since this edit began. Nothing was stored."""


def desk_session(event_id: UUID, session_id: UUID) -> Session | None:
    """A session of the desk copy that is not deleted."""
    query = select(Session).where(Session.id == session_id, Session.event_id == event_id, Session.deleted_at.is_(None))
    return db.session.scalar(query)


def session_to_edit(event_id: UUID, session_id: UUID) -> Session | None:
    """A session of the desk copy, None where there never was one. Raises RemovedSession."""
    if session := desk_session(event_id, session_id):
        return session
    if db.session.scalar(select(Session.id).where(Session.id == session_id, Session.event_id == event_id)):
        raise RemovedSession
    return None


def desk_rooms(event_id: UUID) -> list[Room]:
    """The event's rooms in their order."""
    return parts_of(event_id, "room")


def desk_tracks(event_id: UUID) -> list[Track]:
    """The event's tracks in their order."""
    return parts_of(event_id, "track")


def desk_speakers(event_id: UUID) -> list[Speaker]:
    """The event's speakers, by name."""
    return parts_of(event_id, "speaker")


def desk_audiences(event_id: UUID) -> list[Audience]:
    """The event's audiences, by name."""
    return list(db.session.scalars(select(Audience).where(Audience.event_id == event_id).order_by(Audience.name)))


def edit_session(event: Event, session: Session, form: SessionForm) -> bool:
    """Take over what the form says. False when it has errors, now named in `form`; nothing is changed then.

    Raises StaleEdit when the session is not at the revision that the form began from.
    """
    if form.revision != str(session.revision):
        raise StaleEdit
    return _Checked(event, form, SessionForm.of(session)).give_to(session)


def new_session(event: Event, form: SessionForm) -> Session | None:
    """A session as the form says it, which is to be added; None when it has errors, now named in `form`."""
    session = Session(id=uuid4(), event_id=event.id)
    return session if _Checked(event, form, SessionForm()).give_to(session) else None


Option = TypeVar("Option", Room, Track)


class _Checked:
    """What the form says, as it is stored. Errors are named in the form, in the order of its fields.

    A text that comes back as the form showed it stays as it is stored, whatever a file brought and no form would take:
    browsers send other line ends, and the space around it is not seen.
    """

    def __init__(self, event: Event, form: SessionForm, shown: SessionForm) -> None:
        self._event, self._form, self._shown = event, form, shown
        self._title = self._texts("title", LONGEST_NAME, is_one_line=True)
        if not self._title:
            form.errors.setdefault(f"title_{event.languages[0]}", _("Write a title in at least one language."))
        self._abstract = self._texts("abstract", LONGEST_TEXT)
        self._starts_at, self._ends_at = _instant(form, "start"), _instant(form, "end")
        if self._starts_at and self._ends_at and self._starts_at >= self._ends_at:
            form.errors["end"] = _("The session must end after it starts.")
        self._room = self._one_of("room_id", desk_rooms(event.id), _("Choose one of the rooms."))
        self._track = self._one_of("track_id", desk_tracks(event.id), _("Choose one of the tracks."))
        self._speakers = self._speaker_roles()
        self._audiences = _audiences(event, form)
        self._capacity = self._number()
        self._links = self._label_and_url()
        self._staff_notes = self._text("staff_notes", form.staff_notes, shown.staff_notes, LONGEST_TEXT)
        self._words()

    def give_to(self, session: Session) -> bool:
        """Let the session be so, unless there are errors."""
        form = self._form
        if form.errors or not (self._starts_at and self._ends_at):
            return False
        session.title, session.abstract, session.zone = self._title, self._abstract, form.zone
        schedule(session, self._starts_at, self._ends_at)
        session.is_scheduled, session.room, session.track = form.is_scheduled, self._room, self._track
        session.kind, session.language, session.attendance_mode = form.kind, form.language or None, form.attendance_mode
        session.placeholder, session.capacity, session.links = form.placeholder, self._capacity, self._links
        session.staff_notes = self._staff_notes
        session.access = form.access
        session.shows_block, session.names_itself_in_calendars = form.shows_block, form.names_itself_in_calendars
        set_audiences(session, self._audiences)
        set_speakers(session, self._speakers)
        return True

    def _texts(self, name: str, longest: int, is_one_line: bool = False) -> dict[str, str]:
        typed, shown = getattr(self._form, name), getattr(self._shown, name)
        texts = {
            code: self._text(f"{name}_{code}", typed.get(code, ""), shown.get(code, ""), longest, is_one_line)
            for code in LANGUAGES
        }
        return {code: text for code, text in texts.items() if text}

    def _text(self, name: str, typed: str, shown: str, longest: int, is_one_line: bool = False) -> str:
        if plain_lines(typed) == plain_lines(shown):
            return shown
        if fault := text_fault(typed, longest, is_one_line):
            self._form.errors[name] = fault_text(fault, longest)
        return typed

    def _one_of(self, name: str, options: Sequence[Option], message: str) -> Option | None:
        typed = getattr(self._form, name)
        found = next((option for option in options if str(option.id) == typed), None)
        if typed and found is None:
            self._form.errors[name] = message
        return found

    def _speaker_roles(self) -> list[tuple[Speaker, str]]:
        known = {str(speaker.id): speaker for speaker in desk_speakers(self._event.id)}
        wanted = dict.fromkeys(id for id, _role in self._form.speakers)
        for number, (id, role) in enumerate(self._form.speakers):
            if id not in known or role not in ROLES:
                self._form.errors[f"speaker_{number}"] = _("Choose one of the speakers, and what they do.")
        self._refuse_more("speaker", len(self._form.speakers), MOST_SPEAKERS)
        if len(wanted) != len(self._form.speakers):
            self._form.errors.setdefault("speaker_0", _("Name each speaker once."))
        return [(known[id], role) for id, role in self._form.speakers if id in known]

    def _number(self) -> int | None:
        typed = self._form.capacity
        if not typed:
            return None
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 10 and int(typed) <= LARGEST_NUMBER):
            self._form.errors["capacity"] = _("Write a number of people, or nothing.")
            return None
        return int(typed)

    def _label_and_url(self) -> list[dict[str, str]]:
        self._refuse_more("link_url", len(self._form.links), MOST_LINKS)
        shown = {(label.strip(), url.strip()): {"label": label, "url": url} for label, url in self._shown.links}
        return [shown.get(link) or self._link(number, *link) for number, link in enumerate(self._form.links)]

    def _link(self, number: int, label: str, url: str) -> dict[str, str]:
        if not is_plain_https(url):
            self._form.errors[f"link_url_{number}"] = _("Write a whole address that begins with https://.")
        elif fault := text_fault(label, LONGEST_URL):
            self._form.errors[f"link_label_{number}"] = fault_text(fault, LONGEST_URL)
        return {"label": label or url, "url": url}

    def _refuse_more(self, name: str, number: int, most: int) -> None:
        if number > most:
            self._form.errors.setdefault(f"{name}_{most}", _("At most %(most)s fit here.", most=most))

    def _words(self) -> None:
        form = self._form
        vocabularies = {
            "kind": KINDS,
            "language": ("", *LANGUAGES),
            "attendance_mode": ATTENDANCE_MODES,
            "placeholder": PLACEHOLDERS,
        }
        for name, words in vocabularies.items():
            if getattr(form, name) not in words:
                form.errors[name] = _("Choose one of these.")


def schedule(session: Session, starts_at: datetime, ends_at: datetime) -> None:
    """Hold the session at these instants, kept as the wall times of its zone."""
    session.starts_at, session.ends_at = starts_at, ends_at
    session.start_wall, session.start_fold = _wall_and_fold(starts_at, session.zone)
    session.end_wall, session.end_fold = _wall_and_fold(ends_at, session.zone)


def _instant(form: SessionForm, name: str) -> datetime | None:
    """The instant that was typed into field `name`, or None with the error named in the form."""
    try:
        wall = parse_wall(getattr(form, name))
        if wall.year not in YEARS:
            raise ValueError("no year of an event")
        return to_instant(wall, form.zone, form.readings.get(name))
    except UncertainTime as error:
        form.errors[name] = (
            _("Clocks are set forward then and skip this time. Choose which is meant.")
            if error.kind == "nonexistent"
            else _("Clocks are set back then and show this time twice. Choose which is meant.")
        )
    except UnknownZone:
        form.errors["zone"] = _("Choose one of the time zones.")
    except ValueError:
        form.errors[name] = _("Write a date and a time.")
    return None


def _audiences(event: Event, form: SessionForm) -> list[Audience]:
    """Whom the form names: at least one audience for a closed session, none for a public one."""
    if form.access == "public":
        return []
    if form.access != "closed":
        form.errors["access"] = _("Choose who may see the session.")
    named = [audience for audience in desk_audiences(event.id) if str(audience.id) in form.audience_ids]
    if len(named) != len(set(form.audience_ids)):
        form.errors["audience_ids"] = _("Choose among the event's audiences.")
    elif not named:
        form.errors["audience_ids"] = _("Choose at least one audience: otherwise nobody could see it.")
    return named


def _wall_and_fold(instant: datetime, zone_key: str) -> tuple[datetime, int]:
    wall = to_wall(instant, zone_key)
    return wall.replace(fold=0), 0 if stored_instant(wall, zone_key, 0) == instant else 1
