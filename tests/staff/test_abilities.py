"""What each role may do."""

import pytest

from eventops.staff.abilities import ABILITIES, can
from eventops.staff.models import ROLES


def abilities(role: str) -> set[str]:
    return {ability for ability in ABILITIES if can(role, ability)}


def test_abilities_owner_may_do_everything() -> None:
    """Nothing at the desk is closed to an owner."""
    assert abilities("owner") == ABILITIES


def test_abilities_people_are_seen_only_by_roles_that_serve_them() -> None:
    """Names and addresses are not for editors, door volunteers and observers."""
    assert [role for role in ROLES if can(role, "see_people")] == ["owner", "reception"]


def test_abilities_to_change_come_with_the_ability_to_see() -> None:
    """Whoever may change something may open the page on which it is changed."""
    pairs = [
        ("edit_agenda", "see_agenda"),
        ("edit_event", "see_agenda"),
        ("publish", "see_agenda"),
        ("edit_audiences", "see_agenda"),
        ("edit_people", "see_people"),
        ("check_in", "see_doors"),
        ("manage_doors", "see_doors"),
        ("manage_team", "see_team"),
    ]
    assert [(role, change) for role in ROLES for change, see in pairs if can(role, change) and not can(role, see)] == []


def test_abilities_observer_changes_nothing() -> None:
    """An observer looks on."""
    assert abilities("observer") == {"see_agenda", "see_doors"}


def test_abilities_door_volunteer_sees_doors_alone() -> None:
    """Somebody who scans needs neither the agenda nor the people, and finds neither."""
    assert abilities("door") == {"see_doors", "check_in"}


def test_abilities_editor_has_the_agenda_and_knows_the_team() -> None:
    """Agenda and letters are an editor's; people and doors are not."""
    theirs = {"see_agenda", "edit_agenda", "edit_event", "publish", "edit_audiences", "see_team"}
    assert abilities("editor") == theirs


def test_abilities_team_and_trail_are_an_owners() -> None:
    """Nobody else gives roles away or reads who did what."""
    assert [[role for role in ROLES if can(role, which)] for which in ("manage_team", "see_audit")] == [["owner"]] * 2


def test_abilities_unknown_role_has_none() -> None:
    """A role that there is not may do nothing."""
    assert abilities("visitor") == set()


def test_abilities_unknown_ability_is_an_error() -> None:
    """A misspelt ability is not quietly refused to everybody."""
    with pytest.raises(KeyError):
        can("owner", "edit_agneda")
