"""Finds English in pages and letters that are in another language.

By two ways that know nothing of each other: the English of our own catalogs, and the words that no English sentence
goes without and that no text in Finnish, Swedish, Danish or Norwegian has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import lxml.html
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from eventops.folders import PACKAGE

TRANSLATED = ("fi", "sv", "da", "nb")
CATALOGS = {code: PACKAGE / "translations" / code / "LC_MESSAGES/messages.po" for code in TRANSLATED}

_FUNCTION_WORDS = re.compile(r"\b(?:the|and|your|you|this|with|from|please|cannot)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
_SPOKEN = ("alt", "aria-label", "title", "placeholder")
_UNSEEN = ("script", "style", "template")
_LONG_ENOUGH = 3
"""Words: a phrase of so many is found anywhere in a text, a shorter one only where it stands alone."""


@cache
def catalog(language: str) -> Catalog:
    """The catalog of a language, as translators wrote it."""
    with CATALOGS[language].open("rb") as file:
        return read_po(file, locale=language)


def english_in(html: str, language: str, names: Iterable[str] = ()) -> set[str]:
    """The English in a page of `language`, but for what is marked as English, and for `names`."""
    page = lxml.html.document_fromstring(html)
    return _english(list(_texts(page, language, language)), language, names)


def english_in_text(text: str, language: str, names: Iterable[str] = ()) -> set[str]:
    """The same of a letter's plain text or subject."""
    return _english(text.splitlines(), language, names)


def _english(texts: list[str], language: str, names: Iterable[str]) -> set[str]:
    alone = {re.sub(r"\s+", " ", text).strip(" :.,()–\n") for text in texts}
    whole = re.sub(r"\s+", " ", "".join(texts))
    for name in names:
        whole = whole.replace(name, "")
    short, long = _phrases(language)
    found = {phrase for phrase in long if phrase in whole}
    return found | (short & alone) | {word[0] for word in _FUNCTION_WORDS.finditer(whole)}


@cache
def _phrases(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """English phrases that a translator put otherwise: those that count alone, and those that count anywhere."""
    short, long = set(), set()
    for message in catalog(language):
        sources, targets = _all_of(message.id), _all_of(message.string)
        for phrase in (piece.strip() for source in sources for piece in _PLACEHOLDER.split(source)):
            if not phrase or any(phrase in target for target in targets):
                continue
            if len(phrase.split()) >= _LONG_ENOUGH:
                long.add(phrase)
            elif phrase in sources:
                short.add(phrase.strip(" :.,()–"))
    return frozenset(short), frozenset(long)


def _all_of(texts: str | Iterable[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or ())


def _texts(element: lxml.html.HtmlElement, language: str, inherited: str) -> Iterator[str]:
    """Each text that is said to be in `language`, which is inherited from the element around; keys are in none."""
    if element.tag in _UNSEEN or not isinstance(element.tag, str) or element.get("translate") == "no":
        return
    here = element.get("lang", inherited)
    if here == language:
        yield from (f" {element.get(name)}\n" for name in _SPOKEN if element.get(name))
        yield element.text or ""
    for child in element:
        yield from _texts(child, language, here)
        if here == language:
            yield child.tail or ""
    yield "\n"
