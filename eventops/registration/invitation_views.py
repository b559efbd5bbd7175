"""The page behind an invitation's link. It names no closed session: it may have been forwarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.db import write
from eventops.registration import answers
from eventops.registration.address import masked
from eventops.registration.form import SignUpForm, complaints, read_form
from eventops.registration.invitation_state import closed_because
from eventops.registration.invite_form import proposal_complaints, read_proposal
from eventops.registration.models import Invitation, Substitute
from eventops.registration.views import blueprint, deletion_date, room_page
from eventops.routes import invitation_link
from eventops.viewer import SYSTEM, seeing

ACTIONS = ("accept", "decline", "substitute", "withdraw")
Answer = str | Response | tuple[str, int]


@blueprint.route("/<language:language>/<slug>/invitation/<token>", methods=["GET", "POST"])
@invitation_link
def invitation(slug: str, token: str) -> Answer:
    """What the invitation is for and how it stands; POST accepts, declines, or proposes somebody else."""
    event, invited, now = g.event, g.invitation, clock.now()
    if reason := closed_because(invited, event, now):
        page = room_page("invitation_closed", event, invitation=invited, reason=reason)
        return page, 409 if reason == "over" else 410
    if request.method != "POST":
        return _invitation_page(event, invited)
    if faults := _answered(event, invited, request.form, now):
        return _invitation_page(event, invited, request.form, faults), 422
    return redirect(url_for("registration.invitation", slug=slug, token=token), 303)


def _answered(event: Event, invited: Invitation, fields: MultiDict[str, str], now: datetime) -> dict[str, str]:
    """What is wrong with the answer, by field; when nothing is, it counts."""
    form, proposal, action = _accepting(invited, fields), read_proposal(fields), fields.get("action")
    if action == "accept" and (faults := complaints(form)):
        return faults
    if action not in ACTIONS:
        return {"answer": _("Choose one of the buttons.")}
    if action == "substitute" and (faults := proposal_complaints(proposal, invited.email_key)):
        return faults
    with write(), seeing(SYSTEM):
        match action:
            case "accept":
                answers.accept(invited, event, form, now)
            case "decline":
                answers.decline(invited, event, now)
            case "substitute":
                answers.propose(invited, event, proposal.name, proposal.email, now)
            case "withdraw":
                answers.withdraw(invited)
    return {}


def _accepting(invited: Invitation, fields: MultiDict[str, str]) -> SignUpForm:
    """The form of who accepts: the address is the invited one, and so is the name where there is one."""
    form = read_form(fields)
    return replace(form, email=invited.email, name=invited.name or form.name)


def _invitation_page(
    event: Event,
    invited: Invitation,
    fields: MultiDict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    return room_page(
        "invitation",
        event,
        invitation=invited,
        form=_accepting(invited, fields) if fields else SignUpForm(language=spoken_language()),
        proposal=read_proposal(fields or {}),
        errors=errors or {},
        proposed=_proposed(invited),
        until=event_clocks(event, invited.expires_at),
        address=masked(invited.email),
        deletion_date=deletion_date(event),
    )


def _proposed(invited: Invitation) -> Substitute | None:
    with seeing(SYSTEM):
        return answers.open_proposal(invited)
