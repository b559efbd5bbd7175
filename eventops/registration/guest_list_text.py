"""Lists of people as text, pasted or in a file: a table with a delimiter, or people as mail programs write them."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from io import StringIO
from itertools import islice

WINDOWS = "windows-1252"
"""What is to be said of a list that could only be read so: that its letters may be wrong."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LOOKED_AT = 20
"""Lines among which the delimiter is looked for."""
_DELIMITERS = (";", "\t", ",")
_QUOTED = re.compile(r'"[^"]*"')
_ANGLES = re.compile(r"<[^<>]*@[^<>]*>")
_PERSON = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]*)>")
_ADDRESS = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")
_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


class NotAText(ValueError):
    """It cannot be read: the message is `binary`, or `broken_table` with the number of the line as second argument."""


def decode(data: bytes) -> tuple[str, str]:
    """The text, and `windows-1252` where it is that for want of anything better; else an empty note. Raises NotAText.

    It is UTF-8, or what its byte order mark says.
    """
    encoding = next((encoding for mark, encoding in _BOMS if data.startswith(mark)), "")
    for attempt in [encoding] if encoding else ["utf-8", WINDOWS]:
        try:
            return readable(data.decode(attempt)), WINDOWS if attempt == WINDOWS else ""
        except UnicodeDecodeError:
            continue
    raise NotAText("binary")


def readable(text: str) -> str:
    """The same text. Raises NotAText where it holds what no text holds."""
    if _BINARY.search(text):
        raise NotAText("binary")
    return text


def rows_of_text(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number (from 1) and the cells of each row. Of people as mail programs write them, cells are name and address.

    Raises NotAText, at any row.
    """
    lines = list(islice((line for line in StringIO(text) if line.strip()), _LOOKED_AT))
    first = lines[0] if lines else ""
    if hint := _HINT.fullmatch(first):
        return _table(text, hint[1], skipped=first)
    delimiter = _delimiter(lines)
    pieces = first.strip(" \r\n;,").split(delimiter)
    if _ANGLES.search(first) or all("@" in piece for piece in pieces):
        return _people(text)
    return _table(text, delimiter)


def person(text: str) -> list[str]:
    """Name and address in "Name <address>", "Name, address", "<address>", or in an address alone."""
    if found := _PERSON.fullmatch(text.strip()):
        return [found["name"].strip(' "'), found["email"].strip()]
    addresses = _ADDRESS.findall(text)
    if len(addresses) != 1:
        return ["", text.strip()]
    name, _, behind = text.partition(addresses[0])
    return [" ".join(part for part in (name.strip(' \t;,"'), behind.strip(' \t;,"')) if part), addresses[0]]


def _delimiter(lines: list[str]) -> str:
    """What stands in most lines outside of quotation marks; a comma is the likeliest to be part of a name."""
    bare = [_QUOTED.sub("", line) for line in lines]
    return max(_DELIMITERS, key=lambda delimiter: sum(delimiter in line for line in bare))


def _table(text: str, delimiter: str, skipped: str = "") -> Iterator[tuple[int, list[str]]]:
    lines = StringIO(text.removeprefix(skipped), newline="")
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        yield from enumerate(rows, start=2 if skipped else 1)
    except csv.Error as error:
        # An unclosed quotation mark would swallow the rest of the list without a word.
        raise NotAText("broken_table", rows.line_num) from error


def _people(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        for piece in _pieces(line):
            yield number, person(piece)


def _pieces(line: str) -> Iterator[str]:
    """One for each address, whose commas within a name are no ends; what is left without an address is one too."""
    held = ""
    for piece in re.split(r"([;,])", line):
        held += piece
        if "@" in piece:
            yield held.strip(" \t;,")
            held = ""
    if rest := held.strip(" \t;,"):
        yield rest
