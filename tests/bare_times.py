"""Finds clock times that are shown without their zone's word, in any of the five languages.

Written apart from eventops.times on purpose: what is forgotten there is not forgotten here as well.
"""

import re
from collections.abc import Iterator

import lxml.html
from babel import Locale

_LOCALES = [Locale.parse(name) for name in ("en", "fi", "sv", "da", "nb")]


def _any_of(names: set[str]) -> str:
    return "(?:" + "|".join(sorted((re.escape(name) for name in names), key=len, reverse=True)) + ")"


_WEEKDAY = _any_of({name for locale in _LOCALES for name in locale.days["stand-alone"]["wide"].values()})
_MONTH = _any_of({name for locale in _LOCALES for name in locale.months["format"]["wide"].values()})
_DATE = rf"(?:{_WEEKDAY},?\s+)?(?:\d{{1,2}}\.?\s+{_MONTH}(?:\s+\d{{4}})?,?\s+)?"

_HOUR = r"(?:[01]?\d|2[0-4])"
_KLO = r"\b(?:klo|kello|klockan|klokken|kl\.|kl)\s*"
_AM_PM = r"\s?(?:am|pm|a\.m\.|p\.m\.|o'clock|o’clock)(?!\w)"
_COLON = rf"{_HOUR}:[0-5]\d(?::[0-5]\d)?(?:\.\d+)?(?!:?\d)"
_DOTTED = rf"{_HOUR}\.[0-5]\d(?!\.?\d)"
# Of what stands alone, an ISO time may follow its date; a dotted one is no number, date or version.
_ISO = rf"(?:\b\d{{4}}-\d\d-\d\dT|(?<![\w.:])){_COLON}(?:Z|[+-]\d\d:?\d\d)?(?:{_AM_PM})?"
_NO_VERSION = r"(?<!version )(?<!versio )(?<!versjon )(?<!release )(?<!python )(?<!eventops )(?<![\w.,:+/-])"
_NO_UNIT = r"(?!\s?(?:%|€|EUR\b|kr\b|SEK\b|DKK\b|NOK\b|[kMG]B\b|km\b))"
# "7.10. asti" is a day of October, "alkaa 7.10." with nothing or a new sentence after it a time.
_NO_DATE = r"(?!\.(?=\S|\s+(?-i:[a-zåäöæø])))"
_START = (
    rf"{_KLO}{_HOUR}(?:[.:][0-5]\d)?(?!\d)"
    rf"|{_ISO}"
    rf"|{_NO_VERSION}{_DOTTED}{_NO_UNIT}{_NO_DATE}"
    rf"|\b{_HOUR}{_AM_PM}"
)
_END = rf"(?:{_COLON}|{_DOTTED}|{_HOUR}(?![\d.:]))(?:{_AM_PM})?"
_TIME = re.compile(rf"(?:{_START})(?:[^\S\n]*[-–—−→]\s*{_DATE}(?:{_KLO})?{_END})?", re.IGNORECASE)
_WITH_OFFSET = re.compile(r"T[\d:.]+(?:Z|[+-]\d\d:?\d\d)")

_ENGLISH = r"(?:Finnish|Danish|Norwegian|Swedish|Icelandic|Faroese|Estonian|Latvian|Lithuanian|British|German)"
_FINNISH = r"(?:Suomen|Tanskan|Norjan|Ruotsin|Islannin|Färsaarten|Viron|Latvian|Liettuan|Britannian|Saksan)"
_SCANDINAVIAN = (
    r"(?:finsk|dansk|norsk|svensk|isländsk|islandsk|färöisk|færøsk|færøysk|estnisk|estisk|lettisk|latvisk|litauisk"
    r"|brittisk|britisk|tysk)"
)
# A line may end between a time and its word, a block may not.
_ZONE_WORD = re.compile(
    r"[^\S\n]*\n?[^\S\n]*\(?(?:"
    rf"{_ENGLISH}(?:(?:,| and)\s{_ENGLISH})*\stime\b"
    rf"|{_FINNISH}(?:(?:,| ja)\s{_FINNISH})*\saikaa?\b"
    rf"|{_SCANDINAVIAN}(?:(?:,| och| og)\s{_SCANDINAVIAN})*\stid\b"
    r"|UTC\b"
    r"|in the (?:[^\s:]+ ){1,4}time zone\b"
    r"|i tids[sz]onen \w"
    r"|aikavyöhykkeellä \w"
    r")",
    re.IGNORECASE,
)

_UNSEEN = {"script", "style", "template", "noscript"}
_INLINE = {"a", "abbr", "b", "cite", "code", "em", "i", "kbd", "mark", "small", "span", "strong", "sup", "time", "u"}
_SPOKEN = ("alt", "aria-label", "title", "placeholder")


def bare_times(text: str) -> list[str]:
    """The clock times and spans in a visible text that are not followed at once by a zone's word, in order.

    A span counts once, "11:00–14:00", also when it ends on another date. The word must be its own: in "11:00 and
    10:00 Danish time" 11:00 is bare. An ISO time with its offset, 2024-05-07T08:00:00Z, needs none. A number such as
    7.10 counts as a time unless it is visibly a date, a version or an amount.
    """
    return [
        found[0]
        for found in _TIME.finditer(text)
        if not _WITH_OFFSET.search(found[0]) and not _ZONE_WORD.match(text, found.end())
    ]


def visible_text(html: str) -> str:
    """What a reader sees or hears of a page, its blocks parted by blank lines."""
    return "".join(_pieces(lxml.html.document_fromstring(html)))


def _pieces(element: lxml.html.HtmlElement) -> Iterator[str]:
    if element.tag in _UNSEEN or not isinstance(element.tag, str):
        return
    edge = "" if element.tag in _INLINE else "\n"
    yield edge
    yield from (f"\n\n{element.get(name)}\n\n" for name in _SPOKEN if element.get(name))
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    yield edge
