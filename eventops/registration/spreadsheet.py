"""The cells of a workbook's first sheet (XLSX: ECMA-376 part 1), read as a stream.

Whoever made the file decides what is in it, so everything has a bound that is kept while reading, whatever the file
says of itself: parts and bytes, tags, their names, depth and length, the texts that sheets share, the cells of a row.
Libraries for workbooks build a tree of each row or part first, which a file of a few kilobytes can make any size.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

FORMULA = "="
"""What a cell reads as that holds a formula, or the error that one ended in. The formula itself is dropped."""

MOST_PARTS = 1000
MOST_BYTES = 30_000_000
"""Unpacked, of all parts together."""
MOST_RATIO = 300
"""Unpacked to packed."""
MOST_TAGS = 1_500_000
"""In one part."""
MOST_NAMES = 1000
"""Of tags, attributes and namespaces in one part: the parser remembers each that it has met."""
DEEPEST = 100
"""Tags within one another: the parser remembers each that is open."""
MOST_TEXTS = 400_000
MOST_COLUMNS = 50
LONGEST_TEXT = 1000
"""Characters of a cell; the rest is dropped, since no name and no address is so long."""

_FAULTS = (
    *(BadZipFile, zlib.error, struct.error, expat.ExpatError),
    *(OSError, EOFError, LookupError, ValueError, RuntimeError),
)
"""What the library raises for a broken archive or a broken part."""
_LONGEST_TAG = 100_000
_CHUNK = 32_768
_COLUMN = re.compile(r"([A-Z]{1,3})[0-9]+")


class NotASpreadsheet(ValueError):
    """It cannot be read: the message is `not_a_workbook`, `workbook_too_large` or `workbook_encrypted`."""


def first_sheet(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The number (from 1) and the cells of each row that is there, in order. Raises NotASpreadsheet at any row.

    Numbers and dates are as the file has them. Cells that are not there are empty, those at the end left out.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            _check(archive, len(data))
            relations = dict(_parse(archive, "xl/_rels/workbook.xml.rels", _Relations()))
            sheet, *_others = _parse(archive, "xl/workbook.xml", _Sheets())
            texts = relations.get("texts")
            yield from _parse(archive, relations[sheet], _Rows([*_parse(archive, texts, _Texts())] if texts else []))
    except NotASpreadsheet:
        raise
    except _FAULTS as error:
        raise NotASpreadsheet("not_a_workbook") from error


def _check(archive: ZipFile, packed: int) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise NotASpreadsheet("workbook_encrypted")
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        raise NotASpreadsheet("not_a_workbook")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > min(MOST_BYTES, packed * MOST_RATIO):
        raise NotASpreadsheet("workbook_too_large")


class _Part:
    """Takes the tags and texts of a part as they come, and gathers in `found` what it is read for."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def start(self, tag: str, attributes: dict[str, str], /) -> None: ...

    def text(self, text: str) -> None: ...

    def end(self, tag: str) -> None: ...


class _Relations(_Part):
    """(id, path) of each part that the workbook names; that of the shared texts as `texts` too."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            path = str(PurePosixPath("/xl", attributes["Target"]))[1:]
            self.found.append((attributes["Id"], path))
            if attributes["Type"].endswith("/sharedStrings"):
                self.found.append(("texts", path))


class _Sheets(_Part):
    """The relation of each sheet, in the order of their tabs."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            self.found.append(attributes["id"])


class _Texts(_Part):
    """The texts that cells refer to by their place."""

    holder = "si"

    def __init__(self) -> None:
        super().__init__()
        self._text, self._length = list[str](), 0
        self._is_read, self._is_aside = False, False
        self._number = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == self.holder:
            self._text, self._length = [], 0
        self._is_aside = self._is_aside or tag == "rPh"  # how it is pronounced is no part of it
        self._is_read = tag in ("t", "v") and not self._is_aside

    def text(self, text: str) -> None:
        if self._is_read and self._length < LONGEST_TEXT:
            self._text.append(text[:LONGEST_TEXT])
            self._length += len(text)

    def end(self, tag: str) -> None:
        self._is_read = False
        self._is_aside = self._is_aside and tag != "rPh"
        if tag == "si":
            self.found.append(self.whole())
            self._number += 1
            if self._number > MOST_TEXTS:
                raise NotASpreadsheet("workbook_too_large")

    def whole(self) -> str:
        return "".join(self._text)[:LONGEST_TEXT]


class _Rows(_Texts):
    """(number, cells) of each row."""

    holder = "c"

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = texts
        self._cells: dict[int, str] = {}
        self._row, self._column = 0, -1
        self._kind, self._is_formula = "", False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._cells, self._column = {}, -1
        elif tag == "c":
            place = _COLUMN.fullmatch(attributes.get("r", ""))
            self._column = _column(place[1]) if place else self._column + 1
            self._kind, self._is_formula = attributes.get("t", ""), False
        elif tag == "f":
            self._is_formula = True

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "c" and self._column < MOST_COLUMNS:
            self._cells[self._column] = self._cell()
        elif tag == "row":
            self.found.append((self._row, [self._cells.get(n, "") for n in range(max(self._cells, default=-1) + 1)]))

    def _cell(self) -> str:
        if self._is_formula or self._kind == "e":
            return FORMULA
        text = self.whole()
        return self._texts[int(text)] if self._kind == "s" and text else text


def _column(letters: str) -> int:
    """A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _parse(archive: ZipFile, path: str, reader: _Part) -> Iterator[Any]:
    """What `reader` finds in a part. Names are given to it without namespaces, of which there are two each.

    Raises NotASpreadsheet for a document type, which could define entities, and for more or longer tags than may be.
    """
    tags = depth = 0
    names: set[str] = set()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal tags, depth
        tags, depth = tags + 1, depth + 1
        if tags > MOST_TAGS or depth > DEEPEST:
            raise NotASpreadsheet("workbook_too_large")
        meet(tag, *attributes)
        reader.start(_local(tag), {_local(name): value for name, value in attributes.items()} if attributes else {})

    def meet(*met: str | None) -> None:
        names.update(filter(None, met))
        if len(names) > MOST_NAMES:
            raise NotASpreadsheet("workbook_too_large")

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        reader.end(_local(tag))

    parser: Any = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartNamespaceDeclHandler = meet
    parser.StartElementHandler = start
    parser.CharacterDataHandler = reader.text
    parser.EndElementHandler = end
    fed = 0
    with archive.open(path) as part:
        while chunk := part.read(_CHUNK):
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise NotASpreadsheet("workbook_too_large")
            yield from reader.found
            reader.found.clear()
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse(*_doctype: object) -> None:
    raise NotASpreadsheet("not_a_workbook")
