"""`eventops init`: the first owner, and their event from a file or from answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import click
import flask_migrate
from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.agenda.conference_file import (
    BadConferenceFile,
    ConferenceFile,
    check_conference,
    left_out,
    read_conference,
)
from eventops.agenda.import_file import Passed, ignore
from eventops.config import settings
from eventops.db import db, write
from eventops.opening import open_event
from eventops.staff.accounts import add_account, grant, hash_password, key_of
from eventops.staff.models import Account
from eventops.staff_command import new_password
from eventops.typed import mail_address
from eventops.viewer import SYSTEM, seeing


def begin(app: Flask, file: ConferenceFile, email: str, name: str, password: str) -> str:
    """Make the tables, the first owner and their event; what to do next. Raises ClickException."""
    if mail_address(key_of(email)) is None:
        raise click.ClickException("That is no e-mail address that letters reach: write it like name@example.org.")
    new_password(password)
    with app.app_context(), seeing(SYSTEM):
        flask_migrate.upgrade()
        if db.session.scalar(select(Account.id).limit(1)):
            raise click.ClickException("There is an account already; add an event by `eventops import FILE`.")
        now = clock.now()
        password_hash = hash_password(password)
        with write():
            owner = add_account(name, email, password_hash, now)
            slug = add_event(file, owner.id)
        return (
            f"The event is at {settings().base_url}/{slug}/ once it is published.\n"
            f"Sign in at {settings().base_url}/sign-in to look it over and publish it.\n"
            "Then run `eventops serve` and `eventops worker`, or `eventops serve --with-worker`."
        )


def read_file(path: Path) -> ConferenceFile:
    """Read a conference file, saying on standard error what is left out. Raises ClickException."""
    try:
        file = read_conference(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be used:\n{error}") from error
    for name in left_out(file):
        click.echo(f"{path}: {name} is not understood and left out", err=True)
    return file


def ask_for_event() -> ConferenceFile:
    """Ask on the terminal for what an event needs at least. Raises ClickException."""
    title = click.prompt("The event's title")
    day = click.prompt("Its date (YYYY-MM-DD)", value_proc=date.fromisoformat)
    zone = click.prompt("Its home time zone", default="Europe/Helsinki")
    start = click.prompt("The public part begins at (HH:MM)")
    end = click.prompt("The public part ends at (HH:MM)")
    contact = click.prompt("E-mail address that people may write to")
    try:
        return check_conference(
            {
                "event": {"title": title, "date": day, "home_zone": zone, "contact": contact},
                "public_windows": [{"start_local": f"{day}T{start}", "end_local": f"{day}T{end}", "zone": zone}],
            }
        )
    except BadConferenceFile as error:
        raise click.ClickException(f"That does not make an event:\n{error}") from error


def add_event(file: ConferenceFile, owner_id: UUID, passed: Passed = ignore) -> str:
    """Inside write(): add the event, owned by the account; its slug. Raises ClickException."""
    now = clock.now()
    try:
        event = open_event(file, now, passed=passed)
    except BadConferenceFile as error:
        raise click.ClickException(str(error)) from error
    grant(owner_id, event.id, "owner", now)
    return event.slug
