"""What the agenda asks of those who know people: whom does a change reach, and let them be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventops.agenda.changes import Change
from eventops.agenda.models import Event, Release


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people, each counted once in each figure."""

    registered: int = 0
    """Who are registered and may see something that changes."""
    by_letter: int = 0
    """To whom letters were sent that say an hour or place which changes."""
    by_calendar: int = 0
    """To whom calendar files were sent that say it."""


class Affected(Protocol):
    """Answers for the people of an event."""

    def reach(self, event: Event, changes: Sequence[Change]) -> Reach:
        """Whom the changes reach."""

    def tell(self, event: Event, release: Release, changes: Sequence[Change], now: datetime) -> int:
        """Queue one letter to each person who may see something that changed and matters; how many. Inside write()."""


_answers: list[Affected] = []


def answer_affected(answer: Affected) -> None:
    """Register who answers. The last one counts."""
    _answers[:] = [answer]


def reach(event: Event, changes: Sequence[Change]) -> Reach:
    """Whom the changes reach who plan to take part."""
    return _answers[0].reach(event, [change for change in changes if change.matters])


def tell(event: Event, release: Release, changes: Sequence[Change], now: datetime) -> None:
    """Let those affected by the release know, each by one letter. Inside the write() that publishes."""
    release.letters = _answers[0].tell(event, release, [change for change in changes if change.matters], now)
