"""The database: instants, transactions that cannot write by accident, and write()."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing import get_context
from threading import Barrier, Event, Thread
from time import sleep
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, StatementError

from eventops import create_app
from eventops.db import WallTime, db, one_at_a_time, write
from eventops.routes import anyone
from eventops.staff.models import Account, SignInAttempt
from tests.apps import MakeApp, changing, reading, settings_for
from tests.cast import SPRING

PROCESSES = 8
TIMES = 50


def add_account(email: str = "anna@example.org") -> Account:
    account = Account(id=uuid4(), name="Anna", email=email, password_hash="-", created_at=SPRING)
    db.session.add(account)
    return account


def accounts(app: Flask) -> list[str]:
    with reading(app):
        return sorted(db.session.scalars(select(Account.email)))


@pytest.fixture
def open_app(make_app: MakeApp) -> Flask:
    """An application whose one route of its own does what its test put into `act`."""
    app = make_app()

    @anyone
    def act() -> str:
        app.extensions["act"]()
        return "done"

    app.add_url_rule("/act", view_func=act, methods=["GET", "POST"])
    return app


def test_instant_without_offset_is_refused(app: Flask) -> None:
    """A naive datetime never reaches the database, be it stored or compared with."""
    with changing(app), pytest.raises(StatementError, match="an instant needs an offset"):
        db.session.scalar(select(Account.id).where(Account.created_at < datetime(2024, 5, 7, 11)))  # noqa: DTZ001


def test_instant_comes_back_in_utc_whatever_its_offset_was(app: Flask) -> None:
    """An instant is stored to the microsecond and read as UTC."""
    helsinki = timezone(timedelta(hours=3))
    with changing(app):
        account = add_account()
        account.created_at = datetime(2024, 5, 7, 11, 0, 0, 123456, tzinfo=helsinki)
    with reading(app):
        [found] = db.session.scalars(select(Account.created_at))
    assert found == datetime(2024, 5, 7, 8, 0, 0, 123456, tzinfo=UTC)
    assert found.tzinfo is UTC


def test_wall_time_with_offset_is_refused() -> None:
    """What the clock on the wall shows has no offset."""
    with pytest.raises(ValueError, match="a wall time has no offset"):
        WallTime().process_bind_param(SPRING, None)  # type: ignore[arg-type]


def test_write_commits_when_its_block_ends(app: Flask) -> None:
    """What was added inside is there afterwards, for everybody."""
    with app.app_context(), write():
        add_account()
    assert accounts(app) == ["anna@example.org"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_write_keeps_nothing_when_its_block_fails(app: Flask, error: type[BaseException]) -> None:
    """An error inside undoes what was flushed already, and is handed on."""

    def fail() -> None:
        with write():
            add_account()
            db.session.flush()
            raise error

    with app.app_context(), pytest.raises(error):
        fail()
    assert accounts(app) == []


def test_write_inside_another_is_refused(app: Flask) -> None:
    """A nested write() is an error, which undoes the outer one; the next write() works."""

    def nest() -> None:
        with write():
            add_account()
            with write():
                add_account("eva@example.org")

    with app.app_context():
        with pytest.raises(RuntimeError, match="inside another"):
            nest()
        with write():
            add_account("bo@example.org")
    assert accounts(app) == ["bo@example.org"]


def test_write_loads_anew_what_was_read_before(app: Flask) -> None:
    """What another process changed meanwhile is seen inside, so that nothing is overwritten unseen."""
    with changing(app):
        account_id = add_account().id
    with app.app_context():
        account = db.session.get_one(Account, account_id)
        rename_elsewhere(app, account_id, "Anna-Maria")
        assert account.name == "Anna"
        with write():
            assert account.name == "Anna-Maria"


def rename_elsewhere(app: Flask, account_id: UUID, name: str) -> None:
    def rename() -> None:
        with app.app_context(), write():
            db.session.get_one(Account, account_id).name = name

    thread = Thread(target=rename)
    thread.start()
    thread.join()


def test_write_by_two_threads_loses_nothing(app: Flask) -> None:
    """Two threads that read, add one and store, twenty times each, count to forty."""
    with changing(app):
        account_id = add_account().id
    begin = Barrier(2)

    def count() -> None:
        begin.wait()
        for _ in range(20):
            with app.app_context(), write():
                account = db.session.get_one(Account, account_id, with_for_update=True)
                account.name = str(int(account.name.removeprefix("Anna") or 0) + 1)

    threads = [Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(app):
        assert db.session.get_one(Account, account_id).name == "40"


def add_by_statement() -> None:
    db.session.execute(insert(SignInAttempt).values(id=uuid4(), who="x", at=SPRING))
    db.session.commit()


def add_by_object() -> None:
    db.session.add(SignInAttempt(who="x", at=SPRING))
    db.session.commit()


def add_by_connection() -> None:
    with db.engine.begin() as connection:
        connection.execute(insert(SignInAttempt).values(id=uuid4(), who="x", at=SPRING))


def add_by_driver() -> None:
    # Without the commit: what the driver refuses here, it refuses in the statement.
    db.session.connection().exec_driver_sql(f"INSERT INTO sign_in_attempts VALUES ('{uuid4().hex}', 'x', '{SPRING}')")


def add_in_write() -> None:
    with write():
        db.session.add(SignInAttempt(who="x", at=SPRING))


def attempts(app: Flask) -> int | None:
    with reading(app):
        return db.session.scalar(select(func.count()).select_from(SignInAttempt))


WAYS_TO_ADD = (add_by_statement, add_by_object, add_by_connection, add_by_driver)


def errors_of(app: Flask, method: str, *acts: Callable[[], None]) -> list[str]:
    """Send a request that tries each act, and say by which kind of error each failed."""
    failed: list[str] = []

    def act() -> None:
        for attempt in acts:
            try:
                attempt()
            except (RuntimeError, DBAPIError) as error:
                failed.append("database" if isinstance(error, DBAPIError) else str(error))
                db.session.rollback()

    app.extensions["act"] = act
    assert app.test_client().open("/act", method=method).status_code == 200
    return failed


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_cannot_open_write(open_app: Flask, method: str) -> None:
    """GET shows: write() raises at once, before anything inside it runs."""
    assert errors_of(open_app, method, add_in_write) == ["GET shows, POST records: no write() in a GET"]
    assert attempts(open_app) == 0


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_database_refuses_what_is_written_outside_write(open_app: Flask, method: str) -> None:
    """Whichever way a statement takes, the database itself refuses it; in a POST too, where write() was forgotten."""
    assert errors_of(open_app, method, *WAYS_TO_ADD) == ["database"] * len(WAYS_TO_ADD)
    assert attempts(open_app) == 0


def test_database_refuses_writing_on_a_connection_that_wrote_before(open_app: Flask) -> None:
    """A connection that a POST wrote with is read-only again for the GET after it, and then writes for a POST."""
    for written in (1, 2):
        assert errors_of(open_app, "POST", add_in_write) == []
        assert errors_of(open_app, "GET", *WAYS_TO_ADD) == ["database"] * len(WAYS_TO_ADD)
        assert attempts(open_app) == written
    with open_app.app_context():
        assert db.engine.pool.checkedin() == 1  # type: ignore[attr-defined]


def test_database_refuses_writing_after_a_write_that_failed(open_app: Flask) -> None:
    """A write() that was undone leaves no door open behind it."""

    def fail() -> None:
        with write():
            raise RuntimeError("undone")

    assert errors_of(open_app, "POST", fail, add_by_statement) == ["undone", "database"]
    assert attempts(open_app) == 0


def raise_number(database_url: str) -> None:
    """Raise the number that stands as the account's name, TIMES times. Each process runs this for itself."""
    app = create_app(settings_for(database_url))
    for _ in range(TIMES):
        with app.app_context(), write():
            account = db.session.scalars(select(Account)).one()
            account.name = str(int(account.name) + 1)


