"""Letters to those who work on events: an invitation to a team, and the link to a new password."""

from __future__ import annotations

from datetime import datetime

from eventops.db import db
from eventops.languages import speaking
from eventops.letters.kinds import Draft, DueLetter, Skip, letter_kind
from eventops.letters.render import unlinked
from eventops.routes import absolute_url
from eventops.staff.frame import role_name
from eventops.staff.links import invitation_token, reset_token
from eventops.staff.models import Account, TeamInvitation
from eventops.staff.reset import read_letter_key
from eventops.staff.which_event import event_words
from eventops.staff.words import abilities_of


@letter_kind("team_invited")
def team_invited(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """Asks somebody to join a team. It says nothing of whether they have an account."""
    invitation = db.session.get(TeamInvitation, letter.recipient_id)
    if invitation is None or invitation.accepted_at or invitation.revoked_at:
        return Skip("accepted or revoked")
    language = invitation.language
    event = event_words(invitation.event_id, language)
    with speaking(language):
        role, allowed = role_name(invitation.role), abilities_of(invitation.role)
    return Draft(
        name="",
        email=invitation.email,
        language=language,
        reply_to=event.contact,
        sender_name=event.title.text,
        context={
            "event_title": event.title.text,
            "inviter": unlinked(db.session.get_one(Account, invitation.invited_by).name),
            "role": role,
            "allowed": allowed,
            "until": event.clocks(invitation.expires_at).with_day,
            "url": absolute_url("staff.invited", token=invitation_token(invitation.id), language=language),
        },
    )


@letter_kind("staff_reset")
def staff_reset(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """The link to a new password."""
    account = db.session.get(Account, letter.recipient_id)
    if account is None or account.disabled_at:
        return Skip("disabled")
    language, until = read_letter_key(letter.key)
    token = reset_token(account.id, account.password_hash, until)
    url = absolute_url("staff.reset", token=token, language=language)
    return Draft(name=account.name, email=account.email, language=language, reply_to="", context={"url": url})
