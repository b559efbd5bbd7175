"""Which streams has this person? Registration asks; the room of the streams answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from eventops.languages import Text
from eventops.registration.models import Registration
from eventops.times import TwoClocks


@dataclass(frozen=True, slots=True)
class StreamLink:
    """A stream as my page shows it. Never the provider's address."""

    name: Text
    clocks: TwoClocks
    """When people may join."""
    waiting_url: str
    """The path of this person's waiting room, in the language being spoken."""
    is_open: bool


class StreamLinks(Protocol):
    """Gives the streams that the registration may join, in the order in which they open.

    It reads as the current viewer and speaks the current language.
    """

    def __call__(self, registration: Registration, now: datetime) -> list[StreamLink]: ...


_answers: list[StreamLinks] = []


def answer_stream_links(answer: StreamLinks) -> None:
    """Register who answers. The last one to register is asked."""
    _answers[:] = [answer]


def stream_links(registration: Registration, now: datetime) -> list[StreamLink]:
    """The person's streams at `now`; none where nobody answers."""
    return _answers[0](registration, now) if _answers else []
