"""Reading lists of people: as text, as tables, as workbooks, and what is refused."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventops.registration.guest_list_file import MOST_ROWS, UnreadableList, read_pasted, read_upload
from tests.registration.audience_desk import workbook

Row = tuple[int, str, str, str, str]


def read(source: str | bytes) -> list[Row]:
    """Number, name, address, language and fault of each row."""
    found = read_pasted(source) if isinstance(source, str) else read_upload(source)
    return [(row["number"], row["name"], row["email"], row["language"], row.get("fault", "")) for row in found.rows]


def refusal(source: str | bytes) -> tuple[str, int]:
    with pytest.raises(UnreadableList) as error:
        read(source)
    return error.value.reason, error.value.row


AINO = (1, "Aino Esimerkki", "aino@example.org", "", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("aino@example.org", [(1, "", "aino@example.org", "", "")]),
        ("Aino Esimerkki <aino@example.org>", [AINO]),
        ('"Aino Esimerkki" < aino@example.org >', [AINO]),
        ("Aino Esimerkki,aino@example.org", [AINO]),
        ("aino@example.org;Aino Esimerkki", [AINO]),
        ("Aino Esimerkki\taino@example.org", [AINO]),
        ('"Esimerkki, Aino";aino@example.org', [(1, "Esimerkki, Aino", "aino@example.org", "", "")]),
        ("Esimerkki, Aino <aino@example.org>", [(1, "Esimerkki, Aino", "aino@example.org", "", "")]),
        (
            "a@x.org, b@x.org; B C <c@x.org>",
            [(1, "", "a@x.org", "", ""), (1, "", "b@x.org", "", ""), (1, "B C", "c@x.org", "", "")],
        ),
        (
            "a@x.org\r\n\r\nno address\rb@x.org",
            [(1, "", "a@x.org", "", ""), (3, "", "no address", "", "email_malformed"), (4, "", "b@x.org", "", "")],
        ),
        ("Aino Esimerkki,Aino <aino@example.org>", [(1, "Aino Esimerkki,Aino", "aino@example.org", "", "")]),
    ],
)
def test_pasted_people_are_read_as_they_come(text: str, expected: list[Row]) -> None:
    """One a line, several on a line, as a table or as mail programs write them."""
    assert read(text) == expected


@pytest.mark.parametrize(
    "heading",
    [
        "Name,E-mail,Language",
        "Nimi;Sähköposti;Kieli",
        "Namn\tE-postadress\tSpråk",
        "Navn;E-mail-adresse;Sprog",
        "Navn;E-postadresse;Språk",
        "FULL NAME,Email address,lang",
        "Participants in May\n\nName,Email,Language",
        "sep=;\nname;email;language",
    ],
)
@pytest.mark.parametrize("language", ["fi", "fi-FI", "Suomi", "Finska", " finnish "])
def test_headings_in_five_languages_say_what_columns_hold(heading: str, language: str) -> None:
    """Whatever stands above them, and in any order."""
    delimiter = next(mark for mark in ("\t", ";", ",") if mark in heading.splitlines()[-1])
    line = delimiter.join(["Aino Esimerkki", "aino@example.org", language])
    [row] = read(f"{heading}\n{line}")
    assert row == (len(heading.splitlines()) + 1, "Aino Esimerkki", "aino@example.org", "fi", "")


def test_first_and_last_names_are_joined() -> None:
    """Other columns are left alone, and may hold anything."""
    text = "Etunimi,Puhelin,Sukunimi,Sähköposti\nAino,=1+1,Esimerkki,aino@example.org\n,,,a@x.org"
    assert read(text) == [(2, *AINO[1:]), (3, "", "a@x.org", "", "")]


@pytest.mark.parametrize(
    ("name", "email", "fault"),
    [
        *(('"A\nB"', "a@x.org", "name_lines"), ("A\u202eB", "a@x.org", "name_lines")),
        *(("n" * 201, "a@x.org", "name_long"), ("\u200b", "a@x.org", "name_missing")),
        *(("A", "", "email_missing"), ("A", "a@x", "email_malformed"), ("A", "a@x.org b@x.org", "email_malformed")),
        *(("A", f"{'a' * 250}@x.org", "email_long"), ("A", "a@@x.org", "email_malformed")),
        *((sign + "1+1", "a@x.org", "formula") for sign in ("=", "+", "-", "@", " =")),
        *(('"\t=1"', "a@x.org", "formula"), ("A", "=a@x.org", "formula")),
    ],
)
def test_rows_that_cannot_be_used_say_why(name: str, email: str, fault: str) -> None:
    """The others count; of the text no more is kept than is shown."""
    first, second = read(f"name;email\n{name};{email}\nAino;aino@example.org")
    assert (first[4], len(first[1]) <= 120, len(first[2]) <= 120) == (fault, True, True)
    assert second[1:] == ("Aino", "aino@example.org", "", "")


ACCENTS = "Nimi;Sähköposti\nÅsa Öberg;asa@example.org"


@pytest.mark.parametrize(
    ("encoding", "note"), [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("windows-1252", "windows-1252")]
)
def test_encodings_are_told_apart(encoding: str, note: str) -> None:
    """What could only be guessed is noted."""
    data = ACCENTS.encode(encoding)
    assert (read(data), read_upload(data).note) == ([(2, "Åsa Öberg", "asa@example.org", "", "")], note)


@pytest.mark.parametrize(
    "data",
    [
        *(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a@x.org\0", b"\xff\xfea", b"\xfe\xff\xd8\x00", b"\xef\xbb\xbf\xff"),
        *(b"\x81\x8d a@x.org", ACCENTS.encode("utf-32"), b"%PDF-1.7\n\x01\x02", b"\x1f\x8b\x08"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    """Pictures, archives, half characters."""
    assert refusal(data) == ("binary", 0)


def test_quotation_marks_that_are_not_closed_are_refused_with_their_line() -> None:
    """They would swallow the rest of the list."""
    assert refusal('name,email\nA,a@x.org\n"B,b@x.org\nC,c@x.org') == ("broken_table", 4)
    assert refusal('name,email\n"A"B,a@x.org') == ("broken_table", 2)
    assert refusal(f'name,email\n"{"a" * 200_000}",a@x.org') == ("broken_table", 2)


def test_empty_lists_are_refused() -> None:
    """Nothing, blanks, a heading alone, a workbook without rows."""
    assert {refusal(source)[0] for source in ("", " \n\t", "name,email\n", b"", workbook())} == {"nobody"}


def test_more_rows_than_may_be_are_refused_whole() -> None:
    """The first one too many is named; twenty thousand are taken."""
    lines = [f"p{number}@example.org" for number in range(MOST_ROWS + 1)]
    assert len(read("\n".join(lines[:-1]))) == MOST_ROWS
    assert refusal("email\n" + "\n".join(lines)) == ("too_many", MOST_ROWS + 2)


def test_workbook_is_read_by_its_first_sheet() -> None:
    """Text, numbers, dates, empty and merged rows, formulas; by what it is and not by its name."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Kurssilaiset"])
    sheet.merge_cells("A1:C1")
    sheet.append([])
    sheet.append(["Nimi", "Sähköposti", "Kieli"])
    sheet.append(["Aino Esimerkki", "aino@example.org", "Suomi"])
    sheet.append([12345, "number@example.org", None])
    sheet.append([date(2024, 5, 7), "date@example.org"])
    sheet.append(["=1+1", "formula@example.org"])
    sheet.append([None, '="x@"&"example.org"'])
    sheet["A12"], sheet["B12"] = "Far", "far@example.org"
    book.create_sheet().append(["Not", "read@example.org"])
    file = BytesIO()
    book.save(file)
    assert read(file.getvalue()) == [
        (4, "Aino Esimerkki", "aino@example.org", "fi", ""),
        (5, "12345", "number@example.org", "", ""),
        (6, "45419", "date@example.org", "", ""),
        (7, "=", "formula@example.org", "", "formula"),
        (8, "", "=", "", "formula"),
        (12, "Far", "far@example.org", "", ""),
    ]


def test_old_and_protected_workbooks_are_refused() -> None:
    """Both come in the container of the old ones."""
    assert refusal(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 512) == ("old_workbook", 0)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing else is raised, whatever is uploaded."""
    try:
        read_upload(data)
        read_pasted(data.decode("utf-8", "replace"))
    except UnreadableList:
        return
