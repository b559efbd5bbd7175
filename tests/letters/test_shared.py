"""What many letters say alike."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from time import sleep

import pytest
from flask import Flask

from eventops.letters import shared as room
from eventops.letters.deliver import deliver_due
from eventops.letters.kinds import Draft, DueLetter
from eventops.letters.shared import shared, sharing
from tests.letters.kinds import GREETING, NOW, REAL_NOW, desk, put_letters
from tests.letters.servers import Moody


def test_shared_answer_is_given_again_for_its_key_only() -> None:
    """Another key is another question."""
    numbers = count()
    with sharing():
        assert [shared(key, lambda: next(numbers)) for key in ("a", "b", "a", "b")] == [0, 1, 0, 1]


def test_shared_answer_of_nothing_is_an_answer() -> None:
    """None is kept like any other."""
    asked: list[int] = []
    with sharing():
        assert [shared("a", lambda: asked.append(1)) for _ in range(3)] == [None] * 3
    assert asked == [1]


def test_shared_answer_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a second it is asked for anew; here, a second is shorter."""
    monkeypatch.setattr(room, "FRESH", 0.05)
    numbers = count()
    with sharing():
        assert shared("a", lambda: next(numbers)) == 0
        sleep(0.06)
        assert shared("a", lambda: next(numbers)) == 1


def test_shared_asks_each_time_where_nothing_is_delivered() -> None:
    """Pages and tests see every change at once, and one delivery gives the next no answers."""
    numbers = count()
    assert [shared("a", lambda: next(numbers)), shared("a", lambda: next(numbers))] == [0, 1]
    for expected in (2, 3):
        with sharing():
            assert shared("a", lambda: next(numbers)) == expected


def test_deliver_lets_letters_share(app: Flask, server: Moody, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a batch is delivered, its letters ask once."""
    put_letters(app, 3)
    numbers = count()
    monkeypatch.setattr("eventops.letters.shared.FRESH", 60.0)  # however slow the machine is

    def write(letter: DueLetter, now: datetime) -> Draft:
        return replace(GREETING, context={"topic": shared("topic", lambda: next(numbers)), "url": ""})

    monkeypatch.setattr(desk, "write", write)
    with app.app_context():
        assert deliver_due(NOW, REAL_NOW) == 3
    assert {caught.subject.partition(": ")[2] for caught in server.messages()} == {"0"}
