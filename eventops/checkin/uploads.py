"""Uploads from doors: those that wait at the same moment are recorded in one transaction.

In a queue of guests a transaction takes longer than what is judged in it: its round trips, its way to the disk, and on
SQLite its turn at the file. So one request of a process records, and with its own scans those of all that wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from eventops.checkin.doors import Entrance
from eventops.checkin.envelope import Envelope
from eventops.checkin.scan import Fault, Result, Upload, record_scans
from eventops.db import write

_TRIES = 5


class _Waiting(NamedTuple):
    """An upload, and where its door is told what came of it."""

    upload: Upload
    told: Future[list[Result | Fault]]


@dataclass(slots=True)
class _Queue:
    """The uploads to one event that wait in this process."""

    turn: Lock = field(default_factory=Lock)
    """Held by whoever records."""
    waiting: list[_Waiting] = field(default_factory=list)

    def take(self, mine: _Waiting) -> list[_Waiting]:
        """All that wait, the first first, and `mine` even if somebody took it who was ended then."""
        taken = self.waiting[:]
        del self.waiting[: len(taken)]  # others may have come behind them meanwhile
        return taken if any(each is mine for each in taken) else [*taken, mine]


def upload(entrance: Entrance, envelope: Envelope, now: datetime) -> list[Result | Fault]:
    """Record an envelope that was received at `now`; what the door is told of each of its scans, once they are kept.

    Not inside write(). Raises what the database raises; then nothing of the envelope is kept.
    """
    mine = _Waiting(Upload(entrance, envelope, now), Future())
    queue = _queue(entrance.event_id)
    queue.waiting.append(mine)
    with queue.turn:
        if not mine.told.done():
            _settle(queue.take(mine))
    return mine.told.result()


def _queue(event_id: UUID) -> _Queue:
    queues: dict[UUID, _Queue] = current_app.extensions.setdefault("uploads", {})
    return queues.setdefault(event_id, _Queue())


def _settle(taken: Sequence[_Waiting]) -> None:
    """Record them together. One that cannot be recorded spoils no other; a database that is away is away for all."""
    try:
        for each, results in zip(taken, _record([each.upload for each in taken]), strict=True):
            each.told.set_result(results)
    except Exception as error:
        if len(taken) == 1 or isinstance(error, (OperationalError, InterfaceError, NoConnection)):
            for each in taken:
                each.told.set_exception(error)
        else:
            for each in taken:
                _settle([each])


def _record(uploads: Sequence[Upload]) -> list[list[Result | Fault]]:
    """All in one transaction.

    When another one stores a scan of the same id meanwhile, everything is judged again with that one in sight.
    """
    for _ in range(_TRIES - 1):
        try:
            with write():
                return record_scans(uploads)
        except IntegrityError:
            continue
    with write():
        return record_scans(uploads)
