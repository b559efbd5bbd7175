"""The order of rooms and tracks. Those that are removed keep their places in it, for when they come back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventops.agenda.models import Room, Track
from eventops.db import db

Ordered = Room | Track


def in_order(model: type[Ordered], event_id: UUID, back: Collection[UUID] = ()) -> list[Any]:
    """All of the event, removed ones too.

    Of two at the same place, what is removed, or has just come `back`, was there before the other moved up.
    """
    rows: Iterable[Any] = db.session.scalars(select(model).where(model.event_id == event_id))
    return sorted(rows, key=lambda row: (row.position, row.deleted_at is None and row.id not in back, row.id))


def number(rows: Sequence[Any], change: Callable[[Any], None]) -> None:
    """Let the rows stand in this order; `change` is told of each before it gets another number."""
    for position, row in enumerate(rows, 1):
        if row.position != position:
            change(row)
            row.position = position
    db.session.flush()


def settle_order(event_id: UUID, back: Iterable[Any], change: Callable[[Any], None]) -> None:
    """Where things came back, no two rooms or tracks stand at one place."""
    things = [thing for thing in back if isinstance(thing, Ordered)]
    for model in {type(thing) for thing in things}:
        rows = in_order(model, event_id, {thing.id for thing in things if isinstance(thing, model)})
        taken = [row.position for row in rows if row.deleted_at is None]
        if len(set(taken)) < len(taken):
            number(rows, change)
