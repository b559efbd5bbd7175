"""The team's page: who works on the event, what each role may do; owners invite, change and remove."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventops import clock
from eventops.config import settings
from eventops.db import db, write
from eventops.languages import LANGUAGES
from eventops.routes import staff
from eventops.staff import team as teams
from eventops.staff.abilities import IN_ORDER, can
from eventops.staff.accounts import key_of, role_in
from eventops.staff.frame import role_name
from eventops.staff.models import ROLES, Account, TeamInvitation
from eventops.staff.team_invitations import (
    CannotInvite,
    NotOpen,
    invite,
    open_invitations,
    resend,
    revoke,
    state_of,
)
from eventops.staff.views import blueprint
from eventops.staff.which_event import event_of_slug, event_words
from eventops.staff.words import ability_name
from eventops.typed import about_email

Answer = Response | str | tuple[str, int]


@blueprint.get("/<language:language>/desk/<slug>/team")
@staff("see_team")
def team(slug: str) -> Answer:
    """Who works on the event, who is invited, and the table of roles and abilities."""
    done = _done().get(request.args.get("done", ""))
    return _page(slug, notices=[("ok", done, "")] if done else [])


@blueprint.post("/<language:language>/desk/<slug>/team/invite")
@staff("manage_team")
def invite_to_team(slug: str) -> Answer:
    """Ask somebody by letter to join."""
    form = {name: request.form.get(name, "").strip() for name in ("email", "role", "language")}
    errors = _complaints(form)
    if errors:
        return _page(slug, form, errors), 422
    try:
        with write():
            now, real_now = clock.now(), clock.real_now()
            invite(_event_id(slug), **form, invited_by=g.account.id, now=now, real_now=real_now)
    except CannotInvite as error:
        return _page(slug, form, {"email": _why_not(error.reason)}), 422
    return _back(slug, "invited")


@blueprint.post("/<language:language>/desk/<slug>/team/invitations/<uuid:invitation_id>/resend")
@staff("manage_team")
def resend_invitation(slug: str, invitation_id: UUID) -> Answer:
    """Send the letter again, good for seven days from now."""
    return _answer(slug, invitation_id, resend, "invited")


@blueprint.post("/<language:language>/desk/<slug>/team/invitations/<uuid:invitation_id>/revoke")
@staff("manage_team")
def revoke_invitation(slug: str, invitation_id: UUID) -> Answer:
    """Let the invitation's link open nothing from now on."""
    return _answer(slug, invitation_id, revoke, "revoked")


@blueprint.post("/<language:language>/desk/<slug>/team/<uuid:account_id>/role")
@staff("manage_team")
def change_role(slug: str, account_id: UUID) -> Answer:
    """Give somebody of the team another role."""
    role = request.form.get("role", "")
    if role not in ROLES:
        abort(422)
    try:
        with write():
            teams.change_role(_team_of(slug, account_id), account_id, role, clock.now())
    except teams.LastOwner:
        return _page(slug, notices=[_last_owner()]), 409
    return _back(slug, "changed", account_id)


@blueprint.post("/<language:language>/desk/<slug>/team/<uuid:account_id>/remove")
@staff("manage_team")
def remove_from_team(slug: str, account_id: UUID) -> Answer:
    """Take somebody out of the team."""
    try:
        with write():
            teams.remove(_team_of(slug, account_id), account_id, clock.now())
    except teams.LastOwner:
        return _page(slug, notices=[_last_owner()]), 409
    return _back(slug, "removed", account_id)


@blueprint.post("/<language:language>/desk/<slug>/team/second-factor")
@staff("manage_team")
def demand_second_factor(slug: str) -> Answer:
    """Say which roles demand a second factor."""
    roles = request.form.getlist("demanding")
    if not set(roles) <= set(ROLES):
        abort(422)
    with write():
        teams.demand_second_factor(_event_id(slug), roles, clock.now())
    return _back(slug, "changed")


def _answer(slug: str, invitation_id: UUID, verb: Any, done: str) -> Answer:
    invitation = db.session.get(TeamInvitation, invitation_id)
    if invitation is None or invitation.event_id != _event_id(slug):
        abort(404)
    try:
        with write():
            verb(invitation_id, clock.now(), clock.real_now())
    except NotOpen:
        text = _("It was accepted or revoked meanwhile. Below is how the team stands now.")
        return _page(slug, notices=[("error", _("This invitation is no longer open"), text)]), 409
    return _back(slug, done)


def _event_id(slug: str) -> UUID:
    return event_of_slug(slug) or abort(404)


def _team_of(slug: str, account_id: UUID) -> UUID:
    """The event, where the account is in its team."""
    event_id = _event_id(slug)
    if role_in(account_id, event_id) is None:
        abort(404)
    return event_id


def _back(slug: str, done: str, account_id: UUID | None = None) -> Response:
    """To the team's page; whoever changed their own part of it may not see it any more."""
    if account_id == g.account.id:
        return redirect(url_for("agenda.desks"), 303)
    return redirect(url_for("staff.team", slug=slug, done=done), 303)


def _complaints(form: dict[str, str]) -> dict[str, str]:
    found = {
        "email": about_email(key_of(form["email"])),
        "role": "" if form["role"] in ROLES else _("Choose one of the roles."),
        "language": "" if form["language"] in LANGUAGES else _("Choose one of the languages."),
    }
    return {name: complaint for name, complaint in found.items() if complaint}


def _why_not(reason: str) -> str:
    if reason == "member":
        return str(_("Somebody with this address is in the team already. You can change the role above."))
    return str(_("This address is invited already. You can send that letter again, or revoke it first."))


def _last_owner() -> tuple[str, str, str]:
    return (
        "error",
        _("Nothing was changed: an event needs an owner"),
        _("This is the last owner who can sign in. Make somebody else an owner first."),
    )


def _done() -> dict[str, str]:
    return {
        "invited": _("The invitation is on its way"),
        "revoked": _("The invitation is revoked"),
        "changed": _("The change is made"),
        "removed": _("Removed from the team"),
    }


def _page(
    slug: str,
    form: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    notices: list[tuple[str, str, str]] | None = None,
) -> str:
    event_id, spoken = _event_id(slug), str(get_locale())
    event = event_words(event_id)
    return render_template(
        "staff/team.html",
        slug=slug,
        event_title=event.title.text,
        event_title_lang=event.title.language if event.title.language != spoken else None,
        event_url=url_for("agenda.programme", slug=slug),
        language_links=[  # of the page itself: a form that was sent back stands at an address that cannot be opened
            (code, name, url_for("staff.team", slug=slug, language=code), code == spoken)
            for code, name in LANGUAGES.items()
        ],
        members=teams.members(event_id),
        invitations=[_invitation(invitation, event) for invitation in open_invitations(event_id)],
        roles=[(role, role_name(role)) for role in ROLES],
        role_names={role: role_name(role) for role in ROLES},
        abilities=[(ability_name(ability), [can(role, ability) for role in ROLES]) for ability in IN_ORDER],
        demanding=teams.demanding_roles(event_id),
        always=teams.ALWAYS_DEMANDING,
        is_demo=settings().demo,
        languages=list(LANGUAGES.items()),
        form=form or {"email": "", "role": "", "language": spoken},
        errors=errors or {},
        notices=notices or [],
    )


def _invitation(invitation: TeamInvitation, event: Any) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "role": role_name(invitation.role),
        "inviter": db.session.get_one(Account, invitation.invited_by).name,
        "until": event.clocks(invitation.expires_at),
        "has_expired": state_of(invitation, clock.real_now()) == "expired",
    }
