"""A conference file as somebody uploads it: read as `eventops import` reads one, whatever it may hold."""

from __future__ import annotations

import unicodedata

import yaml

from eventops.agenda.conference_file import BadConferenceFile, ConferenceFile, read_conference

LARGEST_FILE = 3_000_000
"""Bytes."""
DEEPEST = 30
"""Lists and mappings within one another."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NO_TEXT = ("Cc", "Cs")
"""Unicode's control and half characters, which no database takes."""


def decode(data: bytes) -> str:
    """The text of an uploaded file. Raises BadConferenceFile."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadConferenceFile("The file is no text in UTF-8.") from error


def read_upload(text: str) -> ConferenceFile:
    """Read and check a conference file that may hold anything. Raises BadConferenceFile."""
    try:
        _look_through(text)
        return read_conference(text)
    except BadConferenceFile:
        raise
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        # Dates and numbers that are none, say: what YAML makes of them raises before anything is checked.
        raise BadConferenceFile(f"The file is not YAML that can be read: {error}") from error


def _look_through(text: str) -> None:
    """References make any size of a few lines, and nesting any depth."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise BadConferenceFile(_at(event, "references (*) are not taken; write the value out"))
        if isinstance(event, yaml.ScalarEvent) and any(map(_is_no_text, event.value)):
            raise BadConferenceFile(_at(event, "has control characters in it"))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadConferenceFile(_at(event, "lists within lists go too deep"))


def _is_no_text(character: str) -> bool:
    return character not in "\n\t\r" and unicodedata.category(character) in _NO_TEXT


def _at(event: yaml.Event, complaint: str) -> str:
    return f"line {event.start_mark.line + 1 if event.start_mark else 1}: {complaint}"
