"""The worker that runs the timetable."""

from datetime import timedelta

import pytest
from flask import Flask

from eventops import jobs
from eventops.jobs import Job, Worker


@pytest.fixture
def begun() -> list[str]:
    """The name of the test's own job, as often as it began."""
    return []


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch, begun: list[str]) -> Job:
    """The whole timetable: a job that is due in an hour."""
    job = Job("count", timedelta(hours=1), lambda _now, _stop: begun.append("count"))
    monkeypatch.setattr(jobs, "TIMETABLE", (job,))
    return job


def test_paused_worker_begins_no_job_that_the_timer_sent_before(app: Flask, job: Job, begun: list[str]) -> None:
    """A run that the timer handed to a thread right before the pause, and that arrives within it, is left out."""
    worker = Worker(app)
    worker.start()
    try:
        worker.run_all_now()
        before = len(begun)
        with worker.paused():
            worker._run(job)
            assert len(begun) == before
        worker.run_all_now()
        assert len(begun) > before
    finally:
        worker.stop()
