"""Invitations on the desk: what the forms on an audience's page do."""

from __future__ import annotations

from uuid import UUID

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event
from eventops.db import db, write
from eventops.registration import invite as inviting
from eventops.registration.audience_views import audience_or_404, audience_page
from eventops.registration.invite import Unfit
from eventops.registration.invite_form import invite_complaints, read_invite
from eventops.registration.models import Invitation, Substitute
from eventops.registration.views import blueprint
from eventops.registration.words import unfit_words
from eventops.routes import staff
from eventops.viewer import signed_in_account

Answer = Response | tuple[str, int]

_INVITATION = "/<language:language>/desk/<slug>/invitations/<uuid:invitation_id>"
_SUBSTITUTE = "/<language:language>/desk/<slug>/substitutes/<uuid:substitute_id>"


@blueprint.post("/<language:language>/desk/<slug>/audiences/<uuid:audience_id>/invite")
@staff("edit_people")
def invite(slug: str, audience_id: UUID) -> Answer:
    """Invite an address by letter."""
    event = event_or_404(slug)
    audience, form = audience_or_404(event, audience_id), read_invite(request.form)
    errors, status = invite_complaints(form), 422
    if not errors:
        try:
            with write():
                inviting.invite(event, audience_id, form, clock.now(), signed_in_account())
            return _back(event, audience_id, "invite")
        except Unfit as unfit:
            errors, status = {"invite_email": unfit_words(str(unfit))}, 409 if str(unfit) == "over" else 422
    return audience_page(event, audience, invite_form=form, invite_errors=errors), status


@blueprint.post(f"{_INVITATION}/resend")
@staff("edit_people")
def resend_invitation(slug: str, invitation_id: UUID) -> Answer:
    """Write to the invited person once more."""
    event = event_or_404(slug)
    invitation = _invitation_or_404(event, invitation_id)
    seen = request.form.get("letters", invitation.letters, type=int)
    try:
        with write():
            inviting.resend(invitation, event, seen, clock.now())
    except Unfit as unfit:
        return _refused(event, invitation.audience_id, unfit)
    return _back(event, invitation.audience_id, "invite")


@blueprint.post(f"{_INVITATION}/revoke")
@staff("edit_people")
def revoke_invitation(slug: str, invitation_id: UUID) -> Answer:
    """End an invitation, and what accepting it gave."""
    event = event_or_404(slug)
    invitation = _invitation_or_404(event, invitation_id)
    with write():
        inviting.revoke_invitation(invitation, clock.now())
    return _back(event, invitation.audience_id, "revoke")


@blueprint.post(f"{_SUBSTITUTE}/approve")
@staff("edit_people")
def approve_substitute(slug: str, substitute_id: UUID) -> Answer:
    """Invite the substitute instead."""
    event = event_or_404(slug)
    audience_id = _audience_of(event, substitute_id)
    try:
        with write():
            inviting.approve(substitute_id, event, clock.now(), signed_in_account())
    except Unfit as unfit:
        return _refused(event, audience_id, unfit)
    return _back(event, audience_id, "approve")


@blueprint.post(f"{_SUBSTITUTE}/refuse")
@staff("edit_people")
def refuse_substitute(slug: str, substitute_id: UUID) -> Answer:
    """Leave the invitation with the person who was invited."""
    event = event_or_404(slug)
    audience_id = _audience_of(event, substitute_id)
    try:
        with write():
            inviting.refuse(substitute_id, clock.now(), signed_in_account())
    except Unfit as unfit:
        return _refused(event, audience_id, unfit)
    return _back(event, audience_id, "refuse")


def _invitation_or_404(event: Event, invitation_id: UUID) -> Invitation:
    query = select(Invitation).where(Invitation.id == invitation_id, Invitation.event_id == event.id)
    return db.session.scalar(query) or abort(404)


def _audience_of(event: Event, substitute_id: UUID) -> UUID:
    """The audience that the proposal is about; one of another event and a missing one abort alike."""
    query = (
        select(Invitation.audience_id)
        .join(Substitute, Substitute.invitation_id == Invitation.id)
        .where(Substitute.id == substitute_id, Substitute.event_id == event.id)
    )
    return db.session.scalar(query) or abort(404)


def _back(event: Event, audience_id: UUID, done: str) -> Response:
    return redirect(url_for("registration.audience", slug=event.slug, audience_id=audience_id, done=done), 303)


def _refused(event: Event, audience_id: UUID, unfit: Unfit) -> Answer:
    notice = ("warn", _("Nothing was done"), unfit_words(str(unfit)))
    return audience_page(event, audience_or_404(event, audience_id), notices=[notice]), 409
