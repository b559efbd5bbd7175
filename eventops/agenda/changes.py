"""What lies between two states of an agenda."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from eventops.agenda.snapshots import Snapshot, desk_snapshots, published_snapshots


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one session. `before` is missing for an added one, `after` for a removed one."""

    kind: Literal["added", "changed", "removed"]
    before: Snapshot | None
    after: Snapshot | None

    @property
    def latest(self) -> Snapshot:
        """As it is then, or as it was last."""
        return self.after or self.before  # type: ignore[return-value]  # one of them is there

    @property
    def session_id(self) -> UUID:
        return self.latest.id

    @property
    def matters(self) -> bool:
        """Whether those who had planned to take part are to know: another abstract or link is no news."""
        if self.before is None or self.after is None:
            return True
        return _plan(self.before) != _plan(self.after)


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


def _plan(snapshot: Snapshot) -> tuple[object, ...]:
    said = ("title", "room", "attendance_mode", "language")
    names = [(speaker["name"], speaker["role"]) for speaker in snapshot.content["speakers"]]
    content = [snapshot.content[name] for name in said]
    return snapshot.starts_at, snapshot.ends_at, snapshot.access == "closed", names, content
