"""Where the demo's clock may be moved."""

from __future__ import annotations

from datetime import datetime

from eventops.times import UncertainTime, parse_wall, to_instant, utc_text

YEARS = range(2000, 2101)


class Backward(ValueError):
    """The demo's clock only moves forward."""


def instant_of(wall: str, zone: str) -> datetime:
    """The instant that clocks in `zone` show as `wall`. Raises ValueError, its message saying what to write instead."""
    try:
        instant = to_instant(parse_wall(wall), zone)
    except UncertainTime as error:
        readings = f"{utc_text(error.earlier)} or {utc_text(error.later)}"
        raise ValueError(f"{wall} is {error.kind} in {zone}; move to {readings} with the zone UTC") from error
    if instant.year not in YEARS:
        raise ValueError("the demo's clock goes from 2000 to 2100")
    return instant
