"""The catalogs: whole, up to date, with the same placeholders on both sides, and in the words of the field."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from eventops.folders import PACKAGE
from tests.english import CATALOGS, TRANSLATED, catalog

ROOT = PACKAGE.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(%%)|(%)")
TAG = re.compile(r"</?\w+[^>]*>")

WORDS = {
    "Sign up": ("Ilmoittaudu", "Anmäl dig", "Tilmeld dig", "Meld deg på"),
    "Cancel my registration": ("Peru ilmoittautumiseni", "Avboka min anmälan", "Afmeld min deltagelse", "Meld meg av"),
    "Privacy notice": ("Tietosuojaseloste", "Dataskyddsbeskrivning", "Privatlivspolitik", "Personvernerklæring"),
    "Programme": ("Ohjelma", "Program", "Program", "Program"),
    "Room": ("Sali", "Sal", "Lokale", "Rom"),
    "E-mail address": ("Sähköpostiosoite", "E-postadress", "E-mailadresse", "E-postadresse"),
    "In person": ("Paikan päällä", "På plats", "Fysisk fremmøde", "Fysisk oppmøte"),
    "Online": ("Etänä", "Online", "Online", "Digitalt"),
    "Hybrid conference": ("Hybridikonferenssi", "Hybridkonferens", "Hybridkonference", "Hybridkonferanse"),
    "Open to the public": ("Avoin kaikille", "Öppet för alla", "Åbent for alle", "Åpent for alle"),
    "Add to calendar": ("Lisää kalenteriin", "Lägg till i kalendern", "Føj til kalender", "Legg til i kalender"),
    "Confirm": ("Vahvista", "Bekräfta", "Bekræft", "Bekreft"),
    "Live now": ("Käynnissä nyt", "Pågår nu", "I gang nu", "Pågår nå"),
    "Ended": ("Päättynyt", "Avslutat", "Afsluttet", "Avsluttet"),
    "Waiting list": ("Jonotuslista", "Väntelista", "Venteliste", "Venteliste"),
    "Organisers": ("Järjestäjät", "Arrangörer", "Arrangører", "Arrangører"),
}
"""What the field says in Finnish, Swedish, Danish and Norwegian."""

NEVER = {
    # To report or to review, not to sign up.
    "da": r"\banmeld",
    # Breakfast; and the Danish words for what Norwegian says otherwise.
    "nb": r"\bfrokost|\banmeld|\btilmeld|\bafmeld|\buge\b|\bhvornår\b",
    # A meeting's agenda, and a formal sitting.
    "fi": r"\basialista|\bistunto",
    "sv": r"\bföredragningslista|\btilmeld|\bpåmeld",
}


def messages(language: str) -> list[Message]:
    """All but the header."""
    return [message for message in catalog(language) if message.id]


def sources(message: Message) -> list[str]:
    """The English forms."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def translations(message: Message) -> list[str]:
    """The forms in the catalog's language."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def extracted() -> Iterator[tuple[str, ...]]:
    """Every text in code and templates that is to be translated, plurals with both forms."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    options = {m["pattern"]: {k: v for k, v in m.items() if k not in ("pattern", "method")} for m in mappings}
    for _file, _line, message, *_ in extract_from_dir(ROOT, methods, options, keywords=KEYWORDS):
        yield (message,) if isinstance(message, str) else tuple(message)


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_holds_what_is_said_and_nothing_else(language: str) -> None:
    """Every text of code and templates stands in it, and none that nobody says any more."""
    said, known = set(extracted()), {tuple(sources(message)) for message in messages(language)}
    assert {"missing": said - known, "unused": known - said} == {"missing": set(), "unused": set()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_has_no_gap(language: str) -> None:
    """Each entry is translated, in every form that the language has; none is fuzzy or put aside."""
    whole = catalog(language)
    gaps = [m.id for m in messages(language) if not translations(m) or not all(map(str.strip, translations(m)))]
    forms = {len(translations(m)) for m in messages(language) if m.pluralizable}
    assert (gaps, [m.id for m in messages(language) if m.fuzzy], list(whole.obsolete)) == ([], [], [])
    assert forms == {whole.num_plurals}


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_markup_are_the_same_on_both_sides(language: str) -> None:
    """Each form has those of the English form; only a number may be said in words."""
    faults = [m.id for m in messages(language) for text in translations(m) if not _fits(text, sources(m))]
    assert faults == []


def _fits(text: str, english: list[str]) -> bool:
    names = [set(PLACEHOLDER.findall(form)) for form in english]
    number = {("num", "", "")}
    here = set(PLACEHOLDER.findall(text))
    return here - number in [one - number for one in names] and sorted(TAG.findall(text)) in [
        sorted(TAG.findall(form)) for form in english
    ]


@pytest.mark.parametrize("language", TRANSLATED)
def test_sentences_end_alike(language: str) -> None:
    """A question stays one, a heading gets no full stop, nothing begins or ends with a blank."""
    marks = set(".:?!")
    faults = [
        (english, text)
        for message in messages(language)
        for english, text in zip(sources(message), translations(message), strict=False)
        if text != text.strip() or ({text[-1:], english[-1:]} & marks and text[-1:] != english[-1:])
    ]
    assert faults == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_speaks_as_the_field_does(language: str) -> None:
    """Terms as the glossary of Nordic conferences has them, where they are used."""
    known = {message.id: message.string for message in messages(language) if isinstance(message.id, str)}
    wanted = {term: forms[TRANSLATED.index(language)] for term, forms in WORDS.items() if term in known}
    assert {term: known[term] for term in wanted} == wanted
    assert len(wanted) > len(WORDS) // 2


@pytest.mark.parametrize("language", TRANSLATED)
def test_catalog_has_no_false_friend(language: str) -> None:
    """Words that mean something else than they seem to, one language away."""
    never = re.compile(NEVER[language], re.IGNORECASE)
    assert [text for m in messages(language) for text in translations(m) if never.search(text)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_compiled_catalog_is_up_to_date(language: str) -> None:
    """What is spoken is what was written last."""
    with CATALOGS[language].with_suffix(".mo").open("rb") as file:
        spoken = GNUTranslations(file)
    known = {m.id: m.string for m in messages(language) if isinstance(m.id, str)}
    assert {text: spoken.gettext(text) for text in known} == known


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_stands_twice_in_a_catalog(language: str) -> None:
    """The second would silently replace the first."""
    entries = CATALOGS[language].read_text(encoding="utf-8").count("\nmsgid ")
    assert entries == len(messages(language)) + 1
