"""Our own application behind a real address, for browsers; tests change its database beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import WSGIRequestHandler, make_server

from eventops import clock, create_app
from eventops.staff.sign_in import begin_session
from tests.apps import changing, settings_for
from tests.browser.served import Served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: object) -> None:
        """Say nothing."""


class Live(Served):
    """Serves the application at `url` while the block lasts."""

    def __init__(self, database: Path) -> None:
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.app: Flask = create_app(settings_for(f"sqlite:///{database}", base_url=self.url))

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.app(environ, start_response)

    def signed_in(self, browser: Browser, account_id: UUID, **options: object) -> BrowserContext:
        """A browser in which the account has signed in."""
        with changing(self.app):
            token = begin_session(account_id, clock.real_now())
        context = browser.new_context(locale="en-GB", **options)  # type: ignore[arg-type]
        context.add_cookies([{"name": "eventops", "value": token, "url": self.url}])
        return context
