"""Letters a second: the worker's own job over letters that are due, beside smtplib with the same message."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import delete, func, select

from eventops import clock
from eventops.db import db, write
from eventops.letters import kinds
from eventops.letters.deliver import deliver_due
from eventops.letters.kinds import Draft, DueLetter
from eventops.letters.models import Letter
from eventops.letters.outbox import NewLetter, queue_many
from eventops.letters.render import render
from eventops.reminders.models import ReminderRule
from eventops.viewer import SYSTEM, seeing
from tests.benchmarks.event import Prepared
from tests.benchmarks.load import Outcome
from tests.benchmarks.message import Contents, build, take_apart
from tests.benchmarks.sink import Sink

KIND = "reminder_day_before"
A_SECOND = 100
"""Letters that a round of a second queues, as long as there are people."""


@dataclass(frozen=True, slots=True)
class Office:
    """Where letters come from and go to."""

    app: Flask
    prepared: Prepared
    sink: Sink

    def deliver(self, seconds: float) -> Outcome:
        """Queue the reminder of the day before to some people, then send it as the worker does."""
        with self.app.app_context(), seeing(SYSTEM):
            letters = self._queue(seconds)
            began = perf_counter()
            sent = deliver_due(clock.now(), clock.real_now())
            took = perf_counter() - began
            recorded = db.session.scalar(select(func.count()).where(Letter.state == "sent"))
        if (sent, recorded) != (letters, letters):
            raise RuntimeError(f"of {letters} letters {sent} were sent and {recorded} recorded as sent")
        return self._outcome(letters, began, took)

    def hand_over(self, seconds: float) -> Outcome:
        """Build the same message anew for each letter, and send all over one connection."""
        contents, letters = self._contents(), self._number(seconds)
        began = perf_counter()
        with smtplib.SMTP("127.0.0.1", self.sink.port) as client:
            for _ in range(letters):
                client.send_message(build(contents))
        return self._outcome(letters, began, perf_counter() - began)

    def _queue(self, seconds: float) -> int:
        with write():
            db.session.execute(delete(Letter))
            return queue_many([self._letter(person) for person in self.prepared.people[: self._number(seconds)]])

    def _letter(self, person: UUID) -> NewLetter:
        now = clock.now()
        return NewLetter(
            event_id=self.prepared.event_id,
            recipient_type="registration",
            recipient_id=person,
            kind=KIND,
            key=str(db.session.scalars(select(ReminderRule.id).where(ReminderRule.kind == KIND)).one()),
            now=now,
            expires_at=now + timedelta(hours=1),
        )

    def _number(self, seconds: float) -> int:
        return max(1, min(len(self.prepared.people), int(A_SECOND * seconds)))

    def _contents(self) -> Contents:
        """Of the letter to the first of the people."""
        with self.app.app_context(), seeing(SYSTEM):
            given = self._letter(self.prepared.people[0])
            seen = {name: value for name, value in given.items() if name != "now"}
            letter = DueLetter(id=uuid4(), due_at=given["now"], **seen)  # type: ignore[arg-type]
            draft = kinds.draft(letter, given["now"])
            if not isinstance(draft, Draft):
                raise RuntimeError(f"the letter would not be sent: {draft}")
            return take_apart(render(letter, draft, given["now"]).data)

    def _outcome(self, letters: int, began: float, took: float) -> Outcome:
        """A letter's latency is the time since the one before it was accepted."""
        times = self.sink.taken()
        if len(times) != letters:
            raise RuntimeError(f"of {letters} letters {len(times)} arrived")
        latencies = [after - before for before, after in zip([began, *times], times, strict=False)]
        return Outcome(took, latencies)
