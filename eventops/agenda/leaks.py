"""What the agenda asks before it is published: would strangers learn of a closed session?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from eventops.agenda.models import Event
from eventops.languages import Text


@dataclass(frozen=True, slots=True)
class Leak:
    """A closed session's own word where somebody can read it who may not."""

    address: str
    """The path of a page, or the kind of a letter."""
    word: str
    viewer: str
    """Which kind of viewer gets it, in words."""
    sessions: tuple[tuple[UUID, Text], ...] = field(default=(), compare=False)
    """Id and title of the closed sessions that have the word."""


class WouldLeak(Exception):
    """Publishing would show a closed session's words to who may not see it. `leaks` says which and where."""

    def __init__(self, leaks: list[Leak]) -> None:
        super().__init__(f"{len(leaks)} leaks")
        self.leaks = leaks


class LeakCheck(Protocol):
    """Gives the leaks there are in what is published, as this transaction sees it."""

    def __call__(self, event: Event) -> Iterable[Leak]: ...


_answers: list[LeakCheck] = []


def answer_leaks(answer: LeakCheck) -> None:
    """Register who looks. The last one counts."""
    _answers[:] = [answer]


def refuse_leaks(event: Event) -> None:
    """Raise WouldLeak if there are any. Call it inside the write() that publishes, which is then undone."""
    if found := list(_answers[0](event)):
        raise WouldLeak(found)
