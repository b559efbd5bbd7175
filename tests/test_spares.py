import psycopg
import pytest
from psycopg import Connection

from tests.postgres import SUPERUSER, Cluster
from tests.spares import Spares

TABLES = """
    CREATE TABLE room (id int PRIMARY KEY, name text);
    CREATE TABLE session (id int PRIMARY KEY, room_id int REFERENCES room);
    CREATE TABLE alembic_version AS SELECT 'now' AS version_num;
"""
ROWS = "INSERT INTO room SELECT n, 'Room ' || n FROM generate_series(1, 500) n; INSERT INTO session VALUES (1, 1)"


@pytest.fixture
def spares(postgres_cluster: Cluster) -> Spares:
    """Copies of a template with two tables."""
    postgres_cluster.drop_database("rooms")
    postgres_cluster.create_database("rooms")
    with connected(postgres_cluster, "rooms") as template:
        template.execute(TABLES)
    return Spares(postgres_cluster, "rooms")


def connected(cluster: Cluster, name: str) -> Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(cluster.folder), user=SUPERUSER, dbname=name, autocommit=True)


def test_database_that_was_used_is_lent_empty(spares: Spares) -> None:
    """Whatever a test wrote is gone, and new rows lie where the first ones lay; the migrations' mark stays."""
    name = spares.lend()
    with connected(spares.cluster, name) as used:
        used.execute(ROWS)
        spares.take_back(name)  # while a process of the test is still connected
    assert spares.lend() == name
    with connected(spares.cluster, name) as again:
        assert again.execute("SELECT FROM room UNION ALL SELECT FROM session").fetchall() == []
        assert again.execute("SELECT version_num FROM alembic_version").fetchall() == [("now",)]
        assert again.execute("INSERT INTO room VALUES (1) RETURNING ctid::text").fetchone() == ("(0,1)",)
    spares.cluster.drop_database(name)


@pytest.mark.parametrize(
    "change",
    [
        "DROP TABLE session",
        "CREATE TABLE person (name text)",
        "ALTER TABLE room RENAME name TO title",
        "ALTER TABLE room ALTER name TYPE varchar(9)",
        "ALTER TABLE session DROP CONSTRAINT session_room_id_fkey",
        "UPDATE alembic_version SET version_num = 'older'",
    ],
)
def test_database_with_other_tables_is_not_lent_again(spares: Spares, change: str) -> None:
    """Nor is it left behind: the next test gets one as the template is."""
    name = spares.lend()
    with connected(spares.cluster, name) as used:
        used.execute(change)
    spares.take_back(name)
    other = spares.lend()
    assert other != name
    with connected(spares.cluster, other) as fresh:
        fresh.execute(ROWS)
        assert fresh.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone() == (0,)
    spares.cluster.drop_database(other)
