"""What importing a file changes: two settled files, the desk's own and the one that is read, compared part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.conference_file.parts import Part, Window
from eventops.agenda.conference_file.settled import KINDS

KEPT = frozenset({"audiences"})
"""Lists from which nothing is removed: there are people in audiences."""
ORDERED = ("rooms", "tracks")
"""Lists whose order is shown."""


@dataclass(frozen=True, slots=True)
class PartChange:
    """What becomes of one part. `before` is missing for an added one, `after` for a removed one."""

    what: str
    """Which list it is in; `event` and `report` for those."""
    before: Part | None
    after: Part | None
    fields: frozenset[str] = frozenset()
    """Of a changed one: what differs."""

    @property
    def word(self) -> Literal["added", "changed", "removed"]:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def either(self) -> Any:
        """As it is then, or as it was last."""
        return self.after or self.before


@dataclass(frozen=True, slots=True)
class FileDifference:
    """All that is to be done; it is false where there is nothing to do."""

    changes: list[PartChange]
    reordered: list[str]
    """Which of ORDERED are in another order."""

    def __bool__(self) -> bool:
        return bool(self.changes or self.reordered)

    def of(self, *what: str) -> list[PartChange]:
        """The changes of these."""
        return [change for change in self.changes if change.what in what]

    def number(self, word: str) -> int:
        """How many parts are added, changed or removed."""
        return sum(change.word == word for change in self.changes)


def compare_files(before: ConferenceFile | None, after: ConferenceFile) -> FileDifference:
    """What has to be done for `before` to become `after`; all is added where nothing was."""
    was = before or ConferenceFile.model_construct()
    changes = _pair("event", was.event if before else None, after.event)
    changes += _pair("report", was.report, after.report)
    changes += _windows(was.public_windows, after.public_windows)
    for name in KINDS:
        changes += _list(name, was.lists[name], after.lists[name])
    return FileDifference(changes, [name for name in ORDERED if _is_reordered(was.lists[name], after.lists[name])])


def _pair(what: str, before: Part | None, after: Part | None) -> list[PartChange]:
    if before is None or after is None:
        return [PartChange(what, before, after)] if before or after else []
    old, new = vars(before), vars(after)
    fields = frozenset(n for n in new if old[n] != new[n] and _plain(old[n]) != _plain(new[n]))
    return [PartChange(what, before, after, fields)] if fields else []


def _plain(value: Any) -> Any:
    """Without what a file says beside the fields that are known."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.model_dump(warnings=False) if isinstance(value, Part) else value


def _windows(before: Sequence[Window], after: Sequence[Window]) -> list[PartChange]:
    """Those that are there no longer become the new ones as far as they go: hours have no id."""
    old = [window for window in before if not _is_in(window, after)]
    new = [window for window in after if not _is_in(window, before)]
    pairs = [change for was, is_ in zip(old, new, strict=False) for change in _pair("public_windows", was, is_)]
    gone = [PartChange("public_windows", window, None) for window in old[len(new) :]]
    return pairs + gone + [PartChange("public_windows", None, window) for window in new[len(old) :]]


def _is_in(window: Window, windows: Sequence[Window]) -> bool:
    return any(vars(window) == vars(one) for one in windows)


def _list(name: str, before: Sequence[Any], after: Sequence[Any]) -> list[PartChange]:
    old = {part.id: part for part in before}
    changes = [change for part in after for change in _pair(name, old.pop(part.id, None), part)]
    return changes + [PartChange(name, gone, None) for gone in old.values() if name not in KEPT]


def _is_reordered(before: Sequence[Any], after: Sequence[Any]) -> bool:
    old, new = [part.id for part in before], [part.id for part in after]
    return [id for id in old if id in set(new)] != [id for id in new if id in set(old)]
