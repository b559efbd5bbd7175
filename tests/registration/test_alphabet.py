"""The order of names in each language."""

import pytest

from eventops.registration.alphabet import alphabetical


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("sv", ["Adam", "Ylva", "Zoe", "Åsa", "Ärla", "Örjan"]),
        ("fi", ["Aino", "Yrjö", "Zaida", "Åke", "Äijö", "Æsa", "Ødegård", "Öinen"]),
        ("en", ["Anna", "Zoe", "Åsa", "Ärla", "Örjan"]),
        ("da", ["Anne", "Zoe", "Ærø", "Ødegård", "Åse"]),
        ("nb", ["Anne", "Zoe", "Ärla", "Örjan", "Åse"]),
    ],
)
def test_nordic_letters_come_after_z(language: str, names: list[str]) -> None:
    """å ä ö for Swedish and Finnish readers, æ ø å for Danish and Norwegian ones."""
    shuffled = names[::-1]
    assert sorted(shuffled, key=lambda name: alphabetical(name, language)) == names


def test_case_and_other_marks_do_not_part_names() -> None:
    """É is sorted as e, ü as y, ð as d, and a small letter as a capital."""
    names = ["de Vries", "Élise", "Eva", "Müller", "Mýri", "Ðagur", "eli", "ÅSA", "åsa"]
    expected = ["Ðagur", "de Vries", "eli", "Élise", "Eva", "Müller", "Mýri", "ÅSA", "åsa"]
    assert sorted(names, key=lambda name: alphabetical(name, "sv")) == expected


def test_names_in_other_scripts_come_last_and_whole() -> None:
    """They keep an order of their own."""
    names = ["王小明", "Öberg", "Сергей", "Anna", "🙂"]
    assert sorted(names, key=lambda name: alphabetical(name, "sv")) == ["Anna", "Öberg", "Сергей", "王小明", "🙂"]
