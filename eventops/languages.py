"""The five languages that pages and letters are in, and which of them a reader gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from flask_babel import force_locale

LANGUAGES = {"en": "English", "fi": "Suomi", "sv": "Svenska", "da": "Dansk", "nb": "Norsk"}
"""Code and the language's own name, in the order of the switch."""

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is really in, which pages say by a lang attribute."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


def in_language(texts: Mapping[str, str], language: str) -> Text:
    """The text in `language`, else in English, else in whichever comes first; empty when there is none."""
    for code in (language, DEFAULT_LANGUAGE, *texts):
        if texts.get(code):
            return Text(texts[code], code)
    return Text("", language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let gettext and templates speak `language` inside the block."""
    with force_locale(language):
        yield
