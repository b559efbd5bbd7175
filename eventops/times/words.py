"""What clocks, days and zones are called in the five languages: whole patterns, and no grammar in the code.

Ours and not Babel's: its patterns never write klo or kl., and for Swedish in Finland they fall back to Sweden's.
From Babel come the names of days, months and cities, and how a language joins a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, get_timezone_location
from babel.lists import format_list

from eventops.times.zones import zone


@dataclass(frozen=True)
class Words:
    """One language. Patterns name their parts; `{start}` and `{end}` are clock times written as in `clock`."""

    locale: str
    clock: str
    day: str
    long_day: str
    # The zones that bear a country's name, Nordic and those around, and a list of such names as a phrase.
    countries: dict[str, str]
    country_time: str
    elsewhere: str
    utc: str
    # A moment or a span, on the day that the reader has in mind or on another; the last two end on another day.
    moment: str
    moment_on_day: str
    span: str
    span_on_day: str
    span_into_day: str
    span_of_days: str
    # A date and the clocks of that day as one phrase.
    with_day: str
    # From one clock time to another, each perhaps with its day.
    moved: str
    clock_on_day: str


_ZONES_OF_COUNTRIES = (
    "Europe/Helsinki",
    "Europe/Mariehamn",
    "Europe/Copenhagen",
    "Europe/Oslo",
    "Europe/Stockholm",
    "Atlantic/Reykjavik",
    "Atlantic/Faroe",
    "Europe/Tallinn",
    "Europe/Riga",
    "Europe/Vilnius",
    "Europe/London",
    "Europe/Berlin",
)


def _countries(names: str) -> dict[str, str]:
    finland, *others = names.split()
    return dict(zip(_ZONES_OF_COUNTRIES, (finland, finland, *others), strict=True))


_ENGLISH = Words(
    locale="en_GB",
    clock="{0.hour:02}:{0.minute:02}",
    day="EEEE d MMMM",
    long_day="EEEE d MMMM y",
    countries=_countries(
        "Finnish Danish Norwegian Swedish Icelandic Faroese Estonian Latvian Lithuanian British German"
    ),
    country_time="{names} time",
    elsewhere="in the {place} time zone",
    utc="UTC",
    moment="{start} {zone}",
    moment_on_day="{start} {zone}, {start_day}",
    span="{start}–{end} {zone}",
    span_on_day="{start}–{end} {zone}, {start_day}",
    span_into_day="{start} – {end_day} {end} {zone}",
    span_of_days="{start_day} {start} – {end_day} {end} {zone}",
    with_day="{day}, {clocks}",
    moved="{before} → {after} {zone}",
    clock_on_day="{day} {clock}",
)
_FINNISH = Words(
    locale="fi",
    clock="{0.hour}.{0.minute:02}",
    day="cccc d. MMMM",
    long_day="cccc d. MMMM y",
    countries=_countries("Suomen Tanskan Norjan Ruotsin Islannin Färsaarten Viron Latvian Liettuan Britannian Saksan"),
    country_time="{names} aikaa",
    elsewhere="aikavyöhykkeellä {place}",
    utc="UTC-aikaa",
    moment="klo {start} {zone}",
    moment_on_day="{start_day} klo {start} {zone}",
    span="klo {start}–{end} {zone}",
    span_on_day="{start_day} klo {start}–{end} {zone}",
    span_into_day="klo {start} – {end_day} klo {end} {zone}",
    span_of_days="{start_day} klo {start} – {end_day} klo {end} {zone}",
    with_day="{day} {clocks}",
    moved="klo {before} → {after} {zone}",
    clock_on_day="{day} {clock}",
)
_SWEDISH = Words(
    locale="sv",
    clock="{0.hour:02}.{0.minute:02}",
    day="EEEE d MMMM",
    long_day="EEEE d MMMM y",
    countries=_countries("finsk dansk norsk svensk isländsk färöisk estnisk lettisk litauisk brittisk tysk"),
    country_time="{names} tid",
    elsewhere="i tidszonen {place}",
    utc="UTC",
    moment="kl. {start} {zone}",
    moment_on_day="{start_day} kl. {start} {zone}",
    span="kl. {start}–{end} {zone}",
    span_on_day="{start_day} kl. {start}–{end} {zone}",
    span_into_day="kl. {start} – {end_day} kl. {end} {zone}",
    span_of_days="{start_day} kl. {start} – {end_day} kl. {end} {zone}",
    with_day="{day} {clocks}",
    moved="kl. {before} → {after} {zone}",
    clock_on_day="{day} {clock}",
)
_DANISH = replace(
    _SWEDISH,
    locale="da",
    day="EEEE d. MMMM",
    long_day="EEEE d. MMMM y",
    countries=_countries("finsk dansk norsk svensk islandsk færøsk estisk lettisk litauisk britisk tysk"),
)
_NORWEGIAN = replace(
    _DANISH,
    locale="nb",
    countries=_countries("finsk dansk norsk svensk islandsk færøysk estisk latvisk litauisk britisk tysk"),
    elsewhere="i tidssonen {place}",
)

_WORDS = {"en": _ENGLISH, "fi": _FINNISH, "sv": _SWEDISH, "da": _DANISH, "nb": _NORWEGIAN}
_BY_LOCALE = {words.locale: words for words in _WORDS.values()}
LANGUAGES = tuple(_WORDS)


def words_of(language: str) -> Words:
    """The words of a language of LANGUAGES. Raises ValueError for any other."""
    try:
        return _WORDS[language]
    except KeyError:
        raise ValueError(f"no words for times in the language {language[:20]!a}") from None


def zone_words(zone_keys: Iterable[str], words: Words) -> str:
    """Zones that show the same time as one phrase in their order: "Danish and Norwegian time".

    Raises UnknownZone.
    """
    return _zone_words(tuple(zone_keys), words.locale)


# A programme names the same few zones on every line, which Babel takes long to join to a list.
@lru_cache(maxsize=256)
def _zone_words(keys: tuple[str, ...], locale: str) -> str:
    words = _BY_LOCALE[locale]
    names = dict.fromkeys(words.countries[key] for key in keys if key in words.countries)
    country_time = words.country_time.format(names=format_list(list(names), locale=locale))
    phrases = dict.fromkeys(country_time if key in words.countries else _elsewhere(key, words) for key in keys)
    return format_list(list(phrases), locale=locale)


def _elsewhere(zone_key: str, words: Words) -> str:
    if zone_key in ("UTC", "Etc/UTC"):
        return words.utc
    return words.elsewhere.format(place=_city(zone_key, words.locale))


def _city(zone_key: str, locale: str) -> str:
    named = zone(zone_key)
    # Etc/GMT+5 is five hours behind: without its Etc/ it would read as ahead.
    if zone_key.startswith("Etc/"):
        return zone_key
    return get_timezone_location(named, locale=locale, return_city=True).rpartition("/")[2]


def city(zone_key: str, language: str) -> str:
    """The city that a zone is named after, in a language: "Kööpenhamina".

    Raises UnknownZone, and ValueError for a language without words.
    """
    return _city(zone_key, words_of(language).locale)


def clock_words(wall: datetime, words: Words) -> str:
    """A wall time's hour and minute, without its zone's word: for `clocks` only, which adds it."""
    return words.clock.format(wall)


def day_words(day: date, words: Words) -> str:
    """A date without its year: "Tuesday 7 May"."""
    return _written(day, words.day, words.locale)


def long_day_words(day: date, words: Words) -> str:
    """A date with its year: "Tuesday 7 May 2024"."""
    return _written(day, words.long_day, words.locale)


# A programme names the same few dates on every line.
@lru_cache(maxsize=256)
def _written(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)
