"""What a reader asks of a programme: a day, and of room, track and language the ones that they look for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from eventops.agenda.events import spoken_language
from eventops.agenda.models import Event, PublishedBlock
from eventops.agenda.programme import Entry, facets, language_name
from eventops.languages import Text, in_language
from eventops.times import reader_zone, to_wall
from eventops.times.words import day_words, words_of

FACETS = ("room", "track", "language")
ASKED = ("day", *FACETS)
"""The parameters of a programme's address."""
ALL_DAYS = "all"

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to filter by."""

    name: str
    label: str
    choices: list[tuple[str, Text]]
    """Each with its value in addresses."""


def days_of(event: Event, entries: Iterable[Entry]) -> list[date]:
    """On which days of the reader's clock something begins, in order."""
    return sorted({day_of(event, entry.starts_at) for entry in entries})


def day_of(event: Event, instant: datetime) -> date:
    """The day that the reader's clock shows."""
    return to_wall(instant, own_zone(event)).date()


def own_zone(event: Event) -> str:
    """By whose clock the reader of the page at hand goes."""
    return reader_zone(spoken_language(), event.home_zone)


def day_to_show(days: Sequence[date], today: date) -> str:
    """Today's where there is something today; else the next day, and after the last one the first."""
    return next((day for day in days if day >= today), days[0]).isoformat() if len(days) > 1 else ALL_DAYS


def day_links(days: Sequence[date]) -> list[tuple[str, str]]:
    """The days by value and word, then all of them; none where there is nothing to choose."""
    if len(days) < 2:
        return []
    words = words_of(spoken_language())
    return [*((day.isoformat(), day_words(day, words)) for day in days), (ALL_DAYS, _("All days"))]


def facets_of(entries: Iterable[Entry]) -> list[Facet]:
    """What there is to choose among the entries; what all have alike is left out."""
    found: dict[str, dict[str, Text]] = {name: {} for name in FACETS}
    for entry in entries:
        for name, value in facets(entry).items():
            found[name].setdefault(value, _text(entry, name, value))
    labels = {"room": _("Room"), "track": _("Track"), "language": _("Language")}
    return [Facet(name, labels[name], _in_order(texts)) for name, texts in found.items() if len(texts) > 1]


def known(asked: Mapping[str, str], days: Sequence[date], choices: Sequence[Facet]) -> dict[str, str]:
    """What is asked, without whatever nothing bears: of that there is no page, so that nobody can have one kept."""
    values = {facet.name: {value for value, _text in facet.choices} for facet in choices}
    values["day"] = {value for value, _word in day_links(days)}
    return {name: asked[name] for name in ASKED if asked.get(name) in values.get(name, ())}


def fits(entry: Entry, asked: Mapping[str, str]) -> bool:
    """Whether the entry is among what is asked, whatever its day."""
    own = facets(entry)
    return all(own.get(name) == asked[name] for name in FACETS if name in asked)


def _text(entry: Entry, name: str, value: str) -> Text:
    language = spoken_language()
    if name == "track" and not isinstance(entry, PublishedBlock):
        return in_language(entry.content["track"], language)
    return Text(str(language_name(value, language)) if name == "language" else value, language)


def _in_order(texts: dict[str, Text]) -> list[tuple[str, Text]]:
    return sorted(texts.items(), key=lambda choice: as_people_count(str(choice[1])))


def as_people_count(text: str) -> list[tuple[int, str]]:
    """To sort by: Room 2 before Room 10."""
    parts = _DIGITS.split(text.casefold())
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
