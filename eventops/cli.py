"""The eventops command. Each command imports what it needs, so that the light ones start at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eventops.time_command import time_command

if TYPE_CHECKING:
    from flask import Flask


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="eventops")
def main() -> None:
    """Runs a hybrid conference day. `eventops demo` shows it; `eventops init` begins for real."""


main.add_command(time_command)


@main.command()
@click.option("--port", default=8000, show_default=True, help="0 picks a free one.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="A folder to keep. [default: temporary]")
@click.option("--at", help='Where the clock starts, in the home zone. [default: "2024-05-07 10:20"]')
@click.option("--conference", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Another conference.")
@click.option("--json", "as_json", is_flag=True, help="Say on standard output, in one line, where everything is.")
@click.option("--reset", is_flag=True, help="Forget what --data holds of an earlier demo.")
def demo(port: int, data: Path | None, at: str | None, conference: Path | None, as_json: bool, reset: bool) -> None:
    """Play the conference of 7 May 2024."""
    from eventops.demo.command import play

    play(port, data, at, conference, as_json, reset)


@main.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=8, show_default=True, help="Threads in each.")
@click.option("--with-worker", is_flag=True, help="Send letters from here too, without `eventops worker`.")
def serve(bind: str, workers: int, threads: int, with_worker: bool) -> None:
    """Serve the pages."""
    from eventops.server import serve as run

    _app()  # says here what is missing, rather than in each process
    run(bind, workers, threads, with_worker)


@main.command()
def worker() -> None:
    """Send letters and run the other jobs, until SIGTERM or Ctrl-C. Any number may run."""
    from eventops.jobs import run_worker

    run_worker(_app())


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    import flask_migrate

    app = _app()
    with app.app_context():
        flask_migrate.upgrade()
    click.echo("The database is up to date.")


@main.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--dry-run", is_flag=True, help="Only say what would be added, changed and removed.")
@click.option("--owner", help="E-mail address of the account that is to own a new event. [default: the only one]")
def import_(file: Path, dry_run: bool, owner: str | None) -> None:
    """Make an event what FILE says (YAML): a new one, or the one at the same address. Nothing is published.

    Everything that is added, changed and removed is printed.
    """
    from eventops.beginning import read_file
    from eventops.import_command import run_import

    run_import(_app(), read_file(file), owner, dry_run)


@main.command()
@click.argument("event", metavar="EVENT")
def export(event: str) -> None:
    """Print the whole agenda of EVENT as a file (YAML) that `eventops import` reads.

    EVENT is the name in the event's address. The file holds closed sessions and notes for staff.
    """
    from eventops.import_command import exported

    click.echo(exported(_app(), event).encode(), nl=False)


@main.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--email", prompt="Your e-mail address", help="Of the first owner.")
@click.option("--name", prompt="Your name", help="Of the first owner.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def init(file: Path | None, email: str, name: str, password_stdin: bool) -> None:
    """Begin: make the tables, the first owner, and an event from FILE (YAML) or from answers."""
    from eventops.beginning import ask_for_event, begin, read_file

    app = _app()
    conference = read_file(file) if file else ask_for_event()
    click.echo(begin(app, conference, email, name, _asking(password_stdin)()))


@main.group()
def staff() -> None:
    """Accounts of those who work on events: for whoever cannot get in by the pages."""


_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@staff.command("add")
@click.argument("email")
@click.option("--name", help="Of the person, for a new account. [default: asks]")
@click.option("--role", required=True, type=click.Choice(["owner", "editor", "reception", "door", "observer"]))
@click.option("--event", "slug", help="The event's part of its address. [default: the only one]")
@_password_option
def add_staff(email: str, name: str | None, role: str, slug: str | None, password_stdin: bool) -> None:
    """Give EMAIL a role in an event; make the account where there is none."""
    from eventops.staff_command import add

    click.echo(
        add(_app(), email, role, slug, lambda: click.prompt("Name") if name is None else name, _asking(password_stdin))
    )


@staff.command("list")
def list_staff() -> None:
    """List the accounts: address, name, events and roles, second factor, disabled or not."""
    from eventops.staff_command import listed

    click.echo("\n".join(listed(_app())))


@staff.command("disable")
@click.argument("email")
@click.option("--force", is_flag=True, help="Even the last owner of an event.")
@click.option("--undo", is_flag=True, help="Let the account sign in again instead.")
def disable_staff(email: str, force: bool, undo: bool) -> None:
    """Close the account of EMAIL, and end its sessions at once."""
    from eventops.staff_command import disable, enable

    click.echo(enable(_app(), email) if undo else disable(_app(), email, force))


@staff.command("reset")
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="Remove the second factor and its recovery codes too.")
@_password_option
def reset_staff(email: str, second_factor: bool, password_stdin: bool) -> None:
    """Set a new password for EMAIL, and end its sessions at once."""
    from eventops.staff_command import reset

    click.echo(reset(_app(), email, second_factor, _asking(password_stdin)))


@main.command()
def doctor() -> None:
    """Look at settings, database, mail server, zone data and folders. Exit status 1 when something is to be done."""
    from eventops.doctor import examine

    findings = examine(os.environ)
    for finding in findings:
        click.echo(finding.line())
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


@main.command("leak-check")
@click.argument("event", required=False, metavar="[EVENT]")
def leak_check(event: str | None) -> None:
    """Search everything that each kind of viewer can get for the words of closed sessions.

    EVENT is the name in the event's address; all events by default. Exit status 1 when a word is found.
    """
    from eventops.leak_command import run_leak_check

    sys.exit(0 if run_leak_check(_app(), event) else 1)


def _app() -> Flask:
    from eventops import create_app
    from eventops.config import UnsafeSettings

    try:
        return create_app()
    except UnsafeSettings as error:
        raise click.ClickException(f"These settings are to be made or mended:\n{error}") from error


def _asking(password_stdin: bool) -> Callable[[], str]:
    """What asks for a new password, or reads it."""
    return (lambda: sys.stdin.readline().rstrip("\n")) if password_stdin else _new_password


def _new_password() -> str:
    password: str = click.prompt("A password, 12 characters or more", hide_input=True, confirmation_prompt=True)
    return password


if __name__ == "__main__":
    main()
