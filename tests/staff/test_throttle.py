"""Guessing passwords gets slow, and never impossible."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import datetime, timedelta
from subprocess import PIPE, Popen

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventops.db import db
from eventops.staff.models import SignInAttempt
from eventops.staff.throttle import begin_attempt, count_sign_up, forget_attempts, forgive
from tests.apps import MakeApp, changing, reading
from tests.cast import SPRING

ANNA, HERE = "anna@example.org", "192.0.2.7"
ZERO = timedelta(0)


def attempt(
    app: Flask, now: datetime, email: str = ANNA, address: str | None = HERE, what: str = "sign-in"
) -> timedelta:
    with changing(app):
        return begin_attempt(email, address, now, what)


def fail(app: Flask, times: int, **who: str) -> datetime:
    """Let `times` attempts fail, a second apart from SPRING on; the instant of the last one."""
    moments = [SPRING + timedelta(seconds=n) for n in range(times)]
    assert [attempt(app, now, **who) for now in moments] == [ZERO] * times
    return moments[-1]


def test_throttle_lets_five_failures_pass_and_then_pauses(app: Flask) -> None:
    """The sixth attempt has to wait until the pause after the fifth is over."""
    last = fail(app, 5)
    assert attempt(app, last + timedelta(seconds=5)) == timedelta(seconds=10)
    assert attempt(app, last + timedelta(seconds=15)) == ZERO


def test_throttle_doubles_the_pause_up_to_two_minutes(app: Flask) -> None:
    """Who goes on failing waits longer each time, and never longer than two minutes."""
    now, pauses = fail(app, 5), []
    for _ in range(5):
        pauses.append(attempt(app, now))
        now += pauses[-1]
        assert attempt(app, now) == ZERO
    assert pauses == [timedelta(seconds=s) for s in (15, 30, 60, 120, 120)]


def test_throttle_waiting_is_no_failure(app: Flask) -> None:
    """Being told to wait does not make the wait longer: nobody is locked out by somebody's endless trying."""
    last = fail(app, 5)
    assert [attempt(app, last + timedelta(seconds=5)) for _ in range(20)] == [timedelta(seconds=10)] * 20
    assert attempt(app, last + timedelta(seconds=15)) == ZERO


def test_throttle_forgets_after_a_quarter_of_an_hour(app: Flask) -> None:
    """Failures count for fifteen minutes, and then the first five are free again."""
    last = fail(app, 5)
    again = last + timedelta(minutes=15)
    assert [attempt(app, again) for _ in range(6)] == [ZERO] * 5 + [timedelta(seconds=15)]


def test_throttle_forgives_who_signs_in(app: Flask) -> None:
    """After the right password the account's failures are gone, and the attempt itself was none for the network."""
    last = fail(app, 4)
    now = last + timedelta(seconds=1)
    assert attempt(app, now) == ZERO
    with changing(app):
        forgive(ANNA, HERE, now)
        assert db.session.scalar(select(func.count()).select_from(SignInAttempt)) == 4
    assert [attempt(app, now) for _ in range(6)] == [ZERO] * 5 + [timedelta(seconds=15)]


def test_throttle_counts_each_account_for_itself_and_however_typed(app: Flask) -> None:
    """Failing at one account does not slow down another; capitals make no other account."""
    last = fail(app, 5)
    assert attempt(app, last, email="bo@example.org") == ZERO
    assert attempt(app, last, email=" Anna@Example.ORG") == timedelta(seconds=15)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", True),
        ("2001:db8:1:2::4", "2001:db8:1:3::4", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("", "not an address", True),
    ],
)
def test_throttle_counts_networks_as_they_are_given_out(
    make_app: MakeApp, first: str, second: str, is_same: bool
) -> None:
    """An IPv4 address is a network of its own, and so are the 64 bits before an IPv6 host."""
    app = make_app(sign_in_attempts_per_network=1)
    assert attempt(app, SPRING, "a@example.org", first) == ZERO
    wait = attempt(app, SPRING, "b@example.org", second)
    assert wait == (timedelta(minutes=15) if is_same else ZERO)


def test_throttle_network_waits_until_its_oldest_failure_is_forgotten(make_app: MakeApp) -> None:
    """With all of a network's attempts used up, the next is free when the first one ends to count."""
    app = make_app(sign_in_attempts_per_network=3)
    for n in range(3):
        assert attempt(app, SPRING + timedelta(minutes=n), f"{n}@example.org") == ZERO
    assert attempt(app, SPRING + timedelta(minutes=5)) == timedelta(minutes=10)
    assert attempt(app, SPRING + timedelta(minutes=15)) == ZERO


def test_throttle_counts_for_all_processes_and_at_once(make_app: MakeApp) -> None:
    """Of sixteen attempts that two processes begin at the same moment, five pass."""
    apps = [make_app(), make_app()]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda n: attempt(apps[n % 2], SPRING), range(16)))
    assert sorted(waits) == [ZERO] * 5 + [timedelta(seconds=15)] * 11


