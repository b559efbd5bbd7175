"""The database: column types, naming, transactions that cannot write by accident, and `write()`."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, Uuid, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapper, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from eventops.viewer import current_viewer

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes any aware datetime, refuses a naive one with ValueError, gives back UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs an offset: {value!r}")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[datetime]):
    """What a clock on the wall shows, without a zone. Refuses an aware datetime with ValueError."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"a wall time has no offset: {value!r}")
        return value


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    registry = registry(
        type_annotation_map={
            datetime: UtcDateTime,
            uuid.UUID: Uuid,
            dict[str, str]: JSON,
            dict[str, Any]: JSON,
            list[str]: JSON,
            list[dict[str, Any]]: JSON,
        }
    )


asked_each_time: set[type] = set()
"""Models that memory never answers for: what was loaded for one viewer is not for the next."""


class AskingSession(Session):
    """A database session that looks up rows of `asked_each_time` in the database, loaded before or not."""

    def _identity_lookup(self, mapper: Mapper[Any], *arguments: Any, **more: Any) -> Any:
        viewer = current_viewer()
        if mapper.class_ in asked_each_time and not (viewer and viewer.is_system):
            return None
        return super()._identity_lookup(mapper, *arguments, **more)


db = SQLAlchemy(model_class=Base, session_options={"class_": AskingSession, "expire_on_commit": False})

if TYPE_CHECKING:

    class Model(Base):
        """What mypy sees of `db.Model`, which is made when the program runs."""

        __abstract__ = True
else:
    Model = db.Model


TRUSTED_SECONDS = 5.0
"""So long after its last use a connection is taken to be alive still."""

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def init_db(app: Flask) -> None:
    """Bind the database of `app.config`, with every transaction read-only unless `write()` opened it."""
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    with app.app_context():
        _guard_transactions(db.engine)


@contextmanager
def write() -> Iterator[None]:
    """The only way to change the database: one transaction, committed when the block ends without an error.

    It comes before the block's first read: what was read earlier is loaded anew, since a transaction that
    read first cannot become a writing one on SQLite. Hash, render and send outside of it.
    Raises RuntimeError inside a GET or HEAD, and inside another write().
    """
    if has_request_context() and request.method in ("GET", "HEAD", "OPTIONS"):
        raise RuntimeError("GET shows, POST records: no write() in a GET")
    if _writing.get():
        raise RuntimeError("write() stands inside another write()")
    db.session.rollback()
    with _one_writer(db.engine):
        token = _writing.set(True)
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise
        finally:
            _writing.reset(token)


def one_at_a_time(*keys: str) -> None:
    """Inside write(): wait until no other transaction that named one of `keys` is open.

    PostgreSQL's writers run side by side otherwise; SQLite's never do.
    """
    if db.engine.dialect.name == "postgresql":
        for key in sorted(keys):
            db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


@contextmanager
def _one_writer(engine: Engine) -> Iterator[None]:
    """On SQLite, queue for the database by a lock on a file beside it: its own waiting is unfair and long.

    The file is opened anew each time, since a shared descriptor excludes neither threads nor forks.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with Path(f"{path}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _guard_transactions(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "checkin", _note_end_of_use)
        event.listen(engine, "checkout", partial(_ask_after_pause, engine))
        event.listen(engine, "begin", _begin_postgresql)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver would defer it
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=10000")


def _begin_sqlite(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    # query_only outlives the transaction, so it is set both ways; BEGIN IMMEDIATE fails under it.
    if _writing.get():
        driver.execute("PRAGMA query_only=OFF")
        driver.execute("BEGIN IMMEDIATE")
    else:
        driver.execute("PRAGMA query_only=ON")
        driver.execute("BEGIN")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.read_only = False  # of transactions that are begun, which are those of write(): all else only reads


def _note_end_of_use(_driver: object, record: ConnectionPoolEntry) -> None:
    record.info["unused_since"] = monotonic()


def _ask_after_pause(engine: Engine, driver: DBAPIConnection | None, record: ConnectionPoolEntry, _: object) -> None:
    """See whether the server is still there, unless it was a moment ago: asking takes as long as a query."""
    if driver is None or monotonic() - record.info.get("unused_since", monotonic()) < TRUSTED_SECONDS:
        return
    try:
        engine.dialect.do_ping(driver)
    except engine.dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _begin_postgresql(connection: Connection) -> None:
    # Who only reads has each statement as a read-only transaction of its own, as the connection's default has it. They
    # see no less than in one transaction, which is read committed too, and BEGIN and ROLLBACK take longer than most.
    driver: Any = connection.connection.dbapi_connection
    alone = not _writing.get()
    if driver.autocommit != alone:
        driver.autocommit = alone


def engine_options(url: str) -> dict[str, Any]:
    """What SQLALCHEMY_ENGINE_OPTIONS are for `url`. Errors do not repeat what was to be stored: they are logged."""
    if make_url(url).get_backend_name() == "sqlite":
        return {"hide_parameters": True, "connect_args": {"timeout": 10, "check_same_thread": False}}
    return {
        "hide_parameters": True,
        "pool_size": 10,
        "max_overflow": 20,
        "skip_autocommit_rollback": True,
        "connect_args": {
            "options": "-c timezone=UTC -c default_transaction_read_only=on",
            "connect_timeout": 10,
        },
    }
