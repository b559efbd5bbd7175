"""The fields that a conference file is made of: what each may hold, and what is said where it holds something else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from eventops.agenda.countries import countries
from eventops.agenda.models import YEARS
from eventops.languages import LANGUAGES
from eventops.plain_https import LONGEST as LONGEST_URL
from eventops.plain_https import is_plain_https
from eventops.times import parse_wall, zone
from eventops.typed import LARGEST_NUMBER, LONGEST_TEXT, email_fault, name_fault, text_fault

RESERVED_SLUGS = frozenset({"account", "api", "demo", "desk", "door", "new", "sign-in", "sign-out", "static"})


class Faults(ValueError):
    """Things to mend in a part of a file, each with its place below that part, such as `start_local`."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        self.found = list(found)
        super().__init__("; ".join(f"{place}: {message}" for place, message in self.found))


def _wall(value: object) -> datetime:
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        raise ValueError("must be a time such as 2024-05-07T11:00")
    return parse_wall(value)


def _in_years(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"must be in the years from {YEARS[0]} to {YEARS[-1]}")
    return day


def _texts(value: object) -> object:
    """A bare text is an English one."""
    return {"en": value} if isinstance(value, str) else value


def _one_line(text: str) -> str:
    if not text.isprintable() and name_fault(text) == "name_lines":
        raise ValueError("must be one line, without tabs or other invisible characters")
    return text


def _several_lines(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text_fault(text, LONGEST_TEXT, is_one_line=False):
        raise ValueError("must have no control characters, nor others that are invisible")
    return text


def _given(texts: dict[Language, str]) -> dict[Language, str]:
    return {code: text for code, text in texts.items() if text}


def _zone(key: str) -> str:
    return zone(key).key


def _quoted(value: object) -> object:
    if value is False:
        raise ValueError('must be in quotes: YAML reads a bare NO as false; write "NO"')
    return value


def _country(code: str) -> str:
    if code not in countries("en"):
        raise ValueError("must be the two letters of a country, such as FI")
    return code


def _mail_address(email: str) -> str:
    if email_fault(email):
        raise ValueError("must be one whole e-mail address, such as anna@example.org")
    return email


def _plain_https(url: str) -> str:
    if not is_plain_https(url):
        raise ValueError("must be a whole https:// URL, without user name or password")
    return url


def _slug(value: str) -> str:
    if value in RESERVED_SLUGS or value in LANGUAGES:
        raise ValueError("is a word that eventops needs for itself; choose another")
    return value


Day = Annotated[date, AfterValidator(_in_years)]
Wall = Annotated[datetime, BeforeValidator(_wall), AfterValidator(_in_years)]
Zone = Annotated[str, AfterValidator(_zone)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_one_line)]
Label = Annotated[str, Field(min_length=1, max_length=LONGEST_URL), AfterValidator(_one_line)]
"""Of a link: its URL where it has no other."""
Address = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]
LongText = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_several_lines)]
Country = Annotated[str, BeforeValidator(_quoted), AfterValidator(_country)]
MaybeCountry = Annotated[str, BeforeValidator(_quoted), AfterValidator(lambda code: code and _country(code))]
Slug = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,58}$"), AfterValidator(_slug)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
Language = Literal["en", "fi", "sv", "da", "nb"]
Texts = Annotated[dict[Language, Name], BeforeValidator(_texts), Field(min_length=1)]
LongTexts = Annotated[dict[Language, LongText], BeforeValidator(_texts), AfterValidator(_given)]
PlainUrl = Annotated[str, AfterValidator(_plain_https)]
MaybeUrl = Annotated[str, AfterValidator(lambda url: url and _plain_https(url))]
Number = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
