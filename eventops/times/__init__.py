"""Zones, wall time <-> instant, gaps and folds, and both clocks in five languages.

The one place that turns an instant into words. An instant is an aware datetime in UTC, a wall time a naive one.
"""

from eventops.times.clocks import TwoClocks, duration_until, long_date, moved_clocks, reader_zone, two_clocks
from eventops.times.faces import Face, faces, patterns
from eventops.times.instants import (
    AmbiguousTime,
    NonexistentTime,
    Reading,
    UncertainTime,
    days_before,
    minutes_before,
    offset_text,
    parse_wall,
    stored_instant,
    to_instant,
    to_wall,
    utc_text,
)
from eventops.times.words import LANGUAGES, city
from eventops.times.zones import UnknownZone, zone

__all__ = [
    "LANGUAGES",
    "AmbiguousTime",
    "Face",
    "NonexistentTime",
    "Reading",
    "TwoClocks",
    "UncertainTime",
    "UnknownZone",
    "city",
    "days_before",
    "duration_until",
    "faces",
    "long_date",
    "minutes_before",
    "moved_clocks",
    "offset_text",
    "parse_wall",
    "patterns",
    "reader_zone",
    "stored_instant",
    "to_instant",
    "to_wall",
    "two_clocks",
    "utc_text",
    "zone",
]
