"""What lies between two states of an agenda, and how it is said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from flask_babel import gettext as _

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.snapshots import Snapshot, desk_snapshots, published_snapshots
from eventops.languages import Text, in_language


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one session. `before` is missing for an added one, `after` for a removed one."""

    kind: Literal["added", "changed", "removed"]
    before: Snapshot | None
    after: Snapshot | None

    @property
    def session_id(self) -> UUID:
        return self.either.id

    @property
    def either(self) -> Snapshot:
        """As it is then, or as it was last."""
        return self.after or self.before  # type: ignore[return-value]  # one of them is there


@dataclass(frozen=True, slots=True)
class Difference:
    """One session's change as an organiser reads it."""

    title: Text
    lines: list[str]


def changes(event_id: UUID) -> list[Change]:
    """What publishing now would change, in order of start; empty when the desk copy is what is published."""
    return compare(published_snapshots(event_id), desk_snapshots(event_id))


def compare(before: Iterable[Snapshot], after: Iterable[Snapshot]) -> list[Change]:
    """What has to change for `before` to become `after`; what is removed stands last."""
    old = {snapshot.id: snapshot for snapshot in before}
    found = []
    for new in after:
        was = old.pop(new.id, None)
        if was is None:
            found.append(Change("added", None, new))
        elif was != new:
            found.append(Change("changed", was, new))
    return found + [Change("removed", gone, None) for gone in old.values()]


def describe(event: Event, change: Change) -> Difference:
    """Say what a change does to its session."""
    return Difference(in_language(change.either.content["title"], spoken_language()), _lines(event, change))


def _lines(event: Event, change: Change) -> list[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return [_("New on the programme")] if before is None else [_("Taken off the programme")]
    lines = []
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        old, new = (event_clocks(event, s.starts_at, s.ends_at).with_day for s in (before, after))
        lines.append(_("Moved from %(old)s to %(new)s", old=old, new=new))
    lines += _content_lines(before.content, after.content)
    return lines or [_("Other details changed")]


def _content_lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    lines = []
    if before["title"] != after["title"]:
        title = in_language(before["title"], spoken_language()).text
        lines.append(_("Title changed; before: %(title)s", title=title))
    if before["room"] != after["room"]:
        lines.append(_("Room changed from %(old)s to %(new)s", old=before["room"] or "–", new=after["room"] or "–"))
    return lines
