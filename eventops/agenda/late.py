"""Running late: what is still to come today, in one room or everywhere, is shifted and published at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from eventops.agenda.affected import tell
from eventops.agenda.as_seen import digest
from eventops.agenda.changes import Change, compare
from eventops.agenda.edit import schedule
from eventops.agenda.events import Span
from eventops.agenda.journal import editing
from eventops.agenda.models import Event, PublicWindow, Release
from eventops.agenda.publish import publish
from eventops.agenda.snapshots import Snapshot, desk_sessions, desk_snapshots, published_snapshots
from eventops.db import db
from eventops.times import to_wall, utc_text

MOST_MINUTES = 240


class TooEarly(Exception):
    """Something would begin or end before now. `most` is by how many minutes all of it can be earlier at the most."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} minutes earlier")
        self.most = most


@dataclass(frozen=True, slots=True)
class Shift:
    """What a delay moves. Nothing is stored yet."""

    minutes: int
    """Negative to catch up."""
    published: list[Snapshot]
    """All that everybody reads, as it will be."""
    changes: list[Change]
    """Of what everybody reads, in order of start."""
    drafts: list[Change]
    """Of what stands differently on the desk, or on the desk alone."""
    spans: dict[UUID, Span]
    """The hours on the desk, by session, of those that move there."""
    windows: list[tuple[PublicWindow, Span | None]]
    """Public hours that move along, and what they become; None for those that become part of others."""
    sends_letters: bool

    @property
    def moves(self) -> bool:
        return bool(self.changes or self.spans)

    @property
    def seen(self) -> str:
        """Stands for all of it: two shifts that move the same from where it is to the same have the same one."""
        hours = [(change.session_id, *_hours(change.before), *_hours(change.after)) for change in self.changes]
        hours += [(id, span.starts_at, span.ends_at) for id, span in self.spans.items()]
        hours += [(window.id, window.starts_at, window.ends_at, *_ends(span)) for window, span in self.windows]
        return digest([self.minutes, self.sends_letters, sorted([list(map(str, one)) for one in hours])])


def plan_shift(event: Event, room_id: UUID | None, minutes: int, now: datetime) -> Shift:
    """What moves by so many minutes, in that room or everywhere: what has not begun today, and the ends of what runs.

    Where a session is held, and whether it has begun, goes by what everybody reads; what is not published yet goes by
    the desk. A day is one of the home zone. Raises TooEarly.
    """
    before, desk = published_snapshots(event.id), desk_snapshots(event.id)
    by, chosen = timedelta(minutes=minutes), _chosen(event, room_id, now)
    hours = {one.id: _hours(one) for one in before}
    wanted = {one.id for one in (*before, *(draft for draft in desk if draft.id not in hours)) if chosen(one)}
    _refuse_past([one for one in (*before, *desk) if one.id in wanted], by, now)
    after, desk_after = ([_moved(one, by, now) if one.id in wanted else one for one in some] for some in (before, desk))
    on_desk = compare(desk, desk_after)
    return Shift(
        minutes=minutes,
        published=after,
        changes=compare(before, after),
        drafts=[change for change in on_desk if hours.get(change.session_id) != _hours(change.before)],
        spans={change.session_id: Span(change.latest.starts_at, change.latest.ends_at) for change in on_desk},
        windows=_windows(event, before, after, now),
        sends_letters=abs(minutes) >= event.late_letters_minutes,
    )


def shift(event: Event, planned: Shift, account_id: UUID | None, now: datetime, note: str) -> Release | None:
    """Move it: on the desk as one edit, and at once in what everybody reads, but for other drafts. Inside write().

    None for an event that is not published: its desk alone moves then.
    """
    with editing(event.id, account_id, "shift", now) as journal:
        for session in desk_sessions(event.id):
            if span := planned.spans.get(session.id):
                journal.change(session)
                schedule(session, span.starts_at, span.ends_at)
    if event.published_at is None:
        return None
    for window, span in planned.windows:
        _move_window(event, window, span)
    if planned.windows:
        event.revision += 1
    release = publish(event, now, made_by=account_id, note=note, snapshots=planned.published)
    if planned.sends_letters:
        tell(event, release, planned.changes, now)
    return release


