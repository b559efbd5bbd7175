"""Signing in: a row a browser, found by the hash of a random token, and the check of every staff route.

All instants here are real time: no demo's clock moves a sign-in.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from flask import abort, current_app, g, redirect, request, url_for
from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from eventops import clock
from eventops.config import settings
from eventops.db import db
from eventops.routes import Caller, Declaration, declaration_of
from eventops.staff.abilities import can
from eventops.staff.accounts import role_in
from eventops.staff.audit import record
from eventops.staff.models import Account, SignInSession
from eventops.staff.second_factor import factor_demanded, is_demanded
from eventops.staff.which_event import event_of_slug
from eventops.viewer import Viewer

LASTS = {"whole": timedelta(hours=12), "code": timedelta(minutes=10), "set_up": timedelta(minutes=30)}
"""By stage, from its beginning, used or not."""
STAGES = frozenset({"code", "set_up"})
"""Of a sign-in that is not whole yet."""

_PAGES = {None: "staff.sign_in", "code": "staff.code", "set_up": "staff.set_up"}
"""Where each stage leads on from, None being without a session."""
_TARGET = re.compile(r"(/[A-Za-z0-9_-]+)+(\.[a-z]+|/)?(\?[!-\[\]-~]*)?")
"""A path and perhaps a query: nothing encoded in the path, no empty parts in it, and no backslash anywhere."""


def admit_staff(declaration: Declaration) -> Viewer:
    """Who is signed in, as the viewer of the event that the address names.

    Aborts: to the sign-in page without a session, to the next step with a half one, 404 where the account has no
    role, 403 where the role lacks the ability. A missing event and one of others are the same 404.
    """
    if _stage_at_hand() != "whole":
        abort(to_next_step())
    account: Account = g.account
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


def admit_half_signed_in(declaration: Declaration) -> Viewer:
    """Whoever stands at the stage of signing in that is declared; aborts to where everybody else belongs."""
    stage = _stage_at_hand()
    if stage is None or declaration.ability not in ("", stage):
        abort(to_next_step())
    return Viewer(account_id=g.account.id)


def signed_in(token: str, now: datetime) -> tuple[Account, SignInSession] | None:
    """Whose browser holds `token`, at whichever stage; None once the session expired or ended, or for a disabled one.

    A whole session ends to count, too, when a second factor is demanded meanwhile of an account that has none.
    """
    found = (
        select(Account, SignInSession, factor_demanded())
        .join(SignInSession, SignInSession.account_id == Account.id)
        .where(SignInSession.token_hash == _hashed(token), *_alive(now), Account.disabled_at.is_(None))
    )
    row = db.session.execute(found).first()
    if row is None:
        return None
    account, session, is_factor_demanded = row
    lacks_factor = session.stage == "whole" and account.totp_secret is None and is_factor_demanded
    return None if lacks_factor else (account, session)


def stage_after_password(account: Account) -> str:
    """What the right password opens: the whole, or the page for the `code`, or the one to `set_up` a second factor."""
    if account.totp_secret is not None:
        return "code"
    return "set_up" if is_demanded(account.id) else "whole"


def begin_session(
    account_id: UUID, now: datetime, former_token: str = "", stage: str = "whole", browser: str = ""
) -> str:
    """The token of a new session, which takes the place of the browser's former one. Clears away expired ones."""
    end_session(former_token, now)
    db.session.execute(delete(SignInSession).where(SignInSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    row = SignInSession(
        account_id=account_id,
        token_hash=_hashed(token),
        created_at=now,
        expires_at=now + LASTS[stage],
        stage=stage,
        browser=browser,
    )
    db.session.add(row)
    return token


def end_session(token: str, now: datetime) -> None:
    """From now on the token opens nothing."""
    _end(SignInSession.token_hash == _hashed(token), now)


def sessions_of(account_id: UUID, now: datetime) -> Sequence[SignInSession]:
    """The browsers in which the account is signed in wholly, the latest first."""
    query = select(SignInSession).where(SignInSession.account_id == account_id, SignInSession.stage == "whole")
    return db.session.scalars(query.where(*_alive(now)).order_by(SignInSession.created_at.desc())).all()


def end_session_of(account_id: UUID, session_id: UUID, now: datetime) -> bool:
    """End one session of the account; whether there was one to end."""
    return _end((SignInSession.id == session_id) & (SignInSession.account_id == account_id), now) == 1


def end_sessions_of(account_id: UUID, now: datetime, keep: UUID | None = None) -> int:
    """End the account's sessions, half ones too, all or all but one; how many there were."""
    return _end((SignInSession.account_id == account_id) & (SignInSession.id != (keep or UUID(int=0))), now)


def disable(account_id: UUID, now: datetime) -> None:
    """Close the account and end its sessions at once."""
    account = db.session.get_one(Account, account_id)
    account.disabled_at = account.disabled_at or now
    end_sessions_of(account_id, now)
    record("staff.disable", account_id, event_id=None, now=now)


def cookie_name() -> str:
    """Browsers keep `__Host-` cookies to this very host and to HTTPS (RFC 6265bis section 4.1.3.2)."""
    return "__Host-eventops" if settings().is_https else "eventops"


def token_at_hand() -> str:
    """The token that the browser sent; empty without one."""
    return request.cookies.get(cookie_name(), "")


def keep_token(response: Response, token: str) -> None:
    """Give the browser the token until it is closed; an empty one takes it away."""
    secure = settings().is_https
    if token:
        response.set_cookie(cookie_name(), token, secure=secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(cookie_name(), secure=secure, httponly=True, samesite="Lax")


def to_next_step() -> Response:
    """To where the browser belongs, the sign-in page or the step that is owed, and then on to what was asked for."""
    asked_for = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
    session: SignInSession | None = g.get("sign_in")
    return to_stage(session.stage if session else None, safe_target(asked_for) or wanted())


def to_stage(stage: str | None, target: str | None) -> Response:
    """To the page of a stage, None being the sign-in page, which leads on to `target`; from the whole at once."""
    if stage == "whole":
        return redirect(target or url_for("agenda.desks"), 303)
    return redirect(url_for(_PAGES[stage], next=target), 303)


def wanted() -> str | None:
    """The page that the address at hand names as the one to go on to, if it may."""
    return safe_target(request.args.get("next", ""))


def safe_target(target: str) -> str | None:
    """`target` if it is the path of a page for staff, or of an invitation to a team, with or without a query.

    No other page and no other host.
    """
    if not _TARGET.fullmatch(target):
        return None
    adapter = current_app.create_url_adapter(request)
    try:
        endpoint, _values = adapter.match(target.partition("?")[0], method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    is_for_staff = declaration_of(current_app, endpoint).caller is Caller.STAFF
    return target if is_for_staff or endpoint == "staff.invited" else None


def _stage_at_hand() -> str | None:
    """The stage of the browser's session; None without one. Sets g.account and g.sign_in."""
    token = token_at_hand()
    found = signed_in(token, clock.real_now()) if token else None
    if found is None:
        return None
    g.account, g.sign_in = found
    return found[1].stage


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignInSession.expires_at > now, SignInSession.ended_at.is_(None)


def _end(which: ColumnElement[bool], now: datetime) -> int:
    ending = update(SignInSession).where(which, SignInSession.ended_at.is_(None)).values(ended_at=now)
    return cast(CursorResult[object], db.session.execute(ending)).rowcount


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
