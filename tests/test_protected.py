"""Who may see: every shape of query gives a viewer what that viewer may see, or is refused; none leaks."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, exists, func, insert, select, text, union, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import aliased, joinedload, selectinload

from eventops.agenda.models import (
    Audience,
    Event,
    PublishedSession,
    Release,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    session_audiences,
)
from eventops.checkin.models import Door
from eventops.db import Base, db, write
from eventops.marks import look_through
from eventops.protected import NotFiltered, protected_tables
from eventops.registration.models import Admission, Registration
from eventops.staff.models import SignInAttempt
from eventops.streams.models import Stream
from eventops.viewer import ANONYMOUS, SYSTEM, Viewer, seeing
from tests.apps import changing, reading
from tests.cast import SPRING, Conference, add_conference

Shape = Callable[[Conference], Any]
REFUSED = "refused"
TABLE = Base.metadata.tables["published_sessions"]
SCHEMA = {"sqlite": "main", "postgresql": "public"}


def rows(statement: Any) -> list[Any]:
    return [tuple(row) for row in db.session.execute(statement)]


def ids(statement: Any) -> list[UUID]:
    return list(db.session.scalars(statement))


def by_cte(_cast: Conference) -> Any:
    cte = select(PublishedSession.id).cte()
    return ids(select(cte.c.id))


def by_subquery(_cast: Conference) -> Any:
    inner = select(PublishedSession.id).subquery()
    return ids(select(inner.c.id))


def by_scalar_subquery(_cast: Conference) -> Any:
    latest = select(func.max(PublishedSession.starts_at)).scalar_subquery()
    return ids(select(PublishedSession.id).where(PublishedSession.starts_at == latest))


def by_scalar_subquery_of_another_table(_cast: Conference) -> Any:
    counted = select(func.count(PublishedSession.id)).scalar_subquery()
    return db.session.scalar(select(counted).select_from(Registration).limit(1))


def by_union(_cast: Conference) -> Any:
    return ids(union(select(PublishedSession.id), select(PublishedSession.id)))


def by_core_cte(_cast: Conference) -> Any:
    return ids(text("WITH x AS (SELECT id FROM published_sessions) SELECT id FROM x"))


def by_lazy_load(_cast: Conference) -> Any:
    return {admission.audience for admission in db.session.scalars(select(Admission))}


def by_joined_load(_cast: Conference) -> Any:
    statement = select(Admission).options(joinedload(Admission.audience))
    return {admission.audience for admission in db.session.scalars(statement)}


def by_select_in_load(_cast: Conference) -> Any:
    statement = select(Admission).options(selectinload(Admission.audience))
    return {admission.audience for admission in db.session.scalars(statement)}


def by_aliased_self_join(_cast: Conference) -> Any:
    other = aliased(PublishedSession)
    return rows(select(PublishedSession.id, other.id).join(other, PublishedSession.event_id == other.event_id))


def by_get(cast: Conference) -> Any:
    return db.session.get(PublishedSession, cast.workshop_id)


def by_get_from_memory(cast: Conference) -> Any:
    with seeing(SYSTEM):
        kept = db.session.get_one(PublishedSession, cast.workshop_id)
    found = db.session.get(PublishedSession, cast.workshop_id)
    return found and kept.id


def by_lazy_load_from_memory(cast: Conference) -> Any:
    with seeing(SYSTEM):
        kept = db.session.get_one(Audience, cast.audience_id)
    found = db.session.scalars(select(Admission)).first()
    return found and found.audience and kept.name


def by_refresh(cast: Conference) -> Any:
    with seeing(SYSTEM):
        kept = db.session.get_one(PublishedSession, cast.workshop_id)
    db.session.expire(kept)
    try:
        return kept.content
    except InvalidRequestError:  # of which ObjectDeletedError is one
        return REFUSED


def by_update_returning(_cast: Conference) -> Any:
    with write():
        return rows(update(PublishedSession).values(sequence=2).returning(PublishedSession.id))


def by_core_update_returning(_cast: Conference) -> Any:
    with write():
        return rows(update(TABLE).values(sequence=2).returning(TABLE.c.id))


def by_delete(_cast: Conference) -> Any:
    with write():
        return rows(delete(PublishedSession).returning(PublishedSession.id))


def by_insert_from_select(_cast: Conference) -> Any:
    source = select(PublishedSession.id, PublishedSession.access, PublishedSession.starts_at)
    with write():
        db.session.execute(insert(SignInAttempt).from_select(["id", "who", "at"], source))
        return rows(select(SignInAttempt.id))


def by_insert(cast: Conference) -> Any:
    with write():
        db.session.add(Room(event_id=cast.event_id, name="Room 3", position=3))


def by_connection(_cast: Conference) -> Any:
    return list(db.session.connection().execute(select(PublishedSession.id)))


def by_driver_sql(_cast: Conference) -> Any:
    return list(db.session.connection().exec_driver_sql("SELECT id FROM published_sessions"))


def by_driver_sql_with_schema(_cast: Conference) -> Any:
    schema = SCHEMA[db.engine.dialect.name]
    return list(db.session.connection().exec_driver_sql(f'SELECT "id" FROM {schema}."published_sessions"'))


def by_driver_sql_in_capitals(_cast: Conference) -> Any:
    return list(db.session.connection().exec_driver_sql("SELECT ID FROM PUBLISHED_SESSIONS"))


# What a stranger gets by each shape: what is public, or a refusal.
SHAPES: dict[str, tuple[Shape, Any]] = {
    "column": (lambda _: ids(select(PublishedSession.id)), "keynote"),
    "entity": (lambda _: [row.id for row in db.session.scalars(select(PublishedSession))], "keynote"),
    "query": (lambda _: [row.id for row in db.session.query(PublishedSession)], "keynote"),
    "query count": (lambda _: db.session.query(PublishedSession).count(), 1),
    "count of rows": (lambda _: db.session.scalar(select(func.count()).select_from(PublishedSession)), 1),
    "count of a column": (lambda _: db.session.scalar(select(func.count(PublishedSession.id))), 1),
    "core table": (lambda _: ids(select(TABLE.c.id)), REFUSED),
    "core count": (lambda _: ids(select(func.count()).select_from(TABLE)), REFUSED),
    "core link table": (lambda _: rows(select(session_audiences)), REFUSED),
    "text": (lambda _: ids(text("SELECT id FROM published_sessions")), REFUSED),
    "entity from text": (
        lambda _: ids(select(PublishedSession).from_statement(text("SELECT * FROM published_sessions"))),
        REFUSED,
    ),
    "exists": (lambda c: db.session.scalar(select(exists().where(PublishedSession.id == c.workshop_id))), REFUSED),
    "exists of a query": (
        lambda c: db.session.scalar(select(select(Session.id).where(Session.id == c.workshop_id).exists())),
        False,
    ),
    "nothing visible": (lambda _: ids(select(Session.id)), []),
    "related rows in a condition": (
        lambda _: ids(select(PublishedSession.id).where(PublishedSession.audiences.any())),
        [],
    ),
    "related row in a condition": (lambda _: ids(select(Admission.audience_id).where(Admission.audience.has())), []),
    "join": (lambda _: rows(select(Admission.registration_id, Audience.name).join(Audience)), []),
    "cte": (by_cte, "keynote"),
    "core cte": (by_core_cte, REFUSED),
    "subquery": (by_subquery, "keynote"),
    "scalar subquery": (by_scalar_subquery, "keynote"),
    "scalar subquery beside another table": (by_scalar_subquery_of_another_table, 1),
    "union": (by_union, "keynote"),
    "union with a core table": (lambda _: ids(union(select(PublishedSession.id), select(TABLE.c.id))), REFUSED),
    "lazy load": (by_lazy_load, {None}),
    "lazy load from memory": (by_lazy_load_from_memory, None),
    "joined load": (by_joined_load, REFUSED),
    "select-in load": (by_select_in_load, {None}),
    "alias": (lambda _: ids(select(aliased(PublishedSession).id)), "keynote"),
    "alias beside itself": (by_aliased_self_join, REFUSED),
    "get": (by_get, None),
    "get from memory": (by_get_from_memory, None),
    "refresh": (by_refresh, REFUSED),
    "update returning": (by_update_returning, REFUSED),
    "core update returning": (by_core_update_returning, REFUSED),
    "delete": (by_delete, REFUSED),
    "insert": (by_insert, REFUSED),
    "insert from select": (by_insert_from_select, REFUSED),
    "connection": (by_connection, REFUSED),
    "driver": (by_driver_sql, REFUSED),
    "driver with schema": (by_driver_sql_with_schema, REFUSED),
    "driver in capitals": (by_driver_sql_in_capitals, REFUSED),
}


def outcome(shape: Shape, cast: Conference) -> Any:
    try:
        return shape(cast)
    except NotFiltered:
        return REFUSED


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def test_protected_stranger_gets_what_is_public_by_every_shape_of_query(app: Flask, cast: Conference) -> None:
    """Each shape gives a stranger the one public session, or nothing, or is refused; none gives the closed one."""
    public = {"keynote": [cast.keynote_id]}
    expected = {
        name: public.get(what, what) if isinstance(what, str) else what for name, (_shape, what) in SHAPES.items()
    }
    found = {}
    for name, (shape, _what) in SHAPES.items():
        with app.app_context(), seeing(ANONYMOUS):
            found[name] = outcome(shape, cast)
    assert found == expected


def test_protected_nobody_in_particular_gets_nothing_by_any_shape_of_query(app: Flask, cast: Conference) -> None:
    """Without a viewer each shape is refused, the harmless ones too."""
    found = {}
    for name, (shape, _what) in SHAPES.items():
        with app.app_context():
            found[name] = outcome(shape, cast)
    assert found == dict.fromkeys(SHAPES, REFUSED)


def test_protected_system_gets_everything_by_every_shape_that_reads(app: Flask, cast: Conference) -> None:
    """Jobs and commands read all there is, so the shapes above did have something to leak."""
    both = {cast.keynote_id, cast.workshop_id}
    with reading(app):
        assert set(ids(select(PublishedSession.id))) == both
        assert set(ids(select(TABLE.c.id))) == both
        assert {a.audience_id for a in db.session.scalars(select(Admission).options(joinedload(Admission.audience)))}
        assert by_get(cast).id == cast.workshop_id


def test_protected_invited_person_sees_the_closed_session_of_their_event_alone(app: Flask, cast: Conference) -> None:
    """The right to an audience opens its session, and the same right in another event's name opens nothing."""
    audiences = frozenset({cast.audience_id})
    with app.app_context():
        with seeing(Viewer(event_id=cast.event_id, audiences=audiences)):
            assert set(ids(select(PublishedSession.id))) == {cast.keynote_id, cast.workshop_id}
            workshop = db.session.get_one(PublishedSession, cast.workshop_id)
            assert [audience.id for audience in workshop.audiences] == [cast.audience_id]
        with seeing(Viewer(event_id=uuid4(), audiences=audiences)):
            assert ids(select(PublishedSession.id)) == [cast.keynote_id]


