"""Workbooks that are made to do harm: bombs, lies, entities, broken parts."""

from __future__ import annotations

import random
import struct
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest

from eventops.registration.spreadsheet import LONGEST_TEXT, MOST_COLUMNS, NotASpreadsheet, first_sheet
from tests.registration.audience_desk import workbook

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook {SPACE} xmlns:r="{RELATIONS}"><sheets><sheet name="A" r:id="r1"/></sheets></workbook>'
    ),
    "xl/sharedStrings.xml": f"<sst {SPACE}><si><t>shared</t></si></sst>",
    "xl/worksheets/sheet1.xml": (
        f'<worksheet {SPACE}><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'
    ),
}


def packed(changes: dict[str, str] | None = None, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A small workbook with some parts exchanged."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, part in {**PARTS, **(changes or {})}.items():
            archive.writestr(name, part)
    return file.getvalue()


def sheet(rows: str) -> dict[str, str]:
    return {"xl/worksheets/sheet1.xml": f"<worksheet {SPACE}><sheetData>{rows}</sheetData></worksheet>"}


def refusal(data: bytes) -> str:
    with pytest.raises(NotASpreadsheet) as error:
        list(first_sheet(data))
    return str(error.value)


def cells(rows: str) -> list[tuple[int, list[str]]]:
    return list(first_sheet(packed(sheet(rows))))


def test_cells_of_every_kind_are_read() -> None:
    """Shared and inline texts, numbers, results of formulas, errors; cells and rows without a place follow the last."""
    rows = (
        '<row r="3"><c t="s"><v>0</v></c><c r="C3" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c></row>'
        '<row><c><v>7</v></c><c t="str"><f>1+1</f><v>2</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="b"><v>1</v></c><c s="1"/></row>'
        '<row r="9"/>'
    )
    assert cells(rows) == [(3, ["shared", "", "inline"]), (4, ["7", "=", "=", "1", ""]), (9, [])]


def test_shared_text_leaves_out_how_it_is_pronounced() -> None:
    """Texts in pieces are put together."""
    text = "<si><r><t>Aino</t></r><r><t> E</t></r><rPh><t>ei</t></rPh></si>"
    assert list(first_sheet(packed({"xl/sharedStrings.xml": f"<sst {SPACE}>{text}</sst>"}))) == [(1, ["Aino E"])]


def test_wide_rows_and_long_texts_are_cut() -> None:
    """No list of people is so wide, no name so long."""
    [(_number, found)] = cells("<row>" + "<c><v>1</v></c>" * 16_384 + "</row>")
    assert found == ["1"] * MOST_COLUMNS
    [(_number, [text])] = cells(f'<row><c t="inlineStr"><is><t>{"a" * 9999}</t></is></c></row>')
    assert text == "a" * LONGEST_TEXT


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "changes",
    [
        {"xl/worksheets/sheet1.xml": f"{ENTITIES}<worksheet><row><c><v>&b;</v></c></row></worksheet>"},
        {"xl/sharedStrings.xml": f"{ENTITIES}<sst><si><t>&b;</t></si></sst>"},
        {"xl/workbook.xml": '<!DOCTYPE x SYSTEM "file:///etc/passwd"><workbook/>'},
        {"xl/workbook.xml": "<workbook/>"},
        {"xl/workbook.xml": "not xml"},
        {"xl/_rels/workbook.xml.rels": "<Relationships/>"},
        {"xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1"/></Relationships>'},
        sheet('<row><c t="s"><v>9</v></c></row>'),
        sheet('<row><c t="s"><v>x</v></c></row>'),
        sheet('<row r="x"/>'),
        sheet("<row><c>"),
        {"xl/worksheets/sheet1.xml": ""},
    ],
)
def test_broken_and_hostile_parts_are_refused(changes: dict[str, str]) -> None:
    """Entities are not looked at, let alone what they point to."""
    assert refusal(packed(changes)) == "not_a_workbook"


def test_archives_that_are_none_are_refused() -> None:
    """Cut off, empty, of another kind, packed in ways that need much memory."""
    whole = workbook(["a@example.org"])
    empty = BytesIO()
    zipfile.ZipFile(empty, "w").close()
    other = [packed(compression=method) for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)]
    for data in (whole[: len(whole) // 2], empty.getvalue(), b"PK\x03\x04", *other):
        assert refusal(data) == "not_a_workbook"


def test_encrypted_members_are_refused() -> None:
    """Their first flag says so (APPNOTE 4.4.4)."""
    data = bytearray(packed())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.index(signature) + offset
        data[place] |= 1
    assert refusal(bytes(data)) == "workbook_encrypted"


def test_bombs_are_refused_before_they_are_opened() -> None:
    """By the size or the ratio that the archive itself declares, or by its number of parts."""
    spaces = " " * 31_000_000
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        assert refusal(packed({"xl/media/big": spaces}, compression)) == "workbook_too_large"
    assert refusal(packed({"xl/media/dense": spaces[:3_000_000]})) == "workbook_too_large"
    assert refusal(packed({f"xl/media/{number}": "" for number in range(1000)})) == "workbook_too_large"


def test_bomb_that_declares_less_than_it_holds_is_bounded() -> None:
    """No more is unpacked than was declared, and then it does not fit."""
    data = packed(sheet("<row/>" * 100_000))
    name = b"xl/worksheets/sheet1.xml"
    lying = bytearray(data)
    for signature, size_at, name_at in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
        place = next(
            i for i in range(len(data)) if data[i:].startswith(signature) and data[i + name_at :].startswith(name)
        )
        lying[place + size_at : place + size_at + 4] = struct.pack("<I", 300)
    assert refusal(bytes(lying)) == "not_a_workbook"


def test_any_damage_is_refused_or_read() -> None:
    """A thousand bytes changed one at a time: never another error."""
    chance = random.Random(7)
    whole = workbook(["Name", "E-mail"], ["Aino", "aino@example.org"])
    for _ in range(1000):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] = chance.randrange(256)
        try:
            list(first_sheet(bytes(damaged)))
        except NotASpreadsheet:
            continue


HOSTILE = {
    "one row of empty cells": sheet("<row>" + "<c/>" * 1_600_000 + "</row>"),
    "a tag of attributes": sheet("<c " + " ".join(f'a{number}=""' for number in range(500_000)) + "/>"),
    "a tag that hides its end": sheet("<c " + " ".join(f'a{number}=">"' for number in range(500_000)) + "/>"),
    "rows and rows": sheet("<row/>" * 1_600_000),
    "shared texts": {"xl/sharedStrings.xml": "<sst>" + "<si><t>ab</t></si>" * 500_000 + "</sst>"},
    "names of attributes": sheet("".join(f'<q a{number}="" b{number}="" c{number}=""/>' for number in range(300_000))),
    "names of tags": sheet("".join(f"<a{number}/>" for number in range(800_000))),
    "namespaces": sheet("".join(f'<q xmlns:a{number}="b{number}"/>' for number in range(400_000))),
    "deep": sheet("<a>" * 1_600_000),
}
NOISE = {"xl/media/noise": random.Random(1).randbytes(60_000).hex()}
"""Without it the ratio would give them away."""
MEASURE = """
import resource, sys
from eventops.registration.guest_list_file import UnreadableList, read_upload
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(len(read_upload(data).rows), end=" ")
except UnreadableList as error:
    print(error.reason, end=" ")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def measured(data: bytes) -> tuple[str, float]:
    """What came of it, and how many megabytes more the process needed at its peak."""
    # By way of a shell: a process that starts another hands its own peak on to it, and this one's may be large.
    command = ["sh", "-c", '"$0" -c "$1" && true', sys.executable, MEASURE]
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    outcome, kilobytes = done.stdout.split()
    return outcome.decode(), int(kilobytes) / 1000


@pytest.mark.parametrize("kind", HOSTILE)
def test_memory_is_bounded_for_hostile_workbooks(kind: str) -> None:
    """Each within the declared size: what they would grow to is never built."""
    outcome, megabytes = measured(packed({**HOSTILE[kind], **NOISE}))
    assert (outcome, megabytes < 60) == ("workbook_too_large", True)


def test_memory_is_bounded_for_an_endless_text() -> None:
    """Parsers hand on each line by itself: what is too long is dropped as it comes."""
    text = sheet('<row><c t="inlineStr"><is><t>' + "\n" * 10_000_000 + "</t></is></c></row>")
    outcome, megabytes = measured(packed({**text, **NOISE}))
    assert (outcome, megabytes < 60) == ("nobody", True)


def test_memory_is_bounded_for_fifty_thousand_rows() -> None:
    """As a workbook and as text: refused at row 20,001, the rest unread."""
    people = [(f"Person {number}", f"p{number}@example.org") for number in range(50_000)]
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    table = sheet("".join(f"<row>{cell.format(name)}{cell.format(email)}</row>" for name, email in people))
    for data in (packed(table), "\n".join(",".join(person) for person in people).encode()):
        outcome, megabytes = measured(data)
        assert (outcome, megabytes < 60) == ("too_many", True)
