"""What the programme's page shows: one day of a long event, its sessions in slots, and what is on now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import url_for

from eventops.agenda.events import event_clocks, public_window, spoken_language
from eventops.agenda.filters import (
    ALL_DAYS,
    FACETS,
    Facet,
    as_people_count,
    day_links,
    day_of,
    day_to_show,
    days_of,
    facets_of,
    fits,
    known,
    own_zone,
)
from eventops.agenda.models import Event
from eventops.agenda.now_and_next import next_change, now_and_next
from eventops.agenda.programme import Entry, Item, items, language_name
from eventops.agenda.structured import structured_event
from eventops.languages import LANGUAGES, in_language
from eventops.times import TwoClocks, long_date

_NIL = UUID(int=0)
"""For an address that is filled in a thousand times."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Sessions with the same hours."""

    clocks: TwoClocks
    items: list[Item]
    is_now: bool
    is_here: bool
    """Whether all of them are at the venue alone."""
    has_line: bool
    """The first that is still to come today: before it stands the line of the present."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the programme, as far as there is such a thing."""

    days: list[tuple[str, str]]
    """To choose from: value and word."""
    facets: list[Facet]
    day: str
    """The one that is shown."""
    query: dict[str, str]
    """The same as an address has it."""

    @property
    def is_filtered(self) -> bool:
        return any(name in self.query for name in FACETS)


def asked_of(event: Event, entries: Sequence[Entry], arguments: Mapping[str, str], now: datetime) -> Asked:
    """What is asked by the parameters of an address; what nothing bears is left out of `query`."""
    days, choices = days_of(event, entries), facets_of(entries)
    query = known(arguments, days, choices)
    day = query.get("day") or (day_to_show(days, day_of(event, now)) if days else "")
    return Asked(day_links(days), choices, day, query)


def programme_page(event: Event, entries: Sequence[Entry], asked: Asked, now: datetime) -> dict[str, Any]:
    """The values of templates/agenda/programme.html."""
    window = public_window(event)
    shown = [entry for entry in entries if fits(entry, asked.query) and _is_of_day(event, entry, asked)]
    running = now_and_next(event, entries, now)
    return {
        "event": event,
        "asked": asked,
        "days": _by_day(event, items(event, shown, now=now), now),
        "count": len(shown),
        "running": running,
        "on_now": _slots(items(event, running.on_now)) if running else [],
        "up_next": _slots(items(event, running.up_next)) if running else [],
        "now": now.replace(second=0, microsecond=0),
        "today": long_date(now, own_zone(event), spoken_language()),
        "changes_at": next_change(entries, now),
        "hours": [event_clocks(event, window.starts_at, window.ends_at) for window in event.windows],
        "is_over": window is not None and now >= window.ends_at,
        "description": in_language(event.description, spoken_language()),
        "report": _report(event),
        "card": structured_event(event),
        "sessions_url": url_for("agenda.session_page", slug=event.slug, session_id=_NIL).removesuffix(str(_NIL)),
        "address": partial(address_of, event),
        "language_links": [
            (code, name, address_of(event, asked.query, code), code == spoken_language())
            for code, name in LANGUAGES.items()
        ],
    }


def _is_of_day(event: Event, entry: Entry, asked: Asked) -> bool:
    return not asked.days or asked.day == ALL_DAYS or day_of(event, entry.starts_at).isoformat() == asked.day


def address_of(event: Event, query: Mapping[str, str], language: str | None = None) -> str:
    """The programme's path with what is asked, in the form under which it is kept."""
    path = url_for("agenda.programme", slug=event.slug, language=language or spoken_language())
    return path + (f"?{urlencode(sorted(query.items()))}" if query else "")


def _by_day(event: Event, shown: list[Item], now: datetime) -> list[tuple[str, list[Slot]]]:
    """The slots under the long date of the reader's clock on which each starts."""
    days: dict[str, list[Slot]] = {}
    ahead = next((item for item in shown if item.clocks.start > now), None)
    line = ahead if ahead and day_of(event, ahead.clocks.start) == day_of(event, now) else None
    for slot in _slots(shown, line):
        days.setdefault(slot.clocks.day, []).append(slot)
    return list(days.items())


def _slots(shown: list[Item], line: Item | None = None) -> list[Slot]:
    """The items by their hours; before `line` stands the line."""
    groups = (list(group) for _, group in groupby(shown, key=lambda item: (item.clocks.start, item.clocks.end)))
    return [
        Slot(
            clocks=group[0].clocks,
            items=sorted(group, key=lambda item: as_people_count(item.room or "")),
            is_now=group[0].now,
            is_here=all(item.is_here for item in group),
            has_line=group[0] is line,
        )
        for group in groups
    ]


def _report(event: Event) -> dict[str, Any] | None:
    if not event.report:
        return None
    report = event.report
    return {
        "title": in_language(report["titles"], spoken_language()),
        "language": language_name(report["language"], spoken_language()),
        "url": report["url"],
        "author": report["author"],
    }