def test_protected_viewer_is_the_one_who_asks_not_the_one_who_asked_first(app: Flask, cast: Conference) -> None:
    """What a person is shown through an object that was first loaded for a stranger is the person's."""
    invited = Viewer(event_id=cast.event_id, audiences=frozenset({cast.audience_id}))
    with app.app_context():
        with seeing(ANONYMOUS):
            admission = db.session.scalars(select(Admission)).first()
        with seeing(invited):
            assert admission
            assert admission.audience.id == cast.audience_id


DESK = (Session, Release, Room, Speaker, Audience, Door, Stream)


def test_protected_staff_see_the_desk_of_their_own_event_alone(app: Flask, cast: Conference) -> None:
    """Of every table on the desk, staff get their event's rows, and of another event none."""
    with changing(app):
        other = add_conference("another")
        for event_id in (cast.event_id, other.event_id):
            db.session.add(Release(event_id=event_id, number=1, made_at=SPRING, sessions=[]))
    with app.app_context(), seeing(Viewer(event_id=cast.event_id, role="observer")):
        found = {model: set(db.session.scalars(select(model.event_id))) for model in DESK}
        assert found == {model: {cast.event_id} for model in DESK}


def test_protected_staff_read_sessions_with_their_speakers_and_rooms(app: Flask, cast: Conference) -> None:
    """Through the relationships of a session staff reach speakers, audiences and the room, loaded either way."""
    staff = Viewer(event_id=cast.event_id, role="editor")
    for options in (
        [],
        [
            selectinload(Session.speaker_roles).selectinload(SpeakerRole.speaker),
            selectinload(Session.audiences),
            selectinload(Session.room),
        ],
    ):
        with app.app_context(), seeing(staff):
            [session] = db.session.scalars(select(Session).where(Session.id == cast.workshop_id).options(*options))
            reached = (len(session.speakers), [a.id for a in session.audiences], session.room is not None)
            assert reached == (1, [cast.audience_id], True)


