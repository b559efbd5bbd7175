"""`eventops staff add|list|disable|reset`: accounts, as an operator deals with them on the server."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.cli import main
from eventops.db import db
from eventops.staff import accounts
from eventops.staff.accounts import find, role_in, verified
from eventops.staff.models import Account, AuditEntry, RecoveryCode, SignInSession
from eventops.staff.sign_in import begin_session
from tests.apps import changing, reading
from tests.cast import Conference, add_conference
from tests.processes import environ
from tests.staff.team import PASSWORD, add_staff

NEW = "another horse with a battery"
IDA = "ida@example.org"
ADD = ("add", IDA, "--name", "Ida Ny", "--role", "editor", "--password-stdin")


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    return cast


@pytest.fixture
def call(database_url: str) -> Caller:
    """Calls a command on the test's database."""
    return Caller(database_url)


class Caller:
    def __init__(self, database_url: str) -> None:
        self.env = environ(database_url, log_level="warning")

    def __call__(self, *arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ("staff", *arguments), env=self.env, input=typed)


def failed(done: Result) -> str:
    """What a command that failed as it should has said."""
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    return done.stderr


def account(app: Flask, email: str) -> Account:
    with reading(app):
        found = find(email)
    assert found
    return found


def role(app: Flask, cast: Conference, email: str) -> str | None:
    with reading(app):
        found = find(email)
        return role_in(found.id, cast.event_id) if found else None


def audited(app: Flask) -> list[tuple[str, dict[str, object]]]:
    """What the trail holds, all of it by nobody who was signed in."""
    with reading(app):
        entries = db.session.scalars(select(AuditEntry)).all()
        assert {entry.account_id for entry in entries} <= {None}
        return sorted((entry.action, entry.details) for entry in entries)


def test_add_makes_an_account_with_a_role(app: Flask, cast: Conference, call: Caller) -> None:
    """With the password that was typed, in the only event there is."""
    done = call(*ADD, typed=NEW + "\n")
    assert (done.exit_code, done.output) == (
        0,
        "ida@example.org has a new account and is editor of conference. Sign in at http://127.0.0.1:8000/sign-in\n",
    )
    made = account(app, IDA)
    assert (made.name, role(app, cast, IDA), verified(made, NEW)) == ("Ida Ny", "editor", True)
    assert audited(app) == [("staff.add_account", {}), ("staff.change_role", {"role": "editor", "was": None})]


def test_add_asks_for_what_was_not_said(app: Flask, cast: Conference, call: Caller) -> None:
    """Name, and the password twice without showing it."""
    done = call("add", " IDA@Example.org", "--role", "door", "--event", "conference", typed=f"Ida Ny\n{NEW}\n{NEW}\n")
    assert (done.exit_code, NEW in done.output) == (0, False)
    assert (account(app, IDA).name, role(app, cast, IDA)) == ("Ida Ny", "door")


def test_add_gives_an_account_that_there_is_a_role(app: Flask, cast: Conference, call: Caller) -> None:
    """Without asking for anything; its password stays."""
    call(*ADD, typed=NEW + "\n")
    done = call("add", IDA, "--role", "owner", "--event", "conference")
    assert (done.exit_code, done.output) == (0, "ida@example.org is owner of conference. Before, it was editor.\n")
    assert (role(app, cast, IDA), verified(account(app, IDA), NEW)) == ("owner", True)


WRONG = [
    (("add", "ida", "--name", "I", "--role", "door", "--password-stdin"), "That is no e-mail address that letters"),
    (("add", IDA, "--name", "", "--role", "door", "--password-stdin"), "Give a name on one line"),
    (("add", IDA, "--name", "I\nda", "--role", "door", "--password-stdin"), "Give a name on one line"),
    ((*ADD, "--event", "nowhere"), "There is no event at nowhere. There are: conference."),
    (("disable", IDA), "There is no account with ida@example.org. `eventops staff list` shows all."),
    (("disable", IDA, "--undo"), "There is no account with ida@example.org. `eventops staff list` shows all."),
    (("reset", IDA, "--password-stdin"), "There is no account with ida@example.org."),
    ((*ADD,), "The password needs 12 characters or more."),
    (("reset", "owner@example.org", "--password-stdin"), "The password needs 12 characters or more."),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_errors_say_what_to_do(app: Flask, cast: Conference, call: Caller, arguments: list[str], said: str) -> None:
    """In a line, with exit status 1, and nothing is stored."""
    done = call(*arguments, typed="elevenchars\n")
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
    with reading(app):
        assert db.session.scalars(select(Account.email)).all() == ["owner@example.org"]
        assert verified(find("owner@example.org"), PASSWORD)
    assert audited(app) == []


def test_add_asks_which_event_where_there_are_several(app: Flask, cast: Conference, call: Caller) -> None:
    """And names them."""
    with changing(app):
        add_conference("another")
    assert failed(call(*ADD, typed=NEW + "\n")) == "Error: Say by --event which event: another, conference.\n"


def test_add_leaves_an_event_its_last_owner(app: Flask, cast: Conference, call: Caller) -> None:
    """A lower role for the only owner is refused."""
    said = failed(call("add", "owner@example.org", "--role", "editor"))
    assert said == "Error: conference would have no owner. Make somebody else an owner first.\n"
    assert role(app, cast, "owner@example.org") == "owner"


def test_list_shows_every_account(app: Flask, cast: Conference, call: Caller) -> None:
    """In columns that tools can read too."""
    with changing(app):
        another = add_conference("another")
        accounts.grant(find_id("owner@example.org"), another.event_id, "door", clock.now())
    add_staff(app, "editor", cast.event_id)
    with changing(app):
        editor = db.session.get_one(Account, find_id("editor@example.org"))
        editor.disabled_at = clock.now()
    done = call("list")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "address             name       events and roles                  second factor  state",
            "editor@example.org  Åsa Öberg  conference: editor                no             disabled",
            "owner@example.org   Åsa Öberg  another: door, conference: owner  yes            enabled",
        ],
    )


