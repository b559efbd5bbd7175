"""Sending what is due."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from threading import Event
from time import sleep
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import update

from eventops.agenda.models import Event as Conference
from eventops.db import db
from eventops.letters.deliver import LONGEST_PAUSE, SHORTEST_PAUSE, deliver_due, pause
from eventops.letters.kinds import Draft, DueLetter, Later, Skip
from eventops.letters.models import Letter
from tests.apps import changing
from tests.letters.kinds import GREETING, KIND, NOW, REAL_NOW, Write, desk, greet, letters, put_letters
from tests.letters.servers import Moody

LATER = NOW + timedelta(hours=1)


def deliver(app: Flask, now: datetime = NOW, stop: Event | None = None, **more: timedelta) -> int:
    with app.app_context():
        return deliver_due(now, REAL_NOW, stop, **more)


def states(app: Flask) -> list[tuple[str, str | None, int]]:
    return [(letter.state, letter.reason, letter.tries) for letter in letters(app)]


@contextmanager
def writing(write: Write) -> Iterator[None]:
    """Inside, the test kind is written by `write`."""
    desk.write = write
    try:
        yield
    finally:
        desk.write = greet


def test_deliver_sends_each_due_letter_once(app: Flask, server: Moody) -> None:
    """What is due is sent in the order in which it fell due, recorded, and not sent again."""
    put_letters(app, 3)
    assert deliver(app) == 3
    assert deliver(app, LATER) == 0
    assert [caught.to for caught in server.messages()] == ["1@example.org", "2@example.org", "3@example.org"]
    assert states(app) == [("sent", None, 1)] * 3
    for letter in letters(app):
        assert letter.sent_at is not None
        assert timedelta(0) <= letter.sent_at - NOW < timedelta(minutes=1)
        assert (letter.lease_owner, letter.leased_until) == (None, None)


def test_deliver_is_what_was_rendered(app: Flask, server: Moody) -> None:
    """What the server got is the letter, with the Message-ID of its row."""
    put_letters(app)
    deliver(app)
    (caught,), (letter,) = server.messages(), letters(app)
    message = message_from_bytes(caught.raw, policy=default)
    assert message["Message-ID"] == f"<{letter.id.hex}@events.example.org>"
    assert message["To"] == "Maija Meikäläinen <1@example.org>"
    assert caught.subject == "Hello Maija Meikäläinen: Tomorrow"


def test_deliver_leaves_what_is_not_due(app: Flask, server: Moody) -> None:
    """A letter is due from its very instant on, and no earlier."""
    put_letters(app, due_at=NOW)
    assert deliver(app, NOW - timedelta(microseconds=1)) == 0
    assert states(app) == [("queued", None, 0)]
    assert deliver(app) == 1


def test_deliver_sends_more_than_one_batch(app: Flask, server: Moody) -> None:
    """It goes on until nothing is due."""
    put_letters(app, 230)
    assert deliver(app) == 230
    assert len({caught.to for caught in server.messages()}) == 230


def test_deliver_writes_the_letter_from_the_database_as_it_stands(app: Flask, server: Moody) -> None:
    """What changed since it was queued is in it, even between two letters of one batch."""
    event_id = put_letters(app, 2)

    def topic(letter: DueLetter, _now: datetime) -> Draft:
        event = db.session.get_one(Conference, letter.event_id)
        return replace(GREETING, context={"topic": event.title["en"], "url": ""})

    def rename() -> None:
        with changing(app):
            db.session.execute(update(Conference).where(Conference.id == event_id).values(title={"en": "Moved"}))

    server.before_accepting = rename
    with writing(topic):
        deliver(app)
    subjects = [caught.subject.partition(": ")[2] for caught in server.messages()]
    assert subjects == ["The Potential of Civil Society", "Moved"]


def test_deliver_tries_again_after_a_temporary_refusal(app: Flask, server: Moody) -> None:
    """4xx puts a letter off within its first pause; all its copies bear one Message-ID."""
    put_letters(app, 2)
    server.to_message = ["451 4.3.0 <1@example.org> come back later"]
    assert deliver(app) == 1
    first, second = letters(app)
    assert (first.state, first.reason, first.tries) == ("queued", "451 4.3.0 <<address>> come back later", 1)
    assert NOW < first.next_try_at < NOW + SHORTEST_PAUSE + timedelta(minutes=1)
    assert (first.lease_owner, first.leased_until, second.state) == (None, None, "sent")
    assert deliver(app, LATER) == 1
    assert states(app) == [("sent", None, 2), ("sent", None, 1)]
    message = message_from_bytes(server.messages()[1].raw, policy=default)
    assert message["Message-ID"] == f"<{first.id.hex}@events.example.org>"


def test_deliver_gives_up_what_is_refused_for_good(app: Flask, server: Moody) -> None:
    """5xx makes a dead letter with the server's words, less the address; the next letter goes its way."""
    put_letters(app, 4)
    server.to_recipient = ["550 5.1.1 <1@example.org>: no such user 1@EXAMPLE.org here"]
    server.to_message = ["554 5.7.1 looks like spam"]
    server.to_sender = ["250 OK", "250 OK", "552 5.3.4 too big"]
    assert deliver(app) == 1
    assert states(app) == [
        ("failed", "550 5.1.1 <<address>>: no such user <address> here", 1),
        ("failed", "554 5.7.1 looks like spam", 1),
        ("failed", "552 5.3.4 too big", 1),
        ("sent", None, 1),
    ]
    assert deliver(app, LATER) == 0


