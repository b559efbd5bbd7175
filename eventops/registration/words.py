"""What attendance modes and states are called, in the language being spoken."""

from __future__ import annotations

from flask_babel import gettext as _


def mode_label(mode: str) -> str:
    """The word for `onsite` or `online`."""
    return str({"onsite": _("In person"), "online": _("Online")}[mode])


def state_label(state: str) -> str:
    """The word for a registration's state."""
    labels = {
        "pending": _("Address not confirmed"),
        "confirmed": _("Confirmed"),
        "waitlisted": _("Waiting list"),
        "cancelled": _("Cancelled"),
    }
    return str(labels[state])


def state_shape(state: str) -> str:
    """The kind of tag that shows a registration's state."""
    return {"pending": "wait", "confirmed": "ok", "waitlisted": "wait", "cancelled": "ended"}[state]


def through_label(through: str) -> str:
    """How somebody came by a right to an audience's sessions."""
    return str({"hand": _("By hand"), "list": _("From a list"), "invitation": _("By an invitation letter")}[through])


def invitation_label(state: str) -> str:
    """The word for an invitation's state."""
    labels = {
        "open": _("Waiting for an answer"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "expired": _("No answer in time"),
        "revoked": _("Revoked"),
        "replaced": _("Replaced by somebody else"),
        "waiting": _("Waiting for sign-up"),
    }
    return str(labels[state])


def invitation_shape(state: str) -> str:
    """The kind of tag that shows an invitation's state."""
    return {"open": "wait", "waiting": "wait", "accepted": "ok", "expired": "warn"}.get(state, "ended")


def unfit_words(reason: str) -> str:
    """Why something cannot be done about an invitation as things stand: see invite.Unfit."""
    reasons = {
        "over": _("The event is over."),
        "admitted": _("This person is admitted already."),
        "invited": _("This address is invited already. Send the letter once more instead."),
        "accepted": _("The invitation was accepted in the meantime."),
        "revoked": _("The invitation was revoked in the meantime."),
        "replaced": _("Somebody else is invited instead in the meantime."),
        "waiting": _("This person was not invited by letter. Invite the address below."),
        "decided": _("The proposal was decided on in the meantime."),
        "withdrawn": _("The proposal was withdrawn in the meantime."),
    }
    return str(reasons[reason])
