"""YAML, read without trust: what would take memory or time without end is refused before it is made."""

from __future__ import annotations

import re
from typing import Any

import yaml

MOST_CHARACTERS = 10_000_000
MOST_PIECES = 500_000
"""Texts, lists and maps."""
DEEPEST = 40
"""Lists and maps within one another."""

LONGEST_NUMBER = 200
"""Characters. YAML 1.1 reads 1:30:00 as a number to base 60, which takes time by the square of its length."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Safe, and as fast as there is one."""

_NUMBER = re.compile(r"[-+0-9a-fA-FxXoO_:.]+")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control and half characters: databases do not take them all, and terminals do as they say."""


def read_yaml(text: str) -> Any:
    """What the text holds. Raises ValueError, its message saying where it stops being YAML that is taken."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"it is longer than {MOST_CHARACTERS:,} characters")
    try:
        _weigh(text)
        return yaml.load(text, Loader=LOADER)  # noqa: S506  # safe, only faster
    except ValueError:
        raise
    except Exception as error:  # constructors raise whatever they stumble over, such as KeyError for `!!bool perhaps`
        raise ValueError(str(error) or "it has a value that does not fit its tag") from error


def _weigh(text: str) -> None:
    """Refuse what is too much, and references: with them a few lines stand for any number of things."""
    depth = pieces = 0
    for event in yaml.parse(text, Loader=LOADER):
        pieces += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if fault := _fault(event, depth, pieces):
            raise ValueError(f"line {event.start_mark.line + 1 if event.start_mark else 1}: {fault}")


def _fault(event: Any, depth: int, pieces: int) -> str:
    if isinstance(event, yaml.AliasEvent):
        return "references (*) are not taken; write the value out"
    if isinstance(event, yaml.ScalarEvent) and _NO_TEXT.search(event.value):
        return "has control characters in it"
    if isinstance(event, yaml.ScalarEvent) and len(event.value) > LONGEST_NUMBER and _NUMBER.fullmatch(event.value):
        return f"is a number of more than {LONGEST_NUMBER} characters"
    if depth > DEEPEST:
        return f"lists and maps stand within one another more than {DEEPEST} deep"
    return f"there are more than {MOST_PIECES:,} texts, lists and maps up to here" if pieces > MOST_PIECES else ""
