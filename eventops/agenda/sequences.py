"""Under which SEQUENCE calendars know a session (RFC 5545 section 3.8.7.4).

Each session has two: one that rises whatever becomes of it, and one for strangers, who are not to learn how often it
was moved behind closed doors. Neither ever falls, so that what was cancelled can come back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from eventops.agenda.models import PublishedSession, Session
from eventops.agenda.snapshots import Snapshot
from eventops.db import db
from eventops.viewer import SYSTEM, current_viewer, seeing


class Known(NamedTuple):
    """What calendars have of a session; None where there is nothing."""

    anywhere: int | None
    public: int | None
    to: frozenset[UUID]
    """Audiences to whom it was ever published while it was closed."""


def known(event_id: UUID, published: Mapping[UUID, PublishedSession]) -> dict[UUID, Known]:
    """What calendars have of the event's sessions, removed ones among them; `published` is what is, by id."""
    query = select(Session.id, Session.sequence, Session.public_sequence, Session.known_to)
    rows = db.session.execute(query.where(Session.event_id == event_id))
    return {id: _known(published.get(id), sequence, public, to) for id, sequence, public, to in rows}


def known_after(known: Known, was: PublishedSession | None, becomes: Snapshot | None) -> Known:
    """What calendars are to have once `becomes` is published where `was` is; None for what is not published."""
    was_public, is_public = (one is not None and one.access == "public" for one in (was, becomes))
    is_moved = was is None or becomes is None or when_and_where(was) != when_and_where(becomes)
    is_public_news = was_public != is_public or (is_public and is_moved)
    is_news = is_moved or is_public_news or _somebody_loses(was, becomes)
    return Known(
        _raised(known.anywhere) if is_news else known.anywhere,
        _raised(known.public) if is_public_news else known.public,
        known.to | (becomes.audience_ids if becomes else frozenset()),
    )


def when_and_where(one: PublishedSession | Snapshot) -> tuple[object, ...]:
    """What raises a SEQUENCE when it changes."""
    return one.starts_at, one.ends_at, one.content["room"]


def keep(reached: dict[UUID, Known]) -> None:
    """Store it by statements of their own: to be published is no edit, and raises no session's revision."""
    ids: defaultdict[Known, list[UUID]] = defaultdict(list)
    for id, known in reached.items():
        ids[known].append(id)
    for known, those in ids.items():
        values = {"sequence": known.anywhere, "public_sequence": known.public, "known_to": sorted(map(str, known.to))}
        changed = update(Session).where(Session.id.in_(those)).values(values)
        db.session.execute(changed.execution_options(synchronize_session=False))


def members_sequences(event_id: UUID) -> dict[UUID, int]:
    """By session: the SEQUENCE for the viewer, where their calendar may have it from when it was closed.

    For all other sessions it is what is published.
    """
    viewer = current_viewer()
    audiences = viewer.audiences if viewer else frozenset[UUID]()
    if not audiences:
        return {}
    query = select(Session.id, Session.sequence, Session.known_to).where(Session.event_id == event_id)
    with seeing(SYSTEM):
        found = db.session.execute(query.where(Session.sequence.is_not(None))).all()
    return {id: sequence or 0 for id, sequence, known_to in found if audiences & set(map(UUID, known_to))}


def _known(row: PublishedSession | None, sequence: int | None, public: int | None, to: list[str]) -> Known:
    shown = row.sequence if row else None
    is_public = row is not None and row.access == "public"
    return Known(_highest(sequence, shown), _highest(public, shown if is_public else None), frozenset(map(UUID, to)))


def _somebody_loses(was: PublishedSession | None, becomes: Snapshot | None) -> bool:
    if was is None or becomes is None or was.access == "public":
        return False
    return becomes.access == "closed" and not {audience.id for audience in was.audiences} <= becomes.audience_ids


def _raised(sequence: int | None) -> int:
    return 0 if sequence is None else sequence + 1


def _highest(*numbers: int | None) -> int | None:
    return max((number for number in numbers if number is not None), default=None)
