"""An event's desk as far as conflicts go, and what a conflict is: plain facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from eventops.agenda.attendance import Crowd
from eventops.agenda.events import Span

BREAKS = frozenset({"break", "meal"})
DOORS = "doors"

Severity = Literal["error", "advice"]
"""What cannot be held so, and what had better not be."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be known of a scheduled session. Instants are in UTC."""

    id: UUID
    kind: str
    access: str
    attendance_mode: str
    starts_at: datetime
    ends_at: datetime
    room_id: UUID | None = None
    capacity: int | None = None
    speaker_ids: tuple[UUID, ...] = ()
    audiences: Crowd = frozenset()
    clocks: frozenset[str] = frozenset()
    """What clocks do where it starts or ends: a `gap` is skipped, a `fold` shown twice."""

    @property
    def room(self) -> UUID | None:
        """The room that it takes: none when it is online, nor while people come in."""
        return None if self.attendance_mode == "online" or self.kind == DOORS else self.room_id

    @property
    def crowds(self) -> tuple[UUID | None, ...] | Crowd:
        """Each group that may come: None is the public."""
        return (None,) if self.access == "public" else self.audiences

    @property
    def needs_place(self) -> bool:
        """Whether people must be told where it is: a break is where the coffee stands."""
        return self.kind != DOORS and self.kind not in BREAKS


@dataclass(frozen=True, slots=True)
class Plan:
    """An event's desk, as far as conflicts go."""

    sessions: Sequence[Planned]
    capacities: Mapping[UUID, int]
    """How many people a room holds, of those that say."""
    windows: Sequence[Span] = ()
    expected: Mapping[Crowd, int] | None = None
    """How many people are expected onsite, by who may come."""
    streams: Set[UUID | None] = frozenset()
    """The audiences that have a stream; None is the public."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is wrong with a session, or between two of them."""

    kind: str
    severity: Severity
    sessions: tuple[Planned, ...]
    """In order of start."""
    starts_at: datetime
    """With `ends_at`, the hours that it is about."""
    ends_at: datetime
    subject_id: UUID | None = None
    """The room or the speaker."""
    people: int = 0
    """How many the session takes, or are expected, where the room holds fewer."""
