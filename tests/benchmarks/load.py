"""Sends requests over kept connections, each as soon as the connection's last answer is in.

It runs as a process of its own, in one thread and with nothing imported that it does not need, so that the server is
what is measured: a Load comes as JSON on standard input, its Outcome leaves on standard output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection
from subprocess import PIPE, Popen
from time import perf_counter, sleep

RECEIVE = 65_536
"""Bytes at a time. For more than 128 kB the C library asks the system for fresh memory, which takes longer than the
rest of an answer here."""
PATIENCE = 20
"""Seconds without any answer after which a server is given up."""
CONNECT_PAUSE = 0.02
"""Seconds between connections: of those that come in one burst, one worker often takes all, and the other rests."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent, and what every answer must be like."""

    port: int
    requests: list[str]
    """Whole HTTP/1.1 requests in ASCII."""
    seconds: float
    """When it ends, if requests have not run out before."""
    status: int
    holds: str = ""
    """What stands in every body."""
    at_least: int = 0
    """How long every body is, in bytes."""
    repeat: bool = False
    """Begin again with the first request when they have run out."""
    connections: int = 8


@dataclass(slots=True)
class Outcome:
    """What came of a load."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Of every answer, in seconds."""
    fault: str = ""
    """What was wrong with the first wrong answer, with which the load ended."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds


class Connection:
    """One kept connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.received = b""
        self.sent_at = perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, bytes] | None:
        """Take in what has arrived: status and body once the answer is whole. Raises OSError and ValueError."""
        piece = self.socket.recv(RECEIVE)
        if not piece:
            raise OSError("the server closed the connection")
        self.received += piece
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return None
        return int(head[9:12]), body


def _length(head: bytes) -> int:
    name = b"\r\ncontent-length: "
    start = head.lower().index(name) + len(name)
    return int(head[start:].partition(b"\r\n")[0])


def send_all(load: Load) -> Outcome:
    """Send the load. A wrong answer ends it and is told as its fault."""
    requests = [request.encode("ascii") for request in load.requests]
    outcome = Outcome()
    connections = []
    for _ in range(load.connections):
        connections.append(Connection(load.port))
        sleep(CONNECT_PAUSE)
    began = perf_counter()
    try:
        _exchange(load, cycle(requests) if load.repeat else iter(requests), connections, began, outcome)
    except (OSError, ValueError) as error:
        outcome.fault = str(error) or type(error).__name__
    finally:
        outcome.seconds = perf_counter() - began
        for connection in connections:
            connection.socket.close()
    return outcome


def _exchange(
    load: Load, requests: Iterator[bytes], connections: list[Connection], began: float, outcome: Outcome
) -> None:
    busy = 0
    with DefaultSelector() as selector:
        for connection, request in zip(connections, requests, strict=False):
            selector.register(connection.socket, EVENT_READ, connection)
            connection.send(request)
            busy += 1
        while busy:
            ready = selector.select(PATIENCE)
            if not ready:
                raise OSError(f"no answer within {PATIENCE} seconds")
            for key, _events in ready:
                connection = key.data
                answer = connection.answer()
                if answer is None:
                    continue
                now = perf_counter()
                outcome.latencies.append(now - connection.sent_at)
                _check(load, *answer)
                following = next(requests, None) if now - began < load.seconds else None
                if following is None:
                    busy -= 1
                else:
                    connection.send(following)


def _check(load: Load, status: int, body: bytes) -> None:
    if status != load.status or len(body) < load.at_least:
        raise ValueError(f"an answer of status {status} and {len(body)} bytes, not {load.status} and {load.at_least}")
    if load.holds.encode("ascii") not in body:
        raise ValueError(f"an answer without {load.holds}: {body[:200]!r}")


def run(load: Load) -> Outcome:
    """Send the load from a process of its own. Raises RuntimeError for its fault."""
    command = [sys.executable, "-m", "tests.benchmarks.load"]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, start_new_session=True) as process:
        try:
            said, _ = process.communicate(json.dumps(asdict(load)), timeout=load.seconds + 2 * PATIENCE)
        except BaseException:
            process.kill()
            raise
    outcome = Outcome(**json.loads(said))
    if outcome.fault:
        raise RuntimeError(f"{load.requests[0].splitlines()[0]}: {outcome.fault}")
    return outcome


if __name__ == "__main__":
    print(json.dumps(asdict(send_all(Load(**json.load(sys.stdin))))))