def _move_window(event: Event, window: PublicWindow, span: Span | None) -> None:
    if span is None:
        event.windows.remove(window)
        db.session.delete(window)
    else:
        window.starts_at, window.ends_at = span.starts_at, span.ends_at


def _chosen(event: Event, room_id: UUID | None, now: datetime) -> Callable[[Snapshot], bool]:
    today = to_wall(now, event.home_zone).date()

    def is_chosen(one: Snapshot) -> bool:
        if room_id is not None and one.content["room_id"] != str(room_id):
            return False
        if one.starts_at <= now:
            return now < one.ends_at
        return to_wall(one.starts_at, event.home_zone).date() == today

    return is_chosen


def _moved(one: Snapshot, by: timedelta, now: datetime) -> Snapshot:
    """What is over stays, of what has begun the end moves, all else moves."""
    if one.ends_at <= now:
        return one
    return one.moved(by) if one.starts_at > now else replace(one, ends_at=one.ends_at + by)


def _refuse_past(moving: Sequence[Snapshot], by: timedelta, now: datetime) -> None:
    """Nothing may begin before now, and what runs may not be over."""
    coming = [one.starts_at - now for one in moving if one.starts_at > now]
    running = [one.ends_at - now - timedelta(seconds=1) for one in moving if one.starts_at <= now < one.ends_at]
    most = min([*coming, *running], default=timedelta.max)
    if -by > most:
        raise TooEarly(most // timedelta(minutes=1))


def _windows(
    event: Event, before: Sequence[Snapshot], after: Sequence[Snapshot], now: datetime
) -> list[tuple[PublicWindow, Span | None]]:
    """Public hours begin with their first session and end with their last one: they move as those do.

    Streams, reminders and doors go by them. Those that then overlap become one.
    """
    wanted = [(window, _follow(window, before, after, now)) for window in event.windows]
    return [(window, span) for window, span in _joined(wanted) if span != Span(window.starts_at, window.ends_at)]


def _follow(window: PublicWindow, before: Sequence[Snapshot], after: Sequence[Snapshot], now: datetime) -> Span:
    ids = {one.id for one in before if _is_of(window, one)}
    old, new = ([one for one in some if one.id in ids] for some in (before, after))
    stays = Span(window.starts_at, window.ends_at)
    if not old or window.ends_at <= now:
        return stays
    start = min(one.starts_at for one in new) - min(one.starts_at for one in old)
    end = max(one.ends_at for one in new) - max(one.ends_at for one in old)
    span = Span(window.starts_at + (start if window.starts_at > now else timedelta()), window.ends_at + end)
    return span if span.starts_at < span.ends_at else stays


def _joined(wanted: list[tuple[PublicWindow, Span]]) -> Iterator[tuple[PublicWindow, Span | None]]:
    """Of hours that overlap, the first ones last from their beginning to the end of the last ones."""
    in_order = sorted(wanted, key=lambda each: (each[1].starts_at, each[1].ends_at))
    while in_order:
        (window, span), *in_order = in_order
        while in_order and in_order[0][1].starts_at < span.ends_at:
            joining, other = in_order.pop(0)
            span = Span(span.starts_at, max(span.ends_at, other.ends_at))
            yield joining, None
        yield window, span


def _is_of(window: PublicWindow, one: Snapshot) -> bool:
    is_public = one.access == "public" and one.content["kind"] != "doors"
    return is_public and window.starts_at < one.ends_at and one.starts_at < window.ends_at


def _hours(one: Snapshot | None) -> tuple[str, ...]:
    return (utc_text(one.starts_at), utc_text(one.ends_at)) if one else ()


def _ends(span: Span | None) -> tuple[datetime, ...]:
    return (span.starts_at, span.ends_at) if span else ()
