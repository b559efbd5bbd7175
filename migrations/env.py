"""Runs the migrations on the application's own engine, as the system, inside one write()."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine, event
from sqlalchemy.types import TypeDecorator

from eventops.db import db, write
from eventops.viewer import SYSTEM, seeing


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types, so that they still run when ours have changed."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def references_unchecked(engine: Engine) -> Iterator[None]:
    """On SQLite, which rebuilds a table by dropping it for a moment: rows that refer to it would forbid that.

    The switch does nothing inside a transaction, so it is turned when a connection is handed out.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    switches = {
        "checkout": lambda driver, *_: driver.execute("PRAGMA foreign_keys=OFF"),
        "checkin": lambda driver, *_: driver and driver.execute("PRAGMA foreign_keys=ON"),
    }
    for name, switch in switches.items():
        event.listen(engine, name, switch)
    try:
        yield
    finally:
        db.session.remove()  # hands the connection back
        for name, switch in switches.items():
            event.remove(engine, name, switch)


def check_references(connection: Connection) -> None:
    """Raises RuntimeError, and nothing is kept, where a migration left a row that refers to none."""
    if connection.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"rows refer to others that are gone: {sorted({tuple(row)[0::2] for row in lost})}")


def run() -> None:
    options = {**current_app.extensions["migrate"].configure_args, "render_item": plain_type}
    with seeing(SYSTEM), references_unchecked(db.engine), write():
        connection = db.session.connection()
        context.configure(connection=connection, target_metadata=db.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
        check_references(connection)


run()
