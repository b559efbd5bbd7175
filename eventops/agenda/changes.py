"""What lies between two states of an agenda."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.models import Release
from eventops.agenda.snapshots import Snapshot, desk_snapshots, published_snapshots
from eventops.db import db


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
        """Whether somebody who had planned to take part is to know."""
        if self.before is None or self.after is None:
            return True
        return self.is_news or self.before.audience_ids != self.after.audience_ids

    @property
    def is_news(self) -> bool:
        """Whether whoever may see it before and after is to know: another abstract or link is no news."""
        if self.before is None or self.after is None:
            return True
        return _plan(self.before) != _plan(self.after)

    @property
    def is_narrower(self) -> bool:
        """Whether somebody loses the session."""
        if self.before is None or self.after is None or self.after.access == "public":
            return self.after is None
        return self.before.access == "public" or not self.before.audience_ids <= self.after.audience_ids


def changes(event_id: UUID, desk: list[Snapshot] | None = None) -> list[Change]:
    """What publishing now would change, in order of start; empty when the desk copy is what is published.

    What was closed at once since somebody last published stands in it too, as it was before: who lost it can be told.
    """
    desk = desk_snapshots(event_id) if desk is None else desk
    return compare(_before_closing(event_id, {snapshot.id: snapshot for snapshot in desk}), desk)


def _before_closing(event_id: UUID, desk: dict[UUID, Snapshot]) -> list[Snapshot]:
    """What is published; in the place of what was closed at once, unless it is to open again, what was published."""
    was, found = _published_by_somebody(event_id), []
    for shown in published_snapshots(event_id):
        before = was.get(shown.id, shown)
        is_closed = before != shown and Change("changed", before, desk.get(shown.id)).is_narrower
        found.append(before if is_closed else shown)
    return found


def _published_by_somebody(event_id: UUID) -> dict[UUID, Snapshot]:
    """The last release that is no closing, where a closing came after it."""
    releases = select(Release).where(Release.event_id == event_id).order_by(Release.number.desc()).limit(1)
    if not db.session.scalar(releases.with_only_columns(Release.is_closing)):
        return {}
    release = db.session.scalar(releases.where(Release.is_closing.is_(False)))
    return {snapshot.id: snapshot for snapshot in map(Snapshot.read, release.sessions)} if release else {}


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
