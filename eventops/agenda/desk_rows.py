"""The rows that an event's desk is made of, those that were removed too: one of them may be wanted back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.models import Audience, Event, Room, Session, Speaker, Track
from eventops.agenda.snapshots import WHOLE
from eventops.db import db

Row = TypeVar("Row", Room, Track, Audience, Speaker, Session)

MODELS: dict[str, type[Any]] = {
    "rooms": Room,
    "tracks": Track,
    "audiences": Audience,
    "speakers": Speaker,
    "sessions": Session,
}
"""By the names that a conference file has for their lists, in an order in which they can be stored."""

COLUMNS = {
    "rooms": ("name", "capacity", "address", "accessibility"),
    "tracks": ("name",),
    "audiences": ("name",),
    "speakers": ("name", "title", "organisation", "country", "bio"),
    "sessions": (
        *("title", "abstract", "kind", "language", "attendance_mode", "capacity", "access", "shows_block"),
        *("names_itself_in_calendars", "is_scheduled", "staff_notes", "zone"),
    ),
}
"""Those that a file has by the same name and in the same form."""
EVENT_COLUMNS = (
    *("title", "description", "languages", "home_zone", "also_show", "venue", "venue_address", "map_url", "contact"),
    *("seats", "late_letters_minutes", "retention_days"),
)


@dataclass(frozen=True, slots=True)
class DeskRows:
    """Each by its id."""

    rooms: dict[UUID, Room] = field(default_factory=dict)
    tracks: dict[UUID, Track] = field(default_factory=dict)
    audiences: dict[UUID, Audience] = field(default_factory=dict)
    speakers: dict[UUID, Speaker] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)

    @classmethod
    def of(cls, event: Event) -> DeskRows:
        """All rows of the event, a few statements however many they are."""
        return cls(
            rooms=_by_id(Room, event.id),
            tracks=_by_id(Track, event.id),
            audiences=_by_id(Audience, event.id),
            speakers=_by_id(Speaker, event.id),
            sessions=_by_id(Session, event.id, *WHOLE),
        )

    @property
    def lists(self) -> dict[str, dict[UUID, Any]]:
        """By the names of MODELS."""
        return {name: getattr(self, name) for name in MODELS}


def foreign_ids(event_id: UUID, wanted: dict[str, list[UUID]]) -> frozenset[UUID]:
    """Those of the wanted ids, by the name of their list, that things of other events have."""
    return frozenset(
        id
        for name, ids in wanted.items()
        for id in db.session.scalars(
            select(MODELS[name].id).where(MODELS[name].id.in_(ids), MODELS[name].event_id != event_id)
        )
    )


def _by_id(model: type[Row], event_id: UUID, *options: Any) -> dict[UUID, Row]:
    rows: list[Any] = list(db.session.scalars(select(model).where(model.event_id == event_id).options(*options)))
    return {row.id: row for row in rows}
