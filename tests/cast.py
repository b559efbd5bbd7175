"""The standing characters: one conference with a public part and a closed one, and the people around it.

All on 7 May 2024. Everything closed bears the word CANARY, which nobody may meet who has no right to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from eventops.agenda.models import Audience, Event, PublicWindow, PublishedSession, Room, Session, Speaker, SpeakerRole
from eventops.agenda.snapshots import Snapshot
from eventops.checkin.models import Door
from eventops.db import db
from eventops.registration.models import Admission, Registration, Ticket
from eventops.streams.models import Stream

CANARY = "Zyzzogeton"
"""The word that everything closed bears."""

SPRING = datetime(2024, 4, 15, 9, 0, tzinfo=UTC)
"""When people signed up."""
START = datetime(2024, 5, 7, 8, 0, tzinfo=UTC)
"""11:00 Finnish time: the public part begins."""
END = START + timedelta(hours=3)
"""14:00 Finnish time: the public part ends."""

PROVIDER = "https://stream.example.org/2024-05-07"

_number = count()


@dataclass
class Conference:
    """The rows that tests refer to. Ids only, so that they serve in any session."""

    event_id: UUID
    slug: str
    audience_id: UUID
    keynote_id: UUID
    workshop_id: UUID
    door_id: UUID
    public_stream_id: UUID
    closed_stream_id: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    """Registrations by who they are: see PEOPLE."""
    codes: dict[str, str] = field(default_factory=dict)
    """Ticket codes of those who have one."""


PEOPLE = {
    # who: (mode, language, zone, state, of the closed part)
    "onsite": ("onsite", "fi", "Europe/Helsinki", "confirmed", False),
    "online": ("online", "da", "Europe/Copenhagen", "confirmed", False),
    "invited onsite": ("onsite", "da", "Europe/Copenhagen", "confirmed", True),
    "invited online": ("online", "fi", "Europe/Helsinki", "confirmed", True),
    "cancelled": ("onsite", "sv", "Europe/Helsinki", "cancelled", False),
    "pending": ("online", "nb", "Europe/Oslo", "pending", False),
}


def add_conference(slug: str = "conference") -> Conference:
    """Add the conference, published, with its people. Call it inside `changing(app)`."""
    event = Event(
        id=uuid4(),
        slug=slug,
        title={"en": "The Potential of Civil Society"},
        starts_on=date(2024, 5, 7),
        home_zone="Europe/Helsinki",
        also_show=["Europe/Copenhagen", "Europe/Oslo"],
        contact="events@example.org",
        organisers=[{"name": "Luckan Integration", "country": "FI", "programme": "FIKA"}],
        funding={"funder": "Nordic Council of Ministers", "period": "2023-2024"},
        report={},
        published_at=SPRING,
    )
    event.windows = [PublicWindow(zone="Europe/Helsinki", starts_at=START, ends_at=END)]
    room = Room(id=uuid4(), event_id=event.id, name="Room 1", position=1)
    hidden_room = Room(id=uuid4(), event_id=event.id, name=f"Room {CANARY}", position=2)
    audience = Audience(id=uuid4(), event_id=event.id, name=f"Audience {CANARY}")
    speaker = Speaker(id=uuid4(), event_id=event.id, name=f"Speaker {CANARY}")
    db.session.add(event)
    db.session.flush()
    db.session.add_all([room, hidden_room, audience, speaker])
    db.session.flush()
    keynote = _session(event, "Keynote speech", "keynote", room, "12:20", "13:20")
    workshop = _session(event, f"Workshop {CANARY}", "workshop", hidden_room, "15:00", "16:00", [audience])
    workshop.speaker_roles = [SpeakerRole(speaker=speaker)]
    door = Door(id=uuid4(), event_id=event.id, name="Main entrance")
    streams = [
        Stream(id=uuid4(), event_id=event.id, name={"en": "The public part"}, provider_url=PROVIDER),
        Stream(
            id=uuid4(),
            event_id=event.id,
            audience_id=audience.id,
            name={"en": f"Stream {CANARY}"},
            provider_url=f"{PROVIDER}/{CANARY}",
        ),
    ]
    db.session.add_all([keynote, workshop])
    db.session.flush()
    db.session.add_all([door, *streams])
    for session in (keynote, workshop):
        db.session.add(_published(session))
    cast = Conference(event.id, slug, audience.id, keynote.id, workshop.id, door.id, streams[0].id, streams[1].id)
    for who in PEOPLE:
        _add_person(cast, who)
    db.session.flush()
    return cast


def wall(text: str) -> datetime:
    """HH:MM on the day, as Helsinki's clocks show it."""
    hour, minute = text.split(":")
    return datetime(2024, 5, 7, int(hour), int(minute))  # noqa: DTZ001


def _session(
    event: Event, title: str, kind: str, room: Room, start: str, end: str, audiences: list[Audience] | None = None
) -> Session:
    offset = timedelta(hours=3)  # Finnish summer time
    return Session(
        id=uuid4(),
        event_id=event.id,
        title={"en": title},
        abstract={"en": f"About: {title}"},
        kind=kind,
        language="en",
        access="closed" if audiences else "public",
        room=room,
        zone="Europe/Helsinki",
        start_wall=wall(start),
        end_wall=wall(end),
        starts_at=(wall(start) - offset).replace(tzinfo=UTC),
        ends_at=(wall(end) - offset).replace(tzinfo=UTC),
        audiences=audiences or [],
    )


def _published(session: Session) -> PublishedSession:
    return PublishedSession(
        id=session.id,
        event_id=session.event_id,
        access=session.access,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        changed_at=SPRING,
        content=Snapshot.of(session).content,
        audiences=list(session.audiences),
    )


def _add_person(cast: Conference, who: str) -> None:
    mode, language, zone, state, invited = PEOPLE[who]
    email = who.replace(" ", ".") + "@example.org"
    person = Registration(
        id=uuid4(),
        event_id=cast.event_id,
        name=who.title(),
        email=email,
        email_key=email,
        attendance_mode=mode,
        language=language,
        zone=zone,
        state=state,
        created_at=SPRING,
        privacy_accepted_at=SPRING,
        confirmed_at=None if state == "pending" else SPRING + timedelta(minutes=5),
        cancelled_at=SPRING + timedelta(days=1) if state == "cancelled" else None,
    )
    db.session.add(person)
    db.session.flush()
    cast.people[who] = person.id
    if invited:
        db.session.add(Admission(registration_id=person.id, audience_id=cast.audience_id, granted_at=SPRING))
    if state != "pending":
        cast.codes[who] = f"EO1CAST{next(_number):031d}"
        db.session.add(
            Ticket(
                event_id=cast.event_id,
                registration_id=person.id,
                code=cast.codes[who],
                short_code=f"CAST{len(cast.codes):02d}",
                issued_at=SPRING,
                revoked_at=person.cancelled_at,
            )
        )