def test_throttle_waits_for_an_attempt_that_is_being_counted(app: Flask, make_app: MakeApp) -> None:
    """Of the account's last free attempt, nobody knows before its transaction ends: whoever comes meanwhile waits."""
    last, other = fail(app, 4), make_app()
    with ThreadPoolExecutor(1) as pool:
        with changing(app):
            assert begin_attempt(ANNA, HERE, last) == ZERO
            db.session.flush()
            meanwhile = pool.submit(attempt, other, last)
            _done, not_done = wait([meanwhile], timeout=1)
        assert (not_done, meanwhile.result(timeout=60)) == ({meanwhile}, timedelta(seconds=15))


def test_throttle_counts_across_processes(database_url: str, app: Flask) -> None:
    """Two processes that try as fast as they can on one database have five attempts together, of either kind."""
    command = [sys.executable, "-m", "tests.staff.guesser", database_url, "12"]
    with ExitStack() as stack:
        guessers = [stack.enter_context(Popen(command, stdin=PIPE, stdout=PIPE, text=True)) for _ in range(2)]
        for guesser in guessers:
            stack.callback(guesser.kill)
        assert [said(guesser) for guesser in guessers] == ["ready"] * 2
        for what in ("sign-in", "code"):
            for guesser in guessers:
                assert guesser.stdin
                guesser.stdin.write(f"{what}\n")
                guesser.stdin.flush()
            assert sum(int(said(guesser)) for guesser in guessers) == 5
            assert attempt(app, SPRING, what=what) == timedelta(seconds=15)
            assert attempt(app, SPRING + timedelta(seconds=15), what=what) == ZERO
        for guesser in guessers:
            assert guesser.stdin
            guesser.stdin.close()
            assert guesser.wait(timeout=60) == 0


def said(guesser: Popen[str]) -> str:
    """The next line that it says."""
    assert guesser.stdout
    return guesser.stdout.readline().strip()


def test_throttle_counts_codes_apart_from_passwords(make_app: MakeApp) -> None:
    """Whoever mistypes codes may still type the password, and the other way round; by account and by network."""
    app = make_app(sign_in_attempts_per_network=5)
    for what in ("sign-in", "code"):
        assert [attempt(app, SPRING, what=what) for _ in range(6)] == [ZERO] * 5 + [timedelta(minutes=15)]
    with changing(app):
        forgive(ANNA, HERE, SPRING, "code")
    waits = [attempt(app, SPRING, what=what) for what in ("code", "sign-in")]
    assert waits == [ZERO, timedelta(minutes=15)]


def test_throttle_never_locks_codes_out(app: Flask) -> None:
    """However long somebody goes on guessing, the next free moment is two minutes away at the most."""
    now, waits = SPRING, []
    for _ in range(60):
        waits.append(attempt(app, now, what="code"))
        now += waits[-1]
    assert max(waits) == timedelta(minutes=2)


def test_throttle_keeps_neither_addresses_nor_networks(app: Flask, make_app: MakeApp) -> None:
    """What is stored is a hash that only this installation's key can make, and after an hour it is deleted."""
    fail(app, 1)
    with reading(app):
        kept = set(db.session.scalars(select(SignInAttempt.who)))
    assert len(kept) == 2
    assert [who for who in kept if not re.fullmatch("[0-9a-f]{64}", who)] == []
    attempt(make_app(secret_key="another key for tests, long enough too"), SPRING)
    attempt(app, SPRING)
    with reading(app):
        assert len(set(db.session.scalars(select(SignInAttempt.who)))) == 4
    attempt(app, SPRING + timedelta(hours=1))
    with reading(app):
        assert set(db.session.scalars(select(SignInAttempt.at))) == {SPRING + timedelta(hours=1)}


def sign_up(app: Flask, now: datetime, address: str | None = HERE) -> timedelta:
    with changing(app):
        return count_sign_up(address, now)


def test_throttle_counts_sign_ups_of_a_network(make_app: MakeApp) -> None:
    """With all of a quarter of an hour used up, the next is free when the first ends to count; waiting counts not."""
    app = make_app(sign_ups_per_network=3)
    assert [sign_up(app, SPRING + timedelta(minutes=n)) for n in range(3)] == [ZERO] * 3
    assert [sign_up(app, SPRING + timedelta(minutes=5)) for _ in range(9)] == [timedelta(minutes=10)] * 9
    assert sign_up(app, SPRING + timedelta(minutes=5), "192.0.2.8") == ZERO
    assert [sign_up(app, SPRING + timedelta(minutes=15)) for _ in range(2)] == [ZERO, timedelta(minutes=1)]


def test_throttle_counts_sign_ups_apart_from_sign_ins(make_app: MakeApp) -> None:
    """An office that signs up may sign in, and the other way round."""
    app = make_app(sign_ups_per_network=1, sign_in_attempts_per_network=1)
    assert (sign_up(app, SPRING), attempt(app, SPRING)) == (ZERO, ZERO)


def test_throttle_forgets_attempts_after_an_hour(app: Flask) -> None:
    """Where nobody signs in any more, too."""
    for minutes in (0, 1):
        sign_up(app, SPRING + timedelta(minutes=minutes))
    with app.app_context():
        forget_attempts(SPRING + timedelta(hours=1))
    with reading(app):
        assert list(db.session.scalars(select(SignInAttempt.at))) == [SPRING + timedelta(minutes=1)]
