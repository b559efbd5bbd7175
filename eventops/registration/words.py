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
