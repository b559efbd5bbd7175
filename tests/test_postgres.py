import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from tests.postgres import Cluster

LISTEN = "0A"

START_AND_WAIT = """
from tests.postgres import Cluster
cluster = Cluster()
cluster.start()
print(cluster.folder, flush=True)
input()
"""


@pytest.fixture
def people(postgres_cluster: Cluster) -> Iterator[str]:
    """The address of a database with one person in it."""
    postgres_cluster.create_database("people")
    address = libpq(postgres_cluster.url("people"))
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE person AS SELECT 'Aino' AS name")
    yield address
    postgres_cluster.drop_database("people")


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def ask(address: str, question: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def listening_sockets(pid: int) -> set[str]:
    """The inodes of the TCP sockets on which a process listens."""
    own = {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [Path(f"/proc/{pid}/net/{name}").read_text() for name in ("tcp", "tcp6")]
    rows = [row.split() for table in tables for row in table.splitlines()]
    return own & {f"socket:[{row[9]}]" for row in rows if row[3] == LISTEN}


def test_server_is_version_18(people: str) -> None:
    """The server is the release that production is promised."""
    assert str(ask(people, "SHOW server_version")).split(".")[0] == "18"


def test_template_copy_has_the_rows_and_leaves_the_template_alone(postgres_cluster: Cluster, people: str) -> None:
    """A database made from a template starts with its rows; what happens to it there stays there."""
    postgres_cluster.create_database("copy", template="people")
    copy = libpq(postgres_cluster.url("copy"))
    assert ask(copy, "DELETE FROM person RETURNING name") == "Aino"
    assert ask(copy, "SELECT count(*) FROM person") == 0
    assert ask(people, "SELECT count(*) FROM person") == 1
    postgres_cluster.drop_database("copy")
    assert ask(people, "SELECT count(*) FROM pg_database WHERE datname = 'copy'") == 0


def test_server_listens_on_no_tcp_port(postgres_cluster: Cluster) -> None:
    """Only who may enter the server's folder can reach it."""
    pid = int((postgres_cluster.folder / "data/postmaster.pid").read_text().split()[0])
    assert listening_sockets(pid) == set()
    assert postgres_cluster.folder.stat().st_mode & 0o077 == 0
    assert len(str(postgres_cluster.folder / ".s.PGSQL.5432")) < 100


def test_server_with_fsync_says_so() -> None:
    """Fault runs and benchmarks get the durability that they ask for."""
    with Cluster(fsync=True) as cluster:
        assert ask(libpq(cluster.url("postgres")), "SHOW fsync") == "on"


def test_server_goes_when_its_test_process_is_killed() -> None:
    """No server and no folder stay behind, however the tests end."""
    command = [sys.executable, "-c", START_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        folder = Path(child.stdout.readline().strip())
        pid = int((folder / "data/postmaster.pid").read_text().split()[0])
        child.send_signal(signal.SIGKILL)
    deadline = monotonic() + 20
    while folder.exists() and monotonic() < deadline:
        sleep(0.05)
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()
