"""Letters about closed sessions: the invitation, and that one is admitted. Neither tells of another audience."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eventops.agenda.events import event_clocks
from eventops.db import db
from eventops.letters.kinds import Draft, DueLetter, Skip, letter_kind
from eventops.registration.invitation_links import invitation_url
from eventops.registration.invitations import audiences_of, state_of
from eventops.registration.letters import draft_to, event_words, recipient
from eventops.registration.links import event_of
from eventops.registration.models import ERASED, Invitation
from eventops.times import reader_zone
from eventops.viewer import Viewer


@letter_kind("invited")
def invited(letter: DueLetter, now: datetime) -> Draft | Skip:
    """What the person is invited to and when, until when they may answer, and the link at which they do."""
    invitation = db.session.get(Invitation, letter.recipient_id)
    if invitation is None or invitation.email == ERASED:
        return Skip("erased")
    if (state := state_of(invitation, now)) != "open":
        return Skip(f"is {state}")
    if letter.key != str(invitation.letters):
        return Skip("another follows")
    event = event_of(invitation)
    zone = reader_zone(invitation.language, event.home_zone)
    words = event_words(invitation, _of_audience(invitation.event_id, invitation.audience_id), zone)
    until = event_clocks(event, invitation.expires_at, None, invitation.language, zone)
    return Draft(
        name=invitation.name,
        email=invitation.email,
        language=invitation.language,
        reply_to=words["contact"],
        context={**words, "invitation_url": invitation_url(invitation), "until": until.with_day},
        sender_name=words["event_title"],
    )


@letter_kind("admitted")
def admitted(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """Somebody registered may now attend an audience's sessions; the key begins with the audience's id."""
    person = recipient(letter, "confirmed")
    if isinstance(person, Skip):
        return person
    audience_id = UUID(letter.key.partition(" ")[0])
    if audience_id not in audiences_of(person.id):
        return Skip("not admitted any more")
    words = event_words(person, _of_audience(person.event_id, audience_id), person.zone)
    return draft_to(person, closed_items=words["closed_items"])


def _of_audience(event_id: UUID, audience_id: UUID) -> Viewer:
    """Somebody who may see what that audience may, and nothing more."""
    return Viewer(event_id=event_id, audiences=frozenset({audience_id}))
