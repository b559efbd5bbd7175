"""What the staff room calls things, in the language being spoken."""

from __future__ import annotations

from flask_babel import gettext as _

from eventops.staff.abilities import IN_ORDER, can


def ability_name(ability: str) -> str:
    """What somebody with that ability may do. Raises KeyError for an ability that there is not."""
    names = {
        "see_agenda": _("See the agenda, closed sessions too"),
        "edit_agenda": _("Edit the agenda"),
        "edit_event": _("Change the event's settings"),
        "publish": _("Publish the agenda"),
        "edit_audiences": _("Make and name audiences"),
        "see_people": _("See who is registered"),
        "edit_people": _("Invite people, admit them and take it back"),
        "see_doors": _("See the doors"),
        "check_in": _("Scan codes and look up names at the door"),
        "manage_doors": _("Open doors and enrol devices"),
        "see_team": _("See the team"),
        "manage_team": _("Invite to the team, change roles, remove people"),
        "see_audit": _("Read who did what, and when"),
    }
    return str(names[ability])


def abilities_of(role: str) -> list[str]:
    """What somebody in that role may do, in the table's order."""
    return [ability_name(ability) for ability in IN_ORDER if can(role, ability)]
