"""Marks in SQL text: in each SELECT, every protected table that was filtered bears one, by the name it has there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Mark(FunctionElement[bool]):
    """A condition that is always true. Its column is there to be renamed with its table where SQLAlchemy does that."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Any:  # noqa: ARG002
        """Itself: SQLite would be given `1=1 = 1` otherwise."""
        return self


def mark(column: Any) -> ColumnElement[bool]:
    """Say in the SQL text that the table, or the alias of it, from which `column` comes is filtered."""
    return Mark(column)


@compiles(Mark)
def _render(element: Mark, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **(options | {"include_table": True}))
    return f"1=1 /*seen {_plain(column.rpartition('.')[0])}*/"


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement does with protected tables."""

    tables: frozenset[str]
    """All that it names."""
    unfiltered: frozenset[str]
    """Those it reads in some SELECT without a mark there."""
    written: str | None
    """The one that it inserts into, updates or deletes from, if any."""


_TOKEN = re.compile(
    r"""  /\*seen\ (?P<seen>\w+)\*/
        | (?P<bracket>[()])
        | (?P<name>["`\[]?\w+["`\]]?(?:\s*\.\s*["`\[]?\w+["`\]]?)*)""",
    re.VERBOSE,
)
_SCHEMAS = ("main", "temp", "public")
_WRITES = {"insert": 2, "update": 1, "delete": 2}
"""At which word the table stands that is written."""
_QUERIES = ("select", "with", "values", *_WRITES)
_COMPOUNDS = ("union", "intersect", "except")


def look_through(statement: str, protected: frozenset[str]) -> Found:
    """Find the `protected` tables (lower case) in a statement. What cannot be followed counts as unfiltered."""
    reader = _Reader(list(_TOKEN.finditer(statement)), protected)
    reader.read()
    unmarked = {table for scope, table, name in reader.reads if (scope, name) not in reader.marks}
    return Found(frozenset(reader.named), frozenset(unmarked if reader.is_whole else reader.named), reader.written)


def _plain(name: str) -> str:
    return name.strip(' "`[]').lower()


@dataclass
class _Reader:
    """Goes through a statement once. A scope is one SELECT: names of tables are unique in it, and marks count in it."""

    tokens: list[re.Match[str]]
    protected: frozenset[str]
    scopes: list[int] = field(default_factory=lambda: [0])
    """The scope of each open bracket, the innermost last."""
    numbers: count[int] = field(default_factory=lambda: count(1))
    is_whole: bool = True
    named: set[str] = field(default_factory=set)
    written: str | None = None
    reads: list[tuple[int, str, str]] = field(default_factory=list)
    """Scope, table, and the name it has there."""
    marks: set[tuple[int, str]] = field(default_factory=set)

    def read(self) -> None:
        for index, token in enumerate(self.tokens):
            if token["seen"]:
                self.marks.add((self.scopes[-1], token["seen"]))
            elif token["bracket"]:
                self._bracket(token["bracket"], self._word(index + 1))
            elif self._word(index) in _COMPOUNDS:
                self.scopes[-1] = next(self.numbers)
            elif table := self._table(token["name"]):
                self._mention(index, table)
        self.is_whole = self.is_whole and len(self.scopes) == 1

    def _bracket(self, bracket: str, following: str) -> None:
        if bracket == "(":
            self.scopes.append(next(self.numbers) if following in _QUERIES else self.scopes[-1])
        elif len(self.scopes) > 1:
            self.scopes.pop()
        else:
            self.is_whole = False

    def _table(self, name: str) -> str | None:
        """The protected table so named, if any: not a column, nor the prefix of one."""
        *before, last = [_plain(part) for part in name.split(".")]
        return last if last in self.protected and (not before or before[-1] in _SCHEMAS) else None

    def _mention(self, index: int, table: str) -> None:
        is_target = index == _WRITES.get(self._word(0))
        self.named.add(table)
        if is_target:
            self.written = table
        # Being written is not being read, and what a flush writes bears no marks.
        if not is_target or any(self._word(i) == "returning" for i in range(index, len(self.tokens))):
            alias = self._word(index + 2) if self._word(index + 1) == "as" else table
            self.reads.append((self.scopes[-1], table, alias))

    def _word(self, index: int) -> str:
        return _plain(self.tokens[index]["name"] or "") if index < len(self.tokens) else ""
