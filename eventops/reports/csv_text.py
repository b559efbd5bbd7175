"""CSV (RFC 4180) that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_PIECE = 65_536


def csv_text(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The rows as text, in pieces of some 64 kB; None is an empty cell.

    A cell that a spreadsheet would calculate gets an apostrophe before it, by which spreadsheets know a text.
    """
    buffer = StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if buffer.tell() >= _PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
