"""Signing in and out."""

from __future__ import annotations

import math
from datetime import datetime
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
from eventops.db import db, write
from eventops.routes import Caller, enforce, half_signed_in, signing_in
from eventops.staff.abilities import ABILITIES
from eventops.staff.accounts import find, new_hash_if_outdated, verified
from eventops.staff.browsers import browser_name
from eventops.staff.csrf import forget_token, init_csrf
from eventops.staff.devices import admit_device
from eventops.staff.frame import frame
from eventops.staff.known_browser import known_browser, remember_browser
from eventops.staff.models import Account
from eventops.staff.sign_in import (
    STAGES,
    admit_half_signed_in,
    admit_staff,
    begin_session,
    end_session,
    keep_token,
    stage_after_password,
    to_stage,
    token_at_hand,
    wanted,
)
from eventops.staff.throttle import begin_attempt, forgive

blueprint = Blueprint("staff", __name__)

# RFC 9110 section 15.5.2 wants a challenge with a 401; no browser acts on this one.
CHALLENGE = {"WWW-Authenticate": "Form"}


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
    enforce(Caller.HALF_SIGNED_IN, admit_half_signed_in, STAGES)
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
    begun = _begun(form.email.data, form.password.data)
    if begun is None:
        error = _("The e-mail address and the password do not belong together.")
        return _page(form, {"password": error}), 401, CHALLENGE
    token, stage = begun
    return with_session(to_stage(stage, wanted()), token)


@blueprint.post("/<language:language>/sign-out")
@half_signed_in()
def sign_out() -> Response:
    """End this browser's session, whole or not."""
    with write():
        end_session(token_at_hand(), clock.real_now())
    return with_session(redirect(url_for("staff.sign_in"), 303), "")


def with_session(response: Response, token: str) -> Response:
    """The response with the token of the browser's new session, or without one; its forms get new tokens too."""
    keep_token(response, token)
    forget_token()
    return response


def begin_session_here(account: Account, now: datetime, stage: str = "whole") -> str:
    """The token of a new session of the browser at hand, in the place of its former one. Inside write().

    A whole one makes the browser a known one.
    """
    if stage == "whole":
        remember_browser(account, now)
    return begin_session(account.id, now, token_at_hand(), stage, browser_name(request.user_agent.string))


def begin_attempt_here(email: str, what: str = "sign-in") -> datetime:
    """When the attempt began, to forgive it by. Aborts with 429 after too many failures."""
    now = clock.real_now()
    with write():
        wait = begin_attempt(email, request.remote_addr, now, what, known_browser(email, what, now))
    if wait:
        raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))
    return now


def forgive_here(email: str, attempted_at: datetime, what: str = "sign-in") -> None:
    """The attempt that `begin_attempt_here` counted was no failure. Inside write()."""
    forgive(email, request.remote_addr, attempted_at, what, known_browser(email, what, attempted_at))


def _begun(email: str, password: str) -> tuple[str, str] | None:
    """The token and the stage of a new session; None where the password is wrong. Aborts with 429."""
    now = begin_attempt_here(email)
    account = find(email)
    if not verified(account, password) or account is None or account.disabled_at:
        return None
    found, new_hash = account.password_hash, new_hash_if_outdated(account, password)
    with write():
        # Locked: who disables the account or changes its password at this moment ends this session too.
        account = db.session.get_one(Account, account.id, with_for_update=True)
        if account.password_hash != found or account.disabled_at:
            return None
        forgive_here(email, now)
        account.password_hash = new_hash or found
        stage = stage_after_password(account)
        return begin_session_here(account, now, stage), stage


def _page(form: SignInForm, errors: dict[str, str] | None = None) -> str:
    return render_template("staff/sign_in.html", email=form.email.data, errors=errors or {})
