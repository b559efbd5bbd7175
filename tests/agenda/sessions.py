"""Sessions on the desk of the standing conference, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from eventops.agenda.models import Room, Session
from eventops.db import db
from tests.cast import START, Conference


def add_session(cast: Conference, title: str, minutes: int, length: int = 60, **more: Any) -> Session:
    """A public session on the desk so many minutes after START, by default in Room 1. Inside `changing(app)`."""
    start = START + timedelta(minutes=minutes)
    end = start + timedelta(minutes=length)
    facts: dict[str, Any] = {"kind": "talk", "access": "public", "attendance_mode": "onsite", "room_id": hall(cast).id}
    session = Session(
        id=uuid4(),
        event_id=cast.event_id,
        title={"en": title},
        zone="UTC",
        start_wall=start.replace(tzinfo=None),
        end_wall=end.replace(tzinfo=None),
        starts_at=start,
        ends_at=end,
        **facts | more,
    )
    db.session.add(session)
    db.session.flush()
    return session


def hall(cast: Conference) -> Room:
    """Room 1."""
    return db.session.scalars(select(Room).where(Room.event_id == cast.event_id, Room.position == 1)).one()
