"""Your account, on the desk: the password, the second factor, and the browsers in which one is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import CursorResult, update
from werkzeug.wrappers import Response

from eventops import clock
from eventops.db import db, write
from eventops.routes import staff
from eventops.staff.accounts import hash_password, verified
from eventops.staff.audit import record
from eventops.staff.audit_words import sentence
from eventops.staff.models import Account
from eventops.staff.new_password import LONGEST, complaints
from eventops.staff.recovery import make_recovery_codes, recovery_codes_left
from eventops.staff.second_factor import (
    is_demanded,
    normal_code,
    offered_secret,
    remove_second_factor,
    set_up_second_factor,
    step_of,
)
from eventops.staff.second_step import is_taken, offer_for, recovery_codes_page, wrong_code
from eventops.staff.sign_in import end_session_of, end_sessions_of, sessions_of
from eventops.staff.trail import Entry, entries_about
from eventops.staff.views import begin_attempt_here, begin_session_here, blueprint, forgive_here, with_session
from eventops.times import TwoClocks, reader_zone, two_clocks

Answer = Response | str | tuple[str, int]


@blueprint.get("/<language:language>/desk/account")
@staff()
def account() -> str:
    """Everything about one's account."""
    return _account_page()


@blueprint.post("/<language:language>/desk/account/password")
@staff()
def change_password() -> Answer:
    """Change the password; every other browser is signed out."""
    form, former = request.form, g.account.password_hash
    if errors := _password_errors("present") | complaints(form.get("new", ""), form.get("again", "")):
        return _account_page(errors), 422
    new_hash, now = hash_password(form["new"]), clock.real_now()
    with write():
        if not _replace_password(former, new_hash):
            abort(409)
        end_sessions_of(g.account.id, now)
        token = begin_session_here(g.account, now)
        record("staff.change_password", g.account.id, event_id=None, now=now)
    return with_session(_to_account("password"), token)


@blueprint.post("/<language:language>/desk/account/sessions/end")
@staff()
def end_other_sessions() -> Response:
    """Sign out everywhere but in this browser."""
    now = clock.real_now()
    with write():
        ended = end_sessions_of(g.account.id, now, keep=g.sign_in.id)
        record("staff.end_other_sessions", g.account.id, event_id=None, now=now, sessions=ended)
    return _to_account("sessions")


@blueprint.post("/<language:language>/desk/account/sessions/<uuid:session_id>/end")
@staff()
def end_one_session(session_id: UUID) -> Response:
    """Sign out one browser, this one too; 404 for what is no session of one's own that lasts."""
    now = clock.real_now()
    with write():
        if not end_session_of(g.account.id, session_id, now):
            abort(404)
        record("staff.end_session", session_id, event_id=None, now=now)
    return _to_account("session")


@blueprint.route("/<language:language>/desk/account/second-factor", methods=["GET", "POST"])
@staff()
def second_factor() -> Answer:
    """Set the second factor up, move it to another phone, or take it away where nobody demands it."""
    if request.method != "POST":
        return _second_factor_page()
    if "remove" in request.form:
        return _remove_second_factor()
    now, secret, is_anew = clock.real_now(), offered_secret(g.sign_in.id), g.account.totp_secret is not None
    step = step_of(secret, normal_code(request.form.get("code", "")), now)
    errors = ({"code": wrong_code()} if step is None else {}) | _password_errors("password")
    if errors or step is None:
        return _second_factor_page(errors), 422
    now = begin_attempt_here(g.account.email, "code") if is_anew else now
    with write():
        if is_anew and not is_taken(g.account, request.form.get("present_code", ""), now):
            errors = {"present_code": wrong_code()}
        else:
            codes = set_up_second_factor(g.account.id, secret, step, now, anew=is_anew) or abort(409)
            token = begin_session_here(g.account, now)
    return (_second_factor_page(errors), 422) if errors else recovery_codes_page(codes, token)


