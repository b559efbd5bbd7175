"""Signing in: a row a browser, found by the hash of a random token, and the check of every staff route.

All instants here are real time: no demo's clock moves a sign-in.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from flask import abort, current_app, g, redirect, request, url_for
from sqlalchemy import delete, select, update
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from eventops import clock
from eventops.config import settings
from eventops.db import db
from eventops.routes import Declaration
from eventops.staff.abilities import can
from eventops.staff.accounts import role_in
from eventops.staff.audit import record
from eventops.staff.models import Account, SignInSession
from eventops.staff.which_event import event_of_slug
from eventops.viewer import Viewer

LASTS = timedelta(hours=12)
"""From signing in, used or not."""


def admit_staff(declaration: Declaration) -> Viewer:
    """Who is signed in, as the viewer of the event that the address names.

    Aborts: to the sign-in page without a session, 404 where the account has no role, 403 where the role lacks
    the ability. A missing event and one of others are the same 404.
    """
    token = request.cookies.get(cookie_name())
    account = signed_in(token, clock.real_now()) if token else None
    if account is None:
        abort(to_sign_in())
    g.account = account
    slug = (request.view_args or {}).get("slug")
    if slug is None:
        return Viewer(account_id=account.id)
    event_id = event_of_slug(slug)
    role = role_in(account.id, event_id) if event_id else None
    if role is None:
        abort(404)
    if declaration.ability and not can(role, declaration.ability):
        abort(403)
    return Viewer(event_id=event_id, account_id=account.id, role=role)


def signed_in(token: str, now: datetime) -> Account | None:
    """The account whose browser holds `token`; None once the session expired or ended, or the account is disabled."""
    found = (
        select(Account)
        .join(SignInSession, SignInSession.account_id == Account.id)
        .where(
            SignInSession.token_hash == _hashed(token),
            SignInSession.expires_at > now,
            SignInSession.ended_at.is_(None),
            Account.disabled_at.is_(None),
        )
    )
    return db.session.scalar(found)


def begin_session(account_id: UUID, now: datetime, former_token: str = "") -> str:
    """The token of a new session, which takes the place of the browser's former one. Clears away expired ones."""
    end_session(former_token, now)
    db.session.execute(delete(SignInSession).where(SignInSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    row = SignInSession(account_id=account_id, token_hash=_hashed(token), created_at=now, expires_at=now + LASTS)
    db.session.add(row)
    return token


def end_session(token: str, now: datetime) -> None:
    """From now on the token opens nothing."""
    _end(SignInSession.token_hash == _hashed(token), now)


def end_sessions_of(account_id: UUID, now: datetime) -> None:
    """Sign the account out everywhere."""
    _end(SignInSession.account_id == account_id, now)


def disable(account_id: UUID, now: datetime) -> None:
    """Close the account and end its sessions at once."""
    account = db.session.get_one(Account, account_id)
    account.disabled_at = account.disabled_at or now
    end_sessions_of(account_id, now)
    record("staff.disable", account_id, event_id=None, now=now)


def cookie_name() -> str:
    """Browsers keep `__Host-` cookies to this very host and to HTTPS (RFC 6265bis section 4.1.3.2)."""
    return "__Host-eventops" if settings().is_https else "eventops"


def keep_token(response: Response, token: str) -> None:
    """Give the browser the token until it is closed; an empty one takes it away."""
    secure = settings().is_https
    if token:
        response.set_cookie(cookie_name(), token, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax")


def to_sign_in() -> Response:
    """To the sign-in page, and from there to the page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("staff.sign_in", next=wanted), 303)


def safe_target(wanted: str) -> str | None:
    """`wanted` if it is the path of a page of ours, and so can lead to no other host."""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or not wanted.isprintable():
        return None
    adapter = current_app.create_url_adapter(request)
    try:
        if adapter is not None:
            adapter.match(urlsplit(wanted).path, method="GET")
            return wanted
    except (HTTPException, ValueError):
        pass
    return None


def _end(which: object, now: datetime) -> None:
    db.session.execute(
        update(SignInSession).where(which, SignInSession.ended_at.is_(None)).values(ended_at=now)  # type: ignore[arg-type]
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
