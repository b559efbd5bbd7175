"""Processes of eventops as an operator starts them, each ended with the test that started it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from subprocess import PIPE, STDOUT, CompletedProcess, Popen, run
from time import monotonic, sleep

from eventops.server import listen
from tests.postgres import end_with_parent

START_SECONDS = 60
STOP_SECONDS = 30


def environ(database_url: str, **more: str) -> dict[str, str]:
    """The environment of an installation; `more` are EVENTOPS_ settings by their names in lower case."""
    settings = {
        "secret_key": "a secret for tests, long enough to be taken",
        "database_url": database_url,
        "base_url": "http://127.0.0.1:8000",
        "mail_url": "smtp://127.0.0.1:9",
        "mail_from": "events@example.org",
        **more,
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("EVENTOPS_")}
    return others | {f"EVENTOPS_{name.upper()}": value for name, value in settings.items()}


def eventops(*arguments: str, env: dict[str, str], typed: str = "") -> CompletedProcess[str]:
    """Run a command that ends by itself, `typed` being what somebody types."""
    command = [sys.executable, "-m", "eventops.cli", *arguments]
    return run(command, input=typed, capture_output=True, text=True, env=env, timeout=START_SECONDS, check=False)


@contextmanager
def running(*arguments: str, env: dict[str, str], log: Path, fds: tuple[int, ...] = ()) -> Iterator[Popen[bytes]]:
    """A command that runs until it is told to stop; killed when the block ends, if it still runs."""
    command = [sys.executable, "-m", "eventops.cli", *arguments]
    with log.open("wb") as errors:
        process = Popen(
            command, env=env, stdin=PIPE, stdout=errors, stderr=STDOUT, pass_fds=fds, preexec_fn=end_with_parent
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@contextmanager
def serving(database_url: str, log: Path, *options: str, **settings: str) -> Iterator[tuple[str, Popen[bytes]]]:
    """`eventops serve` on a free port: its base URL, and the process. RuntimeError when it does not answer."""
    with listen(0) as listener:
        fd, port = listener.fileno(), int(listener.getsockname()[1])
        env = environ(database_url, base_url=f"http://127.0.0.1:{port}", **settings)
        with running("serve", "--bind", f"fd://{fd}", *options, env=env, log=log, fds=(fd,)) as process:
            _wait(process, port, log)
            yield f"http://127.0.0.1:{port}", process


def _wait(process: Popen[bytes], port: int, log: Path) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        with suppress(OSError):
            connection.request("HEAD", "/static/favicon.svg")
            connection.getresponse().read()
            connection.close()
            return
        connection.close()
        sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def end(process: Popen[bytes]) -> int:
    """Ask a process to stop as an init system does, and give its exit status."""
    process.send_signal(signal.SIGTERM)
    return process.wait(STOP_SECONDS)
