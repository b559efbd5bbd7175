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


def standing_label(standing: str) -> str:
    """How an invitation or a waiting grant is: see eventops.registration.grants.standing."""
    labels = {
        "waiting": _("Waits for sign-up"),
        "invited": _("Invited, no answer yet"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "replaced": _("Sends somebody else"),
        "revoked": _("Withdrawn"),
        "expired": _("Expired"),
    }
    return str(labels[standing])


def standing_shape(standing: str) -> str:
    """The kind of tag that shows how an invitation or a waiting grant is."""
    return {"waiting": "wait", "invited": "wait", "accepted": "ok"}.get(standing, "ended")
