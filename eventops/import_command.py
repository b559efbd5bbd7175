"""`eventops import` and `eventops export`: an event's whole agenda from a file, and into one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import click
from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from eventops import clock
from eventops.agenda.conference_file import BadConferenceFile, ConferenceFile
from eventops.agenda.conference_file.words import count_words, difference_lines
from eventops.agenda.events import find_event
from eventops.agenda.export_file import export_conference
from eventops.agenda.import_file import Passed, Plan, plan_new, plan_update, settings_differ, update_conference
from eventops.agenda.leaks import WouldLeak, refuse_leaks
from eventops.agenda.models import Event
from eventops.beginning import add_event
from eventops.config import settings
from eventops.db import db, write
from eventops.operator import as_operator
from eventops.staff.accounts import key_of
from eventops.staff.audit import record
from eventops.staff.models import Account

LEAKS = "Nothing was imported: it would show words of closed sessions to people who may not see them."


def run_import(app: Flask, file: ConferenceFile, owner_email: str | None, is_dry: bool) -> None:
    """Import the file, or with `is_dry` store nothing, and print what is different then. Raises ClickException."""
    with as_operator(app):
        try:
            event = find_event(file.slug)
            if event is None:
                _import_new(file, owner_email, is_dry)
            elif owner_email:
                raise click.ClickException(f"There is an event at {file.slug} already, which keeps its owners.")
            else:
                _import_again(event, file, is_dry)
        except BadConferenceFile as error:
            raise click.ClickException(str(error)) from error
        except WouldLeak as refusal:
            found = [f"{leak.address} would show “{leak.word}” to: {leak.viewer}" for leak in refusal.leaks]
            raise click.ClickException("\n".join([LEAKS, *found])) from refusal


def exported(app: Flask, slug: str) -> str:
    """The event's file. Raises ClickException."""
    with as_operator(app):
        event = find_event(slug)
        if event is None:
            known = ", ".join(db.session.scalars(select(Event.slug).order_by(Event.slug)))
            raise click.ClickException(f"There is no event at {slug}. There are: {known or 'none yet'}.")
        return export_conference(event)


def _import_new(file: ConferenceFile, owner_email: str | None, is_dry: bool) -> None:
    owner_id, plan = _owner(owner_email), plan_new(file, uuid4())
    if not is_dry:
        with _progress(plan) as passed, write():
            slug = add_event(file, owner_id, passed)
    _print(plan, is_dry)
    if not is_dry:
        click.echo(f"Imported. The event is at {settings().base_url}/{slug}/ once it is published.")


def _import_again(event: Event, file: ConferenceFile, is_dry: bool) -> None:
    plan, narrowed, now = plan_update(event, file), 0, clock.now()
    if plan.difference and not is_dry:
        with _progress(plan) as passed, write():
            plan, narrowed = update_conference(event, file, now, passed)
            record("agenda.import", None, event_id=event.id, now=now)
            if event.published_at and settings_differ(plan):
                refuse_leaks(event)
    _print(plan, is_dry)
    if narrowed:
        click.echo(f"Closed at once to who may no longer see them: {narrowed} published sessions.")
    if plan.difference and not is_dry:
        click.echo("Imported. The event's settings count from now on; the agenda waits on the desk to be published.")


def _owner(email: str | None) -> UUID:
    accounts = db.session.scalars(select(Account).order_by(Account.created_at)).all()
    owners = [account for account in accounts if email is None or account.email == key_of(email)]
    if len(owners) != 1:
        raise click.ClickException("Say by --owner which account is to own the event (its e-mail address).")
    return owners[0].id


def _print(plan: Plan, is_dry: bool) -> None:
    for line in difference_lines(plan.difference, plan.before, plan.after):
        click.echo(line)
    if not plan.difference:
        click.echo("Nothing differs: everything is as the file says.")
    else:
        click.echo(count_words(plan.difference) + " (nothing is stored)" * is_dry)


@contextmanager
def _progress(plan: Plan) -> Iterator[Passed]:
    """A bar on the terminal, or a line on standard error that is none."""
    console, number = Console(stderr=True), len(plan.difference.changes)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    if not console.is_terminal:
        click.echo(f"Importing: {number:,} differences", err=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Importing", total=number)
        yield lambda more: bar.advance(task, more)
