"""What is on now, what comes next, and when that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from eventops.agenda.filters import day_of, own_zone
from eventops.agenda.models import Event
from eventops.agenda.programme import Entry
from eventops.times import stored_instant

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NowAndNext:
    """While an event runs: from the first morning until its last session has ended."""

    on_now: list[Entry]
    up_next: list[Entry]
    """All that begin at the next time that anything does."""


def now_and_next(event: Event, entries: Sequence[Entry], now: datetime) -> NowAndNext | None:
    """None when the event does not run."""
    if not entries or now >= max(entry.ends_at for entry in entries):
        return None
    if day_of(event, now) < day_of(event, entries[0].starts_at):
        return None
    ahead = [entry for entry in entries if entry.starts_at > now]
    on_now = [entry for entry in entries if entry.starts_at <= now < entry.ends_at]
    return NowAndNext(on_now, [entry for entry in ahead if entry.starts_at == ahead[0].starts_at])


def next_change(entries: Iterable[Entry], now: datetime) -> datetime | None:
    """When the next session begins or ends."""
    instants = (instant for entry in entries for instant in (entry.starts_at, entry.ends_at))
    return min((instant for instant in instants if instant > now), default=None)


def changes_of_page(event: Event, entries: Sequence[Entry], now: datetime) -> Iterator[datetime | None]:
    """The instants of which the first is when a programme next looks different by itself."""
    yield next_change(entries, now)
    yield from (window.ends_at for window in event.windows if window.ends_at > now)
    if any(entry.starts_at > now for entry in entries):
        yield _midnight(event, day_of(event, now) + timedelta(days=1))
    if now_and_next(event, entries, now):
        # The page says what time it is, so that scripts need not trust the device's clock.
        yield now.replace(second=0, microsecond=0) + MINUTE


def _midnight(event: Event, day: date) -> datetime:
    """When the day begins on the reader's clock."""
    return stored_instant(datetime.combine(day, time()), own_zone(event), 0)
