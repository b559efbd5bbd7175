"""The cookie by which a browser is known for an account: somebody proved there to be its holder.

Whoever fails to sign in on purpose slows down every browser that is not known, but none that is: so nobody can keep
an account's holder out. What a known browser fails is counted against that browser alone. No browser stays known when
the password or the second factor changes, or after half a year.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta

from flask import after_this_request, request
from werkzeug.wrappers import Response

from eventops.config import settings
from eventops.db import db
from eventops.staff.accounts import find
from eventops.staff.models import Account
from eventops.staff.sign_in import cookie_name

LASTS = timedelta(days=180)
PROOFS = {"whole": frozenset({"sign-in", "code"}), "letter": frozenset({"sign-in"})}
"""What each proof makes a browser known for: who only reads the holder's letters shows nothing about codes."""
_COOKIE = re.compile(
    r"(?P<said>(?P<proof>whole|letter)\.(?P<at>[0-9]{1,12})\.(?P<browser>[\w-]{22}))\.(?P<tag>\w{64})", re.A
)


def known_browser(email: str, what: str, now: datetime) -> str:
    """The random name of the browser at hand, if it is known for what is tried, "sign-in" or "code"; else empty.

    `email` is the account's address as it was typed; `now` is real time.
    """
    read = _COOKIE.fullmatch(request.cookies.get(_name(), ""))
    if not read or what not in PROOFS[read["proof"]] or now.timestamp() >= int(read["at"]) + LASTS.total_seconds():
        return ""
    account = find(email)
    is_genuine = account is not None and hmac.compare_digest(read["tag"], _tag(account, read["said"]))
    return read["browser"] if is_genuine else ""


def remember_browser(account: Account, now: datetime, proof: str = "whole") -> None:
    """Give the browser the account's cookie with the answer; no other account's stays there.

    Inside write(), when password and second factor are as they will be.
    """
    db.session.flush()
    db.session.refresh(account)
    said = f"{proof}.{int(now.timestamp())}.{secrets.token_urlsafe(16)}"
    value, secure = f"{said}.{_tag(account, said)}", settings().is_https

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(_name(), value, max_age=LASTS, secure=secure, httponly=True, samesite="Lax")
        return response


def _name() -> str:
    return f"{cookie_name()}-known"


def _tag(account: Account, said: str) -> str:
    key = hmac.digest(settings().secret_key.encode(), b"eventops known browser", "sha256")
    held = f"{account.id} {account.password_hash} {account.totp_secret}"
    return hmac.digest(key, f"{said} {held}".encode(), "sha256").hex()
