"""Ticket codes: their check characters, their QR code, their issue."""

from io import BytesIO

import pytest
import zxingcpp
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eventops.db import db
from eventops.registration.models import Registration
from eventops.registration.ticket import ALPHABET, code_of, issue, normalise_code, qr_png, short_code_of
from tests.apps import changing
from tests.cast import SPRING, add_conference

numbers = st.integers(0, 2**128 - 1)
CODE = code_of(0x0123456789ABCDEF0123456789ABCDEF)


@given(numbers)
def test_code_is_31_characters_of_the_alphabet(number: int) -> None:
    """EO1, 26 for the number, two to check; and it reads as itself."""
    code = code_of(number)
    assert (code[:3], len(code), set(code[3:]) - set(ALPHABET)) == ("EO1", 31, set())
    assert normalise_code(code) == code


def test_code_of_a_known_number_stays_the_same() -> None:
    """Printed codes must be readable by every later version."""
    assert CODE == "EO1014D2PF2DBSQQG28T5CY4TQKFF4V"


@given(numbers, st.integers(3, 30), st.sampled_from(ALPHABET))
def test_code_with_one_wrong_character_is_refused(number: int, place: int, wrong: str) -> None:
    """Whichever it is, the check characters included."""
    code = code_of(number)
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert normalise_code(mistyped) == (code if mistyped == code else None)


@given(numbers, st.integers(3, 30), st.integers(3, 30))
def test_code_with_two_characters_swapped_is_refused(number: int, one: int, other: int) -> None:
    """Neighbours or not."""
    letters = list(code := code_of(number))
    letters[one], letters[other] = letters[other], letters[one]
    swapped = "".join(letters)
    assert normalise_code(swapped) == (code if swapped == code else None)


def test_check_that_means_the_same_number_twice_is_refused() -> None:
    """Remainders 0, 1 and 2 could be written in two ways; one code has one spelling."""
    code = code_of(0)
    assert code.endswith("00")
    assert normalise_code(code[:-2] + "ZX") is None


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        " ".join(CODE),
        f"\t{CODE[:4]}-{CODE[4:8]}–{CODE[8:]}\r\n",
        CODE.replace("0", "O").replace("1", "l"),
        CODE.replace("0", "o").replace("1", "I"),
        f"\u00a0{CODE}\u00a0",
    ],
)
def test_code_as_people_type_it_is_understood(typed: str) -> None:
    """Case, gaps, and letters that look like digits are forgiven."""
    assert normalise_code(typed) == CODE


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "EO1",
        CODE[3:],
        CODE + "0",
        CODE[:-1],
        CODE + "\0",
        CODE.replace("E", "Ｅ"),
        "U" * 31,
        "\ud800" + CODE,
        "𝟎" * 31,
    ],
)
def test_garbage_is_no_code(garbage: str) -> None:
    """Nothing else is a code, however it looks."""
    assert normalise_code(garbage) is None


@given(st.text(max_size=7000))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Up to 7 kB of anything."""
    assert normalise_code(text) is None


@pytest.mark.parametrize("scale", [4, 10])
def test_qr_code_is_version_2_and_reads_as_the_code(scale: int) -> None:
    """25 by 25 modules and a quiet zone of 4, black on white; read by another library than made it."""
    picture = Image.open(BytesIO(qr_png(CODE, scale)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "1", (33 * scale, 33 * scale))
    assert picture.getpixel((0, 0)) == 255
    (found,) = zxingcpp.read_barcodes(picture)
    assert (found.text, found.format, found.ec_level) == (CODE, zxingcpp.BarcodeFormat.QRCode, "M")


def test_ticket_with_taken_short_code_is_drawn_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """At one event no two people read the same short code aloud."""
    drawn = iter([5, 5, 6 << 110, 7 << 110])
    monkeypatch.setattr("secrets.randbits", lambda _bits: next(drawn))
    with changing(app):
        cast = add_conference()
        first, second = (db.session.get_one(Registration, cast.people[who]) for who in ("onsite", "pending"))
        db.session.delete(first.ticket)
        db.session.flush()
        db.session.refresh(first)
        codes = [issue(person, SPRING).code for person in (first, second)]
    assert codes == [code_of(5), code_of(6 << 110)]
    assert [short_code_of(code) for code in codes] == ["000000", "000600"]


def test_ticket_issued_again_is_valid_under_the_same_code(app: Flask) -> None:
    """Whoever cancelled and came back may show the first letter."""
    with changing(app):
        cast = add_conference()
        person = db.session.get_one(Registration, cast.people["cancelled"])
        ticket = issue(person, SPRING)
        assert (ticket.code, ticket.revoked_at) == (cast.codes["cancelled"], None)