def find_id(email: str) -> UUID:
    found = find(email)
    assert found
    return found.id


def test_disable_ends_sessions_at_once(app: Flask, cast: Conference, call: Caller) -> None:
    """And `--undo` lets the account sign in again, but brings no session back."""
    editor = add_staff(app, "editor", cast.event_id)
    with changing(app):
        begin_session(editor, clock.real_now())
    done = call("disable", "Editor@example.org")
    assert (done.exit_code, done.output) == (0, "editor@example.org is disabled and signed out everywhere.\n")
    assert account(app, "editor@example.org").disabled_at is not None
    assert "is disabled. Enable it by" in failed(call("add", "editor@example.org", "--role", "door"))
    assert call("disable", "editor@example.org", "--undo").output == "editor@example.org may sign in again.\n"
    assert account(app, "editor@example.org").disabled_at is None
    with reading(app):
        assert [row.ended_at is not None for row in db.session.scalars(select(SignInSession))] == [True]
    assert [action for action, _details in audited(app)] == ["staff.disable", "staff.enable"]


def test_disable_keeps_each_event_an_owner(app: Flask, cast: Conference, call: Caller) -> None:
    """The last who can sign in is refused, and the events are named; --force does it all the same."""
    with changing(app):
        another = add_conference("another")
        accounts.grant(find_id("owner@example.org"), another.event_id, "owner", clock.now())
    add_staff(app, "owner", cast.event_id, "other@example.org")
    assert call("disable", "other@example.org").exit_code == 0
    assert failed(call("disable", "owner@example.org")) == (
        "Error: owner@example.org is the last owner who can sign in of: another, conference.\n"
        "Make somebody else an owner by `eventops staff add`, or say --force.\n"
    )
    assert account(app, "owner@example.org").disabled_at is None
    assert call("disable", "owner@example.org", "--force").exit_code == 0
    assert account(app, "owner@example.org").disabled_at is not None


def test_reset_sets_a_password_and_ends_sessions(app: Flask, cast: Conference, call: Caller) -> None:
    """The second factor stays unless it was lost too; then its recovery codes go with it."""
    owner = account(app, "owner@example.org").id
    with changing(app):
        begin_session(owner, clock.real_now())
        db.session.add(RecoveryCode(account_id=owner, code_hash="a hash"))
    done = call("reset", "owner@example.org", "--password-stdin", typed=NEW + "\n")
    assert (done.exit_code, done.output) == (
        0,
        "owner@example.org has another password and is signed out everywhere.\n",
    )
    assert (account(app, "owner@example.org").totp_secret is None, _codes(app)) == (False, 1)
    assert verified(account(app, "owner@example.org"), NEW)
    with reading(app):
        assert [row.ended_at is not None for row in db.session.scalars(select(SignInSession))] == [True]
    done = call("reset", "owner@example.org", "--second-factor", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.output.endswith("signed out everywhere. The second factor and its recovery codes are removed.\n")
    assert (account(app, "owner@example.org").totp_secret, _codes(app)) == (None, 0)
    assert verified(account(app, "owner@example.org"), PASSWORD)
    assert [action for action, _details in audited(app)] == [
        "staff.remove_second_factor",
        "staff.reset_password",
        "staff.reset_password",
    ]


def _codes(app: Flask) -> int:
    with reading(app):
        return len(db.session.scalars(select(RecoveryCode)).all())


def test_database_without_tables_is_said_plainly(tmp_path: Path) -> None:
    """No traceback, but what to do."""
    done = Caller(f"sqlite:///{tmp_path}/empty.sqlite")("list")
    assert failed(done) == "Error: The database cannot be used. `eventops doctor` says what to do.\n"
