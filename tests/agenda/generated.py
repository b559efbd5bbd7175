"""Agendas of any size, the same at every call: for tests and figures that depend on how many sessions there are.

They are in March and April 2024, over the night in which clocks change. Everything closed bears the word CANARY.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from eventops.agenda.models import (
    Audience,
    Event,
    PublicWindow,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    Track,
    session_audiences,
)
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.languages import LANGUAGES
from eventops.times import stored_instant
from tests.cast import CANARY

HOME = "Europe/Helsinki"
CHANGE = date(2024, 3, 31)
"""On whose morning clocks go from 03:00 to 04:00 in Helsinki, and from 02:00 to 03:00 in Copenhagen."""
PUBLISHED_AT = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)
FIRST_START = time(9, 0)
SLOT, LENGTH = timedelta(minutes=60), timedelta(minutes=45)
CLOSED_EACH = 25
"""One of so many sessions is closed."""
SPEAKERS_OF_A_LANE = 6
TRACKS = ("Work", "Language", "Mentoring", "Research", "Housing", "Youth")
KINDS = ("talk", "talk", "talk", "workshop", "talk", "keynote")
ROLES = ("speaker", "speaker", "moderator", "chair")


@dataclass(frozen=True, slots=True)
class Generated:
    """What was added."""

    event_id: UUID
    slug: str
    audience_id: UUID
    """Of the closed sessions."""
    closed: tuple[UUID, ...]
    public: tuple[UUID, ...]
    """Ids of sessions, in order of start."""


def add_generated(
    sessions: int = 30,
    rooms: int = 20,
    days: int = 4,
    slug: str = "generated",
    *,
    is_published: bool = True,
    first_day: date | None = None,
    home: str = HOME,
) -> Generated:
    """Add an event with that many sessions, one in 25 of them closed. Call it inside `changing(app)`.

    Its days have 31 March 2024 in their middle unless `first_day` is given; on the first session of that day clocks
    change. No room and no speaker is taken twice.
    """
    rows = _Rows(slug, sessions, rooms, days, first_day or CHANGE - timedelta(days=days // 2), home)
    event = rows.event()
    db.session.add(event)
    db.session.flush()
    rows.make()
    rows.insert()
    if is_published:
        publish(event, PUBLISHED_AT)
    ordered = sorted(rows.sessions, key=lambda row: (row["starts_at"], row["ends_at"], row["id"]))
    closed, public = ([r["id"] for r in ordered if r["access"] == access] for access in ("closed", "public"))
    return Generated(event.id, slug, rows.audience_id, tuple(closed), tuple(public))


@dataclass
class _Rows:
    """Everything that is to be inserted, by table."""

    slug: str
    count: int
    room_count: int
    days: int
    first_day: date
    home: str
    rooms: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[dict[str, Any]] = field(default_factory=list)
    speakers: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = Random(f"{self.slug} {self.count}")
        self.event_id, self.audience_id, self.closed_room_id = self._id(), self._id(), self._id()
        self.a_day = ceil(self.count / self.days)
        self.slots = max(4, ceil(self.a_day / self.room_count))

    def event(self) -> Event:
        """With all its hours open to the public."""
        event = Event(
            id=self.event_id,
            slug=self.slug,
            title={"en": "A Generated Conference", "fi": "Arvottu konferenssi"},
            description={"en": "Made for tests, of **any** size."},
            starts_on=self.first_day,
            ends_on=self.first_day + timedelta(days=self.days - 1),
            home_zone=self.home,
            also_show=["Europe/Copenhagen", "Europe/Oslo"],
            venue="Conference House",
            contact="events@example.org",
            organisers=[{"name": "Luckan Integration", "country": "FI", "programme": "FIKA"}],
            funding={},
            report={},
        )
        event.windows = [self._window(day) for day in range(self.days)]
        return event

    def make(self) -> None:
        """Fill all the tables."""
        self.rooms = [self._room(number) for number in range(self.room_count)]
        self.rooms.append(self._room(self.room_count) | {"id": self.closed_room_id, "name": f"Room {CANARY}"})
        self.tracks = [
            {"id": self._id(), "event_id": self.event_id, "position": position, "name": {"en": name}}
            for position, name in enumerate(TRACKS)
        ]
        self.speakers = [self._speaker(number) for number in range(self._lanes * SPEAKERS_OF_A_LANE)]
        self.speakers.append(self._speaker(0) | {"id": self._id(), "name": f"Speaker {CANARY}"})
        for number in range(self.count):
            self._add_session(number)

    def insert(self) -> None:
        """A statement for each table."""
        audience = {"id": self.audience_id, "event_id": self.event_id, "name": f"Audience {CANARY}"}
        links = [
            {"session_id": row["id"], "audience_id": self.audience_id}
            for row in self.sessions
            if row["access"] == "closed"
        ]
        tables = [(Audience, [audience]), (Room, self.rooms), (Track, self.tracks), (Speaker, self.speakers)]
        for model, rows in [*tables, (Session, self.sessions), (SpeakerRole, self.roles)]:
            db.session.execute(insert(model), rows)
        if links:
            db.session.execute(insert(session_audiences), links)

    @property
    def _lanes(self) -> int:
        return ceil(self.a_day / self.slots)

    def _add_session(self, number: int) -> None:
        day, within = divmod(number, self.a_day)
        lane, slot = divmod(within, self.slots)
        is_closed = number % CLOSED_EACH == CLOSED_EACH - 1
        # A closed session has a room to itself: another at the same time would take it twice.
        room = self.closed_room_id if is_closed else self.rooms[(lane + 5 * day) % self.room_count]["id"]
        start, end = self._hours(day, slot)
        if is_closed:  # an hour that nothing public has
            start, end = start + timedelta(minutes=2 + lane % 9), end - timedelta(minutes=3)
        session = self._session(number, is_closed) | {"room_id": room, **self._times(start, end)}
        self.sessions.append(session)
        self.roles += self._roles(session["id"], number, lane, is_closed)

    def _hours(self, day: int, slot: int) -> tuple[datetime, datetime]:
        date_ = self.first_day + timedelta(days=day)
        if date_ == CHANGE and slot == 0:
            return datetime.combine(date_, time(2, 30)), datetime.combine(date_, time(5, 15))
        start = datetime.combine(date_, FIRST_START) + slot * SLOT
        return start, start + LENGTH

    def _times(self, start: datetime, end: datetime) -> dict[str, Any]:
        return {
            "zone": self.home,
            "start_wall": start,
            "start_fold": 0,
            "end_wall": end,
            "end_fold": 0,
            "starts_at": stored_instant(start, self.home, 0),
            "ends_at": stored_instant(end, self.home, 0),
        }

    def _session(self, number: int, is_closed: bool) -> dict[str, Any]:
        mark = f" {CANARY}" if is_closed else ""
        title = f"{TRACKS[number % len(TRACKS)]} in practice, part {number + 1}{mark}"
        return {
            "id": self._id(),
            "event_id": self.event_id,
            "title": {"en": title} | ({"fi": f"Osa {number + 1}{mark}"} if number % 3 == 0 else {}),
            "abstract": {"en": f"What **works**, and what does not: case {number + 1}.{mark}\n\n- one\n- two"},
            "kind": "workshop" if is_closed else KINDS[number % len(KINDS)],
            "language": [*LANGUAGES][number % len(LANGUAGES)],
            "access": "closed" if is_closed else "public",
            "track_id": self.tracks[number % len(TRACKS)]["id"] if number % 7 else None,
            "capacity": 40 if number % 10 == 0 else None,
            "links": [{"label": f"Slides{mark}", "url": f"https://slides.example.org/{number + 1}"}]
            if number % 4 == 0
            else [],
            "staff_notes": f"Notes {CANARY}" if number % 5 == 0 else "",
        }

    def _roles(self, session_id: UUID, number: int, lane: int, is_closed: bool) -> Iterator[dict[str, Any]]:
        lane_speakers = self.speakers[lane * SPEAKERS_OF_A_LANE : (lane + 1) * SPEAKERS_OF_A_LANE]
        named = [lane_speakers[(number + one) % SPEAKERS_OF_A_LANE] for one in range(1 + number % 3)]
        for position, speaker in enumerate([self.speakers[-1]] if is_closed else named):
            role = ROLES[(number + position) % len(ROLES)]
            yield {"session_id": session_id, "speaker_id": speaker["id"], "position": position, "role": role}

    def _room(self, number: int) -> dict[str, Any]:
        row = {"id": self._id(), "event_id": self.event_id, "name": f"Room {number + 1}", "position": number}
        return row | {"capacity": 30 + number, "deleted_at": None}

    def _speaker(self, number: int) -> dict[str, Any]:
        return {
            "id": self._id(),
            "event_id": self.event_id,
            "name": f"Speaker Number {number + 1}",
            "title": "researcher",
            "organisation": f"Institute {number % 9 + 1}",
            "country": "FI",
            "bio": {"en": f"Has worked with *mentoring* for {number % 20 + 2} years."},
        }

    def _window(self, day: int) -> PublicWindow:
        date_ = self.first_day + timedelta(days=day)
        start = time(2, 0) if date_ == CHANGE else time(8, 0)
        times = self._times(datetime.combine(date_, start), datetime.combine(date_, time(23, 30)))
        return PublicWindow(zone=self.home, starts_at=times["starts_at"], ends_at=times["ends_at"])

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128), version=4)
