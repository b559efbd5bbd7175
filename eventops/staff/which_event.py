"""What the staff room asks of the agenda: which event has this address?"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class EventOfSlug(Protocol):
    """The id of the event at that address, published or not; None where there is none."""

    def __call__(self, slug: str) -> UUID | None: ...


_answers: list[EventOfSlug] = []


def answer_event_of_slug(answer: EventOfSlug) -> None:
    """Register who knows. The last one counts."""
    _answers.append(answer)


def event_of_slug(slug: str) -> UUID | None:
    """The id of the event at that address. Raises IndexError when nobody was registered to know."""
    return _answers[-1](slug)