def test_deliver_never_sends_what_expired(app: Flask, server: Moody) -> None:
    """From its very instant of expiry on a letter is failed; why it was not sent before is kept."""
    put_letters(app, 2, expires_at=NOW + timedelta(seconds=20))
    server.to_recipient = ["450 4.2.0 greylisted", "450 4.2.0 greylisted"]
    assert deliver(app) == 0
    assert max(letter.next_try_at for letter in letters(app)) <= NOW + timedelta(seconds=20)
    assert deliver(app, NOW + timedelta(seconds=20)) == 0
    assert states(app) == [("failed", "expired, after: 450 4.2.0 greylisted", 2)] * 2
    assert server.messages() == []


def test_deliver_never_sends_what_expired_before_its_first_try(app: Flask, server: Moody) -> None:
    """After a night without a worker nobody is reminded of yesterday."""
    put_letters(app, expires_at=NOW)
    assert deliver(app) == 0
    assert (states(app), server.messages()) == ([("failed", "expired", 1)], [])


def test_deliver_asks_the_kind_before_it_calls_a_letter_expired(app: Flask, server: Moody) -> None:
    """What the letter speaks of may have been moved to later while the mail server was away."""
    put_letters(app, 4, expires_at=NOW)
    moved = Later(NOW + timedelta(days=1), NOW + timedelta(days=2))

    def write(letter: DueLetter, now: datetime) -> Draft | Skip | Later:
        if letter.key == "4":
            raise LookupError
        others: dict[str, Skip | Later] = {"1": moved, "2": Skip("cancelled")}
        return others.get(letter.key) or greet(letter, now)

    with writing(write):
        assert deliver(app) == 0
    assert states(app) == [("queued", None, 1)] + [("failed", "expired", 1)] * 3
    first, *_ = letters(app)
    assert (first.due_at, first.next_try_at, first.expires_at) == (moved.due_at, moved.due_at, moved.expires_at)
    assert server.messages() == []


def test_deliver_keeps_why_a_letter_was_skipped(app: Flask, server: Moody) -> None:
    """The kind decides when the letter is due, not when it was queued."""
    put_letters(app)
    with writing(lambda _letter, _now: Skip("cancelled")):
        assert deliver(app) == 0
    assert (states(app), server.messages()) == ([("skipped", "cancelled", 1)], [])
    assert deliver(app, LATER) == 0


class Unspeakable:
    def __str__(self) -> str:
        raise ValueError("Maija Meikäläinen, maija@example.org")


