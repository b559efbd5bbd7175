"""The page behind the link of an invitation to a team."""

from __future__ import annotations

import unicodedata

from flask import abort, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from eventops import clock
from eventops.db import db, write
from eventops.routes import signing_in
from eventops.staff.accounts import find, hash_password
from eventops.staff.frame import desk_home, role_name
from eventops.staff.known_browser import remember_browser
from eventops.staff.models import Account, TeamInvitation
from eventops.staff.new_password import complaints
from eventops.staff.sign_in import signed_in, token_at_hand
from eventops.staff.team_invitations import NotOpen, accept, accept_anew, read_invitation, state_of
from eventops.staff.views import blueprint
from eventops.staff.which_event import event_words
from eventops.staff.words import abilities_of
from eventops.typed import about_name

Answer = Response | str | tuple[str, int]


@blueprint.route("/<language:language>/sign-in/invited/<token>", methods=["GET", "POST"])
@signing_in
def invited(token: str) -> Answer:
    """Who invites to what. POST joins, with a new account or with the one of that address once it is signed in."""
    invitation = read_invitation(token) or abort(404)
    state = state_of(invitation, clock.real_now())
    if state != "open":
        return _page(invitation, state), 410
    visitor, holder = _signed_in_account(), find(invitation.email)
    step = "new" if holder is None else "join" if visitor == holder else "sign_in"
    if request.method != "POST":
        return _page(invitation, step)
    try:
        if step == "new":
            return _join_anew(invitation)
        if visitor and step == "join":
            return _join(invitation, visitor)
    except NotOpen:  # somebody was quicker
        return _page(invitation, "accepted"), 409
    return _page(invitation, step), 409


def _join_anew(invitation: TeamInvitation) -> Answer:
    name = unicodedata.normalize("NFC", request.form.get("name", "")).strip(" ")
    new = request.form.get("new", "")
    errors = {"name": about_name(name)} if about_name(name) else {}
    errors |= complaints(new, request.form.get("again", ""))
    if errors:
        return _page(invitation, "new", name, errors), 422
    password_hash = hash_password(new)
    with write():
        now, real_now = clock.now(), clock.real_now()
        remember_browser(accept_anew(invitation.id, name, password_hash, now, real_now), real_now, "letter")
    return redirect(url_for("staff.sign_in", done="joined", next=_home(invitation)), 303)


def _join(invitation: TeamInvitation, account: Account) -> Answer:
    with write():
        accept(invitation.id, account, clock.now(), clock.real_now())
    return redirect(_home(invitation), 303)


def _home(invitation: TeamInvitation) -> str:
    return desk_home(invitation.role, event_words(invitation.event_id).slug)


def _signed_in_account() -> Account | None:
    found = signed_in(token_at_hand(), clock.real_now())
    return found[0] if found and found[1].stage == "whole" else None


def _page(invitation: TeamInvitation, step: str, name: str = "", errors: dict[str, str] | None = None) -> str:
    event = event_words(invitation.event_id)
    return render_template(
        "staff/invited.html",
        invitation=invitation,
        step=step,
        name=name,
        errors=errors or {},
        event_title=event.title.text,
        event_title_lang=event.title.language if event.title.language != str(get_locale()) else None,
        inviter=db.session.get_one(Account, invitation.invited_by).name,
        role=role_name(invitation.role),
        allowed=abilities_of(invitation.role),
        until=event.clocks(invitation.expires_at),
    )
