"""The demo's day: set up once, moved forward through every due instant, begun anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from threading import RLock
from typing import Any

import flask_migrate
from flask import Flask

from eventops import clock, create_app
from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.public_pages import forget_renderings
from eventops.config import Settings
from eventops.demo.catcher import Catcher
from eventops.demo.contract import contract
from eventops.demo.moves import Backward
from eventops.demo.seed import seed, sign_up_at
from eventops.demo.state import Folder
from eventops.demo.views import init_demo
from eventops.jobs import Worker
from eventops.letters.outbox import next_tries
from eventops.reminders.due import next_due
from eventops.routes import check_declarations
from eventops.viewer import SYSTEM, seeing


class Day:
    """One running demo: the application, its worker, its mail catcher and its clock, in one process."""

    def __init__(self, folder: Folder, file: ConferenceFile, base_url: str) -> None:
        self.folder, self.file, self.base_url = folder, file, base_url
        self.kept = folder.read()
        folder.write(self.kept)
        self._moving = RLock()
        self._running = ExitStack()

    @property
    def is_set_up(self) -> bool:
        """Whether everybody has signed up: a set-up that was cut short begins from nothing."""
        return self.kept.morning_at is not None

    def start(self, at: datetime | None) -> None:
        """Bring up everything and stand at `at`; without it, where the demo stood when it was last stopped.

        An instant before that starts the day anew.
        """
        # The clock first: whatever runs from here on goes by it.
        clock.move_to(self.kept.now if self.is_set_up and self.kept.now else sign_up_at(self.file))
        if not self.is_set_up:
            self.folder.clear_day()
        self.catcher = Catcher(self.folder.inbox)
        self.catcher.start()
        self._running.callback(self.catcher.stop)
        self.app = self._make_app()
        with self.app.app_context():
            flask_migrate.upgrade()
        self.worker = Worker(self.app)
        self.worker.start()
        self._running.callback(self.worker.stop)
        if not self.is_set_up:
            self._set_up()
        if at is not None:
            self.go_to(at)
        self._running.callback(lambda: self._remember(clock.now()))

    def stop(self) -> None:
        """Remember where the clock stands, and end worker and catcher; so far as the day was started."""
        self._running.close()

    def go_to(self, at: datetime) -> None:
        """Move the clock to `at`, forward through the day, or by beginning it anew."""
        with self._moving:
            if at < _this_minute():
                self._begin_anew()
            self.advance(at)

    def advance(self, to: datetime) -> datetime:
        """Move forward to `to`, stopping at every instant at which something is due; where it stands then.

        Raises Backward. An instant within the minute that the clock already shows is no move.
        """
        with self._moving:
            if to < _this_minute():
                raise Backward
            for instant in self._due_instants(clock.now(), to):
                self._stand_at(instant)
            stand = max(to, clock.now())
            self._stand_at(stand)
            self._remember(stand)
            return stand

    def contract(self) -> dict[str, Any]:
        """What --json says."""
        with self._reading():
            return contract(self.file.slug, self.kept, self.base_url, clock.now())

    def _make_app(self) -> Flask:
        app = create_app(
            Settings(
                secret_key=self.kept.secret_key,
                database_url=f"sqlite:///{self.folder.database}",
                base_url=self.base_url,
                mail_url=self.catcher.url,
                mail_from=self.file.event.contact,
                sign_in_attempts_per_network=1000,
                sign_ups_per_network=1_000_000,
                log_level="warning",
                demo=True,
            )
        )
        init_demo(app, self)
        check_declarations(app)
        return app

    def _set_up(self) -> None:
        seed(self.app, self.file, self.kept, self._stand_at)
        with closing(sqlite3.connect(self.folder.database)) as source:
            source.execute("VACUUM INTO ?", [str(self.folder.morning)])
        self.kept.morning_at, self.kept.morning_mails = clock.now(), len(self.catcher.messages())
        self._remember(clock.now())

    def _begin_anew(self) -> None:
        """Put back the database and the inbox as they were when everybody had signed up."""
        with (
            self.worker.paused(),
            closing(sqlite3.connect(self.folder.morning)) as morning,
            closing(sqlite3.connect(self.folder.database)) as database,
        ):
            morning.backup(database, pages=-1)
            self.catcher.keep_first(self.kept.morning_mails)
            clock.move_to(self.kept.morning_at or clock.now())

    def _stand_at(self, instant: datetime) -> None:
        clock.move_to(instant)
        self.worker.run_all_now()
        forget_renderings()

    def _due_instants(self, after: datetime, until: datetime) -> list[datetime]:
        with self._reading():
            return sorted({*next_due(after, until), *next_tries(after, until)})

    def _remember(self, now: datetime) -> None:
        self.kept.now = now
        self.folder.write(self.kept)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self.app.app_context(), seeing(SYSTEM):
            yield


def _this_minute() -> datetime:
    return clock.now().replace(second=0, microsecond=0)