@pytest.mark.parametrize("broken", ["kind", "template", "query"])
def test_deliver_goes_on_after_a_letter_that_cannot_be_written(
    app: Flask, server: Moody, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    """It is put off like any other; what is logged says where, and nothing about the person."""
    put_letters(app, 3)

    def write(letter: DueLetter, now: datetime) -> Draft | Skip:
        if letter.key == "2" and broken == "template":
            return replace(GREETING, context={"topic": Unspeakable(), "url": ""})
        if letter.key == "2" and broken == "query":
            db.session.execute(db.text("SELECT maija FROM nowhere"))
        if letter.key == "2":
            raise LookupError("Maija Meikäläinen, maija@example.org")
        return greet(letter, now)

    with writing(write), caplog.at_level(logging.ERROR):
        assert deliver(app) == 2
    assert [letter.state for letter in letters(app)] == ["sent", "queued", "sent"]
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("event='a letter could not be written'")
    assert str(letters(app)[1].id) in line
    assert "maija" not in line.lower()
    assert deliver(app, LATER) == 1


def test_deliver_unknown_kind_is_put_off(app: Flask, server: Moody) -> None:
    """A worker of an older version leaves a new kind to a newer one."""
    put_letters(app, kind="of_tomorrow")
    assert deliver(app) == 0
    assert states(app) == [("queued", "it could not be written: KeyError", 1)]


def test_deliver_unusable_address_is_a_dead_letter(app: Flask, server: Moody) -> None:
    """There is no use in trying again, and the reason does not repeat the address."""
    put_letters(app)
    with writing(lambda _letter, _now: replace(GREETING, email="maija\r\n@example.org")):
        assert deliver(app) == 0
    assert states(app) == [("failed", "the address cannot be written", 1)]


def test_deliver_waits_for_a_server_that_cannot_be_reached(app: Flask, server: Moody) -> None:
    """One letter is tried and put off, the others stay as they are; all go once the server is back."""
    put_letters(app, 3)
    server.stop()
    assert deliver(app) == 0
    first, *others = states(app)
    assert (first[0], first[2]) == ("queued", 1)
    assert others == [("queued", None, 0)] * 2
    assert {letter.lease_owner for letter in letters(app)} == {None}
    server.start()
    assert deliver(app, LATER) == 3


def test_deliver_stops_between_two_letters(app: Flask, server: Moody) -> None:
    """The letter at hand is finished and recorded, the others are left to whoever comes next."""
    put_letters(app, 3)
    stop = Event()
    server.before_accepting = stop.set
    assert deliver(app, stop=stop) == 1
    assert states(app) == [("sent", None, 1), ("queued", None, 0), ("queued", None, 0)]
    assert {letter.lease_owner for letter in letters(app)} == {None}
    assert deliver(app, stop=stop) == 0
    assert deliver(app) == 2


def test_deliver_leased_letter_is_left_alone_until_its_lease_ends(app: Flask, server: Moody) -> None:
    """What another worker has in hand is not sent; when that worker died, it is, once its lease is over."""
    put_letters(app, 2)
    lease(app, uuid4(), REAL_NOW + timedelta(milliseconds=1))
    assert deliver(app, LATER) == 0
    lease(app, uuid4(), REAL_NOW)
    assert deliver(app, LATER) == 2


def test_deliver_does_not_record_over_a_new_owner(app: Flask, server: Moody, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever stalled past the lease leaves the row to its new owner, and says so in the log."""
    put_letters(app)
    other = uuid4()
    server.before_accepting = lambda: lease(app, other, REAL_NOW + timedelta(minutes=1))
    assert deliver(app) == 1
    (letter,) = letters(app)
    assert (letter.state, letter.lease_owner, letter.sent_at) == ("queued", other, None)
    assert [record.getMessage().split("'")[1] for record in caplog.records] == ["the lease of a letter was lost"]


def test_deliver_gives_back_what_its_lease_leaves_no_time_for(app: Flask, server: Moody) -> None:
    """With a slow server a batch outlasts its lease: the rest is claimed anew, and counts as tried once."""
    put_letters(app, 4)
    leases = []

    def dawdle() -> None:
        sleep(0.3)
        leases.append(max(letter.leased_until for letter in letters(app) if letter.leased_until))

    server.before_accepting = dawdle
    assert deliver(app, lease=timedelta(seconds=2), deadline=timedelta(seconds=1.5)) == 4
    assert states(app) == [("sent", None, 1)] * 4
    assert len(server.messages()) == 4
    assert len(set(leases)) > 1


def test_deliver_refuses_a_lease_shorter_than_the_deadline(app: Flask) -> None:
    """A letter under way must never be somebody else's."""
    with pytest.raises(ValueError, match="longer than the deadline"):
        deliver(app, lease=timedelta(seconds=1), deadline=timedelta(seconds=1))


def test_pause_grows_up_to_a_quarter_of_an_hour() -> None:
    """Full jitter: anything between nothing and 30 s, 1, 2, 4, 8, 15, 15 … minutes."""
    for tries, longest in enumerate((30, 60, 120, 240, 480, 900, 900, 900), start=1):
        pauses = [pause(tries) for _ in range(200)]
        assert timedelta(0) <= min(pauses) < timedelta(seconds=longest / 4)
        assert timedelta(seconds=longest * 0.75) < max(pauses) <= timedelta(seconds=longest)
    assert pause(1000) <= LONGEST_PAUSE


def lease(app: Flask, owner: UUID, until: datetime) -> None:
    """Give every letter another owner."""
    with changing(app):
        db.session.execute(update(Letter).where(Letter.kind == KIND).values(lease_owner=owner, leased_until=until))