@blueprint.post("/<language:language>/desk/account/recovery-codes")
@staff()
def recovery_codes() -> Answer:
    """Ten new recovery codes, by a code and the password. They show this once; the former ones are good no more."""
    if g.account.totp_secret is None:
        abort(409)
    if errors := _password_errors("codes_password"):
        return _account_page(errors), 422
    now = begin_attempt_here(g.account.email, "code")
    with write():
        is_right = is_taken(g.account, request.form.get("codes_code", ""), now)
        codes = make_recovery_codes(g.account.id, now) if is_right else []
    return recovery_codes_page(codes) if codes else (_account_page({"codes_code": wrong_code()}), 422)


def _remove_second_factor() -> Answer:
    if g.account.totp_secret is None or is_demanded(g.account.id):
        abort(409)
    if errors := _password_errors("remove_password"):
        return _second_factor_page(errors), 422
    now = begin_attempt_here(g.account.email, "code")
    with write():
        if is_right := is_taken(g.account, request.form.get("remove_code", ""), now):
            remove_second_factor(g.account.id, now)
            token = begin_session_here(g.account, now)
    if not is_right:
        return _second_factor_page({"remove_code": wrong_code()}), 422
    return with_session(_to_account("removed"), token)


def _replace_password(former: str, new_hash: str) -> bool:
    """Whether the password was still the one that was just typed."""
    is_former = Account.id == g.account.id, Account.password_hash == former, Account.disabled_at.is_(None)
    change = update(Account).where(*is_former).values(password_hash=new_hash)
    return cast(CursorResult[object], db.session.execute(change)).rowcount == 1


def _password_errors(field: str) -> dict[str, str]:
    """What is wrong with the password that was asked for again. Aborts with 429 after too many wrong ones."""
    typed = request.form.get(field, "")
    if not typed:
        return {field: _("Type your password.")}
    now = begin_attempt_here(g.account.email)
    if len(typed) > LONGEST or not verified(g.account, typed):
        return {field: _("This is not your password.")}
    with write():
        forgive_here(g.account.email, now)
    return {}


def _to_account(done: str) -> Response:
    return redirect(url_for("staff.account", done=done), 303)


def _account_page(errors: dict[str, str] | None = None) -> str:
    now = clock.real_now()
    # The address of a form that was sent back has no page of its own, in no language.
    more: dict[str, list[str]] = {"language_links": []} if errors else {}
    done = _done().get(request.args.get("done", ""))
    return render_template(
        "staff/account.html",
        account=g.account,
        is_demanded=is_demanded(g.account.id),
        codes_left=recovery_codes_left(g.account.id),
        sessions=[(row, _clocks(row.created_at), row.id == g.sign_in.id) for row in sessions_of(g.account.id, now)],
        history=[_past(entry) for entry in entries_about(g.account.id)],
        notices=[("ok", done, "")] if done and not errors else [],
        errors=errors or {},
        **more,
    )


def _past(entry: Entry) -> tuple[str, TwoClocks, str]:
    """What was done to the account or by it, when, and by whom."""
    return sentence(entry.action), _clocks(entry.at), _("You") if entry.account_id else _("The server")


def _second_factor_page(errors: dict[str, str] | None = None) -> str:
    return render_template(
        "staff/second_factor.html",
        **offer_for(g.account),
        has_one=g.account.totp_secret is not None,
        is_demanded=is_demanded(g.account.id),
        errors=errors or {},
    )


def _done() -> dict[str, str]:
    return {
        "password": _("Your password is changed, and every other browser is signed out."),
        "sessions": _("Every other browser is signed out."),
        "session": _("That browser is signed out."),
        "removed": _("The second factor is removed. Your password alone signs you in."),
    }


def _clocks(instant: datetime) -> TwoClocks:
    """An instant for the reader, whose account is of no one event: on the clock of the language, and in UTC."""
    language = str(get_locale() or "en")
    return two_clocks(instant, None, language=language, reader_zone=reader_zone(language, "UTC"), home_zone="UTC")
