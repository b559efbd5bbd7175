"""Queueing letters."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from eventops.letters.outbox import queue, queue_many
from tests.apps import changing
from tests.cast import add_conference
from tests.letters.kinds import NOW, letters, new_letter

MANY = 502


def test_queue_same_letter_twice_is_one_letter(app: Flask) -> None:
    """The second time nothing is added, and what was queued stays as it was."""
    with changing(app):
        letter = new_letter(add_conference().event_id)
        assert queue(**letter) is True
    with changing(app):
        letter["due_at"] = NOW + timedelta(hours=1)
        assert queue(**letter) is False
    assert [row.due_at for row in letters(app)] == [NOW]


@pytest.mark.parametrize("changed", ["recipient_type", "recipient_id", "kind", "key"])
def test_queue_other_letter_is_another(app: Flask, changed: str) -> None:
    """Each part of the name counts."""
    with changing(app):
        letter = new_letter(add_conference().event_id, "1")
        queue(**letter)
        other = {"recipient_type": "account", "recipient_id": uuid4(), "kind": "another", "key": "2"}
        letter.update({changed: other[changed]})  # type: ignore[misc]
        assert queue(**letter) is True
    assert len(letters(app)) == 2


def test_queue_without_due_time_is_due_at_once(app: Flask) -> None:
    """A letter without a due time may be sent as soon as it is queued."""
    with changing(app):
        letter = new_letter(add_conference().event_id, now=NOW)
        del letter["due_at"]
        queue(**letter)
    (row,) = letters(app)
    assert (row.state, row.queued_at, row.due_at, row.next_try_at) == ("queued", NOW, NOW, NOW)


def test_queue_many_counts_new_letters_only(app: Flask) -> None:
    """Of many letters, those that are there already are left out of the count."""
    with changing(app):
        event_id = add_conference().event_id
        many = [new_letter(event_id, str(i)) for i in range(MANY)]
        assert queue_many(many[:3]) == 3
    with changing(app):
        assert queue_many([*many, many[-1]]) == MANY - 3
        assert queue_many([]) == 0
    assert len(letters(app)) == MANY
