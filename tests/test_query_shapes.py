"""Each protected table by each shape of query: refused without a viewer; by the ORM never more than the viewer's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, delete, exists, func, insert, inspect, select, text, true, union, union_all, update
from sqlalchemy.orm import aliased

from eventops.agenda.models import (
    Audience,
    Edit,
    Event,
    Image,
    Presence,
    PublishedSession,
    Release,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    Track,
)
from eventops.checkin.models import Door
from eventops.db import Base, db, write
from eventops.protected import NotFiltered, protected_tables
from eventops.registration.models import GuestList, Invitation, Registration, Substitute
from eventops.staff.models import Account, SignInAttempt
from eventops.streams.models import Stream
from eventops.viewer import ANONYMOUS, Viewer, seeing
from tests.apps import changing
from tests.cast import SPRING, Conference, add_conference

# How many rows of each a stranger, a member of the audience and an observer see of the two conferences below.
VISIBLE = {
    Event: (2, 2, 2),
    PublishedSession: (2, 3, 3),
    Stream: (2, 3, 2),
    Audience: (0, 1, 1),
    Session: (0, 0, 2),
    Room: (0, 0, 2),
    Speaker: (0, 0, 1),
    SpeakerRole: (0, 0, 1),
    Track: (0, 0, 1),
    Image: (0, 0, 1),
    Edit: (0, 0, 1),
    Presence: (0, 0, 1),
    Release: (0, 0, 1),
    Door: (0, 0, 1),
    Invitation: (0, 0, 1),
    Substitute: (0, 0, 1),
    GuestList: (0, 0, 1),
}
LINKS = {"session_audiences", "published_session_audiences", "door_sessions"}
"""Tables that no model maps."""
PROTECTED = {str(model.__tablename__) for model in VISIBLE} | LINKS
SCHEMA = {"sqlite": "main", "postgresql": "public"}


def run(statement: Any) -> None:
    db.session.execute(statement).all()


def run_text(words: str) -> Callable[[Table], None]:
    return lambda table: run(text(words.format(table=table.name)))


def change(statement: Any) -> None:
    with write():
        run(statement)


def copy_into_another(table: Table) -> None:
    chosen = select(SignInAttempt.id, SignInAttempt.who, SignInAttempt.at).join(table, true())
    with write():
        db.session.execute(insert(SignInAttempt).from_select(["id", "who", "at"], chosen))


def run_on_connection(table: Table) -> None:
    db.session.connection().execute(select(table)).all()


def run_in_driver(words: str) -> Callable[[Table], None]:
    def shape(table: Table) -> None:
        connection = db.session.connection()
        name, schema = table.name, SCHEMA[connection.dialect.name]
        connection.exec_driver_sql(words.format(table=name, TABLE=name.upper(), schema=schema)).all()

    return shape


# What the ORM does not filter, because it does not see it or because it is no query of a model.
UNFILTERED: dict[str, Callable[[Table], None]] = {
    "core table": lambda table: run(select(table)),
    "core count": lambda table: run(select(func.count()).select_from(table)),
    "core alias": lambda table: run(select(table.alias("harmless"))),
    "core CTE": lambda table: run(select(select(table).cte())),
    "core subquery": lambda table: run(select(select(table).subquery())),
    "core scalar subquery": lambda table: run(select(select(func.count()).select_from(table).scalar_subquery())),
    "core EXISTS": lambda table: run(select(exists(select(table)))),
    "core IN": lambda table: run(select(Registration.id).where(Registration.id.in_(select(next(iter(table.c)))))),
    "core UNION": lambda table: run(union(select(table.c[0]), select(table.c[0]))),
    "core UNION beside another": lambda table: run(union_all(select(Registration.id), select(next(iter(table.c))))),
    "joined to a model": lambda table: run(select(Registration.id).join(table, true())),
    "text": run_text("SELECT * FROM {table}"),
    "text with a CTE": run_text("WITH x AS (SELECT * FROM {table}) SELECT * FROM x"),
    "text in brackets": run_text("SELECT * FROM (SELECT * FROM {table}) AS x"),
    "text with an alias": run_text('SELECT x.* FROM "{table}" AS x'),
    "text after a comma": run_text("SELECT r.id FROM registrations AS r, {table}"),
    "UPDATE … RETURNING": lambda table: change(update(table).values({table.c[0]: table.c[0]}).returning(table.c[0])),
    "DELETE … RETURNING": lambda table: change(delete(table).returning(table.c[0])),
    "INSERT … SELECT": copy_into_another,
    "connection": run_on_connection,
    "driver": run_in_driver("SELECT * FROM {table}"),
    "driver with the schema": run_in_driver('SELECT * FROM {schema}."{table}"'),
    "driver in capitals": run_in_driver("SELECT * FROM {TABLE}"),
}


def key(model: Any) -> Any:
    """The column that it is known by, or the first of them."""
    return inspect(model).attrs[next(iter(inspect(model).primary_key)).key].class_attribute


def count(statement: Any) -> int:
    return len(db.session.execute(statement).all())


# What the ORM filters: each gives how many rows there are.
FILTERED: dict[str, Callable[[Any], int]] = {
    "entity": lambda model: count(select(model)),
    "column": lambda model: count(select(key(model))),
    "query": lambda model: len(db.session.query(model).all()),
    "query count": lambda model: db.session.query(model).count(),
    "count": lambda model: db.session.scalar(select(func.count()).select_from(model)) or 0,
    "count of a column": lambda model: db.session.scalar(select(func.count(key(model)))) or 0,
    "CTE": lambda model: count(select(select(key(model)).cte())),
    "subquery": lambda model: count(select(select(key(model)).subquery())),
    "scalar subquery": lambda model: max(
        db.session.scalars(select(select(func.count(key(model))).scalar_subquery()).select_from(Registration))
    ),
    "UNION": lambda model: count(union(select(key(model)), select(key(model)))),
    "alias": lambda model: count(select(aliased(model))),
}


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The first of two conferences, which have a row in every protected table but the links'."""
    with changing(app):
        casts = [add_conference(), add_conference("another")]
        for cast in casts:
            db.session.add(Release(event_id=cast.event_id, number=1, made_at=SPRING, sessions=[]))
            _add_desk(cast)
            _add_guests(cast)
    return casts[0]


