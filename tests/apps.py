"""Applications for tests: each on a database of its own, a copy of one that was migrated once."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from werkzeug.routing import Rule

from eventops import create_app
from eventops.config import Settings
from eventops.db import db, write
from eventops.staff import accounts
from eventops.viewer import SYSTEM, seeing
from tests.postgres import Cluster
from tests.spares import Spares

BASE_URL = "http://localhost"
MakeApp = Callable[..., Flask]


def _compile_rules_once() -> None:
    """Werkzeug compiles every rule of every application anew: for tests that is most of making one."""
    compile_builder, compiled = Rule._compile_builder, {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = rule.rule, tuple(rule._trace), append_unknown
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign, assignment]


def _compile_statements_once() -> None:
    """SQLAlchemy keeps what it compiled by engine and dialect: each application would compile its statements anew."""
    make, made, compiled = SQLAlchemy._make_engine, dict[str, Engine](), dict[Any, Any]()

    def alike(*arguments: Any) -> Engine:
        engine = make(*arguments)
        engine._compiled_cache = compiled
        like = made.setdefault(engine.name, engine)
        if like.dialect.server_version_info is None:  # it never connected, so that its dialect is not ready
            made[engine.name] = like = engine
        engine.dialect = like.dialect
        return engine

    SQLAlchemy._make_engine = alike  # type: ignore[method-assign, assignment]


class TemplatesCompiledOnce(BytecodeCache):
    """Jinja compiles the templates of every application anew, which takes longer than most tests."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.load_bytecode(io.BytesIO(self._compiled[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashing takes long on purpose: with today's parameters, signing in would be a seventh of all the tests' time."""

accounts._hasher, TODAYS_HASHER = QUICK_HASHER, accounts._hasher
_compile_rules_once()
_compile_statements_once()
Flask.jinja_options = {"bytecode_cache": TemplatesCompiledOnce()}


def settings_for(database_url: str, **more: object) -> Settings:
    """Settings for tests; any may be given another value."""
    values: dict[str, object] = {
        "secret_key": "a secret for tests, long enough to be taken",
        "database_url": database_url,
        "base_url": BASE_URL,
        "mail_url": "smtp://127.0.0.1:9",
        "mail_from": "events@example.org",
        "log_level": "warning",
    }
    return Settings.model_validate(values | more)


def migrate(database_url: str) -> None:
    """Bring an empty database up to date, and leave no connection open."""
    app = create_app(settings_for(database_url))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@contextmanager
def changing(app: Flask) -> Iterator[None]:
    """Inside, the database may be read and written as the system."""
    with app.app_context(), seeing(SYSTEM), write():
        yield


@contextmanager
def reading(app: Flask) -> Iterator[None]:
    """Inside, everything in the database may be read."""
    with app.app_context(), seeing(SYSTEM):
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database that nobody uses."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_spares(postgres_cluster: Cluster) -> Spares:
    """Migrated PostgreSQL databases that nobody uses."""
    postgres_cluster.create_database("template")
    migrate(postgres_cluster.url("template"))
    return Spares(postgres_cluster, "template")


@contextmanager
def fresh_database(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[str]:
    """A fresh, migrated database of that kind, until the block ends; SQLite keeps it in `folder`."""
    if kind == "sqlite":
        path = folder / "eventops.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    spares: Spares = request.getfixturevalue("postgres_spares")
    name = spares.lend()
    yield spares.cluster.url(name)
    spares.take_back(name)


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For a test of what no database has a part in, where others of its kind run on both."""


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database: the test runs once on SQLite and once on PostgreSQL."""
    with fresh_database(request, request.param, tmp_path) as url:
        yield url


@pytest.fixture
def make_app(database_url: str) -> Iterator[MakeApp]:
    """Makes an application on the test's database, with any setting changed."""
    made: list[Flask] = []

    def make(**settings: object) -> Flask:
        made.append(create_app(settings_for(database_url, **settings)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application on the test's database."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser without a past."""
    return app.test_client()
