"""What publishing would change, in words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.publish import Change
from eventops.languages import in_language


@dataclass(frozen=True, slots=True)
class Difference:
    """One session's change as an organiser reads it."""

    title: str
    lines: list[str]


def describe(event: Event, change: Change) -> Difference:
    """Say what a change does to its session."""
    shown = change.after.title if change.after else change.before.content["title"] if change.before else {}
    return Difference(in_language(shown, spoken_language()).text, _lines(event, change))


def _lines(event: Event, change: Change) -> list[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        return [_("New on the programme")] if before is None else [_("Taken off the programme")]
    lines = []
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        old, new = (event_clocks(event, s.starts_at, s.ends_at).with_day for s in (before, after))
        lines.append(_("Moved from %(old)s to %(new)s", old=old, new=new))
    old_title = in_language(before.content["title"], spoken_language()).text
    if before.content["title"] != after.title:
        lines.append(_("Title changed; before: %(title)s", title=old_title))
    room = after.room.name if after.room else None
    if before.content["room"] != room:
        lines.append(_("Room changed from %(old)s to %(new)s", old=before.content["room"] or "–", new=room or "–"))
    return lines or [_("Other details changed")]