def _add_desk(cast: Conference) -> None:
    """A track, a photo, an edit, and somebody at it."""
    account = Account(email=f"{cast.slug}@example.org", name="Ida", password_hash="", created_at=SPRING)
    image = Image(event_id=cast.event_id, media_type="image/png", width=1, height=1, content=b"")
    track = Track(event_id=cast.event_id, name={"en": "Work"}, position=1)
    edit = Edit(event_id=cast.event_id, number=1, at=SPRING, what="edit", changes=[])
    db.session.add_all([account, image, track, edit])
    db.session.flush()
    db.session.add(Presence(account_id=account.id, event_id=cast.event_id, seen_at=SPRING))


def _add_guests(cast: Conference) -> None:
    both = {"event_id": cast.event_id, "audience_id": cast.audience_id}
    person = {"name": "Ida", "email": "ida@example.org"}
    rest = {"language": "da", "by_letter": True, "granted_through": "invitation", "created_at": SPRING}
    invitation = Invitation(**both, **person, email_key=person["email"], expires_at=SPRING + timedelta(days=9), **rest)
    db.session.add_all([invitation, GuestList(**both, made_at=SPRING, rows=[])])
    db.session.flush()
    db.session.add(Substitute(event_id=cast.event_id, invitation_id=invitation.id, **person, proposed_at=SPRING))


def viewers(cast: Conference) -> list[Viewer]:
    """A stranger, a member of the audience, an observer: in the order of VISIBLE."""
    member = Viewer(event_id=cast.event_id, audiences=frozenset({cast.audience_id}))
    return [ANONYMOUS, member, Viewer(event_id=cast.event_id, role="observer")]


def is_refused(shape: Callable[[Any], object], asked: Any) -> bool:
    try:
        shape(asked)
    except NotFiltered:
        return True
    finally:
        db.session.rollback()
    return False


def test_protected_tables_are_those_of_the_list() -> None:
    """Everything that a closed session or its people could be known by; a new table is added here by hand."""
    assert protected_tables() == PROTECTED


def test_shape_without_a_viewer_is_refused_for_every_table(app: Flask, cast: Conference) -> None:
    """Whoever forgets to say for whom gets nothing, by the ORM or by any other way."""
    with app.app_context():
        models = [(model, name) for model in VISIBLE for name, way in FILTERED.items() if not is_refused(way, model)]
        assert models + _let_through() == []


def _let_through() -> list[Any]:
    tables = [Base.metadata.tables[name] for name in sorted(PROTECTED)]
    return [(t.name, name) for t in tables for name, way in UNFILTERED.items() if not is_refused(way, t)]


def test_shape_without_the_filter_is_refused_for_every_table_and_viewer(app: Flask, cast: Conference) -> None:
    """Having the right to some rows opens no way past the filter, to an observer no more than to a stranger."""
    for viewer in viewers(cast):
        with app.app_context(), seeing(viewer):
            assert (viewer, _let_through()) == (viewer, [])


def test_shape_that_is_filtered_gives_each_viewer_their_rows(app: Flask, cast: Conference) -> None:
    """By each shape the ORM gives as many rows of each table as the viewer may see."""
    for place, viewer in enumerate(viewers(cast)):
        with app.app_context(), seeing(viewer):
            found = {(model, name): way(model) for model in VISIBLE for name, way in FILTERED.items()}
        assert found == {(model, name): VISIBLE[model][place] for model in VISIBLE for name in FILTERED}
