"""The countries that an organiser or a speaker may be from, wherever that is said: in forms and in files."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

_COUNTRY = re.compile(r"(?!XA|XB|ZZ|EU|EZ|UN|QO)[A-Z]{2}")  # without Unicode's stand-ins, and what is no country


@cache
def countries(language: str) -> dict[str, str]:
    """The names of countries and territories in that language, by their two letters (ISO 3166-1)."""
    names = Locale.parse(language).territories
    return {code: name for code, name in names.items() if _COUNTRY.fullmatch(code)}
