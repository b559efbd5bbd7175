"""Protected tables: rows are filtered for the viewer, and SQL that was not filtered never reaches the driver.

Two layers. Each ORM query gets the viewer's criterion on every protected model in it, together with a mark in
the SQL text. Right before the driver, each mention of a protected table must be matched by such a mark, so that
Core tables, raw text and whatever else the ORM hook does not see raise instead of leaking.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Connection, and_, event, text
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from eventops.db import Model, db
from eventops.viewer import Viewer, current_viewer

Criterion = Callable[[Viewer], ColumnElement[bool]]


class NotFiltered(RuntimeError):
    """A statement would have read a protected table for nobody in particular."""


_visible: dict[type[Model], Criterion] = {}
_tables: set[str] = set()


def protect(model: type[Model], visible: Criterion) -> None:
    """From now on rows of `model` are read only where `visible(viewer)` holds. The last word on a model counts."""
    _visible[model] = visible
    protect_table(str(model.__tablename__))


def protect_table(name: str) -> None:
    """Protect a table that no model maps. A criterion that reads it adds `mark(name)` itself."""
    _tables.add(name)
    _filters.cache_clear()
    _mentions.cache_clear()


def visible_to(model: type[Model], viewer: Viewer) -> ColumnElement[bool]:
    """The marked criterion for rows of `model` that `viewer` may see."""
    return and_(mark(model.__tablename__), _visible[model](viewer))


def mark(table: str) -> ColumnElement[bool]:
    """A condition that is always true and tells the cursor check that one mention of `table` is filtered."""
    return text(f"1=1 /*seen {table}*/")  # type: ignore[return-value]


def guard(app: Flask) -> None:
    """Let no statement on a protected table reach the database of `app` that was not filtered for a viewer."""
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _refuse_unfiltered)


@event.listens_for(Session, "do_orm_execute")
def _filter_rows(state: ORMExecuteState) -> None:
    viewer = current_viewer()
    if viewer is None or viewer.is_system or not (state.is_select and state.is_orm_statement):
        return
    state.statement = state.statement.options(*_filters(viewer))


@lru_cache(maxsize=256)
def _filters(viewer: Viewer) -> tuple[Any, ...]:
    return tuple(with_loader_criteria(model, visible_to(model, viewer), include_aliases=True) for model in _visible)


def _refuse_unfiltered(
    _connection: Connection, _cursor: object, statement: str, _parameters: object, _context: object, _many: bool
) -> None:
    mentioned = _mentions(statement)
    if not mentioned:
        return
    viewer = current_viewer()
    if viewer is None:
        raise NotFiltered(f"no viewer was given for a statement on {', '.join(sorted(mentioned))}")
    if viewer.is_system or (viewer.is_staff and not statement.lstrip().upper().startswith("SELECT")):
        return
    for table, times in mentioned.items():
        if statement.count(f"/*seen {table}*/") < times:
            raise NotFiltered(f"a statement reads {table} without the viewer's filter")


@lru_cache(maxsize=4096)
def _mentions(statement: str) -> Counter[str]:
    """How often each protected table stands in the text as a table: not as the prefix of a column, nor in a mark."""
    if not _tables:
        return Counter()
    names = "|".join(sorted(map(re.escape, _tables)))
    return Counter(re.findall(rf'(?<!\w)(?<!seen )({names})\b(?!"?\s*\.)', statement))
