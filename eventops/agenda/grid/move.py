"""What happens when a session is dragged: its hours, its room, and whether it waits in the tray."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError, model_validator
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from eventops.agenda.edit import schedule
from eventops.agenda.journal import Journal
from eventops.agenda.models import YEARS, Room, Session, SpeakerRole
from eventops.db import db


class BadMove(ValueError):
    """What was sent is no move. The message says what is wrong and repeats nothing of it."""


class StaleMove(Exception):
    """Somebody else changed the session since it was picked up. Nothing was stored."""


class Wanted(BaseModel):
    """Where the session is to be. Instants have an offset and no part of a second."""

    model_config = ConfigDict(strict=True, frozen=True)

    start: AwareDatetime
    end: AwareDatetime
    room_id: UUID | None
    is_scheduled: bool
    revision: int
    """At which the session was when it was picked up."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.start.year not in YEARS or self.end.year not in YEARS:
            raise ValueError("start and end must be in a year of an event")
        if self.start.microsecond or self.end.microsecond:
            raise ValueError("start and end must be whole seconds")
        if self.start >= self.end:
            raise ValueError("a session must end after it starts")
        return self


def read_wanted(body: bytes) -> Wanted:
    """What a page sends as JSON. Raises BadMove."""
    try:
        return Wanted.model_validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise BadMove(f"{place}: {fault['msg']}" if place else str(fault["msg"])) from None


def movable(event_id: UUID, session_id: UUID) -> Session | None:
    """A session of the desk copy with all that a move reads or the journal keeps, in one statement."""
    query = (
        select(Session)
        .outerjoin(Session.room)
        .outerjoin(Session.audiences)
        .outerjoin(Session.speaker_roles)
        .where(Session.id == session_id, Session.event_id == event_id, Session.deleted_at.is_(None))
        .order_by(SpeakerRole.position)
        .options(contains_eager(Session.room), contains_eager(Session.audiences))
        .options(contains_eager(Session.speaker_roles).lazyload(SpeakerRole.speaker))
    )
    return db.session.scalars(query).unique().one_or_none()


def move(session: Session, wanted: Wanted, journal: Journal) -> None:
    """Put the session there, inside `editing`; its wall times and folds are those of its own zone.

    Raises StaleMove, and BadMove for a room that the event has not.
    """
    if wanted.revision != session.revision:
        raise StaleMove
    journal.change(session)
    schedule(session, wanted.start, wanted.end)
    if wanted.room_id != session.room_id:
        session.room = wanted_room(session.event_id, wanted)
        if wanted.room_id and session.room is None:
            raise BadMove("room_id: the event has no such room")
    session.is_scheduled = wanted.is_scheduled


def wanted_room(event_id: UUID, wanted: Wanted) -> Room | None:
    """The room that is meant, where the event has it."""
    if wanted.room_id is None:
        return None
    query = select(Room).where(Room.id == wanted.room_id, Room.event_id == event_id, Room.deleted_at.is_(None))
    return db.session.scalar(query)
