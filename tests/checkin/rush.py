"""What one of several processes does when all scan the same tickets at once; it stands apart to be started alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from typing import Any, Protocol
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from eventops import create_app
from tests.apps import settings_for
from tests.cast import START

WAIT_SECONDS = 60


class Answers(Protocol):
    """A queue between processes."""

    def put(self, answer: dict[str, dict[str, Any]]) -> None: ...


@dataclass(frozen=True)
class Rush:
    """The same for every process."""

    database_url: str
    door_id: UUID
    token: str
    one_by_one: list[str]
    """Codes that all processes scan in the same instant, one after the other."""
    at_once: list[str]
    """Codes that each process sends in one upload, in an order of its own."""
    sent_by_all: list[dict[str, str]]
    """Scans that all processes send with the same ids, as a device does that got no answer."""


def scan_all(rush: Rush, number: int, barrier: Barrier, answers: Answers) -> None:
    """Scan every ticket with this process's own device time; answer the result of each code, none after a failure."""
    results: dict[str, dict[str, Any]] = {}
    try:
        client, order = create_app(settings_for(rush.database_url)).test_client(), random.Random(number)
        for scans in _uploads(rush, (START + timedelta(seconds=number)).isoformat()):
            mixed = order.sample(scans, len(scans))
            barrier.wait(WAIT_SECONDS)
            results |= _send(client, rush, mixed)
    except Exception:
        barrier.abort()
        results.clear()
        raise
    finally:
        answers.put(results)


def _uploads(rush: Rush, time: str) -> list[list[dict[str, str]]]:
    at_once = [made(code, time) for code in rush.at_once]
    return [*([made(code, time)] for code in rush.one_by_one), at_once, rush.sent_by_all]


def made(code: str, time: str) -> dict[str, str]:
    """A scan as devices send it."""
    return {"id": str(uuid4()), "code": code, "device_time": time, "kind": "entry"}


def _send(client: FlaskClient, rush: Rush, scans: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {rush.token}"}
    response = client.post(f"/api/v1/doors/{rush.door_id}/scans", json={"scans": scans}, headers=headers)
    assert response.json is not None
    return {scan["code"]: result for scan, result in zip(scans, response.json["results"], strict=True)}
