"""Answers that were right a moment ago, kept in this process so that a door in a queue does not ask all the time."""

from __future__ import annotations

from time import monotonic
from typing import Generic, TypeVar

from flask import current_app

KEPT_SECONDS = 1.0
MOST = 256

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Recent(Generic[Key, Answer]):
    """Keeps each answer for at most a second, for the application at hand alone: a change elsewhere shows by then."""

    def __init__(self, name: str) -> None:
        self._name = f"recent {name}"

    def get(self, key: Key) -> Answer | None:
        """The answer kept for `key`, if it is recent."""
        answer, until = self._kept().get(key, (None, 0.0))
        return answer if until > monotonic() else None

    def keep(self, key: Key, answer: Answer) -> Answer:
        """Keep the answer, and give it back."""
        kept = self._kept()
        if len(kept) >= MOST:
            kept.clear()
        kept[key] = answer, monotonic() + KEPT_SECONDS
        return answer

    def forget(self) -> None:
        """Ask anew from now on in this process."""
        self._kept().clear()

    def _kept(self) -> dict[Key, tuple[Answer, float]]:
        kept: dict[Key, tuple[Answer, float]] = current_app.extensions.setdefault(self._name, {})
        return kept
