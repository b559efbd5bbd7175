"""Connections to PostgreSQL: who only reads opens no transaction, and a server that went away is noticed."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from eventops import create_app
from eventops import db as database
from eventops.db import db, write
from tests.apps import settings_for
from tests.postgres import SUPERUSER, Cluster

NAME = "connections"


@pytest.fixture
def app(postgres_cluster: Cluster) -> Iterator[Flask]:
    """An application on an empty database."""
    postgres_cluster.create_database(NAME)
    made = create_app(settings_for(postgres_cluster.url(NAME)))
    yield made
    with made.app_context():
        db.engine.dispose()
    postgres_cluster.drop_database(NAME)


def _end_connections(cluster: Cluster) -> None:
    """As a server does that is started anew."""
    with psycopg.connect(host=str(cluster.folder), user=SUPERUSER, dbname="postgres", autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (NAME,))


def test_reading_leaves_no_transaction_open(app: Flask) -> None:
    """Each statement outside of write() is a read-only transaction of its own; those inside are one that writes."""
    asked = text("SELECT current_setting('transaction_read_only'), now() = statement_timestamp()")
    with app.app_context():
        outside = [tuple(db.session.execute(asked).one()) for _ in range(2)]
        with write():
            inside = [tuple(db.session.execute(asked).one()) for _ in range(2)]
    assert outside == [("on", True)] * 2
    assert [read_only for read_only, _ in inside] == ["off", "off"]
    assert inside[1] == ("off", False)


def test_connection_that_was_cut_in_a_pause_is_replaced(
    app: Flask, postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a pause the server is asked whether it is there, and nobody meets an error when it had to be found anew."""
    monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
    with app.app_context():
        db.session.scalar(text("SELECT 1"))
        db.session.rollback()
        _end_connections(postgres_cluster)
        assert db.session.scalar(text("SELECT 2")) == 2


def test_connection_that_was_cut_in_use_fails_once(app: Flask, postgres_cluster: Cluster) -> None:
    """Right after its last use a connection is trusted: whoever meets the cut gets an error, and the next one none."""
    with app.app_context():
        db.session.scalar(text("SELECT 1"))
        db.session.rollback()
        _end_connections(postgres_cluster)
        with pytest.raises(OperationalError):
            db.session.scalar(text("SELECT 2"))
        db.session.rollback()
        assert db.session.scalar(text("SELECT 3")) == 3
