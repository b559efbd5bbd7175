"""Which clocks a form offers to choose from, and every zone that it suggests while one is typed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from eventops.agenda.events import spoken_language
from eventops.times import UnknownZone, city

NORDIC_ZONES = ("Europe/Helsinki", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm", "Atlantic/Reykjavik")


def zone_choices(chosen: Iterable[str]) -> dict[str, Any]:
    """For a template: `clock_zones`, keys with their places, those that are chosen first; and `all_zones`, all keys."""
    shown = dict.fromkeys([*chosen, *NORDIC_ZONES])
    return {"clock_zones": [(key, place(key)) for key in shown], "all_zones": _all_zones()}


def place(key: str) -> str:
    """The city of a zone, in the language being spoken; of what was typed and is no zone, what was typed."""
    try:
        return city(key, spoken_language())
    except UnknownZone:
        return key


@cache
def _all_zones() -> list[str]:
    return [*NORDIC_ZONES, *sorted(key for key in available_timezones() - set(NORDIC_ZONES) if "/" in key)]
