"""What the sign-up form takes and what it complains about."""

from collections.abc import Iterator

import pytest
from flask import Flask

from eventops.registration.form import complaints, read_form

GOOD = {"name": "Åsa Öberg", "email": "asa@example.org", "mode": "onsite", "language": "sv", "privacy": "yes"}


@pytest.fixture(autouse=True)
def _speaking(bare_app: Flask) -> Iterator[None]:
    with bare_app.test_request_context("/en/"):
        yield


def complaints_about(**changes: str) -> dict[str, str]:
    return complaints(read_form(GOOD | changes))


@pytest.mark.parametrize(
    "name",
    [
        "Åsa",
        "X",
        "Siobhán O'Connor",
        "D’Angelo",
        "王小明",
        "محمد علي",
        "Сергей",
        "Anna 👩‍🔬",
        "🙂",
        "R2-D2",
        "Robert'); DROP TABLE registrations;--",
        "<b>Anna</b>",
        "n" * 200,
    ],
)
def test_name_in_any_script_is_taken(name: str) -> None:
    """A name is what the person says it is."""
    assert complaints_about(name=name) == {}
    assert read_form(GOOD | {"name": name}).name == name


@pytest.mark.parametrize("blank", ["", "   ", "\u00a0", "\u200b", "\u2060 "])
def test_name_that_nobody_can_see_is_missing(blank: str) -> None:
    """Blanks and invisible characters are no name."""
    assert complaints_about(name=blank) == {"name": "Write your name."}


INVISIBLE = ["\t", "\r", "\n", "\r\n", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"]
INVISIBLE += [chr(code) for code in [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]]


@pytest.mark.parametrize("character", INVISIBLE)
@pytest.mark.parametrize("name", ["Anna{}Bcc: x", "Anna{}", "{}Anna"])
def test_name_with_control_character_is_refused(name: str, character: str) -> None:
    """Wherever it stands: a name is on one line and reads in one direction."""
    assert complaints_about(name=name.format(character)) == {
        "name": "Write the name on one line, without tabs or other invisible characters."
    }


def test_name_too_long_is_refused() -> None:
    """200 characters are enough for the longest name on record."""
    assert complaints_about(name="n" * 201) == {"name": "This is too long: write at most 200 characters."}


def test_name_in_another_normal_form_is_the_same() -> None:
    """A followed by a ring above is Å, and counts as one character."""
    assert read_form(GOOD | {"name": " A\u030asa "}).name == "Åsa"


def test_empty_form_has_a_complaint_for_each_field_in_order() -> None:
    """Nothing at all is answered field by field."""
    assert list(complaints(read_form({}))) == ["name", "email", "mode", "language", "privacy"]


@pytest.mark.parametrize(
    ("field", "answer"),
    [("mode", "both"), ("mode", "ONSITE"), ("language", "de"), ("language", "nn"), ("privacy", ""), ("email", "anna")],
)
def test_answer_outside_of_the_choices_is_refused(field: str, answer: str) -> None:
    """Only what the form offers is taken, and only the field in question is complained about."""
    assert list(complaints_about(**{field: answer})) == [field]


def test_spaces_around_an_address_are_forgiven() -> None:
    """Phones add a space after completing a word."""
    assert read_form(GOOD | {"email": " asa@example.org "}).email == "asa@example.org"
