"""`eventops import` and `eventops export`, as an operator calls them: what they print, store and refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import Edit, Event
from eventops.cli import main
from eventops.db import db
from eventops.import_command import LEAKS
from eventops.staff.models import AuditEntry
from tests.agenda.conferences import EVENT_ID, SLUG, changed, published
from tests.apps import changing, reading
from tests.processes import environ

KEYNOTE = (
    ('start_local: "2024-05-07T12:20"', 'start_local: "2024-05-07T12:30"'),
    ("  - id: break\n", "  - id: pause\n"),
)
SAID = """\
added    session “Break”, Tuesday 7 May 2024, 12:00–12:20 Finnish time (11:00–11:20 Danish and Norwegian time)
changed  session “Keynote speech”
         time: Tuesday 7 May 2024, 12:20–13:20 Finnish time (11:20–12:20 Danish and Norwegian time) → \
Tuesday 7 May 2024, 12:30–13:20 Finnish time (11:30–12:20 Danish and Norwegian time)
removed  session “Break”, Tuesday 7 May 2024, 12:00–12:20 Finnish time (11:00–11:20 Danish and Norwegian time)
1 added, 1 changed, 1 removed"""


class Operator:
    """Calls commands on the test's database."""

    def __init__(self, app: Flask, database_url: str, folder: Path) -> None:
        self.app, self._env = app, environ(database_url, log_level="warning")
        self.file = folder / "conference.yaml"

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=self._env)

    def imports(self, text: str, *options: str) -> Result:
        self.file.write_text(text, encoding="utf-8")
        return self("import", str(self.file), *options)


@pytest.fixture
def operator(app: Flask, database_url: str, tmp_path: Path) -> Operator:
    """On an installation with the published conference."""
    with changing(app):
        published()
    return Operator(app, database_url, tmp_path)


def test_import_command_prints_what_differs_and_stores_it_unless_it_is_a_dry_run(operator: Operator) -> None:
    """Each thing in a line, each field below, times with both clocks; the same in advance as in earnest."""
    dry = operator.imports(changed(*KEYNOTE), "--dry-run")
    assert (dry.exit_code, dry.stdout, dry.stderr) == (0, f"{SAID} (nothing is stored)\n", "")
    with reading(operator.app):
        assert db.session.scalars(select(Edit)).all() == []
    done = operator.imports(changed(*KEYNOTE))
    assert done.stdout.splitlines()[:-1] == SAID.splitlines()
    assert (done.exit_code, done.stderr) == (0, "Importing: 3 differences\n")
    with reading(operator.app):
        assert [edit.what for edit in db.session.scalars(select(Edit))] == ["import"]
        assert db.session.scalars(select(AuditEntry.action)).all() == ["agenda.import"]
    again = operator.imports(changed(*KEYNOTE))
    assert (again.exit_code, again.stdout) == (0, "Nothing differs: everything is as the file says.\n")


def test_import_command_says_what_it_closes_at_once(operator: Operator) -> None:
    """What strangers could read until then."""
    done = operator.imports(changed(("    access: public\n", "    access: closed\n    audiences: [workshop]\n")))
    assert done.stdout.splitlines()[-2] == "Closed at once to who may no longer see them: 4 published sessions."


def test_import_command_refuses_what_would_show_a_closed_session(operator: Operator) -> None:
    """Settings count at once, so that they are looked through like anything that is published."""
    title = "Workshop A (placeholder, by invitation)"
    done = operator.imports(changed(("  format: hybrid", f"  description: Then {title}\n  format: hybrid")))
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"Error: {LEAKS}\n" in done.stderr
    assert f"/agenda.json would show “{title.casefold()}” to: Anybody" in done.stderr
    with reading(operator.app):
        assert db.session.get_one(Event, EVENT_ID).description == {}
        assert db.session.scalars(select(Edit)).all() == []


def test_export_command_prints_a_file_that_changes_nothing(operator: Operator) -> None:
    """In UTF-8, whatever the terminal speaks; an event that is not there is named with those that are."""
    done = operator("export", SLUG)
    text = done.stdout_bytes.decode("utf-8")
    assert (done.exit_code, done.stderr, "Dörrarna öppnar" in text) == (0, "", True)
    assert operator.imports(text, "--dry-run").stdout == "Nothing differs: everything is as the file says.\n"
    missing = operator("export", "nowhere")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert missing.stderr == f"Error: There is no event at nowhere. There are: {SLUG}.\n"


def test_import_command_of_a_new_event_needs_an_owner_and_an_old_one_keeps_its_own(operator: Operator) -> None:
    """Also in a dry run; nothing is stored either time."""
    new = changed(("  format: hybrid", "  slug: another"))
    assert operator.imports(new, "--dry-run").stderr.startswith("Error: Say by --owner which account")
    old = operator.imports(changed(*KEYNOTE), "--owner", "outi@example.org")
    assert (old.exit_code, old.stderr) == (1, f"Error: There is an event at {SLUG} already, which keeps its owners.\n")
    with reading(operator.app):
        assert db.session.scalars(select(Event.id)).all() == [EVENT_ID]
        assert db.session.scalars(select(Edit)).all() == []


def test_import_command_refuses_two_ids_of_one_thing_without_a_trace(operator: Operator) -> None:
    """What is found out only beside the event is said like all else that is wrong with a file."""
    text = operator("export", SLUG).stdout_bytes.decode()
    first = text.split("rooms:\n- id: ")[1][:36]
    done = operator.imports(changed(("rooms: ", f"rooms:\n  - {{id: {first}, name: Twin}}\n  #")))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: room 2, id: more than one of the rooms has the id ")