def test_protected_staff_read_nothing_unfiltered_while_writing(app: Flask, cast: Conference) -> None:
    """Staff write through objects; SQL of their own that also reads is refused without the filter."""
    reads = [
        "WITH x AS (SELECT id FROM sessions) SELECT id FROM x",
        "(SELECT id FROM sessions) UNION ALL (SELECT id FROM sessions)",
        "DELETE FROM session_speakers RETURNING session_id",
        "INSERT INTO session_audiences SELECT session_id, speaker_id FROM session_speakers",
        "UPDATE rooms SET name = (SELECT max(name) FROM speakers)",
    ]
    with app.app_context(), seeing(Viewer(event_id=cast.event_id, role="owner")):
        for statement in reads:
            with pytest.raises(NotFiltered), write():
                db.session.execute(text(statement))
        with write():
            db.session.get_one(Session, cast.keynote_id).title = {"en": "Moved"}
            db.session.add(Room(event_id=cast.event_id, name="Room 3", position=3))
        assert db.session.get_one(Session, cast.keynote_id).title == {"en": "Moved"}


def test_protected_object_is_loaded_anew_for_its_viewer(app: Flask, cast: Conference) -> None:
    """After a write() what was read before is read again, by the same filter."""
    with app.app_context(), seeing(ANONYMOUS):
        event = db.session.scalars(select(Event)).one()
        with write():
            pass
        assert event.slug == "conference"


