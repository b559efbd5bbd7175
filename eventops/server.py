"""The web server: gunicorn with threads, started from Python."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from eventops import create_app
from eventops.jobs import Worker
from eventops.logs import ServerLog

OPTIONS: dict[str, Any] = {
    "worker_class": "gthread",
    "loglevel": "warning",
    "logger_class": ServerLog,
    "limit_request_line": 8190,
    # Above a letter's deadline of 30 s: killed before, a worker inside the server could not record what it has sent.
    "graceful_timeout": 40,
    "timeout": 120,
    "keepalive": 15,
    "control_socket_disable": True,
}
"""What every server is told, the demo's too."""


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the application that `make_app` gives; each worker process calls it for itself."""

    def __init__(self, make_app: Callable[[], Flask], **options: Any) -> None:
        self._make_app = make_app
        self._options = {**OPTIONS, **options}
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        app = self._make_app()
        gc.collect()
        gc.freeze()  # what stays until the end need not be gone through again while somebody waits
        return app


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket that accepts connections already; port 0 picks a free one. Raises OSError when the port is taken."""
    listener = socket.create_server((host, port), backlog=512)
    listener.set_inheritable(True)
    return listener


def serve_options(bind: str, workers: int, threads: int) -> dict[str, Any]:
    """What gunicorn is told by `eventops serve`."""
    own = {"bind": bind, "workers": workers, "threads": threads, "loglevel": "info", "accesslog": "-"}
    return {**OPTIONS, **own}


def serve(bind: str, workers: int, threads: int, with_worker: bool) -> None:
    """Serve the application of the environment's settings until SIGTERM or Ctrl-C."""

    with_jobs = {"post_worker_init": begin_jobs, "worker_exit": end_jobs} if with_worker else {}
    Server(create_app, **serve_options(bind, workers, threads), **with_jobs).run()


def begin_jobs(worker: Any) -> None:
    """Run the timetable inside gunicorn's worker process."""
    jobs = Worker(worker.app.wsgi())
    jobs.start()
    worker.jobs = jobs


def end_jobs(_server: object, worker: Any) -> None:
    """Let the jobs finish what they have in hand, if they ever began: gunicorn calls it after a failed start too."""
    if hasattr(worker, "jobs"):
        worker.jobs.stop()
