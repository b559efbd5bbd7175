"""The table of who may call what: table.txt, written by hand and read here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("table.txt")
SECTIONS = ("published", "unpublished")


@dataclass(frozen=True, slots=True)
class Line:
    """What each caller is answered at one route, by one method."""

    method: str
    endpoint: str
    parts: tuple[tuple[str, str], ...]
    """What stands in the address instead of the usual, by the names of its parts: see callers.py."""
    answers: dict[str, str]
    """By caller, in the order of the table: a status, or the step of signing in that the caller is led to."""

    @property
    def name(self) -> str:
        return " ".join([self.method, self.endpoint, *(f"{name}={value}" for name, value in self.parts)])


def read_table(section: str) -> list[Line]:
    """The lines of one section, `published` or `unpublished`. Raises ValueError for a line that cannot be read."""
    text = TABLE.read_text().partition(f"\n[{section}]\n")[2].partition("\n[")[0]
    heading, *lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [_line(words, heading) for words in lines]


def _line(words: list[str], callers: list[str]) -> Line:
    method, endpoint, *rest = words
    parts = [word for word in rest if "=" in word]
    answers = [word for word in rest if "=" not in word]
    if len(answers) != len(callers):
        raise ValueError(f"{method} {endpoint} has {len(answers)} answers for {len(callers)} callers")
    pairs = tuple((name, value) for name, _, value in (part.partition("=") for part in parts))
    return Line(method, endpoint, pairs, dict(zip(callers, answers, strict=True)))
