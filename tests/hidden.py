"""What an organiser has not published, beside a published conference: all of it bears the word of `draft`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import inspect, select

from eventops.agenda.models import Audience, Event, PublicWindow, Room, Session, Speaker, SpeakerRole, Track
from eventops.checkin.models import Door
from eventops.db import db
from eventops.registration.models import GuestList, Invitation, Substitute
from tests.canaries import canary

DRAFT = "draft"
ADDRESS = f"{canary(DRAFT, 'guest')}@example.org"


def add_hidden(now: datetime) -> frozenset[str]:
    """Add drafts to the one event that there is, and an event that nobody knows; the ids of all. As the system."""
    event = db.session.scalars(select(Event)).one()
    rows: list[Any] = [*_desk(event), *_guests(event, now)]
    other = _unpublished(event)
    rows += [other, *_desk(other), *_guests(other, now)]
    return frozenset(str(row.id) for row in rows)


def _desk(event: Event) -> list[Any]:
    """Sessions on the desk alone, one of them closed, with a room, a speaker, an audience and a door."""
    room = Room(id=uuid4(), event_id=event.id, name=canary(DRAFT, "room"), position=9)
    bio = {"en": canary(DRAFT, "bio")}
    speaker = Speaker(id=uuid4(), event_id=event.id, name=canary(DRAFT, "speaker"), bio=bio)
    track = Track(id=uuid4(), event_id=event.id, name={"en": canary(DRAFT, "track")}, position=9)
    audience = Audience(id=uuid4(), event_id=event.id, name=canary(DRAFT, "audience"))
    rows = _added(room, speaker, track, audience)
    sessions = [_session(event, room, access) for access in ("public", "closed")]
    for session in sessions:
        session.track = track
        session.speaker_roles = [SpeakerRole(speaker=speaker)]
    sessions[1].audiences = [audience]
    rows += _added(*sessions)
    if event.published_at is None:  # tests take the published event's only door for that of its entrance
        rows += _added(Door(id=uuid4(), event_id=event.id, name=canary(DRAFT, "door"), sessions=[sessions[1]]))
    return rows


def _session(event: Event, room: Room, access: str) -> Session:
    start = event.windows[0].starts_at + timedelta(minutes=37)
    wall = start.replace(tzinfo=None)
    return Session(
        id=uuid4(),
        event_id=event.id,
        title={"en": canary(DRAFT, "title")},
        abstract={"en": canary(DRAFT, "abstract")},
        kind="talk",
        access=access,
        links=[{"label": canary(DRAFT, "link"), "url": f"https://{canary(DRAFT, 'link')}.example.org"}],
        staff_notes=canary(DRAFT, "notes"),
        room=room,
        zone="UTC",
        start_wall=wall,
        end_wall=wall + timedelta(minutes=11),
        starts_at=start,
        ends_at=start + timedelta(minutes=11),
    )


def _guests(event: Event, now: datetime) -> list[Any]:
    """An invitation by letter, a grant that waits, a substitute, a list that was read."""
    audience_id = db.session.scalars(select(Audience.id).where(Audience.event_id == event.id)).first()
    sent = _invitation(event.id, audience_id, f"letter.{ADDRESS}", True, now)
    waiting = _invitation(event.id, audience_id, ADDRESS, False, now)
    guest_list = GuestList(id=uuid4(), event_id=event.id, audience_id=audience_id, made_at=now, rows=[])
    rows = _added(sent, waiting, guest_list)
    person = {"name": canary(DRAFT, "substitute"), "email": f"substitute.{ADDRESS}"}
    substitute = Substitute(id=uuid4(), event_id=event.id, invitation_id=sent.id, proposed_at=now, **person)
    return rows + _added(substitute)


def _invitation(event_id: UUID, audience_id: UUID | None, email: str, by_letter: bool, now: datetime) -> Invitation:
    return Invitation(
        id=uuid4(),
        event_id=event_id,
        audience_id=audience_id,
        name=canary(DRAFT, "name"),
        email=email,
        email_key=email,
        language="en",
        by_letter=by_letter,
        granted_through="invitation" if by_letter else "list",
        created_at=now,
        expires_at=now + timedelta(days=90),
    )


def _unpublished(event: Event) -> Event:
    """An event like the other, which the public does not know of."""
    kept = {c.key: getattr(event, c.key) for c in inspect(Event).column_attrs}
    new = {"id": uuid4(), "slug": canary(DRAFT, "slug"), "title": {"en": canary(DRAFT, "event")}, "published_at": None}
    other = Event(**kept | new)
    window = event.windows[0]
    other.windows = [PublicWindow(zone=window.zone, starts_at=window.starts_at, ends_at=window.ends_at)]
    _added(other)
    return other


def _added(*rows: Any) -> list[Any]:
    db.session.add_all(rows)
    db.session.flush()
    return list(rows)
