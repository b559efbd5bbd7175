"""The form by which a door is opened, and the sessions that a door may be of."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from sqlalchemy import select

from eventops.agenda.models import Session
from eventops.db import db


@dataclass
class DoorForm:
    """What an organiser typed, as typed. `errors` names fields."""

    name: str = ""
    sessions: list[str] = field(default_factory=list)
    """Ids of those chosen."""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def typed(cls) -> DoorForm:
        return cls(request.form.get("name", "").strip(), request.form.getlist("sessions"))


def check(form: DoorForm, known: list[Session]) -> list[Session]:
    """The sessions chosen; what is wrong is named in the form's errors."""
    if not form.name:
        form.errors["name"] = _("Give the door a name, as people at the venue know it.")
    elif len(form.name) > 200 or not form.name.isprintable():
        form.errors["name"] = _("Write the name in one line of at most %(number)s characters.", number=200)
    by_id = {str(session.id): session for session in known}
    if any(chosen not in by_id for chosen in form.sessions):
        form.errors["sessions"] = _("Choose sessions of this list.")
    return [session for id, session in by_id.items() if id in form.sessions]


def sessions_on_desk(event_id: UUID) -> list[Session]:
    """The event's sessions as the desk has them, by time."""
    query = select(Session).where(Session.event_id == event_id, Session.deleted_at.is_(None))
    return list(db.session.scalars(query.order_by(Session.starts_at, Session.id)))
