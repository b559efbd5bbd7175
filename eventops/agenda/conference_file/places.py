"""Where in a conference file something stands, as people say it: "session 5, speaker 1, country (line 88)"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from eventops.agenda.conference_file.yaml_text import LOADER

Steps = Sequence[str]
"""Names of fields, and numbers of what is in lists, from 0."""


def in_words(steps: Steps) -> str:
    """The place, with lists counted from 1: "event, organiser 3, country", "session 1, title.en", "event.slug"."""
    words: list[list[str]] = [[]]
    for step in steps:
        if step.isdecimal() and words[-1]:
            words += [[f"{_singular(words[-1].pop())} {int(step) + 1}"], []]
        else:
            words[-1].append(step)
    return ", ".join(".".join(names) for names in words if names) or "the file"


def _singular(name: str) -> str:
    return name.removesuffix("s").replace("_", " ")


class Lines:
    """On which line of a YAML text (that could be read) its parts begin."""

    def __init__(self, text: str) -> None:
        self._root: Any = yaml.compose(text, Loader=LOADER)

    def line_of(self, steps: Steps) -> int:
        """From 1; of what is not there, the line of what it is missing in: 0 for the whole file."""
        line, node = -1, self._root
        for step in steps:
            below = _below(node, step)
            if below is None:
                break
            line, node = below
        return line + 1


def _below(node: Any, step: str) -> tuple[int, Any] | None:
    """The line (from 0) and the node of a field or of one in a list."""
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        return node.value[int(step)].start_mark.line, node.value[int(step)]
    return None
