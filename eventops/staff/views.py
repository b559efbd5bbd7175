"""Signing in and out."""

from __future__ import annotations

import math
from typing import cast

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField  # type: ignore[import-untyped]
from wtforms.validators import InputRequired, Length  # type: ignore[import-untyped]

from eventops import clock
from eventops.db import write
from eventops.routes import Caller, enforce, signing_in, staff
from eventops.staff.abilities import ABILITIES
from eventops.staff.accounts import find, new_hash_if_outdated, verified
from eventops.staff.csrf import forget_token, init_csrf
from eventops.staff.devices import admit_device
from eventops.staff.frame import frame
from eventops.staff.sign_in import admit_staff, begin_session, cookie_name, end_session, keep_token, safe_target
from eventops.staff.throttle import begin_attempt, forgive

blueprint = Blueprint("staff", __name__)


class SignInForm(FlaskForm):  # type: ignore[misc]
    email = StringField(
        validators=[
            InputRequired(lazy_gettext("Type your e-mail address.")),
            Length(max=254, message=lazy_gettext("That is too long for an e-mail address.")),
        ]
    )
    password = PasswordField(
        validators=[
            InputRequired(lazy_gettext("Type your password.")),
            Length(max=1000, message=lazy_gettext("That is too long for a password.")),
        ]
    )


@blueprint.record_once
def open_room(state: BlueprintSetupState) -> None:
    """Let routes for staff and for door devices be checked by this room."""
    enforce(Caller.STAFF, admit_staff, ABILITIES)
    enforce(Caller.DOOR, admit_device)
    init_csrf(cast(Flask, state.app))
    state.app.context_processor(frame)


@blueprint.route("/<language:language>/sign-in", methods=["GET", "POST"])
@signing_in
def sign_in() -> Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """The sign-in form. Known and unknown addresses get the same answer, after the same work."""
    form = SignInForm()
    if request.method != "POST":
        return _page(form)
    if not form.validate():
        return _page(form, {name: messages[0] for name, messages in form.errors.items() if name}), 422
    token = _token_for(form.email.data, form.password.data)
    if token is None:
        error = _("The e-mail address and the password do not belong together.")
        # RFC 9110 section 15.5.2 wants a challenge; no browser acts on this one.
        return _page(form, {"password": error}), 401, {"WWW-Authenticate": "Form"}
    response = redirect(safe_target(request.args.get("next", "")) or url_for("agenda.desks"), 303)
    keep_token(response, token)
    forget_token()
    return response


@blueprint.post("/<language:language>/sign-out")
@staff()
def sign_out() -> Response:
    """End this browser's session."""
    with write():
        end_session(request.cookies.get(cookie_name(), ""), clock.real_now())
    response = redirect(url_for("staff.sign_in"), 303)
    keep_token(response, "")
    forget_token()
    return response


def _token_for(email: str, password: str) -> str | None:
    """The token of a new session; None where the password is wrong. Aborts with 429 after too many failures."""
    now, address = clock.real_now(), request.remote_addr
    with write():
        wait = begin_attempt(email, address, now)
    if wait:
        raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))
    account = find(email)
    if not verified(account, password) or account is None or account.disabled_at:
        return None
    new_hash = new_hash_if_outdated(account, password)
    with write():
        forgive(email, address, now)
        account.password_hash = new_hash or account.password_hash
        return begin_session(account.id, now, request.cookies.get(cookie_name(), ""))


def _page(form: SignInForm, errors: dict[str, str] | None = None) -> str:
    return render_template("staff/sign_in.html", email=form.email.data, errors=errors or {})
