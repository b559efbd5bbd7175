"""What a page's script needs to put instants into words by itself, where asking for each would take too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from eventops.times.instants import to_wall
from eventops.times.words import clock_words, day_words, words_of, zone_words

_STEP = timedelta(minutes=15)


@dataclass(frozen=True)
class Face:
    """A clock, or several that show the same for the whole of a span."""

    zones: tuple[str, ...]
    words: str
    """Of its zones: "Danish and Norwegian time"."""
    offsets: tuple[tuple[datetime, int], ...]
    """From which instant (UTC) on it is how many minutes ahead of UTC; the first holds before that too."""


def faces(starts_at: datetime, ends_at: datetime, zones: Sequence[str], language: str) -> list[Face]:
    """The clocks of `zones`, each once and in their order, as they go from one instant (aware) to another.

    Raises UnknownZone, and ValueError for a time without an offset or a language without words.
    """
    going: dict[tuple[tuple[datetime, int], ...], list[str]] = {}
    for key in dict.fromkeys(zones):
        going.setdefault(_offsets(starts_at, ends_at, key), []).append(key)
    words = words_of(language)
    return [Face(tuple(keys), zone_words(keys, words), offsets) for offsets, keys in going.items()]


def patterns(language: str, days: Sequence[date]) -> dict[str, Any]:
    """How a language writes clock times and spans of them, and the names of `days`: see words.py.

    Raises ValueError for a language without words.
    """
    words = words_of(language)
    sample = clock_words(datetime(2024, 1, 1, 9, 5), words)  # noqa: DTZ001
    return {
        "separator": sample[-3],
        "padded": sample.startswith("0"),
        "span": words.span,
        "span_on_day": words.span_on_day,
        "span_into_day": words.span_into_day,
        "span_of_days": words.span_of_days,
        "days": {day.isoformat(): day_words(day, words) for day in days},
    }


def _offsets(starts_at: datetime, ends_at: datetime, zone_key: str) -> tuple[tuple[datetime, int], ...]:
    found: list[tuple[datetime, int]] = []
    instant = starts_at.astimezone(UTC)
    while instant <= ends_at:
        minutes = round((to_wall(instant, zone_key) - instant.replace(tzinfo=None)) / timedelta(minutes=1))
        if not found or found[-1][1] != minutes:
            found.append((instant, minutes))
        instant += _STEP
    return tuple(found)
