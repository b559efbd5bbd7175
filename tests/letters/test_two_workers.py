"""Workers in processes of their own, on one database."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from subprocess import PIPE, Popen
from threading import Event

from flask import Flask

from eventops.letters.deliver import LEASE, deliver_due
from tests.letters.kinds import NOW, REAL_NOW, letters, put_letters
from tests.letters.servers import Moody


@contextmanager
def worker(database_url: str, mail_url: str) -> Iterator[Popen[str]]:
    """A worker that is ready and waits for a line."""
    command = [sys.executable, "-m", "tests.letters.worker", database_url, mail_url]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def start(process: Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_two_workers_deliver_500_letters_once_each(app: Flask, server: Moody, database_url: str) -> None:
    """Both have their share, and nobody gets two letters or none."""
    put_letters(app, 500)
    with worker(database_url, server.url) as one, worker(database_url, server.url) as other:
        start(one)
        start(other)
        shares = [int(process.communicate()[0]) for process in (one, other)]
    assert sum(shares) == 500
    assert min(shares) > 0
    assert Counter(caught.to for caught in server.messages()) == {f"{i}@example.org": 1 for i in range(1, 501)}
    assert {(letter.state, letter.tries, letter.lease_owner) for letter in letters(app)} == {("sent", 1, None)}


def test_killed_workers_letters_are_taken_over_after_its_lease(app: Flask, server: Moody, database_url: str) -> None:
    """Nothing is lost: of what the worker was killed over, a second copy is all that can arise."""
    put_letters(app, 3)
    has_come, may_go_on = Event(), Event()

    def hold() -> None:
        if len(server.messages()) == 1:
            has_come.set()
            may_go_on.wait(30)

    server.before_accepting = hold
    with worker(database_url, server.url) as process:
        start(process)
        assert has_come.wait(60)
        process.kill()
        process.wait()
    may_go_on.set()
    assert [letter.state for letter in letters(app)] == ["sent", "queued", "queued"]
    with app.app_context():
        assert deliver_due(NOW, REAL_NOW + LEASE - timedelta(seconds=1)) == 0
        assert deliver_due(NOW, REAL_NOW + LEASE + timedelta(minutes=5)) == 2
    assert [(letter.state, letter.tries) for letter in letters(app)] == [("sent", 1), ("sent", 2), ("sent", 2)]
    second = [caught.raw.split(b"Message-ID: ")[1][:32] for caught in server.messages() if caught.to[0] == "2"]
    assert len(set(second)) == 1
