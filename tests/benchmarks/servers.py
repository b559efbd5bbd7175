"""Starting the servers that are measured, and ending them whatever happens."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from signal import SIGINT
from subprocess import DEVNULL, Popen, TimeoutExpired
from time import monotonic, sleep

from eventops.config import PREFIX, Settings
from eventops.server import listen, serve_options
from tests.postgres import end_with_parent

WORKERS, THREADS = 2, 8
START_SECONDS = 60
STOP_SECONDS = 25


@contextmanager
def our_server(settings: Settings, folder: Path) -> Iterator[int]:
    """`eventops serve` with these settings, until the block ends; gives its port."""
    given = {f"{PREFIX}{name.upper()}": str(value) for name, value in settings if name != "demo"}
    command = [sys.executable, "-m", "eventops.cli", "serve", "--bind", "{bind}"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS)]
    with _started(command, os.environ | given, folder / "ours.log") as port:
        yield port


@contextmanager
def bare_server(conninfo: str, folder: Path) -> Iterator[int]:
    """The bare server under the same options, but for our masking of its log, until the block ends; gives its port."""
    options = serve_options("{bind}", WORKERS, THREADS)
    options.pop("logger_class", None)
    command = [sys.executable, "-m", "tests.benchmarks.floors", json.dumps(options), conninfo]
    with _started(command, dict(os.environ), folder / "bare.log") as port:
        yield port


@contextmanager
def _started(command: list[str], environ: dict[str, str], log: Path) -> Iterator[int]:
    with listen(0) as listener, log.open("wb") as errors:
        fd, port = listener.fileno(), int(listener.getsockname()[1])
        process = Popen(
            [part.replace("{bind}", f"fd://{fd}") for part in command],
            env=environ,
            pass_fds=[fd],
            stdout=DEVNULL,
            stderr=errors,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
    try:
        _wait(process, port, log)
        yield port
    finally:
        _end(process)


def _wait(process: Popen[bytes], port: int, log: Path) -> None:
    """Return once the server answers anything. RuntimeError with its log when it does not."""
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        with suppress(OSError):
            connection.request("HEAD", "/")
            connection.getresponse()
            return
        connection.close()
        sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def _end(process: Popen[bytes]) -> None:
    process.send_signal(SIGINT)  # gunicorn's quick way
    try:
        process.wait(STOP_SECONDS)
    except TimeoutExpired:
        process.kill()
        process.wait()
