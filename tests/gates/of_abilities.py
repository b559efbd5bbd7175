"""Guards of what each role may do, and of the trail of what was done."""

from tests.gates.guard import Guard

AUDIT = "eventops/staff/audit.py"
AUDIT_ROWS = "migrations/versions/20261122_1700_5d7e2f90b1a4_audit_rows_stay.py"


def _ability(line: str, instead: str, test: str) -> Guard:
    """A line of the table of roles and abilities, with one mark more."""
    name, marks = line.partition(" ")[0], "eventops/staff/abilities.py"
    return Guard(f"ability {name}", marks, line, instead, f"tests/staff/test_abilities.py::test_abilities_{test}")


GUARDS = (
    _ability(
        "see_people         x      -         x       -       -",
        "see_people         x      -         x       -       x",
        "people_are_seen_only_by_roles_that_serve_them",
    ),
    _ability(
        "edit_people        x      -         x       -       -",
        "edit_people        x      -         x       -       x",
        "observer_changes_nothing",
    ),
    _ability(
        "edit_agenda        x      x         -       -       -",
        "edit_agenda        x      x         -       x       -",
        "door_volunteer_sees_doors_alone",
    ),
    _ability(
        "manage_team        x      -         -       -       -",
        "manage_team        x      x         -       -       -",
        "team_and_trail_are_an_owners",
    ),
    _ability(
        "see_audit          x      -         -       -       -",
        "see_audit          x      x         -       -       -",
        "team_and_trail_are_an_owners",
    ),
    Guard(
        "audit trail is only added to",
        AUDIT,
        '    raise RuntimeError("the audit trail is only ever added to")',
        "    pass",
        "tests/staff/test_audit.py::test_audit_entries_are_never_changed_nor_deleted",
    ),
    Guard(
        "audit trail keeps nothing personal",
        AUDIT,
        "if isinstance(value, str) and not _WORD.fullmatch(value):",
        "if False:",
        "tests/staff/test_audit.py::test_audit_refuses_what_might_be_about_a_person",
    ),
    Guard(
        "audit trail's details are looked at",
        AUDIT,
        "details={name: _impersonal(value) for name, value in details.items()}",
        "details=details",
        "tests/staff/test_audit.py::test_audit_refuses_what_might_be_about_a_person",
    ),
    Guard(
        "audit trail is kept by SQLite",
        AUDIT_ROWS,
        "f\"BEGIN SELECT RAISE(ABORT, '{WHY}'); END\"",
        '"BEGIN SELECT 1; END"',
        "tests/staff/test_audit.py::test_audit_entries_are_kept_by_the_database_itself",
    ),
    Guard(
        "audit trail is kept by PostgreSQL",
        AUDIT_ROWS,
        "f\"$$ BEGIN RAISE EXCEPTION '{WHY}'; END $$\"",
        '"$$ BEGIN RETURN NEW; END $$"',
        "tests/staff/test_audit.py::test_audit_entries_are_kept_by_the_database_itself",
        database="postgresql",
    ),
)
