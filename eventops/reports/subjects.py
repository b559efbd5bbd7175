"""What the audit trail's ids stand for, looked up as it is read: the trail itself keeps no name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from eventops.agenda.models import Audience, Session
from eventops.checkin.models import Door
from eventops.db import db
from eventops.languages import in_language
from eventops.registration.models import ERASED, Invitation, Registration, Substitute
from eventops.staff.models import Account, DeviceToken, TeamInvitation


def names_of(event_id: UUID, ids: Collection[UUID], language: str) -> dict[UUID, str]:
    """What people of the event call each of these today; those that nobody names, or that are gone, are left out."""
    found: dict[UUID, str | Mapping[str, str]] = {}
    for model, name in _named():
        query = select(model.id, name).where(model.id.in_(ids), model.event_id == event_id)
        found |= {id: called for id, called in db.session.execute(query) if called and called != ERASED}
    found |= {id: name for id, name in db.session.execute(select(Account.id, Account.name).where(Account.id.in_(ids)))}
    return {id: name if isinstance(name, str) else in_language(name, language).text for id, name in found.items()}


def _named() -> list[tuple[Any, ColumnElement[Any]]]:
    """Everything of an event that has a name, and the name."""
    return [
        (Session, Session.title),
        (Audience, Audience.name),
        (Door, Door.name),
        (DeviceToken, DeviceToken.name),
        (TeamInvitation, TeamInvitation.email),
        (Registration, Registration.name),
        (Invitation, func.coalesce(func.nullif(Invitation.name, ""), Invitation.email)),
        (Substitute, Substitute.name),
    ]
