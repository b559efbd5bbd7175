"""What the audit trail's ids stand for, looked up as it is read: the trail itself keeps no name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventops.agenda.models import Audience, Release, Room, Session, Speaker, Track
from eventops.checkin.models import Door
from eventops.db import db
from eventops.languages import in_language
from eventops.registration.models import ERASED, Invitation, Registration, Substitute
from eventops.staff.models import Account, DeviceToken, TeamInvitation


def names_of(event_id: UUID, ids: Collection[UUID], language: str) -> dict[UUID, str]:
    """What people of the event call each of these today; those that nobody names, or that are gone, are left out."""
    queries = [select(model.id, name).where(model.id.in_(ids), model.event_id == event_id) for model, name in _named()]
    queries.append(select(Account.id, Account.name).where(Account.id.in_(ids)))
    rows = [row for query in queries for row in db.session.execute(query)]
    found: dict[UUID, str | dict[str, str]] = {id: name for id, name in rows if name and name != ERASED}
    releases = select(Release.id, Release.number).where(Release.id.in_(ids), Release.event_id == event_id)
    found |= {id: _("Release %(number)s", number=number) for id, number in db.session.execute(releases)}
    return {id: name if isinstance(name, str) else in_language(name, language).text for id, name in found.items()}


def _named() -> list[tuple[Any, Any]]:
    """The tables of what has a name in an event, and what the name is there."""
    return [
        (Session, Session.title),
        (Room, Room.name),
        (Track, Track.name),
        (Speaker, Speaker.name),
        (Audience, Audience.name),
        (Door, Door.name),
        (DeviceToken, DeviceToken.name),
        (TeamInvitation, TeamInvitation.email),
        (Registration, Registration.name),
        (Invitation, func.coalesce(func.nullif(Invitation.name, ""), Invitation.email)),
        (Substitute, Substitute.name),
    ]
