"""Protected tables: rows are filtered for the viewer, and SQL that was not filtered never reaches the driver.

Two layers. Each ORM query gets the viewer's criterion on every protected model in it, together with a mark in
the SQL text. Right before the driver, each SELECT must bear such a mark for each protected table in it, so that
Core tables, raw text and whatever else the ORM hook does not see raise instead of leaking.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, Connection, and_, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.elements import False_

from eventops.db import Model, asked_each_time, db
from eventops.marks import Found, look_through, mark
from eventops.viewer import Viewer, current_viewer

Criterion = Callable[[Viewer], ColumnElement[bool]]


class NotFiltered(RuntimeError):
    """A statement would have read a protected table for nobody in particular."""


_visible: dict[type[Model], Criterion] = {}
_tables: set[str] = set()


def protect(model: type[Model], visible: Criterion) -> None:
    """From now on rows of `model` are read only where `visible(viewer)` holds. The last word on a model counts."""
    _visible[model] = visible
    asked_each_time.add(model)
    protect_table(str(model.__tablename__))


def protect_table(name: str) -> None:
    """Protect a table that no model maps. A criterion or relationship that reads it adds `mark(column)` itself."""
    _tables.add(name)
    _filters.cache_clear()
    _found.cache_clear()


def protected_tables() -> frozenset[str]:
    """The names of all protected tables."""
    return frozenset(_tables)


def visible_to(model: type[Model], viewer: Viewer) -> ColumnElement[bool]:
    """The marked criterion for rows of `model` that `viewer` may see."""
    key = model.__mapper__.primary_key[0]
    criterion = _visible[model](viewer)
    # A bare `false` would swallow the mark beside it.
    return and_(mark(key), key.is_(None) if isinstance(criterion, False_) else criterion)


def guard(app: Flask) -> None:
    """Let no statement on a protected table reach the database of `app` that was not filtered for a viewer."""
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", _refuse_unfiltered)


@event.listens_for(Session, "do_orm_execute")
def _filter_rows(state: ORMExecuteState) -> None:
    viewer = current_viewer()
    if viewer is None or viewer.is_system or not state.is_orm_statement or state.is_insert:
        return
    if state.is_column_load:
        _filter_refresh(state, viewer)
    else:
        state.statement = state.statement.options(*_filters(viewer))


def _filter_refresh(state: ORMExecuteState, viewer: Viewer) -> None:
    """Loading an object's columns anew ignores loader criteria, so the criterion is added as a plain condition."""
    model: Any = state.bind_mapper.class_ if state.bind_mapper else None
    if model in _visible:
        state.statement = state.statement.where(visible_to(model, viewer))  # type: ignore[attr-defined]


@lru_cache(maxsize=256)
def _filters(viewer: Viewer) -> tuple[Any, ...]:
    # Not handed on to later loads: each of those passes here itself, perhaps for another viewer.
    return tuple(
        with_loader_criteria(model, visible_to(model, viewer), include_aliases=True, propagate_to_loaders=False)
        for model in _visible
    )


def _refuse_unfiltered(
    _connection: Connection, _cursor: object, statement: str, _parameters: object, _context: object, _many: bool
) -> None:
    found = _found(statement)
    if not found.tables:
        return
    viewer = current_viewer()
    if viewer is None:
        raise NotFiltered(f"no viewer was given for a statement on {', '.join(sorted(found.tables))}")
    if viewer.is_system:
        return
    if found.written and not viewer.is_staff:
        raise NotFiltered(f"only staff and the system write {found.written}")
    if found.unfiltered:
        raise NotFiltered(f"a statement reads {', '.join(sorted(found.unfiltered))} without the viewer's filter")


@lru_cache(maxsize=4096)
def _found(statement: str) -> Found:
    return look_through(statement, frozenset(_tables))
