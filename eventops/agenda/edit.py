"""Editing a session on the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from eventops.agenda.events import event_clocks
from eventops.agenda.models import YEARS, Audience, Event, Room, Session
from eventops.db import db
from eventops.times import Reading, UncertainTime, UnknownZone, parse_wall, stored_instant, to_instant, to_wall


class StaleEdit(Exception):
    """Somebody else changed the session since this edit began. Nothing was stored."""


@dataclass
class SessionForm:
    """What an organiser typed, as typed. `errors` names fields; a field whose time is uncertain has `readings`."""

    title: dict[str, str]
    start: str
    end: str
    zone: str
    room_id: str
    revision: str
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
        return cls(
            title=dict(session.title),
            start=session.start_wall.isoformat(timespec="minutes"),
            end=session.end_wall.isoformat(timespec="minutes"),
            zone=session.zone,
            room_id=str(session.room_id or ""),
            revision=str(session.revision),
            access=session.access,
            audience_ids=[str(audience.id) for audience in session.audiences],
            shows_block=session.shows_block,
            names_itself_in_calendars=session.names_itself_in_calendars,
        )


def desk_session(event_id: UUID, session_id: UUID) -> Session | None:
    """A session of the desk copy that is not deleted."""
    query = select(Session).where(Session.id == session_id, Session.event_id == event_id, Session.deleted_at.is_(None))
    return db.session.scalar(query)


def desk_rooms(event_id: UUID) -> list[Room]:
    """The event's rooms in their order."""
    return list(db.session.scalars(select(Room).where(Room.event_id == event_id).order_by(Room.position)))


def desk_audiences(event_id: UUID) -> list[Audience]:
    """The event's audiences, by name."""
    return list(db.session.scalars(select(Audience).where(Audience.event_id == event_id).order_by(Audience.name)))


def edit_session(event: Event, session: Session, form: SessionForm) -> bool:
    """Take over what the form says. False when it has errors, now named in `form`; nothing is changed then.

    Raises StaleEdit when the session is not at the revision that the form began from.
    """
    if form.revision != str(session.revision):
        raise StaleEdit
    titles = {code: text.strip() for code, text in form.title.items() if text.strip()}
    if not titles:
        form.errors["title_en"] = _("Write a title in at least one language.")
    for code, text in titles.items():
        if len(text) > 200 or not text.isprintable():
            form.errors[f"title_{code}"] = _("Write the title in one line of at most 200 characters.")
    starts_at, ends_at = _instant(event, form, "start"), _instant(event, form, "end")
    if starts_at and ends_at and starts_at >= ends_at:
        form.errors["end"] = _("The session must end after it starts.")
    room, audiences = _room(event, form), _audiences(event, form)
    if form.errors or not (starts_at and ends_at):
        return False
    session.title, session.room, session.zone = titles, room, form.zone
    session.start_wall, session.start_fold = _wall_and_fold(starts_at, form.zone)
    session.end_wall, session.end_fold = _wall_and_fold(ends_at, form.zone)
    session.starts_at, session.ends_at = starts_at, ends_at
    session.access, session.audiences = form.access, audiences
    session.shows_block, session.names_itself_in_calendars = form.shows_block, form.names_itself_in_calendars
    # What relates to others is not among its columns, so that its revision would stay.
    flag_modified(session, "access")
    db.session.flush()
    return True


def _instant(event: Event, form: SessionForm, name: str) -> datetime | None:
    """The instant that was typed into field `name`, or None with the error named in the form."""
    try:
        instant = to_instant(parse_wall(getattr(form, name)), form.zone, form.readings.get(name))
        if instant.year not in YEARS:
            raise ValueError("no year of an event")
        return instant
    except UncertainTime as error:
        form.uncertain[name] = [
            ("earlier", str(event_clocks(event, error.earlier))),
            ("later", str(event_clocks(event, error.later))),
        ]
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


def _room(event: Event, form: SessionForm) -> Room | None:
    if not form.room_id:
        return None
    room = next((room for room in desk_rooms(event.id) if str(room.id) == form.room_id), None)
    if room is None:
        form.errors["room_id"] = _("Choose one of the rooms.")
    return room


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
