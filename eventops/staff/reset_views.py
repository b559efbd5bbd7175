"""The password was forgotten: asking for a letter, and the page behind its link."""

from __future__ import annotations

import math

from flask import abort, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from eventops import clock
from eventops.db import write
from eventops.routes import signing_in
from eventops.staff.accounts import hash_password
from eventops.staff.known_browser import remember_browser
from eventops.staff.models import Account
from eventops.staff.new_password import complaints
from eventops.staff.reset import account_to_reset, ask_for_reset, is_genuine, set_password
from eventops.staff.throttle import begin_attempt, forgive
from eventops.staff.views import blueprint
from eventops.typed import LONGEST_EMAIL

Answer = Response | str | tuple[str, int]


@blueprint.route("/<language:language>/sign-in/forgotten", methods=["GET", "POST"])
@signing_in
def forgotten() -> Answer:
    """Asks for the address. Known, unknown and disabled ones get the same answer, after the same work."""
    if request.method != "POST":
        return _forgotten_page(sent="sent" in request.args)
    email = request.form.get("email", "").strip()
    if not email:
        return _forgotten_page(email, _("Type your e-mail address.")), 422
    if len(email) > LONGEST_EMAIL:
        return _forgotten_page(email, _("That is too long for an e-mail address.")), 422
    _ask(email)
    return redirect(url_for("staff.forgotten", sent=""), 303)


@blueprint.route("/<language:language>/sign-in/reset/<token>", methods=["GET", "POST"])
@signing_in
def reset(token: str) -> Answer:
    """Asks for the new password. A genuine link that was used or ran out is told so: 410."""
    if not is_genuine(token):
        abort(404)
    account = account_to_reset(token, clock.real_now())
    if account is None:
        return render_template("staff/reset_ended.html"), 410
    if request.method != "POST":
        return _reset_page(account)
    new = request.form.get("new", "")
    errors = complaints(new, request.form.get("again", ""))
    if errors:
        return _reset_page(account, errors), 422
    if not _set(token, hash_password(new)):
        return render_template("staff/reset_ended.html"), 410
    return redirect(url_for("staff.sign_in", done="reset"), 303)


def _ask(email: str) -> None:
    """Aborts with 429 after too many letters were asked for, to that address or from that network."""
    real_now = clock.real_now()
    with write():
        wait = begin_attempt(email, request.remote_addr, real_now, "reset")
        if not wait:
            ask_for_reset(email, str(get_locale()), clock.now(), real_now)
    if wait:
        raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))


def _set(token: str, password_hash: str) -> bool:
    real_now = clock.real_now()
    with write():
        account = account_to_reset(token, real_now, hold=True)
        if account is None:
            return False
        set_password(account, password_hash, clock.now(), real_now)
        forgive(account.email, request.remote_addr, real_now)
        remember_browser(account, real_now, "letter")
    return True


def _forgotten_page(email: str = "", error: str = "", *, sent: bool = False) -> str:
    return render_template("staff/forgotten.html", email=email, errors={"email": error} if error else {}, sent=sent)


def _reset_page(account: Account, errors: dict[str, str] | None = None) -> str:
    return render_template("staff/reset.html", account=account, errors=errors or {})
