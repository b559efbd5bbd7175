"""The cookie by which a browser is known for an account: somebody proved there to be its holder.

Whoever fails to sign in on purpose slows down every browser that is not known, but none that is: so nobody can keep
an account's holder out. What a known browser fails is counted against that browser alone.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import timedelta

from flask import after_this_request, request
from werkzeug.wrappers import Response

from eventops.config import settings
from eventops.staff.accounts import key_of
from eventops.staff.sign_in import cookie_name

LASTS = timedelta(days=180)
_COOKIE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")


def known_browser(email: str) -> str:
    """The random name of the browser at hand, if it is known for the account with that address; else empty."""
    read = _COOKIE.fullmatch(request.cookies.get(_name(), ""))
    if read and hmac.compare_digest(read[2], _signature(email, read[1])):
        return read[1]
    return ""


def remember_browser(email: str) -> None:
    """Give the browser, with the answer to its request, the cookie of the account; no other one stays known there."""
    browser = secrets.token_urlsafe(16)
    value, secure = f"{browser}.{_signature(email, browser)}", settings().is_https

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(_name(), value, max_age=LASTS, secure=secure, httponly=True, samesite="Lax")
        return response


def _name() -> str:
    return f"{cookie_name()}-known"


def _signature(email: str, browser: str) -> str:
    key = hmac.digest(settings().secret_key.encode(), b"eventops known browser", "sha256")
    return hmac.digest(key, f"{browser} {key_of(email)}".encode(), "sha256").hex()
