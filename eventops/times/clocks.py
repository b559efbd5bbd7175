"""Both clocks of one instant, in words, the reader's own country first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from babel.dates import format_timedelta

from eventops.times.instants import to_wall
from eventops.times.words import Words, clock_words, day_words, long_day_words, words_of, zone_words

# Swedish is read in Finland here. English is nobody's country.
_COUNTRY_OF_LANGUAGE = {
    "fi": "Europe/Helsinki",
    "sv": "Europe/Helsinki",
    "da": "Europe/Copenhagen",
    "nb": "Europe/Oslo",
}


@dataclass(frozen=True)
class TwoClocks:
    """A moment, or a span of time, in words. As a string: "11:00 Finnish time (10:00 Danish and Norwegian time)".

    `start` and `end` (None for a moment) are instants in UTC; `day` is the date of `start` on the reader's clock,
    "Tuesday 7 May 2024". `own` is the reader's clock and `others` the rest, a phrase for all that show the same;
    each phrase holds its zones' names, and the day wherever that is not `day`.
    """

    start: datetime
    end: datetime | None
    language: str
    day: str
    own: str
    others: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.own} ({'; '.join(self.others)})" if self.others else self.own

    @property
    def with_day(self) -> str:
        """The date and both clocks: "Tuesday 7 May 2024, 11:00 Finnish time (10:00 Danish and Norwegian time)"."""
        return words_of(self.language).with_day.format(day=self.day, clocks=self)


def reader_zone(language: str, home_zone: str) -> str:
    """The zone whose clock a reader of the language goes by until they say otherwise; in English the event's own.

    Raises ValueError for a language without words.
    """
    words_of(language)
    return _COUNTRY_OF_LANGUAGE.get(language, home_zone)


def two_clocks(
    start: datetime,
    end: datetime | None,
    *,
    language: str,
    reader_zone: str,
    home_zone: str,
    also_show: Sequence[str] = (),
) -> TwoClocks:
    """What the clocks show from `start` to `end` (aware), or at `start` alone, in the reader's language.

    The zones stand in the order reader's, home, also shown, each once; those that show the same at start and end
    share a phrase. Raises UnknownZone, and ValueError for a time without an offset or a language without words.
    """
    words = words_of(language)
    showing: dict[tuple[datetime, datetime | None], list[str]] = {}
    for key in dict.fromkeys((reader_zone, home_zone, *also_show)):
        shown = to_wall(start, key), None if end is None else to_wall(end, key)
        showing.setdefault(shown, []).append(key)
    today = to_wall(start, reader_zone).date()
    own, *others = (_phrase(*shown, zone_words(keys, words), today, words) for shown, keys in showing.items())
    return TwoClocks(
        start=start.astimezone(UTC),
        end=None if end is None else end.astimezone(UTC),
        language=language,
        day=long_day_words(today, words),
        own=own,
        others=tuple(others),
    )


def moved_clocks(
    before: datetime,
    after: datetime,
    *,
    language: str,
    reader_zone: str,
    home_zone: str,
    also_show: Sequence[str] = (),
) -> str:
    """A moment that was moved (both aware), on every clock: "12:20 → 12:30 Finnish time, 11:20 → 11:30 Danish time".

    Zones stand in the order of `two_clocks`; days are named where the clock shows another one. Raises as `two_clocks`.
    """
    words = words_of(language)
    showing: dict[tuple[datetime, datetime], list[str]] = {}
    for key in dict.fromkeys((reader_zone, home_zone, *also_show)):
        showing.setdefault((to_wall(before, key), to_wall(after, key)), []).append(key)
    return ", ".join(
        words.moved.format(
            before=_on_its_day(old, old.date() != new.date(), words),
            after=_on_its_day(new, old.date() != new.date(), words),
            zone=zone_words(keys, words),
        )
        for (old, new), keys in showing.items()
    )


def long_date(instant: datetime, zone_key: str, language: str) -> str:
    """The date of an instant (aware) in the zone: "Tuesday 7 May 2024".

    Raises UnknownZone, and ValueError for a time without an offset or a language without words.
    """
    return long_day_words(to_wall(instant, zone_key).date(), words_of(language))


def duration_until(delta: timedelta, language: str) -> str:
    """How far away something is, in whole minutes or more: "in 25 minutes", or "25 minutes ago" when negative.

    Up to two hours are told in minutes, up to two days in hours: "in 2 hours" for 90 minutes would be half an hour
    late. Raises ValueError for a language without words.
    """
    locale = words_of(language).locale
    return format_timedelta(delta, granularity="minute", threshold=2, add_direction=True, locale=locale)


def _phrase(start: datetime, end: datetime | None, zones: str, today: date, words: Words) -> str:
    return _pattern(start, end, today, words).format(
        start=clock_words(start, words),
        start_day=day_words(start.date(), words),
        end=clock_words(end or start, words),
        end_day=day_words((end or start).date(), words),
        zone=zones,
    )


def _on_its_day(wall: datetime, is_day_named: bool, words: Words) -> str:
    clock = clock_words(wall, words)
    return words.clock_on_day.format(day=day_words(wall.date(), words), clock=clock) if is_day_named else clock


def _pattern(start: datetime, end: datetime | None, today: date, words: Words) -> str:
    is_today = start.date() == today
    if end is None:
        return words.moment if is_today else words.moment_on_day
    if end.date() == start.date():
        return words.span if is_today else words.span_on_day
    return words.span_into_day if is_today else words.span_of_days
