"""Sending what is due: claim, ask the kind anew, render, hand over, record.

Each letter is recorded right after the mail server accepted it. An extra copy can arise only when this process, the
database or the connection to the mail server dies, or this process stalls past its lease, between that acceptance and
our record; all copies bear one Message-ID.
"""

from __future__ import annotations

import random
import traceback
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from uuid import UUID, uuid4

import structlog

from eventops.config import settings
from eventops.db import db
from eventops.letters import kinds
from eventops.letters.kinds import DueLetter, Later, Skip
from eventops.letters.lease import Claim, claim, release, settle
from eventops.letters.mime import UnsafeMessage
from eventops.letters.render import Envelope, host_name, render
from eventops.letters.shared import sharing
from eventops.letters.smtp import Postman
from eventops.viewer import SYSTEM, seeing

LEASE = timedelta(seconds=60)
DEADLINE = timedelta(seconds=30)
"""For all that handing over one letter takes, connecting included."""
SHORTEST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)

log = structlog.get_logger()

Changes = dict[str, object]
"""What is to be recorded of a letter, by column."""


def deliver_due(
    now: datetime,
    real_now: datetime,
    stop: Event | None = None,
    *,
    lease: timedelta = LEASE,
    deadline: timedelta = DEADLINE,
) -> int:
    """Send every letter that is due at `now`, and give the number that the mail server accepted.

    `real_now` is the same moment in real time, by which leases run. Once `stop` is set, the letter at hand is finished
    and the others are left to whoever comes next. The same happens when the mail server cannot be reached: each letter
    tried is tried again later, until it expires. Any number of processes may run this at once.
    """
    if lease <= deadline:
        raise ValueError("a lease must be longer than the deadline of a letter")
    with seeing(SYSTEM), sharing(), closing(Postman(settings().mail_server, host_name(), deadline)) as postman:
        return _Run(now, real_now, stop or Event(), lease, deadline, postman).send_all()


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: anything up to 30 s, 60 s, 120 s … 15 min (full jitter)."""
    longest = min(SHORTEST_PAUSE * 2 ** min(tries - 1, 10), LONGEST_PAUSE)
    return timedelta(seconds=random.uniform(0, longest.total_seconds()))  # noqa: S311


@dataclass
class _Run:
    now: datetime
    real_now: datetime
    stop: Event
    lease: timedelta
    deadline: timedelta
    postman: Postman
    owner: UUID = field(default_factory=uuid4)
    began: float = field(default_factory=monotonic)
    sent: int = 0
    is_over: bool = False

    def send_all(self) -> int:
        """Batch by batch, until nothing is due. What is put off is due after `now`, so this ends."""
        while not self._must_end() and (batch := claim(self.owner, self.now, self._real_now(), self.lease)):
            self._send_batch(batch)
        return self.sent

    def _send_batch(self, batch: list[Claim]) -> None:
        for position, claimed in enumerate(batch):
            if self._must_end() or not self._finish(claimed):
                release(batch[position:], self.owner)
                return

    def _finish(self, claimed: Claim) -> bool:
        """Bring one letter to an end or put it off. False, and nothing done, when its lease leaves no time for it."""
        made = _make(claimed, self.now + self._passed())
        if isinstance(made, Envelope):
            if claimed.leased_until - self._real_now() < self.deadline:
                return False
            made = self._hand_over(claimed, made)
        if not settle(claimed, self.owner, made):
            log.warning("the lease of a letter was lost", letter=str(claimed.letter.id), kind=claimed.letter.kind)
        return True

    def _hand_over(self, claimed: Claim, envelope: Envelope) -> Changes:
        answer = self.postman.hand_over(envelope)
        now = self.now + self._passed()
        if answer.outcome == "accepted":
            self.sent += 1
            return {"state": "sent", "sent_at": now, "reason": None}
        if answer.outcome == "refused":
            return _failed(answer.words)
        if answer.outcome == "unreachable":
            log.warning("the mail server cannot be reached", said=answer.words)
            self.is_over = True
        return _put_off(claimed, now, answer.words)

    def _must_end(self) -> bool:
        return self.is_over or self.stop.is_set()

    def _passed(self) -> timedelta:
        return timedelta(seconds=monotonic() - self.began)

    def _real_now(self) -> datetime:
        return self.real_now + self._passed()


def _make(claimed: Claim, now: datetime) -> Envelope | Changes:
    """The message, from the database as it stands; or what else becomes of the letter."""
    letter = claimed.letter
    expired = _expired(claimed) if letter.expires_at <= now else None
    try:
        draft = kinds.draft(letter, now)
        if isinstance(draft, Later):  # before all: while mail could not be sent, its occasion may have been moved
            return {"due_at": draft.due_at, "next_try_at": draft.due_at, "expires_at": draft.expires_at}
        if expired:
            return expired
        if isinstance(draft, Skip):
            return {"state": "skipped", "reason": draft.reason}
        return render(letter, draft, now)
    except UnsafeMessage as error:
        return _failed(str(error))
    except Exception as error:
        _log_failure(letter, error)
        return expired or _put_off(claimed, now, f"it could not be written: {type(error).__name__}")
    finally:
        db.session.rollback()  # nobody should hold a transaction open while talking to the mail server


def _failed(reason: object) -> Changes:
    return {"state": "failed", "reason": reason}


def _expired(claimed: Claim) -> Changes:
    return _failed(f"expired, after: {claimed.reason}" if claimed.reason else "expired")


def _put_off(claimed: Claim, now: datetime, reason: str) -> Changes:
    return {"next_try_at": min(now + pause(claimed.tries), claimed.letter.expires_at), "reason": reason}


def _log_failure(letter: DueLetter, error: Exception) -> None:
    """Where it happened, and not the error's own words: they may hold a person's."""
    *_, frame = traceback.extract_tb(error.__traceback__)
    log.error(
        "a letter could not be written",
        letter=str(letter.id),
        kind=letter.kind,
        error=type(error).__name__,
        where=f"{frame.filename}:{frame.lineno}",
    )
