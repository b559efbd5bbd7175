"""What the staff room asks of the agenda: which event has this address, and what is there to say of it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from eventops.languages import Text
from eventops.times import TwoClocks


@dataclass(frozen=True, slots=True)
class EventWords:
    """What pages and letters to staff say of an event, published or not."""

    slug: str
    title: Text
    contact: str
    """The organisers' e-mail address."""
    clocks: Callable[[datetime], TwoClocks]
    """An instant on the event's clocks, for readers of the title's language as it was asked for."""


class EventOfSlug(Protocol):
    """The id of the event at that address, published or not; None where there is none."""

    def __call__(self, slug: str) -> UUID | None: ...


class WordsOfEvent(Protocol):
    """The event's words in `language`, by default the one being spoken. Raises for an event that there is not."""

    def __call__(self, event_id: UUID, language: str | None = None) -> EventWords: ...


_answers: list[tuple[EventOfSlug, WordsOfEvent]] = []


def answer_for_events(of_slug: EventOfSlug, words: WordsOfEvent) -> None:
    """Register who knows. The last ones count."""
    _answers.append((of_slug, words))


def event_of_slug(slug: str) -> UUID | None:
    """The id of the event at that address. Raises IndexError when nobody was registered to know."""
    return _answers[-1][0](slug)


def event_words(event_id: UUID, language: str | None = None) -> EventWords:
    """What there is to say of the event. Raises IndexError when nobody was registered to know."""
    return _answers[-1][1](event_id, language)
