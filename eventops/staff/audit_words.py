"""What the audit trail says of each action, in the language being spoken.

Whoever records an action adds its sentence here: what was done, as one would tell it, without a subject.
"""

from __future__ import annotations

from flask_babel import gettext as _


def groups() -> dict[str, str]:
    """What actions are about, by what stands before their first dot."""
    return {
        "agenda": _("Agenda and audiences"),
        "registration": _("People and invitations"),
        "checkin": _("Doors"),
        "staff": _("Team and devices"),
    }


def sentences() -> dict[str, str]:
    """What was done, by action."""
    return {
        "agenda.edit": _("Changed a session"),
        "agenda.publish": _("Published the agenda"),
        "checkin.open_door": _("Opened a door"),
        "staff.disable": _("Disabled an account"),
        "staff.enrol_device": _("Let a device scan at doors"),
        "staff.make_device_link": _("Made a link for devices"),
        "staff.revoke_device": _("Revoked a device"),
        "staff.revoke_device_link": _("Revoked a link and its devices"),
    }


def sentence(action: str) -> str:
    """The action's sentence; the action itself where it has none."""
    return sentences().get(action, action)
