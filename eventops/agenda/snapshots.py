"""A session as a release keeps it: all that anybody may be shown of it, and the ids to put the desk back by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventops.agenda.models import PublishedBlock, PublishedSession, Session, SpeakerRole
from eventops.db import db
from eventops.times import utc_text


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Instants are in UTC; `content` is as PublishedSession keeps it."""

    id: UUID
    access: str
    audience_ids: frozenset[UUID]
    starts_at: datetime
    ends_at: datetime
    shows_block: bool
    content: dict[str, Any]

    @classmethod
    def of(cls, session: Session) -> Self:
        """What publishing the desk's session would show."""
        is_closed = session.access == "closed"
        return cls(
            id=session.id,
            access=session.access,
            audience_ids=frozenset(audience.id for audience in session.audiences),
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            shows_block=is_closed and session.shows_block,
            content=_content(session),
        )

    @classmethod
    def read(cls, written: dict[str, Any]) -> Self:
        """What `written` made of one."""
        content = dict(written)
        return cls(
            id=UUID(content.pop("id")),
            access=content.pop("access"),
            audience_ids=frozenset(map(UUID, content.pop("audiences"))),
            starts_at=datetime.fromisoformat(content.pop("starts_at")),
            ends_at=datetime.fromisoformat(content.pop("ends_at")),
            shows_block=content.pop("shows_block", False),
            content=content,
        )

    def written(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "id": str(self.id),
            "access": self.access,
            "audiences": sorted(map(str, self.audience_ids)),
            "starts_at": utc_text(self.starts_at),
            "ends_at": utc_text(self.ends_at),
            "shows_block": self.shows_block,
            **self.content,
        }

    def moved(self, by: timedelta) -> Self:
        """The same, so much later."""
        return replace(self, starts_at=self.starts_at + by, ends_at=self.ends_at + by)

    def is_for(self, audiences: frozenset[UUID]) -> bool:
        """Whether somebody of these audiences may see it."""
        return self.access == "public" or bool(self.audience_ids & audiences)


def desk_sessions(event_id: UUID) -> list[Session]:
    """The desk copy, the tray included, in order of start."""
    query = (
        select(Session)
        .where(Session.event_id == event_id, Session.deleted_at.is_(None))
        .order_by(Session.starts_at, Session.ends_at, Session.id)
        .options(
            selectinload(Session.room),
            selectinload(Session.track),
            selectinload(Session.speaker_roles).selectinload(SpeakerRole.speaker),
            selectinload(Session.audiences),
        )
    )
    return list(db.session.scalars(query))


def desk_snapshots(event_id: UUID) -> list[Snapshot]:
    """What publishing the desk now would publish, in order of start."""
    return [Snapshot.of(session) for session in desk_sessions(event_id) if session.is_scheduled]


def published_snapshots(event_id: UUID) -> list[Snapshot]:
    """What is published, as far as the current viewer may see it, in order of start."""
    rows = db.session.scalars(
        select(PublishedSession)
        .where(PublishedSession.event_id == event_id)
        .order_by(PublishedSession.starts_at, PublishedSession.ends_at, PublishedSession.id)
    )
    with_block = set(db.session.scalars(select(PublishedBlock.session_id).where(PublishedBlock.event_id == event_id)))
    return [of_published(row, row.id in with_block) for row in rows]


def of_published(row: PublishedSession, shows_block: bool = False) -> Snapshot:
    """What is published of the session."""
    return Snapshot(
        id=row.id,
        access=row.access,
        audience_ids=frozenset(audience.id for audience in row.audiences),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        shows_block=shows_block,
        content=row.content,
    )


def _content(session: Session) -> dict[str, Any]:
    names_itself = session.access == "closed" and session.names_itself_in_calendars
    return {
        **({"in_calendars": True} if names_itself else {}),
        "title": session.title,
        "abstract": session.abstract,
        "kind": session.kind,
        "language": session.language,
        "attendance_mode": session.attendance_mode,
        "placeholder": session.placeholder,
        "zone": session.zone,
        "room": session.room.name if session.room else None,
        "room_id": _text(session.room_id),
        "track": session.track.name if session.track else None,
        "track_id": _text(session.track_id),
        "capacity": session.capacity,
        "links": session.links,
        "speakers": list(_speakers(session.speaker_roles)),
    }


def _speakers(roles: Iterable[SpeakerRole]) -> Iterable[dict[str, Any]]:
    for role in roles:
        named = role.speaker
        yield {
            "id": str(named.id),
            "role": role.role,
            "name": named.name,
            "title": named.title,
            "organisation": named.organisation,
            "country": named.country,
            "bio": named.bio,
            "photo": _text(named.photo_id),
        }


def _text(id: UUID | None) -> str | None:
    return str(id) if id else None
