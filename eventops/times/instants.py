"""Wall time <-> instant, where a zone's clocks skip or repeat an hour, and counting back from an instant.

Compare and subtract instants only: two aware datetimes of one zone compare by their wall clocks.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from dateutil.tz import datetime_exists

from eventops.times.zones import zone

Reading = Literal["earlier", "later"]

_WALL = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?", re.ASCII)


class UncertainTime(ValueError):
    """A wall time that names no instant, or two. `earlier` and `later` are both readings, in UTC."""

    kind: str

    def __init__(self, wall: datetime, zone_key: str, earlier: datetime, later: datetime) -> None:
        self.wall, self.zone_key, self.earlier, self.later = wall, zone_key, earlier, later
        super().__init__(
            f"{wall.isoformat(' ')} is {self.kind} in {zone_key}: {utc_text(earlier)} or {utc_text(later)}"
        )


class NonexistentTime(UncertainTime):
    """A wall time that clocks skip: `earlier` with the offset from after the gap, `later` with the one from before."""

    kind = "nonexistent"


class AmbiguousTime(UncertainTime):
    """A wall time that clocks show twice, first at `earlier`, then at `later`."""

    kind = "ambiguous"


def to_instant(wall: datetime, zone_key: str, reading: Reading | None = None) -> datetime:
    """The instant, in UTC, at which clocks in the zone show `wall` (naive).

    `reading` says which instant is meant when clocks skip or repeat that wall time; elsewhere it changes nothing.
    In PEP 495's terms "earlier" is fold 0 of a repeated time but fold 1 of a skipped one, so the word is used here
    and never the number, and `wall.fold` is not looked at: 0 is also what nobody has thought about.

    Raises NonexistentTime or AmbiguousTime without `reading`, UnknownZone, and ValueError for a `wall` with an
    offset or an instant outside the years 1-9999.
    """
    first, second = stored_instant(wall, zone_key, 0), stored_instant(wall, zone_key, 1)
    if first == second:
        return first
    earlier, later = sorted((first, second))
    if reading is not None:
        return earlier if reading == "earlier" else later
    # Existence first: asked about ambiguity, a skipped time would also say yes.
    uncertain = AmbiguousTime if datetime_exists(wall, zone(zone_key)) else NonexistentTime
    raise uncertain(wall, zone_key, earlier, later)


def stored_instant(wall: datetime, zone_key: str, fold: int) -> datetime:
    """The instant, in UTC, of a stored wall time (naive), zone and fold, after PEP 495: never uncertain.

    Fold 1 is the second of a repeated time. What is stored comes from `to_wall`, so it exists; should a zone's rules
    change so that clocks now skip it, fold 0 keeps the offset from before the gap, the later reading.

    Raises UnknownZone, and ValueError for a `wall` with an offset or an instant outside the years 1-9999.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no offset")
    return _convert(wall.replace(tzinfo=zone(zone_key), fold=fold), UTC)


def to_wall(instant: datetime, zone_key: str) -> datetime:
    """What clocks in the zone show at an instant: naive, its `fold` 1 the second time clocks show it.

    Raises UnknownZone, and ValueError for an instant without an offset or a wall time outside the years 1-9999.
    """
    return _convert(instant, zone(zone_key)).replace(tzinfo=None)


def parse_wall(text: str) -> datetime:
    """The wall time (naive) of `YYYY-MM-DD HH:MM` or `YYYY-MM-DDTHH:MM`, seconds optional, ASCII digits, no offset.

    Raises ValueError, its message one short line, for anything else.
    """
    parts = _WALL.fullmatch(text)
    if not parts:
        raise ValueError(f"not a time written YYYY-MM-DD HH:MM without offset: {text[:40]!a}")
    year, month, day, hour, minute, second = (int(part) for part in parts.groups(default="0"))
    try:
        return datetime.combine(date(year, month, day), time(hour, minute, second))
    except ValueError as impossible:
        raise ValueError(f"no such date or time: {text!a}") from impossible


def utc_text(instant: datetime) -> str:
    """An instant as machines read it: "2024-05-07T08:00:00Z", whole seconds. Raises ValueError without an offset."""
    return _convert(instant, UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def offset_text(instant: datetime, zone_key: str) -> str:
    """An instant as machines read it, with the zone's offset: "2024-05-07T10:00:00+02:00", whole seconds.

    An offset that is no whole number of minutes is written with its seconds. Raises as `to_wall`.
    """
    return _convert(instant, zone(zone_key)).isoformat(timespec="seconds")


def days_before(instant: datetime, days: int, at: time, zone_key: str) -> datetime:
    """The instant, in UTC, when clocks in the zone show `at` (naive), so many calendar days before `instant`'s day.

    A day is a date on the zone's calendar and not 24 hours. Where clocks skip `at` that day, the later reading is
    taken, where they show it twice, the earlier: nobody is there to ask. Raises as `stored_instant`, and
    OverflowError before the year 1.
    """
    day = to_wall(instant, zone_key).date() - timedelta(days=days)
    return stored_instant(datetime.combine(day, at), zone_key, fold=0)


def minutes_before(instant: datetime, minutes: int) -> datetime:
    """The instant, in UTC, so many elapsed minutes before.

    Raises ValueError for an instant without an offset, and OverflowError before the year 1.
    """
    return _convert(instant, UTC) - timedelta(minutes=minutes)


def _convert(instant: datetime, clock: tzinfo) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an instant has an offset")
    try:
        return instant.astimezone(clock)
    except OverflowError as outside:
        raise ValueError("a time outside the years 1 to 9999") from outside
