"""Commands on the server: what they see, and what they say where the database cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy.exc import OperationalError, ProgrammingError

from eventops.db import db
from eventops.viewer import SYSTEM, seeing


@contextmanager
def as_operator(app: Flask) -> Iterator[None]:
    """Inside, everything may be read. Raises ClickException with advice where the database cannot be used."""
    with app.app_context(), seeing(SYSTEM):
        try:
            yield
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException("The database cannot be used. `eventops doctor` says what to do.") from error
        finally:
            db.session.remove()
            db.engine.dispose()
