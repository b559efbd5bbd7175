"""What many letters say alike, asked for at most once a second while they are written."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any, TypeVar

FRESH = 1.0
"""Seconds for which an answer may be given again, as on public pages."""

T = TypeVar("T")
_answers: ContextVar[dict[Hashable, tuple[float, Any]] | None] = ContextVar("answers", default=None)


@contextmanager
def sharing() -> Iterator[None]:
    """Inside, `shared` gives an answer more than once."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def shared(key: Hashable, ask: Callable[[], T]) -> T:
    """What `ask()` gives, or gave within the last second for the same key while letters are being delivered.

    The key names everything that the answer depends on, the rights of whoever it is for included. The answer holds no
    rows of the database, which belong to one transaction. What is one person's own is asked for each time.
    """
    answers = _answers.get()
    if answers is None:
        return ask()
    asked_at, answer = answers.get(key, (-FRESH, None))
    now = monotonic()
    if now - asked_at >= FRESH:
        answer = ask()
        answers[key] = now, answer
    found: T = answer
    return found
