"""YAML, read without trust: what would take memory or time without end is refused before it is made."""

from __future__ import annotations

from typing import Any

import yaml

MOST_CHARACTERS = 10_000_000
MOST_PIECES = 500_000
"""Texts, lists and maps, those counted again that aliases repeat."""
DEEPEST = 40
"""Lists and maps within one another."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Safe, and as fast as there is one."""


def read_yaml(text: str) -> Any:
    """What the text holds. Raises ValueError, its message saying where it stops being YAML."""
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
    """Refuse deep nesting, on which the composer would run out of stack, and aliases that multiply."""
    weights: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = [(None, 0)]
    for event in yaml.parse(text, Loader=LOADER):
        anchor, weight = getattr(event, "anchor", None), 0
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append((anchor, 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, weight = open_.pop()
        elif isinstance(event, yaml.AliasEvent):
            weight = _weight_of(anchor, weights)
        elif isinstance(event, yaml.ScalarEvent):
            weight = 1
        if anchor and weight:
            weights[anchor] = weight
        open_[-1] = open_[-1][0], open_[-1][1] + weight
        _refuse_too_much(len(open_), open_[-1][1])


def _weight_of(anchor: str | None, weights: dict[str, int]) -> int:
    if anchor not in weights:
        raise ValueError(f"there is nothing above that *{anchor} could stand for")
    return weights[anchor]


def _refuse_too_much(depth: int, weight: int) -> None:
    if depth > DEEPEST:
        raise ValueError(f"lists and maps stand within one another more than {DEEPEST} deep")
    if weight > MOST_PIECES:
        raise ValueError(f"it holds more than {MOST_PIECES:,} texts, lists and maps")
