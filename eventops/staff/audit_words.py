"""What the audit trail says of each action, in the language being spoken.

Whoever records an action adds its sentence here, by the alphabet: what was done, without saying who or to what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from eventops.staff.frame import role_name
from eventops.staff.models import ROLES


def groups() -> dict[str, str]:
    """What actions are about, by what stands before their first dot."""
    return {
        "agenda": _("Agenda"),
        "audience": _("Audiences"),
        "list": _("Guest lists"),
        "registration": _("People and invitations"),
        "checkin": _("Doors"),
        "staff": _("Team and devices"),
    }


def sentences() -> dict[str, str]:
    """What was done, by action."""
    return {
        "agenda.add": _("Added a session"),
        "agenda.add_part": _("Added a room, a track or a speaker"),
        "agenda.create": _("Created the event"),
        "agenda.edit": _("Changed a session"),
        "agenda.edit_part": _("Changed a room, a track or a speaker"),
        "agenda.import": _("Imported the agenda from a file"),
        "agenda.move": _("Moved a session"),
        "agenda.publish": _("Published the agenda"),
        "agenda.redo": _("Made an edit of the agenda again"),
        "agenda.remove": _("Took a session off the agenda"),
        "agenda.remove_part": _("Removed a room, a track or a speaker"),
        "agenda.return": _("Went back to an earlier release"),
        "agenda.settings": _("Changed the event's settings"),
        "agenda.shift": _("Shifted the agenda, running late"),
        "agenda.undo": _("Took back an edit of the agenda"),
        "audience.add": _("Added an audience"),
        "audience.grant": _("Admitted somebody to an audience"),
        "audience.grant_waiting": _("Admitted somebody who is to sign up yet"),
        "audience.rename": _("Renamed an audience"),
        "audience.revoke": _("Revoked an admission"),
        "audience.revoke_waiting": _("Revoked an admission that was waiting"),
        "checkin.open_door": _("Opened a door"),
        "list.apply": _("Applied a guest list"),
        "list.read": _("Read in a guest list"),
        "registration.approve_substitute": _("Approved a substitute"),
        "registration.invite": _("Invited somebody"),
        "registration.refuse_substitute": _("Refused a substitute"),
        "registration.resend_invitation": _("Sent an invitation again"),
        "registration.revoke_invitation": _("Revoked an invitation"),
        "staff.add_account": _("Added an account"),
        "staff.change_password": _("Changed their password"),
        "staff.change_role": _("Changed a role"),
        "staff.demand_second_factor": _("Demanded a second factor of a role"),
        "staff.disable": _("Disabled an account"),
        "staff.enable": _("Enabled an account"),
        "staff.end_other_sessions": _("Signed out everywhere else"),
        "staff.end_session": _("Ended a sign-in"),
        "staff.enrol_device": _("Let a device scan at doors"),
        "staff.invite": _("Invited somebody to the team"),
        "staff.join": _("Joined the team"),
        "staff.make_device_link": _("Made a link for devices"),
        "staff.make_recovery_codes": _("Made new recovery codes"),
        "staff.remove_member": _("Removed somebody from the team"),
        "staff.remove_second_factor": _("Removed a second factor"),
        "staff.resend_invitation": _("Sent an invitation to the team again"),
        "staff.reset_password": _("Set a forgotten password anew"),
        "staff.revoke_device": _("Revoked a device"),
        "staff.revoke_device_link": _("Revoked a link and its devices"),
        "staff.revoke_invitation": _("Revoked an invitation to the team"),
        "staff.set_up_second_factor": _("Set up a second factor"),
        "staff.use_recovery_code": _("Signed in by a recovery code"),
        "staff.waive_second_factor": _("No longer demands a second factor of a role"),
    }


def details_in_words(details: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Each detail as a phrase; `names` has what ids stand for, by their text."""
    phrases = _details()
    said = {name: names.get(str(value), _value(name, value)) for name, value in sorted(details.items())}
    return [phrases[name] % {"value": value} if name in phrases else f"{name}: {value}" for name, value in said.items()]


def _details() -> dict[str, str]:
    return {
        "admitted": _("Admitted: %(value)s"),
        "audience": _("Audience: %(value)s"),
        "devices": _("Devices: %(value)s"),
        "doors": _("Doors: %(value)s"),
        "invitation": _("Invitation of: %(value)s"),
        "letters": _("Letters: %(value)s"),
        "link": _("By a link for devices"),
        "release": _("Release: %(value)s"),
        "minutes": _("Minutes: %(value)s"),
        "role": _("Role: %(value)s"),
        "rows": _("Rows: %(value)s"),
        "sessions": _("Browsers: %(value)s"),
        "waiting": _("Not registered yet: %(value)s"),
        "was": _("Before: %(value)s"),
    }


def _value(name: str, value: Any) -> str:
    if value is None:
        return "–"
    return role_name(value) if name in ("role", "was") and value in ROLES else str(value)


def sentence(action: str) -> str:
    """The action's sentence; the action itself where it has none."""
    return sentences().get(action, action)
