"""What is measured over HTTP: for each work its requests, what every answer must be like, and its floor."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from ipaddress import IPv4Address
from itertools import count
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask
from sqlalchemy import delete

from eventops.checkin.models import Scan
from eventops.db import db, write
from eventops.languages import LANGUAGES
from eventops.viewer import SYSTEM, seeing
from tests.benchmarks.event import Prepared
from tests.benchmarks.load import Load
from tests.benchmarks.moves import drags

AT_MOST = 5000
"""Requests that are made ready for a second, where they are all different."""

JSON = {"Content-Type": "application/json"}
_person = count()


@dataclass(frozen=True, slots=True)
class Site:
    """Our server on one database, with the event it serves."""

    port: int
    app: Flask
    """On the same database, for what a round needs before it begins."""
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Work:
    """One row of the figures."""

    floor: str
    aim: float
    load: Callable[[Site, float], Load]
    """What a round of so many seconds sends; called right before it."""


def programme(site: Site, seconds: float) -> Load:
    """The programme page for strangers."""
    return _page(site, f"/en/{site.prepared.slug}/", seconds)


def agenda_ics(site: Site, seconds: float) -> Load:
    """The calendar for strangers."""
    return _page(site, f"/en/{site.prepared.slug}/agenda.ics", seconds)


def programme_1000(site: Site, seconds: float) -> Load:
    """The programme page of a thousand sessions, on its first day."""
    return _page(site, f"/en/{site.prepared.large_slug}/", seconds)


def agenda_ics_1000(site: Site, seconds: float) -> Load:
    """The calendar of a thousand sessions."""
    return _page(site, f"/en/{site.prepared.large_slug}/agenda.ics", seconds)


def scan(site: Site, seconds: float) -> Load:
    """Every ticket is scanned once, none has been before, and all are admitted."""
    with site.app.app_context(), seeing(SYSTEM), write():
        db.session.execute(delete(Scan))
    path = f"/api/v1/doors/{site.prepared.door_id}/scans"
    headers = {"Authorization": f"Bearer {site.prepared.door_token}", **JSON}
    return Load(
        port=site.port,
        requests=[post(path, headers, _envelope(code)) for code in site.prepared.codes],
        seconds=seconds,
        status=200,
        holds='"verdict":"admitted"',
    )


def sign_up(site: Site, seconds: float) -> Load:
    """Every form is sent in by somebody new, from a network of their own as a proxy in front names it."""
    forms = [_sign_up(site.prepared.slug, next(_person)) for _ in range(int(AT_MOST * seconds) + 8)]
    return Load(port=site.port, requests=forms, seconds=seconds, status=303)


def move(site: Site, seconds: float) -> Load:
    """Two organisers at once drag sessions of a thousand, each once a round. The 99th hundredth is what is aimed at."""
    requests = [post(*drag) for drag in drags(site.app, site.port, site.prepared.large_slug)]
    return Load(site.port, requests, seconds, status=200, holds='"revision"', connections=2)


WORKS = {
    "scan": Work("claim", 0.5, scan),
    "programme": Work("hello", 0.8, programme),
    "agenda_ics": Work("hello", 0.8, agenda_ics),
    "programme_1000": Work("hello", 0.8, programme_1000),
    "agenda_ics_1000": Work("hello", 0.8, agenda_ics_1000),
    "sign_up": Work("claim", 0.3, sign_up),
    "move": Work("claim", 0.0, move),
}


def hello(port: int, seconds: float) -> Load:
    """The floor of what is read."""
    request = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    return Load(port, [request], seconds, status=200, holds="Hello", repeat=True)


def claim(port: int, seconds: float, numbers: Iterable[int]) -> Load:
    """The floor of what is written: the tickets of these numbers are claimed, each once."""
    claims = [post("/claim", JSON, json.dumps({"code": f"ticket-{number}"})) for number in numbers]
    return Load(port, claims, seconds, status=200, holds='"claimed":true')


def _page(site: Site, path: str, seconds: float) -> Load:
    """A page as browsers ask for it."""
    host = f"127.0.0.1:{site.port}"
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n"
    shortest = _length(site.port, path) * 9 // 10  # while an event runs its page changes each minute
    return Load(site.port, [request], seconds, status=200, at_least=shortest, repeat=True)


def _length(port: int, path: str) -> int:
    """How long the page now is as it is sent. RuntimeError when there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200 or not any(part in gzip.decompress(body) for part in (b"BEGIN:VEVENT", b"<article")):
        raise RuntimeError(f"{path} answers {response.status}: {body[:200]!r}")
    return len(body)


def post(path: str, headers: dict[str, str], body: str) -> str:
    """A whole POST request."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body])


def _envelope(code: str) -> str:
    now = datetime.now(UTC).isoformat()
    item = {"id": str(uuid4()), "code": code, "device_time": now, "kind": "entry"}
    return json.dumps({"device_now": now, "scans": [item]})


def _sign_up(slug: str, number: int) -> str:
    form = {
        "name": f"New Guest {number}",
        "email": f"new.guest.{number}@example.org",
        "mode": "onsite" if number % 2 else "online",
        "language": list(LANGUAGES)[number % len(LANGUAGES)],
        "privacy": "yes",
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": str(IPv4Address("10.0.0.0") + number),
    }
    return post(f"/en/{slug}/sign-up", headers, urlencode(form))
