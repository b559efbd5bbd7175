"""`eventops leak-check`: the leak check on the terminal."""

from __future__ import annotations

import click
from flask import Flask
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from sqlalchemy import select

from eventops import clock
from eventops.agenda.leaks import Leak
from eventops.agenda.models import Event
from eventops.db import db
from eventops.operator import as_operator
from eventops.oversight.leak_check import looks


def run_leak_check(app: Flask, slug: str | None) -> bool:
    """Print every leak of the event, or of all events, and whether there was none. Raises ClickException."""
    with as_operator(app):
        wanted = select(Event).order_by(Event.starts_on, Event.slug)
        events = db.session.scalars(wanted.where(Event.slug == slug) if slug else wanted).all()
        if slug and not events:
            known = ", ".join(db.session.scalars(select(Event.slug).order_by(Event.slug)))
            raise click.ClickException(f"There is no event at {slug}. There are: {known or 'none yet'}.")
        leaks = sum(_check(event) for event in events)
    return leaks == 0


def _check(event: Event) -> int:
    """Print the leaks of one event, and give their number."""
    number, found = 0, list[Leak]()
    shown, console = (SpinnerColumn(), TextColumn("{task.description}")), Console(stderr=True)
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(event.slug)
        for number, look in enumerate(looks(event, clock.now()), 1):
            progress.update(task, description=f"{event.slug}: {number} looked at")
            found += look.leaks
    for leak in found:
        click.echo(f"{event.slug}: {leak.address} shows “{leak.word}” to: {leak.viewer}")
    click.echo(f"{event.slug}: {number} looked at, {len(found)} leaks")
    return len(found)
