"""An audience's invitations and proposed substitutes, as organisers list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import contains_eager

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.db import db
from eventops.languages import LANGUAGES
from eventops.registration.alphabet import alphabetical
from eventops.registration.invitations import state_of
from eventops.registration.invite_form import MOST_DAYS, InviteForm
from eventops.registration.models import ERASED, Invitation, Substitute
from eventops.registration.words import invitation_label, invitation_shape
from eventops.times import TwoClocks


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One row of the list."""

    invitation: Invitation
    state: str
    label: str
    """The word for the state, in the language being spoken."""
    shape: str
    """The kind of tag that shows it."""
    until: TwoClocks | None
    """Until when the answer is awaited; None where none is."""

    @property
    def may_be_resent(self) -> bool:
        return self.state in ("open", "expired", "declined")

    @property
    def may_be_revoked(self) -> bool:
        return self.state not in ("revoked", "replaced")


def invitation_rows(event: Event, audience_id: UUID, now: datetime, here: slice = slice(None)) -> dict[str, Any]:
    """What the template registration/_invitations.html needs beside `event` and `audience`.

    `here` says which of the invitations stand on the page. A page that shows the form again after a mistake overrides
    `invite_form` and `invite_errors`.
    """
    found = _invitations(audience_id)
    return {
        "invitations": [_row(event, invitation, now) for invitation in found[here]],
        "invitations_number": len(found),
        "substitutes": _proposals(audience_id, now),
        "invite_form": InviteForm(language=spoken_language()),
        "invite_errors": {},
        "invite_most_days": MOST_DAYS,
        "invite_languages": LANGUAGES,
    }


def _invitations(audience_id: UUID) -> list[Invitation]:
    """By the alphabet of the language being spoken; without grants that were taken up, who are among the admitted."""
    taken_up = and_(Invitation.by_letter.is_(False), Invitation.answer == "accepted")
    listed = (Invitation.audience_id == audience_id, Invitation.email != ERASED, ~taken_up)
    language = spoken_language()
    return sorted(
        db.session.scalars(select(Invitation).where(*listed)),
        key=lambda row: alphabetical(row.name or row.email, language),
    )


def _row(event: Event, invitation: Invitation, now: datetime) -> InvitationRow:
    state = state_of(invitation, now)
    until = event_clocks(event, invitation.expires_at) if state in ("open", "expired") else None
    return InvitationRow(invitation, state, invitation_label(state), invitation_shape(state), until)


def _proposals(audience_id: UUID, now: datetime) -> list[Substitute]:
    """Those not decided on whose invitation may still be passed on, the oldest first."""
    query = (
        select(Substitute)
        .join(Substitute.invitation)
        .where(Invitation.audience_id == audience_id, Substitute.decided_at.is_(None))
        .options(contains_eager(Substitute.invitation))
        .order_by(Substitute.proposed_at, Substitute.id)
    )
    found = db.session.scalars(query)
    return [proposal for proposal in found if state_of(proposal.invitation, now) not in ("revoked", "replaced")]
