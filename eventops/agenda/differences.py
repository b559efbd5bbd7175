"""How changes of an agenda are said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from eventops.agenda.changes import Change
from eventops.agenda.events import event_clocks, event_moved, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.snapshots import Snapshot
from eventops.languages import Text, in_language
from eventops.times import long_date, reader_zone


@dataclass(frozen=True, slots=True)
class Difference:
    """One session's change in words."""

    session_id: UUID
    title: Text
    kind: str
    lines: list[str]


def describe(event: Event, change: Change, zone: str | None = None) -> Difference:
    """Say what a change does to its session, in the language being spoken, on the reader's clock in `zone` first."""
    title = in_language(change.latest.content["title"], spoken_language())
    return Difference(change.session_id, title, change.kind, _lines(event, change, zone))


def _lines(event: Event, change: Change, zone: str | None) -> list[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        clocks = event_clocks(event, change.latest.starts_at, change.latest.ends_at, zone=zone).with_day
        return [
            _("New: %(clocks)s", clocks=clocks) if before is None else _("Cancelled; it was %(clocks)s", clocks=clocks)
        ]
    lines = [*_time_lines(event, before, after, zone), *_content_lines(before.content, after.content)]
    return [*lines, *_access_lines(before, after)] or [_("Other details changed")]


def _time_lines(event: Event, before: Snapshot, after: Snapshot, zone: str | None) -> list[str]:
    lines = []
    if before.starts_at != after.starts_at:
        day = long_date(after.starts_at, zone or reader_zone(spoken_language(), event.home_zone), spoken_language())
        lines.append(
            _(
                "Moved %(clocks)s (%(day)s)",
                clocks=event_moved(event, before.starts_at, after.starts_at, zone=zone),
                day=day,
            )
        )
    old, new = (round((one.ends_at - one.starts_at).total_seconds() / 60) for one in (before, after))
    if old != new:
        lines.append(
            ngettext(
                "Now %(num)s minute long; before: %(old)s", "Now %(num)s minutes long; before: %(old)s", new, old=old
            )
        )
    return lines


def _content_lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    lines = []
    if before["title"] != after["title"]:
        title = in_language(before["title"], spoken_language()).text
        lines.append(_("Title changed; before: %(title)s", title=title))
    if before["room"] != after["room"]:
        lines.append(_("Room changed from %(old)s to %(new)s", old=before["room"] or "–", new=after["room"] or "–"))
    if _names(before) != _names(after):
        lines.append(_("Speakers changed from %(old)s to %(new)s", old=_names(before) or "–", new=_names(after) or "–"))
    texts = {
        "abstract": _("The abstract changed"),
        "track": _("The track changed"),
        "language": _("The language changed"),
        "attendance_mode": _("How to take part changed"),
        "links": _("The links changed"),
    }
    return lines + [str(text) for name, text in texts.items() if before[name] != after[name]]


def _names(content: dict[str, Any]) -> str:
    return ", ".join(speaker["name"] for speaker in content["speakers"])


def _access_lines(before: Snapshot, after: Snapshot) -> list[str]:
    if before.access != after.access:
        return [_("Opens to the public") if after.access == "public" else _("Closes to the public: by invitation")]
    lines = []
    if before.audience_ids != after.audience_ids:
        lines.append(_("For other audiences than before"))
    if before.shows_block != after.shows_block:
        shown, hidden = (
            _("Everybody sees an untitled block in its place"),
            _("No untitled block stands in its place any more"),
        )
        lines.append(shown if after.shows_block else hidden)
    return lines
