"""Running demos: `eventops demo --json` as a process of its own, and what a stranger's program does with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

START_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """What a server said; redirects are not followed."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def call(
    url: str, *, method: str | None = None, form: dict[str, str] | None = None, data: Any = None, **headers: str
) -> Answer:
    """Call an address: with `form` as a browser posts a form, with `data` as JSON. Header names with _ for -."""
    body = None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if form is not None:
        body = urlencode(form).encode()
    elif data is not None:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        named.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, body, named, method=method)
    try:
        with _opener.open(request, timeout=60) as got:
            return Answer(got.status, got.headers, got.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())


@dataclass
class RunningDemo:
    """A demo process. `said` is its one line."""

    options: list[str] = field(default_factory=list)
    said: dict[str, Any] = field(default_factory=dict)

    def start(self) -> RunningDemo:
        command = [sys.executable, "-m", "eventops.cli", "demo", "--port", "0", "--json", *self.options]
        environ = {k: v for k, v in os.environ.items() if not k.startswith("EVENTOPS_")}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the demo did not start:\n{self.process.communicate()[1]}")
        self.said = json.loads(line)
        return self

    def stop(self) -> tuple[int, str, str]:
        """End it by SIGTERM: its exit status, and what else it wrote on standard output and standard error."""
        self.process.send_signal(signal.SIGTERM)
        rest, errors = self.process.communicate(timeout=STOP_SECONDS)
        return self.process.returncode, rest, errors

    def __enter__(self) -> RunningDemo:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def move_to(self, at: str, **more: str) -> Answer:
        """Move the clock to a wall time of the home zone."""
        return call(f"{self.said['url']}/demo/clock", data={"at": at, **more})

    def guest(self, name: str) -> dict[str, Any]:
        """The attendee whose name begins so."""
        return next(guest for guest in self.said["attendees"] if guest["name"].startswith(name))

    def mails(self) -> list[dict[str, str]]:
        mails: list[dict[str, str]] = call(f"{self.said['inbox']}.json").json()
        return mails


def with_data(folder: Path, *more: str) -> RunningDemo:
    """A demo that keeps its folder."""
    return RunningDemo(["--data", str(folder), *more])
