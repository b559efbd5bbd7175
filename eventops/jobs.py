"""The whole timetable. Every job may run at any time and in any number of processes: the database decides."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Condition, Event

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from eventops import clock
from eventops.letters.deliver import deliver_due
from eventops.registration.forget import forget_expired
from eventops.registration.guest_list import forget_lists
from eventops.reminders.queue import queue_due_reminders
from eventops.staff.devices import forget_names
from eventops.staff.team_invitations import forget_invitations
from eventops.staff.throttle import forget_attempts
from eventops.viewer import SYSTEM, seeing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Job:
    """An idempotent verb, and how often it is called."""

    name: str
    every: timedelta
    run: Callable[[datetime, Event], object]
    """Takes the instant, and a flag that is set when the process is to stop."""


TIMETABLE = (
    Job("queue reminders", timedelta(seconds=10), lambda now, _stop: queue_due_reminders(now)),
    Job("deliver letters", timedelta(seconds=2), lambda now, stop: deliver_due(now, clock.real_now(), stop)),
    Job("forget attempts", timedelta(hours=1), lambda _now, _stop: forget_attempts(clock.real_now())),
    Job("forget guest lists", timedelta(hours=1), lambda now, _stop: forget_lists(now)),
    Job("forget devices' names", timedelta(hours=1), lambda now, _stop: forget_names(now)),
    Job("forget team invitations", timedelta(hours=1), lambda _now, _stop: forget_invitations(clock.real_now())),
    Job("forget people", timedelta(hours=1), lambda now, _stop: forget_expired(now)),
)


class Worker:
    """Runs the timetable in threads of this process.

    APScheduler is only the timer: jobs live in memory, each runs once at a time, and a late run replaces those missed.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = Event()
        self._turn = 0
        self._done = {job.name: 0 for job in TIMETABLE}
        self._running = 0
        self._is_paused = False
        self._changed = Condition()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job in TIMETABLE:
            self._scheduler.add_job(
                self._run, "interval", args=[job], id=job.name, seconds=job.every.total_seconds(), next_run_time=None
            )

    def start(self) -> None:
        """Begin; every job runs at once for the first time."""
        self._scheduler.start()
        for job in TIMETABLE:
            self._wake(job)

    def stop(self) -> None:
        """Let jobs finish what they have in hand, and return when they have."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Inside the block no job runs: those under way have finished, and none begins.

        What the timer sent off right before is left out: it comes when it is due next. Not to be nested.
        """
        self._scheduler.pause()
        with self._changed:
            self._is_paused = True
            self._changed.wait_for(lambda: self._running == 0)
        try:
            yield
        finally:
            with self._changed:
                self._is_paused = False
            self._scheduler.resume()

    def run_all_now(self, timeout: timedelta = timedelta(minutes=2)) -> None:
        """Run the whole timetable once, in its order, begun after this call. Raises TimeoutError."""
        with self._changed:
            self._turn += 1
            turn = self._turn
        for job in TIMETABLE:
            self._finish(job, turn, clock.real_now() + timeout)

    def _finish(self, job: Job, turn: int, deadline: datetime) -> None:
        # A run that is under way may have begun too early, and the scheduler then drops the one asked for: ask again.
        while self._done[job.name] < turn:
            if clock.real_now() > deadline:
                raise TimeoutError(f"the job to {job.name} does not finish")
            self._wake(job)
            with self._changed:
                self._changed.wait_for(lambda: self._done[job.name] >= turn, timeout=0.5)

    def _wake(self, job: Job) -> None:
        self._scheduler.modify_job(job.name, next_run_time=clock.real_now())

    def _run(self, job: Job) -> None:
        with self._changed:
            if self._is_paused:
                return
            turn = self._turn
            self._running += 1
        try:
            with self._app.app_context(), seeing(SYSTEM):
                job.run(clock.now(), self._stop)
        except Exception:
            log.exception("a job failed", job=job.name)
        finally:
            with self._changed:
                self._running -= 1
                self._done[job.name] = max(turn, self._done[job.name])
                self._changed.notify_all()


def run_worker(app: Flask) -> None:
    """Run the timetable until SIGTERM or SIGINT; then finish the letter in hand and return."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    worker = Worker(app)
    worker.start()
    log.info("the worker runs", jobs=len(TIMETABLE))
    stop.wait()
    worker.stop()
