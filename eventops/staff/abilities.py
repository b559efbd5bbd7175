"""What each role may do in its event."""

from __future__ import annotations

_TABLE = """
                 owner  editor  reception  door  observer
see_agenda         x      x         x       -       x
edit_agenda        x      x         -       -       -
edit_event         x      x         -       -       -
publish            x      x         -       -       -
edit_audiences     x      x         -       -       -
see_people         x      -         x       -       -
edit_people        x      -         x       -       -
see_doors          x      -         x       x       x
check_in           x      -         x       x       -
manage_doors       x      -         x       -       -
see_team           x      x         x       -       -
manage_team        x      -         -       -       -
see_audit          x      -         -       -       -
"""


def _read(table: str) -> dict[str, frozenset[str]]:
    heading, *rows = [line.split() for line in table.strip().splitlines()]
    return {
        ability: frozenset(role for role, mark in zip(heading, marks, strict=True) if mark == "x")
        for ability, *marks in rows
    }


_ROLES = _read(_TABLE)
ABILITIES = frozenset(_ROLES)
IN_ORDER = tuple(_ROLES)
"""The same, as the table has them."""


def can(role: str, ability: str) -> bool:
    """Whether `role` has `ability`. Raises KeyError for an ability that there is not."""
    return role in _ROLES[ability]
