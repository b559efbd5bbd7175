"""What the agenda asks of the rooms above it: how many people are expected, and for whom there is a stream?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Protocol
from uuid import UUID

Crowd = frozenset[UUID]
"""Who may come to a session: whoever is of one of these audiences; with none, everybody."""


class ExpectedPeople(Protocol):
    """Says how many people are expected onsite, of each of the crowds, in a fixed number of statements."""

    def __call__(self, event_id: UUID, crowds: Iterable[Crowd]) -> Mapping[Crowd, int]: ...


class AudiencesWithStream(Protocol):
    """Gives the event's audiences for which there is a stream; None is the public."""

    def __call__(self, event_id: UUID) -> Set[UUID | None]: ...


_expected: list[ExpectedPeople] = []
_streams: list[AudiencesWithStream] = []


def answer_attendance(expected: ExpectedPeople, streams: AudiencesWithStream) -> None:
    """Register who answers. The last ones count."""
    _expected[:], _streams[:] = [expected], [streams]


def expected_people(event_id: UUID, crowds: Iterable[Crowd]) -> Mapping[Crowd, int]:
    """How many people are expected onsite, of each of the crowds."""
    return _expected[0](event_id, crowds)


def audiences_with_stream(event_id: UUID) -> Set[UUID | None]:
    """The audiences that have a stream; None is the public."""
    return _streams[0](event_id)