def test_protected_thread_without_a_viewer_reads_nothing(app: Flask, cast: Conference) -> None:
    """A viewer is of one thread: another begins with none."""
    found: list[Any] = []

    def read() -> None:
        with app.app_context():
            found.append(outcome(by_cte, cast))

    with seeing(SYSTEM):
        thread = Thread(target=read)
        thread.start()
        thread.join()
    assert found == [REFUSED]


def test_protected_names_are_no_names_of_columns() -> None:
    """A column named like a protected table would look like an unfiltered read of it."""
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert columns & protected_tables() == set()


@pytest.mark.parametrize(
    ("statement", "unfiltered"),
    [
        ("SELECT s.id FROM secrets AS s WHERE 1=1 /*seen s*/", set()),
        ("SELECT s.id FROM secrets AS s WHERE 1=1 /*seen secrets*/", {"secrets"}),
        ("SELECT id FROM other WHERE 1=1 /*seen secrets*/ AND id IN (SELECT id FROM secrets)", {"secrets"}),
        ("SELECT id FROM secrets WHERE 1=1 /*seen secrets*/ UNION SELECT id FROM secrets", {"secrets"}),
        ('SELECT id FROM a LEFT JOIN (b JOIN "secrets" ON 1=1 /*seen secrets*/) ON 1=1', set()),
        ("SELECT id FROM Main . [Secrets]", {"secrets"}),
        ("SELECT secrets.id, other.secrets, secrets_1.id FROM other", set()),
        ("SELECT id FROM secrets WHERE 1=1 /*seen secrets*/ AND ')' = ''", {"secrets"}),
        ("DELETE FROM secrets WHERE id = 1", set()),
        ("DELETE FROM secrets WHERE id = 1 RETURNING id", {"secrets"}),
        ("INSERT INTO other SELECT id FROM secrets", {"secrets"}),
        ("INSERT INTO secrets SELECT id FROM secrets", {"secrets"}),
    ],
)
def test_marks_count_in_their_own_select_under_their_own_name(statement: str, unfiltered: set[str]) -> None:
    """A mark covers the table of that name, in the SELECT that it stands in, and nothing else."""
    assert look_through(statement, frozenset({"secrets"})).unfiltered == unfiltered
