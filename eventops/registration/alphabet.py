"""The order of names. Databases know none that is right here, so it is made in Python."""

from __future__ import annotations

import unicodedata

# After z, in the order of the alphabet that each language's readers learned; { | } ~ follow z in Unicode.
_FINNISH_SWEDISH = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "õ": "}"}
_DANISH_NORWEGIAN = {"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"}
_EVERYWHERE = {"ü": "y", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ß": "ss", "œ": "oe"}

_TABLES = {
    "da": str.maketrans(_EVERYWHERE | _DANISH_NORWEGIAN),
    "nb": str.maketrans(_EVERYWHERE | _DANISH_NORWEGIAN),
}
_DEFAULT = str.maketrans(_EVERYWHERE | _FINNISH_SWEDISH)


def alphabetical(name: str, language: str) -> tuple[str, str]:
    """A sort key: å ä ö last for Finnish, Swedish and English readers, æ ø å for Danish and Norwegian ones.

    Upper and lower case are one, as are letters with other marks and the bare letters; equals go by their spelling.
    """
    lowered = unicodedata.normalize("NFC", name).lower().translate(_TABLES.get(language, _DEFAULT))
    bare = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return bare, name