def raise_number_by_processes(database_url: str) -> None:
    """Let PROCESSES processes raise it at once; exit with how many of them failed."""
    forked = get_context("fork")  # from a process that has nothing open yet
    running = [forked.Process(target=raise_number, args=(database_url,)) for _ in range(PROCESSES)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    sys.exit(sum(process.exitcode != 0 for process in running))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_write_by_eight_processes_loses_nothing(app: Flask, database_url: str) -> None:
    """Eight processes raise one number fifty times each, at once: it ends at 400, and no process meets a lock."""
    with changing(app):
        add_account().name = "0"
    code = f"from tests.test_db import raise_number_by_processes; raise_number_by_processes({database_url!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=110, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with reading(app):
        assert db.session.scalar(select(Account.name)) == str(PROCESSES * TIMES)


def test_one_at_a_time_makes_others_wait(app: Flask) -> None:
    """Whoever names the same key waits until the first is done, and then sees what it did."""
    seen: list[int] = []
    is_first_inside = Event()

    def count(is_first: bool) -> None:
        if not is_first:
            is_first_inside.wait()
        with app.app_context(), write():
            one_at_a_time("seats", "a key of its own" if is_first else "another")
            is_first_inside.set()
            seen.append(db.session.scalar(select(func.count()).select_from(SignInAttempt)) or 0)
            if is_first:
                sleep(0.2)
            db.session.add(SignInAttempt(who="x", at=SPRING))

    threads = [Thread(target=count, args=(is_first,)) for is_first in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [0, 1]
