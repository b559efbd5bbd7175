"""A real SMTP server that takes every message and keeps none: a process of its own, as a mail server is."""

from __future__ import annotations

import asyncio
import json
import sys
from subprocess import PIPE, Popen
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP

from tests.postgres import end_with_parent


class Sink:
    """The server as a context manager, for the process that measures."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.benchmarks.sink"]
        self._process = Popen(
            command, stdin=PIPE, stdout=PIPE, text=True, start_new_session=True, preexec_fn=end_with_parent
        )
        self.port = int(self._answer())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def taken(self) -> list[float]:
        """When each message since the last call was accepted, in seconds of a clock without a zero."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        times: list[float] = json.loads(self._answer())
        return times

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the mail server of the benchmarks ended")
        return line


class _Taker:
    def __init__(self) -> None:
        self.times: list[float] = []

    async def handle_DATA(self, _server: object, _session: object, _envelope: Any) -> str:
        self.times.append(perf_counter())
        return "250 OK"


async def _serve() -> None:
    loop, taker = asyncio.get_running_loop(), _Taker()
    server = await loop.create_server(lambda: SMTP(taker, hostname="127.0.0.1"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        times, taker.times = taker.times, []
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
