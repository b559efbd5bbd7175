"""What somebody reads who may not join, or not now. A refusal names no stream and no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from eventops.agenda.events import event_clocks
from eventops.agenda.models import Event
from eventops.streams.join import Closed, NotEntitled, Reason
from eventops.streams.schedule import Phase


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to somebody who may not join."""

    status: int
    title: str
    text: str
    may_wait: bool = False
    """Whether the waiting room is the place to go."""


def not_for_you(decision: NotEntitled) -> Refusal:
    """Status 403: the reason, and what to do about it."""
    match decision.reason:
        case Reason.CANCELLED:
            title = _("Your registration is cancelled")
            text = _("The stream is for people who are registered. Sign up again if you would like to take part.")
        case Reason.NOT_CONFIRMED:
            title = _("Your registration is not confirmed yet")
            text = _("Open the letter that asks you to confirm your address, use its link, then come back here.")
        case Reason.ONSITE:
            title = _("This stream is for people who take part online")
            text = _(
                "You are registered to come in person. If you would rather take part online, "
                "cancel on your page and sign up again, or ask the organiser to change your registration."
            )
        case Reason.UNKNOWN_STREAM:
            title = _("You may not open this")
            text = _("There is no stream for you at this address. The streams that you may join are on your page.")
    return Refusal(403, title, text)


def not_now(decision: Closed, event: Event, now: datetime, zone: str) -> Refusal:
    """Status 409: when it opens or when it closed, on both clocks."""
    if decision.at is None:
        return Refusal(
            409, _("The stream is not open yet"), _("Its hours are not settled. Look at your page again later.")
        )
    when = moment(event, decision.at, now, zone)
    if decision.phase is Phase.BEFORE:
        return Refusal(409, _("The stream is not open yet"), _("You can join from %(when)s.", when=when), may_wait=True)
    return Refusal(409, _("The stream has ended"), _("It closed %(when)s.", when=when))


def out_of_order() -> Refusal:
    """Status 503: the address that the organiser gave is not one that we send anybody to."""
    return Refusal(
        503, _("The stream cannot be opened"), _("Its address is not in order. Tell the organiser, then try again.")
    )


def moment(event: Event, at: datetime, beside: datetime, zone: str) -> str:
    """Both clocks of an instant, for a reader in `zone`; the date too, unless it is that of `beside`."""
    shown, other = event_clocks(event, at, zone=zone), event_clocks(event, beside, zone=zone)
    return str(shown) if shown.day == other.day else shown.with_day
