"""Reading a list of people that was pasted or uploaded: which columns say what, and which rows cannot be used."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from eventops.registration.guest_list_text import NotAText, decode, person, readable, rows_of_text
from eventops.registration.guest_list_words import LANGUAGE_WORDS, column_of
from eventops.registration.spreadsheet import NotASpreadsheet, first_sheet
from eventops.typed import email_fault, name_fault

MOST_ROWS = 20_000
SHOWN = 120
"""Characters that are kept of what cannot be used."""

_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_WORKBOOK = bytes.fromhex("D0CF11E0A1B11AE1")
"""Both Excel's before 2007 and today's with a password are in this container."""
_LOOKED_AT = 20
"""Rows among which the heading, or the column of addresses, is looked for."""
_PDF = b"%PDF-"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")

Cells = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class ReadList:
    """A list as GuestList keeps it."""

    rows: list[dict[str, Any]]
    note: str = ""


class UnreadableList(ValueError):
    """The whole list is refused: `reason` is a word, `row` the number of the row or line, or 0."""

    def __init__(self, reason: str, row: int = 0) -> None:
        super().__init__(reason, row)
        self.reason, self.row = reason, row


def read_upload(data: bytes) -> ReadList:
    """The people of an uploaded file, whose name plays no part. Raises UnreadableList."""
    if data.startswith(_OLD_WORKBOOK):
        raise UnreadableList("old_workbook")
    if data.startswith(_PDF):
        raise UnreadableList("binary")
    try:
        if data.startswith(_ARCHIVE):
            return ReadList(_people(first_sheet(data)))
        text, note = decode(data)
        return ReadList(_people(rows_of_text(text)), note)
    except (NotASpreadsheet, NotAText) as error:
        raise UnreadableList(*error.args) from error


def read_pasted(text: str) -> ReadList:
    """The people of a pasted text. Raises UnreadableList."""
    try:
        return ReadList(_people(rows_of_text(readable(text))))
    except NotAText as error:
        raise UnreadableList(*error.args) from error


def _people(rows: Iterable[Cells]) -> list[dict[str, Any]]:
    filled = ((number, cells) for number, cells in rows if any(cell.strip() for cell in cells))
    beginning = list(islice(filled, _LOOKED_AT))
    columns, below = _columns(beginning)
    people: list[dict[str, Any]] = []
    for number, cells in _chained(beginning[below:], filled):
        if len(people) == MOST_ROWS:
            raise UnreadableList("too_many", number)
        people.append(_person(number, _picked(cells, columns)))
    if not people:
        raise UnreadableList("nobody")
    return people


def _chained(beginning: list[Cells], rest: Iterator[Cells]) -> Iterator[Cells]:
    yield from beginning
    yield from rest


def _columns(rows: list[Cells]) -> tuple[dict[str, int], int]:
    """Which column is what, and how many rows the heading takes, together with what stands above it."""
    for index, (_number, cells) in enumerate(rows):
        named = {column_of(cell): place for place, cell in reversed(list(enumerate(cells)))}
        if "email" in named:
            return {what: place for what, place in named.items() if what}, index + 1
        if any("@" in cell for cell in cells):
            break
    return _guessed([cells for _number, cells in rows]), 0


def _guessed(rows: list[list[str]]) -> dict[str, int]:
    """Without a heading: addresses are in the column with most of them, names in the first other one."""
    width = max((len(cells) for cells in rows), default=1)
    addresses = [sum("@" in cells[place] for cells in rows if place < len(cells)) for place in range(width)]
    email = addresses.index(max(addresses))
    return {"email": email} | ({"name": 1 if email == 0 else 0} if width > 1 else {})


def _picked(cells: list[str], columns: dict[str, int]) -> dict[str, str]:
    return {what: cells[place] for what, place in columns.items() if place < len(cells)}


def _person(number: int, given: dict[str, str]) -> dict[str, Any]:
    """A row of GuestList: what is written is kept as it was, without the spaces around it."""
    names = [given.get(part, "") for part in ("name", "first_name", "last_name")]
    is_formula = any(_is_formula(name) for name in names) or given.get("email", "").lstrip().startswith("=")
    written_name, email = person(given["email"]) if "<" in given.get("email", "") else ["", given.get("email", "")]
    name = unicodedata.normalize("NFC", " ".join(filter(None, map(_bare, names))) or written_name)
    email, language = _bare(email), _language(given.get("language", ""))
    if fault := "formula" if is_formula or _is_formula(name) else _fault(name, email):
        return {"number": number, "name": name[:SHOWN], "email": email[:SHOWN], "language": language, "fault": fault}
    return {"number": number, "name": name, "email": email, "language": language}


def _fault(name: str, email: str) -> str:
    return email_fault(email) or (name_fault(name) if name else "")


def _is_formula(name: str) -> bool:
    """Whether a program for tables might take it for one, at once or without the spaces before it."""
    return name.startswith(_FORMULA_SIGNS) or name.lstrip().startswith(_FORMULA_SIGNS)


def _bare(cell: str) -> str:
    return cell.strip(" \u00a0")


def _language(word: str) -> str:
    return LANGUAGE_WORDS.get(word.strip().casefold().replace("_", "-").partition("-")[0], "")
