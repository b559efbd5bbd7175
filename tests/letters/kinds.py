"""One kind of letter for tests, which writes what the test wants it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from flask import Blueprint, Flask
from sqlalchemy import select

from eventops.agenda.models import Event
from eventops.db import db
from eventops.letters.kinds import Draft, DueLetter, Later, Skip, letter_kind
from eventops.letters.models import Letter
from eventops.letters.outbox import NewLetter, queue_many
from tests.apps import changing, reading
from tests.cast import add_conference

NOW = datetime(2024, 5, 6, 6, 0, tzinfo=UTC)
REAL_NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
"""Deliberately far from NOW: what goes by real time must not go by the other."""

KIND = "test_greeting"
GREETING = Draft(
    name="Maija Meikäläinen",
    email="maija@example.org",
    language="fi",
    reply_to="organisers@example.org",
    context={"topic": "Tomorrow", "url": "https://events.example.org/en/my/x"},
    sender_name="Luckan Integration",
)

Write = Callable[[DueLetter, datetime], Draft | Skip | Later]


def greet(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """To number 7, `7@example.org`; the event is read, as real kinds do."""
    db.session.scalars(select(Event).where(Event.id == letter.event_id)).one()
    return replace(GREETING, email=f"{letter.key}@example.org")


class Desk:
    """What the registered kind does now; tests put in another function."""

    write: Write = staticmethod(greet)


desk = Desk()


@letter_kind(KIND)
def _test_greeting(letter: DueLetter, now: datetime) -> Draft | Skip | Later:
    return desk.write(letter, now)


def add_templates(app: Flask) -> None:
    """Let `app` find the templates of the test kind."""
    app.register_blueprint(Blueprint("test_letters", __name__, template_folder="templates"))


def new_letter(event_id: UUID, key: str = "1", **changes: object) -> NewLetter:
    """A letter due at NOW that expires two days later."""
    letter = NewLetter(
        event_id=event_id,
        recipient_type="registration",
        recipient_id=uuid4(),
        kind=KIND,
        key=key,
        now=NOW - timedelta(days=1),
        due_at=NOW,
        expires_at=NOW + timedelta(days=2),
    )
    letter.update(changes)  # type: ignore[typeddict-item]
    return letter


def put_letters(app: Flask, number: int = 1, **changes: object) -> UUID:
    """Queue letters with the keys 1 to `number`, in that order; gives the event."""
    with changing(app):
        event_id = add_conference().event_id
        due = NOW - timedelta(minutes=number)
        queue_many(
            new_letter(event_id, str(i), **{"due_at": due + timedelta(seconds=i), **changes})
            for i in range(1, number + 1)
        )
    return event_id


def letters(app: Flask) -> list[Letter]:
    """All letters by their key's number."""
    with reading(app):
        return sorted(db.session.scalars(select(Letter)), key=lambda letter: int(letter.key))


def due_letter(**changes: object) -> DueLetter:
    """A letter as its kind sees it, of no event."""
    letter = DueLetter(
        id=UUID("01234567-89ab-cdef-0123-456789abcdef"),
        event_id=uuid4(),
        recipient_type="registration",
        recipient_id=uuid4(),
        kind=KIND,
        key="1",
        due_at=NOW,
        expires_at=NOW + timedelta(days=2),
    )
    return replace(letter, **changes)  # type: ignore[arg-type]
