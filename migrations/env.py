"""Runs the migrations on the application's own engine, as the system, inside one write()."""

from typing import Literal

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from eventops.db import db, write
from eventops.viewer import SYSTEM, seeing


def plain_type(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name SQLAlchemy's own types, so that they still run when ours have changed."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    options = {**current_app.extensions["migrate"].configure_args, "render_item": plain_type}
    with seeing(SYSTEM), write():
        context.configure(connection=db.session.connection(), target_metadata=db.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()


run()
