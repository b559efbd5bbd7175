"""What importing a file changes, in words for an operator's terminal: English, every time with both clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.conference_file.differences import FileDifference, PartChange
from eventops.agenda.conference_file.settled import KINDS
from eventops.languages import in_language
from eventops.times import two_clocks

_SHOWN = 60
"""Of a text so many characters: what a title holds; an abstract is only said to differ."""
_TIMES = frozenset({"start_local", "start_reading", "end_local", "end_reading", "zone"})
_SIGN_UP = {"sign_up_opens": "sign-up opens", "sign_up_closes": "sign-up closes"}
_WORDS = {"event": "event", "report": "report", "public_windows": "public window", **KINDS}


def count_words(difference: FileDifference) -> str:
    """How many things are added, changed and removed."""
    return ", ".join(f"{difference.number(word):,} {word}" for word in ("added", "changed", "removed"))


def difference_lines(difference: FileDifference, before: ConferenceFile | None, after: ConferenceFile) -> Iterator[str]:
    """A line for each thing that is added, changed or removed, and below it one for each of its fields that differ."""
    words = _Words(before, after)
    for change in difference.changes:
        yield f"{change.word:<7}  {words.title(change)}"
        if change.word == "changed":
            yield from (f"         {line}" for line in words.lines(change))
    for name in difference.reordered:
        yield f"changed  order of the {name}"


class _Words:
    """Says things by their names, and times by the clocks that the file shows."""

    def __init__(self, before: ConferenceFile | None, after: ConferenceFile) -> None:
        self._event = after.event
        files = [file for file in (before, after) if file]
        self._names = {part.id: _name(part) for file in files for parts in file.lists.values() for part in parts}

    def title(self, change: PartChange) -> str:
        part, word = change.either, _WORDS[change.what]
        if change.what == "public_windows":
            return f"{word}, {self._time(part)}"
        said = f"{word} “{_shortened(_name(part))}”"
        return f"{said}, {self._time(part)}" if change.what == "sessions" and change.word != "changed" else said

    def lines(self, change: PartChange) -> Iterator[str]:
        """What was, and what is, of each field that differs."""
        before, after = change.before, change.after
        if change.fields & _TIMES:
            yield f"time: {self._time(before)} → {self._time(after)}"
        for name, words in _SIGN_UP.items():
            if change.fields & {f"{name}_local", f"{name}_reading"}:
                yield f"{words}: {self._moment(before, name)} → {self._moment(after, name)}"
        for name in sorted(change.fields - _TIMES):
            if not name.startswith(tuple(_SIGN_UP)):
                yield from self._field(name, getattr(before, name), getattr(after, name))

    def _field(self, name: str, before: Any, after: Any) -> Iterator[str]:
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for code in dict.fromkeys((*before, *after)):
                if before.get(code) != after.get(code):
                    yield from self._field(f"{name} ({code})", before.get(code), after.get(code))
        elif self._said(before) == self._said(after):
            yield f"{name}: differs"
        else:
            yield f"{name}: {self._said(before)} → {self._said(after)}"

    def _said(self, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return ", ".join(self._said(one) for one in value) or "nothing"
        if value is None or value == "":
            return "nothing"
        if role := getattr(value, "role", ""):
            return f"{self._names.get(value.id, value.id)} ({role})"
        named = value if isinstance(value, str) else _name(value)
        return _shortened(str(self._names.get(named, named)))

    def _time(self, part: Any) -> str:
        elsewhere = "" if part.zone == self._event.home_zone else f" [{part.zone}]"
        return f"{self._clocks(part.starts_at, part.ends_at)}{elsewhere}"

    def _moment(self, part: Any, name: str) -> str:
        instant = getattr(part, f"{name}_at")
        return self._clocks(instant) if instant else "at any time"

    def _clocks(self, start: Any, end: Any = None) -> str:
        home, shown = self._event.home_zone, self._event.also_show
        return two_clocks(start, end, language="en", reader_zone=home, home_zone=home, also_show=shown).with_day


def _name(part: Any) -> str:
    """What a part is called, in English where it has that."""
    for name in ("name", "label", "funder", "title"):
        if texts := getattr(part, name, None):
            return in_language(texts, "en").text if isinstance(texts, Mapping) else str(texts)
    return str(part)


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
