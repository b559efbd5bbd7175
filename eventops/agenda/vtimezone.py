"""The VTIMEZONE of a zone: its yearly rule as two RRULE blocks, from the POSIX footer of its zone file.

Calendars in use disagree on anything longer: lists of RDATEs break some, and leave later years without a rule.
"""

import calendar
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

from dateutil.rrule import rrulestr
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from eventops.times import zone

# Where the blocks begin, and the years for which the zone's real offsets must be the footer's.
_BEGINNING = datetime.combine(date(1970, 1, 1), time())
_SURE_FROM = datetime.combine(date(2024, 1, 1), time())
_SURE_UNTIL = datetime.combine(date(2038, 1, 1), time())

_NAME = r"<[^>]+>|[A-Za-z]+"
_CLOCK = r"[+-]?\d+(?::\d\d){0,2}"
_FOOTER = re.compile(
    rf"(?P<name>{_NAME})(?P<offset>{_CLOCK})"
    rf"(?:(?P<other_name>{_NAME})(?P<other_offset>{_CLOCK})?,(?P<there>[^,]+),(?P<back>[^,]+))?"
)
_RULE = re.compile(rf"M(?P<month>\d+)\.(?P<week>[1-5])\.(?P<weekday>[0-6])(?:/(?P<clock>{_CLOCK}))?")
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


class NoYearlyRule(ValueError):
    """A zone that two yearly rules cannot describe. Write its instants in UTC instead, without a VTIMEZONE."""

    def __init__(self, zone_key: str, why: str) -> None:
        self.zone_key = zone_key
        super().__init__(f"{zone_key} has no VTIMEZONE: {why}")


@dataclass(frozen=True)
class _Onset:
    """When an offset begins, every year, on the clock of the offset before; `recurrence` None: since ever."""

    name: str
    offset_from: timedelta
    offset_to: timedelta
    clock: timedelta = timedelta(0)
    recurrence: str | None = None

    def until(self, end: datetime) -> Iterator[datetime]:
        """The onsets before `end`, as naive local times of the offset before."""
        start = _BEGINNING + self.clock
        if self.recurrence is None:
            yield start
            return
        for onset in rrulestr(self.recurrence, dtstart=start):
            if onset >= end:
                return
            yield onset


@cache
def vtimezone(zone_key: str) -> Timezone:
    """The VTIMEZONE component of a zone (RFC 5545, section 3.6.5). It is shared: do not change it.

    Each block's DTSTART is its first onset from 1970 on, in the local time of TZOFFSETFROM. It tells the zone's
    present rule, which is checked to hold from 2024 through 2037; what the zone did before is not in it.

    Raises UnknownZone, and NoYearlyRule when the zone file has no footer, when the footer counts days of the year
    (J60, 59) or a rule falls into a neighbouring month in some years (Cairo's last Thursday at 24:00), and when the
    zone does not keep to its rule (Casablanca in Ramadan).
    """
    onsets = _onsets(zone_key, _footer(zone_key))
    _check(zone_key, onsets)
    component = Timezone()
    component.add("TZID", zone_key)
    for onset in onsets:
        component.add_component(_block(onset))
    return component


def _footer(zone_key: str) -> str:
    """The last line of the file that zoneinfo reads for this zone (RFC 8536, section 3.3)."""
    key = zone(zone_key).key
    files = (Path(folder, key) for folder in zoneinfo.TZPATH)
    found = next((file for file in files if file.is_file()), None)
    content = found.read_bytes() if found else resources.files("tzdata").joinpath("zoneinfo", key).read_bytes()
    return content.removesuffix(b"\n").rpartition(b"\n")[2].decode("ascii", errors="replace")


def _onsets(zone_key: str, footer: str) -> list[_Onset]:
    parts = _FOOTER.fullmatch(footer)
    if not parts:
        raise NoYearlyRule(zone_key, f"its rule is {footer[:60]!a}")
    # POSIX counts offsets westward.
    offset, name = -_clock(parts["offset"]), parts["name"].strip("<>")
    if not parts["other_name"]:
        return [_Onset(name, offset, offset)]
    other = -_clock(parts["other_offset"]) if parts["other_offset"] else offset + timedelta(hours=1)
    there, back = _rule(zone_key, parts["there"]), _rule(zone_key, parts["back"])
    return [_Onset(parts["other_name"].strip("<>"), offset, other, *there), _Onset(name, other, offset, *back)]


def _rule(zone_key: str, text: str) -> tuple[timedelta, str]:
    """A rule "Mm.w.d/time" as a time of day and a recurrence; a time outside the day moves the days along."""
    parts = _RULE.fullmatch(text)
    if not parts:
        raise NoYearlyRule(zone_key, f"its rule has {text[:60]!a}")
    days, clock = divmod(_clock(parts["clock"] or "2"), timedelta(days=1))
    month, week = int(parts["month"]), int(parts["week"])
    weekday = _WEEKDAYS[(int(parts["weekday"]) + days) % 7]
    if not days:
        return clock, f"FREQ=YEARLY;BYMONTH={month};BYDAY={week if week < 5 else -1}{weekday}"
    length = calendar.monthrange(2023, month)[1]
    first = (7 * week - 6 if week < 5 else length - 6) + days
    if first < 1 or first + 6 > length or (month, week) == (2, 5):
        raise NoYearlyRule(zone_key, f"its rule {text} is not the same days of a month every year")
    month_days = ",".join(str(day) for day in range(first, first + 7))
    return clock, f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={month_days};BYDAY={weekday}"


def _clock(text: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in (text.lstrip("+-") + ":0:0").split(":")[:3])
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if text.startswith("-") else length


def _check(zone_key: str, onsets: list[_Onset]) -> None:
    """Compare with the zone itself, weekly and at both sides of each onset, or raise NoYearlyRule."""
    clock = zone(zone_key)
    begins = sorted((at - onset.offset_from, onset.offset_to) for onset in onsets for at in onset.until(_SURE_UNTIL))
    for (start, offset), (end, _) in pairwise([*begins, (_SURE_UNTIL, timedelta(0))]):
        for moment in _weekly(max(start, _SURE_FROM), end):
            if moment.replace(tzinfo=UTC).astimezone(clock).utcoffset() != offset:
                raise NoYearlyRule(zone_key, f"it does not keep to its rule at {moment.isoformat()}Z")


def _weekly(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        yield end - timedelta(seconds=1)
        start += timedelta(days=7)


def _block(onset: _Onset) -> TimezoneStandard | TimezoneDaylight:
    # The later clock is DAYLIGHT, also where the footer counts winter as the exception (Dublin).
    block = TimezoneDaylight() if onset.offset_to > onset.offset_from else TimezoneStandard()
    block.add("DTSTART", next(onset.until(_SURE_UNTIL)))
    block.add("TZOFFSETFROM", onset.offset_from)
    block.add("TZOFFSETTO", onset.offset_to)
    block.add("TZNAME", onset.name)
    if onset.recurrence:
        block.add("RRULE", vRecur.from_ical(onset.recurrence))
    return block
