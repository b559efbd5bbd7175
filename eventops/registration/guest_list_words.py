"""What columns and languages are called in lists that people keep, in our five languages."""

from __future__ import annotations

import re

_COLUMNS = {
    "email": (
        *("email", "emailaddress", "mail", "mailaddress", "emails"),
        *("sähköposti", "sähköpostiosoite", "sposti", "spostiosoite"),
        *("epost", "epostadress", "mejl", "mejladress", "mailadress"),
        *("epostadresse", "mailadresse", "emailadresse"),
    ),
    "name": (
        *("name", "fullname", "participant", "nimi", "kokonimi", "osallistuja", "namn", "fullständigtnamn"),
        *("deltagare", "navn", "fuldenavn", "fuldtnavn", "fulltnavn", "deltager", "deltaker"),
    ),
    "first_name": ("firstname", "givenname", "etunimi", "förnamn", "fornavn"),
    "last_name": ("lastname", "surname", "familyname", "sukunimi", "efternamn", "efternavn", "etternavn"),
    "language": ("language", "lang", "kieli", "språk", "sprog"),
}
_COLUMN_OF = {word: column for column, words in _COLUMNS.items() for word in words}
_BETWEEN = re.compile(r"[\W_]+")

_LANGUAGES = {
    "en": ("en", "eng", "english", "englanti", "engelska", "engelsk"),
    "fi": ("fi", "fin", "suomi", "finnish", "finska", "finsk"),
    "sv": ("sv", "swe", "svenska", "swedish", "ruotsi", "svensk"),
    "da": ("da", "dan", "dansk", "danish", "tanska", "danska"),
    "nb": ("nb", "no", "nn", "nor", "norsk", "norwegian", "norja", "norska", "bokmål", "norsk bokmål"),
}
LANGUAGE_WORDS = {word: code for code, words in _LANGUAGES.items() for word in words}
"""Code of ours by the word or code, in lower case, that a list has for a language."""


def column_of(heading: str) -> str:
    """What a column so headed holds: `email`, `name`, `first_name`, `last_name`, `language`, or nothing of ours."""
    return _COLUMN_OF.get(_BETWEEN.sub("", heading.casefold()), "")
