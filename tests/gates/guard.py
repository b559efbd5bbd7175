"""What a guard is: a piece of the program whose loss some test must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """A piece of text that stands once in a file, and what stands there once the guard is gone."""

    name: str
    file: str
    text: str
    instead: str
    tests: str
    """Files or ids of tests, parted by blanks: at least one must fail without the guard."""
    is_short: bool = False
    """Whether it is taken away in the plain run too. Those few are quick."""
    database: str = "sqlite"
    """On which the tests run: `sqlite`, or `postgresql` for what only it guards."""

    def removed_from(self, source: str) -> str:
        """The file's text without the guard. Raises GuardMoved unless the text stands there just once."""
        if source.count(self.text) != 1:
            raise GuardMoved(f"{self.name}: {self.file} has it {source.count(self.text)} times:\n{self.text}")
        return source.replace(self.text, self.instead)


class GuardMoved(Exception):
    """The text of a guard is not where the list says: the message tells which, so that the list can be mended."""
