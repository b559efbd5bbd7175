"""A real SMTP server in a thread of this process, which keeps every message it is given and delivers none."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import default
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from eventops import clock

_INDEX = "index.jsonl"


@dataclass(frozen=True, slots=True)
class Caught:
    """One message to one recipient, as it came over the wire."""

    id: str
    """Unlike those of all other messages in the same folder; goes into addresses and file names."""
    to: str
    """The address that the envelope bears."""
    received_at: datetime
    """UTC, by the demo's clock."""
    raw: bytes

    @property
    def subject(self) -> str:
        return str(BytesHeaderParser(policy=default).parsebytes(self.raw)["Subject"] or "")


class Catcher:
    """Start it, or use it as a context manager. With a folder, what was caught outlives the process.

    Any number of threads may read `messages()` meanwhile.
    """

    def __init__(self, folder: Path | None = None, port: int = 0) -> None:
        self._folder = folder
        self._port = port
        self._lock = Lock()
        self._caught = [] if folder is None else _read(folder)
        self._controller: _OnSocket | None = None

    def start(self) -> None:
        """Return once it accepts connections, on a free port unless one was given. OSError when that is taken."""
        listener = socket.create_server(("127.0.0.1", self._port))
        # asyncio does so for sockets that it makes itself; without, each greeting waits 40 ms for the client's ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self._port = listener.getsockname()[1]
        self._controller = _OnSocket(self, listener)
        self._controller.start()

    def stop(self) -> None:
        """Close every connection. Stopping twice is allowed; starting again takes the same port."""
        if self._controller is not None:
            self._controller.stop()
        self._controller = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """For EVENTOPS_MAIL_URL."""
        return f"smtp://127.0.0.1:{self._port}"

    def messages(self) -> list[Caught]:
        """All of them, the oldest first."""
        with self._lock:
            return list(self._caught)

    def keep_first(self, number: int) -> None:
        """Forget all but so many of the oldest."""
        with self._lock:
            gone, self._caught = self._caught[number:], self._caught[:number]
            if self._folder is not None:
                (self._folder / _INDEX).write_text("".join(map(_index_line, self._caught)))
                for caught in gone:
                    (self._folder / f"{caught.id}.eml").unlink()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """What aiosmtpd calls for each message."""
        for recipient in envelope.rcpt_tos:
            self._keep(recipient, envelope.original_content or b"")
        return "250 2.0.0 Caught"

    def _keep(self, to: str, raw: bytes) -> None:
        with self._lock:
            caught = Caught(f"{len(self._caught) + 1:06}", to, clock.now(), raw)
            if self._folder is not None:
                _write(self._folder, caught)
            self._caught.append(caught)


class _OnSocket(Controller):
    """aiosmtpd's controller on a socket that listens already: it cannot pick a free port itself."""

    def __init__(self, handler: Any, listener: socket.socket) -> None:
        host, port = listener.getsockname()
        super().__init__(handler, hostname=host, port=port, server_hostname="localhost")
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


def _read(folder: Path) -> list[Caught]:
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / _INDEX
    lines = index.read_text().splitlines() if index.exists() else []
    return [_read_one(folder, json.loads(line)) for line in lines]


def _read_one(folder: Path, line: dict[str, str]) -> Caught:
    raw = (folder / f"{line['id']}.eml").read_bytes()
    return Caught(line["id"], line["to"], datetime.fromisoformat(line["received_at"]), raw)


def _write(folder: Path, caught: Caught) -> None:
    """The message, then its line in the index: a line always has its message."""
    (folder / f"{caught.id}.eml").write_bytes(caught.raw)
    with (folder / _INDEX).open("a") as index:
        index.write(_index_line(caught))


def _index_line(caught: Caught) -> str:
    line = {"id": caught.id, "to": caught.to, "received_at": caught.received_at.isoformat()}
    return json.dumps(line) + "\n"
