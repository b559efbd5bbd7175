"""What may be wrong with the days of an event and its public hours, whether typed or from a file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from eventops.times import to_wall

MOST_DAYS = 60
"""For so many an event may last: its pages are made for days that one can look through."""


def last_too_long(first: date, last: date) -> bool:
    """Whether there are more than MOST_DAYS from the first day to the last."""
    return (last - first).days >= MOST_DAYS


def days_complaint(first: date | None, last: date | None) -> str:
    """What to say of them beside the last day, or nothing; where one is missing, that is said elsewhere."""
    if not (first and last):
        return ""
    if last < first:
        return str(_("The last day must not be before the first."))
    return str(_("An event lasts at most %(days)s days.", days=MOST_DAYS)) if last_too_long(first, last) else ""


def lie_outside(start: datetime, end: datetime, first: date, last: date, home_zone: str) -> bool:
    """Whether the hours from `start` to `end` (UTC) reach beyond the days of the event, which are of its home zone."""
    walls = (to_wall(instant, home_zone) for instant in (start, end - timedelta(microseconds=1)))
    return any(not first <= wall.date() <= last for wall in walls)


def hours_complaint(
    start: datetime, end: datetime, first: date | None, last: date | None, home_zone: str | None
) -> str:
    """What to say of them beside their field, or nothing; what is wrong with days or zone is said there."""
    if end <= start:
        return str(_("Public hours must end after they begin."))
    if first and last and first <= last and home_zone and lie_outside(start, end, first, last, home_zone):
        return str(_("These public hours lie outside the days of the event."))
    return ""
