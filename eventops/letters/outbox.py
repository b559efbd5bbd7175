"""Putting letters into the outbox: the same letter twice is one letter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy import Insert, Select, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from eventops.db import db
from eventops.letters.models import Letter


class AnyLetter(TypedDict):
    """What is known of a letter before it is known to whom it goes."""

    recipient_type: str
    """At most 20 characters, such as "registration"."""
    kind: str
    """A name given to eventops.letters.kinds.letter_kind, at most 40 characters."""
    key: str
    """Which one of its kind, at most 100 characters. May be empty."""
    now: datetime
    due_at: NotRequired[datetime | None]
    """When it is to be sent; at once when left out."""
    expires_at: datetime
    """From then on it is shown as failed instead of being sent."""


class NewLetter(AnyLetter):
    """A letter to be queued. Event, recipient, kind and key together are what makes it this letter."""

    event_id: UUID
    recipient_id: UUID


def queue(**letter: Unpack[NewLetter]) -> bool:
    """Queue a letter, and say whether it is new. Call it inside `write()`."""
    return queue_many([letter]) == 1


def queue_many(letters: Iterable[NewLetter]) -> int:
    """Queue letters, those that are there already excepted, and give the number of new ones. Inside `write()`."""
    rows = [_row(letter) for letter in letters]
    if not rows:
        return 0
    connection = db.session.connection()
    return connection.execute(_insert(connection.dialect.name), rows).rowcount


def queue_found(found: Select[UUID, UUID], **letter: Unpack[AnyLetter]) -> None:
    """Queue a letter for whomever `found` selects as (event_id, recipient_id), and none where it selects nobody.

    One statement either way, so that whoever waits for it learns nothing. `found` has a WHERE, as SQLite's grammar
    wants it here. Inside `write()`.
    """
    row, columns = _row(letter), Letter.__table__.c
    values = [literal(value, columns[name].type) for name, value in row.items()]
    connection = db.session.connection()
    names = ["event_id", "recipient_id", *row]
    connection.execute(_insert(connection.dialect.name).from_select(names, found.add_columns(*values)))


def next_tries(after: datetime, until: datetime) -> list[datetime]:
    """The instants in (after, until] at which queued letters may be tried, in order, each once."""
    waiting = select(Letter.next_try_at).where(
        Letter.state == "queued", Letter.next_try_at > after, Letter.next_try_at <= until
    )
    return list(db.session.scalars(waiting.distinct().order_by(Letter.next_try_at)))


@cache
def _insert(database: str) -> Insert:
    insert = sqlite.insert if database == "sqlite" else postgresql.insert
    statement: Insert = insert(Letter).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


def _row(letter: AnyLetter) -> dict[str, Any]:
    due_at = letter.get("due_at") or letter["now"]
    named = {k: v for k, v in letter.items() if k not in ("now", "due_at")}
    return {
        **named,
        "id": uuid4(),
        "state": "queued",
        "queued_at": letter["now"],
        "due_at": due_at,
        "next_try_at": due_at,
        "tries": 0,
    }
