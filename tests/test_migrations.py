"""The migrations make what the models say, and take all of it away again."""

from __future__ import annotations

import flask_migrate
from flask import Flask
from sqlalchemy import inspect

from eventops.agenda.changes import changes
from eventops.agenda.journal import editing
from eventops.agenda.models import Edit, Event, PublishedSession, Release, Session
from eventops.agenda.returning import return_to
from eventops.db import db
from tests.agenda.conferences import NOW, published
from tests.apps import MakeApp, changing
from tests.cast import add_conference

ALEMBICS_OWN = "alembic_version"


def tables(app: Flask) -> set[str]:
    """What the database holds."""
    with app.app_context(), db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_migrations_go_up_down_to_nothing_and_up_again(app: Flask) -> None:
    """The models want no change at either end, and nothing is left at the bottom, though there were rows."""
    with changing(app):
        add_conference()
    with app.app_context():
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")
        assert tables(app) == {ALEMBICS_OWN}
        flask_migrate.upgrade()
        flask_migrate.check()
    assert tables(app) == {ALEMBICS_OWN, *db.metadata.tables}


def test_each_migration_can_be_undone_by_itself(app: Flask) -> None:
    """Step by step down, and from every step up again."""
    with app.app_context():
        steps = 0
        while tables(app) != {ALEMBICS_OWN}:
            flask_migrate.downgrade(revision="-1")
            flask_migrate.upgrade(revision="+1")
            flask_migrate.downgrade(revision="-1")
            steps += 1
        flask_migrate.upgrade()
        flask_migrate.check()
    assert steps >= 1


def test_migrating_what_is_up_to_date_changes_nothing(make_app: MakeApp) -> None:
    """Every start of an installation may migrate, and people stay as they are."""
    app = make_app()
    with changing(app):
        cast = add_conference()
    with app.app_context():
        flask_migrate.upgrade()
    with changing(app):
        assert db.session.scalar(db.select(db.func.count()).select_from(db.metadata.tables["registrations"])) == len(
            cast.people
        )


def test_what_was_published_before_the_desk_had_its_journal_is_published_still(app: Flask) -> None:
    """Nothing seems changed by the migration, and the release from before can be gone back to.

    Strangers' calendars know what was published to them, and not what was opened on the desk only.
    """
    with changing(app):
        event_id = published().id
        closed = db.session.scalars(db.select(Session).where(Session.access == "closed")).first()
        assert closed
        closed.access = "public"
    with app.app_context():
        flask_migrate.downgrade(revision="5d7e2f90b1a4")
        flask_migrate.upgrade()
    with changing(app):
        known = db.select(PublishedSession.access, Session.public_sequence).join(
            Session, Session.id == PublishedSession.id
        )
        assert {tuple(row) for row in db.session.execute(known)} == {("public", 0), ("closed", None)}
        db.session.get_one(Session, closed.id).access = "closed"
    with changing(app):
        event = db.session.get_one(Event, event_id)
        assert changes(event_id) == []
        release = db.session.scalars(db.select(Release)).one()
        with editing(event_id, None, "return", NOW) as journal:
            return_to(event, release, journal)
        assert (changes(event_id), list(db.session.scalars(db.select(Edit)))) == ([], [])
