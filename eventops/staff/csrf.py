"""CSRF tokens, on staff routes and on no others: elsewhere they would set a cookie, and Origin is checked instead.

They are all that `flask.session` is used for.
"""

from __future__ import annotations

from flask import Flask, Request, abort, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect

from eventops.routes import Caller, declaration_of

_FOR = (Caller.STAFF, Caller.SIGNING_IN, Caller.HALF_SIGNED_IN)


class TokenSessions(SecureCookieSessionInterface):
    """Flask's own, but nothing is made ready to read the cookie of who has none, as most requests do."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return super().open_session(app, request) if "HTTP_COOKIE" in request.environ else self.session_class()


def init_csrf(app: Flask) -> None:
    """Refuse with 403 what is posted to a route for staff without the token of its browser."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.session_interface = TokenSessions()
    protection = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if request.endpoint is None or declaration_of(app, request.endpoint).caller not in _FOR:
            return
        try:
            protection.protect()
        except CSRFError:
            abort(403, "stale_form")


def forget_token() -> None:
    """Let the browser have a new token with its next form: its old one belongs to who was there before."""
    session.clear()
