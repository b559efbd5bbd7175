"""PostgreSQL databases that tests use one after the other.

A database is some 400 files, and making and removing them takes many times as long as emptying its tables: ext4
looks through all inodes that were freed in the last seconds before it gives out one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
from psycopg import Connection, sql

from tests.postgres import SUPERUSER, Cluster

FILLED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
    AND pg_relation_size(oid) > 0
"""
SCHEMA = """
    SELECT count(*), max(xmin::text::bigint) FROM (
        SELECT xmin FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT xmin FROM pg_constraint
        UNION ALL SELECT xmin FROM pg_trigger
        UNION ALL SELECT xmin FROM pg_db_role_setting
        UNION ALL SELECT xmin FROM alembic_version
    )
"""
"""Changes with every definition that is made, changed or dropped: each is written by a transaction of its own.

So is the name of the last migration.
"""
LEAVE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"


@dataclass
class Spares:
    """Copies of a template that nobody uses at the moment."""

    cluster: Cluster
    template: str
    _names: list[str] = field(default_factory=list)
    _made: int = 0
    _schema: tuple[object, ...] | None = None

    def lend(self) -> str:
        """The name of a database that is as the template: migrated, and without a row."""
        if self._names:
            return self._names.pop()
        self._made += 1
        name = f"{self.template}_{self._made}"
        self.cluster.create_database(name, self.template)
        with self._connected(name) as connection:
            self._schema = connection.execute(SCHEMA).fetchone()
        return name

    def take_back(self, name: str) -> None:
        """Empty a database for the next test; one whose tables are not the template's any more is dropped."""
        with self._connected("postgres") as connection:
            connection.execute(LEAVE, [name])
        with self._connected(name) as connection:
            if connection.execute(SCHEMA).fetchone() == self._schema:
                _empty(connection)
                self._names.append(name)
                return
        self.cluster.drop_database(name)

    def _connected(self, name: str) -> Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.cluster.folder), user=SUPERUSER, dbname=name, autocommit=True)


def _empty(connection: Connection[tuple[object, ...]]) -> None:
    """Delete every row and give back the pages, so that new rows lie in the order in which they come."""
    tables = [sql.Identifier(str(name)) for (name,) in connection.execute(FILLED)]
    if tables:
        connection.execute("SET session_replication_role = replica")
        for table in tables:
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
        connection.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(tables)))
