"""Many doors at once: of all that scan a ticket in the same instant, one admits."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from eventops.db import db
from eventops.registration.models import Registration
from eventops.registration.ticket import code_of, issue
from eventops.staff.devices import enrol
from tests.apps import changing
from tests.cast import SPRING, START, add_conference
from tests.checkin.door import kept_scans
from tests.checkin.rush import WAIT_SECONDS, Rush, made, scan_all

PROCESSES = 8
IN_BATCHES = 40
SENT_BY_ALL = 40


@pytest.mark.timeout(240)
def test_ticket_scanned_by_eight_processes_at_once_is_admitted_once(app: Flask, database_url: str, long: bool) -> None:
    """Eighty tickets, each by eight processes in the same instant, and forty more in uploads that cross.

    Then all send the same scans: each is kept once, and all are told the same. `--long`: six hundred tickets.
    """
    tickets = 600 if long else 80
    with changing(app):
        cast = add_conference()
        codes = [add_ticket(cast.event_id, number) for number in range(tickets + IN_BATCHES)]
        token = enrol(cast.event_id, [cast.door_id], SPRING, datetime(2100, 1, 1, tzinfo=UTC))
    same = [made(f"EO1NOBODY{number}", START.isoformat()) for number in range(SENT_BY_ALL)]
    told = run(Rush(database_url, cast.door_id, token, codes[:tickets], codes[tickets:], same))
    for code in codes:
        check_admitted_once([answers[code] for answers in told])
    for scan in same:
        assert [answers[scan["code"]]["id"] for answers in told] == [scan["id"]] * PROCESSES
        assert {answers[scan["code"]]["reason"] for answers in told} == {"unknown_code"}
    assert Counter(scan.reason for scan in kept_scans(app)) == {
        None: len(codes),
        "already_in": len(codes) * (PROCESSES - 1),
        "unknown_code": len(same),
    }


def check_admitted_once(results: list[dict[str, Any]]) -> None:
    """One process was told to admit, and the others when that was, or a scan with an earlier device time before."""
    [admitted] = (number for number, result in enumerate(results) if result["verdict"] == "admitted")
    assert Counter(result["reason"] for result in results) == {None: 1, "already_in": PROCESSES - 1}
    first = {result["first_scan_at"] for number, result in enumerate(results) if number != admitted}
    assert at(admitted) in first <= {at(number) for number in range(admitted + 1)}


def run(rush: Rush) -> list[dict[str, dict[str, Any]]]:
    """What each process was told, by its number."""
    # From a server that has imported everything once: eight times would take longer than the scans.
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.checkin.rush"])
    barrier, queues = context.Barrier(PROCESSES), [context.Queue() for _ in range(PROCESSES)]
    processes = [
        context.Process(target=scan_all, args=(rush, number, barrier, queue)) for number, queue in enumerate(queues)
    ]
    for process in processes:
        process.start()
    try:
        return [queue.get(timeout=2 * WAIT_SECONDS) for queue in queues]
    finally:
        for process in processes:
            process.join(WAIT_SECONDS)
            process.close()


def at(number: int) -> str:
    """The device time of a process, as the door tells it."""
    return (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")


def add_ticket(event_id: UUID, number: int) -> str:
    """A confirmed onsite guest; their code."""
    person = Registration(
        id=uuid4(),
        event_id=event_id,
        name=f"Guest {number}",
        email=f"guest{number}@example.org",
        email_key=f"guest{number}@example.org",
        attendance_mode="onsite",
        language="en",
        zone="Europe/Helsinki",
        state="confirmed",
        created_at=SPRING,
        privacy_accepted_at=SPRING,
        confirmed_at=SPRING,
    )
    db.session.add(person)
    db.session.flush()
    return issue(person, SPRING, code_of(number << 110)).code
