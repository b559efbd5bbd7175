"""`eventops staff`: accounts from the server's own command line, for whoever cannot get in by the pages.

What it does is in the audit trail without an account: it was done on the server.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from uuid import UUID

import click
from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.agenda.events import event_id_of, events_of
from eventops.agenda.models import Event
from eventops.config import settings
from eventops.db import db, one_at_a_time, write
from eventops.operator import as_operator
from eventops.staff.accounts import add_account, find, hash_password, key_of, role_in
from eventops.staff.audit import record
from eventops.staff.models import Account
from eventops.staff.new_password import LONGEST, SHORTEST
from eventops.staff.second_factor import remove_second_factor
from eventops.staff.sign_in import disable as disable_account
from eventops.staff.sign_in import end_sessions_of
from eventops.staff.team import LastOwner, change_role, events_owned, is_last_owner, lock_team
from eventops.typed import LONGEST_NAME, mail_address

Ask = Callable[[], str]
"""Asks the operator for something, when it turns out to be needed."""


def add(app: Flask, email: str, role: str, slug: str | None, ask_name: Ask, ask_password: Ask) -> str:
    """Give an account a role in an event, and make the account where there is none. Raises ClickException."""
    with as_operator(app):
        event_id, slug = _event(slug)
        account = find(email)
        if account is not None:
            _check_enabled(account)
            former = role_in(account.id, event_id)
            _give_role(account.id, event_id, slug, role)
            was = f" Before, it was {former}." if former not in (None, role) else ""
            return f"{account.email} is {role} of {slug}.{was}"
        _check_address(email)
        name, password_hash = _new_name(ask_name()), hash_password(new_password(ask_password()))
        _give_role_anew(name, email, password_hash, event_id, role)
        return f"{key_of(email)} has a new account and is {role} of {slug}. Sign in at {settings().base_url}/sign-in"


def listed(app: Flask) -> list[str]:
    """A line for each account, under a line of headings: address, name, events and roles, second factor, state."""
    with as_operator(app):
        accounts = db.session.scalars(select(Account).order_by(Account.email))
        rows = [("address", "name", "events and roles", "second factor", "state"), *map(_row, accounts)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def disable(app: Flask, email: str, force: bool) -> str:
    """Close the account and end its sessions. Raises ClickException for the last owner of an event, unless forced."""
    with as_operator(app):
        account_id = _known(email).id
        with write():
            events = events_owned(account_id)
            for event_id in events:
                lock_team(event_id)
            left_alone = [event_id for event_id in events if is_last_owner(event_id, account_id)]
            if left_alone and not force:
                raise click.ClickException(_without_owner(email, left_alone))
            disable_account(account_id, clock.real_now())
        return f"{key_of(email)} is disabled and signed out everywhere."


def enable(app: Flask, email: str) -> str:
    """Let a disabled account sign in again, as before. Raises ClickException."""
    with as_operator(app):
        account_id = _known(email).id
        with write():
            db.session.get_one(Account, account_id).disabled_at = None
            record("staff.enable", account_id, event_id=None, now=clock.now())
        return f"{key_of(email)} may sign in again."


def reset(app: Flask, email: str, is_factor_lost: bool, ask_password: Ask) -> str:
    """Set another password and end all sessions; take the second factor away too where it was lost."""
    with as_operator(app):
        account_id = _known(email).id
        password_hash = hash_password(new_password(ask_password()))
        with write():
            account = db.session.get_one(Account, account_id)
            account.password_hash = password_hash
            end_sessions_of(account_id, clock.real_now())
            record("staff.reset_password", account_id, event_id=None, now=clock.now())
            if is_factor_lost:
                remove_second_factor(account_id, clock.now())
            is_disabled = account.disabled_at is not None
        said = f"{key_of(email)} has another password and is signed out everywhere."
        said += " The second factor and its recovery codes are removed." if is_factor_lost else ""
        return said + (f"\nThe account is disabled: `eventops staff disable --undo {email}`" if is_disabled else "")


def new_password(password: str) -> str:
    """The password, where it is one that may be set. Raises ClickException."""
    length = len(unicodedata.normalize("NFC", password))
    if length < SHORTEST:
        raise click.ClickException(f"The password needs {SHORTEST} characters or more.")
    if length > LONGEST:
        raise click.ClickException(f"The password may have at most {LONGEST} characters.")
    return password


def _event(slug: str | None) -> tuple[UUID, str]:
    slugs = [slug] if slug else list(db.session.scalars(select(Event.slug).order_by(Event.slug)))
    if len(slugs) != 1:
        raise click.ClickException(f"Say by --event which event: {', '.join(slugs) or 'there is none yet'}.")
    event_id = event_id_of(slugs[0])
    if event_id is None:
        known = ", ".join(db.session.scalars(select(Event.slug).order_by(Event.slug)))
        raise click.ClickException(f"There is no event at {slugs[0]}. There are: {known or 'none yet'}.")
    return event_id, slugs[0]


def _known(email: str) -> Account:
    account = find(email)
    if account is None:
        raise click.ClickException(f"There is no account with {key_of(email)}. `eventops staff list` shows all.")
    return account


def _new_name(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise click.ClickException(f"Give a name on one line, of at most {LONGEST_NAME} characters.")
    return name


def _check_enabled(account: Account) -> None:
    if account.disabled_at:
        raise click.ClickException(
            f"The account is disabled. Enable it by `eventops staff disable --undo {account.email}`, then add it again."
        )


def _check_address(email: str) -> None:
    if mail_address(key_of(email)) is None:
        raise click.ClickException("That is no e-mail address that letters reach: write it like name@example.org.")


def _give_role(account_id: UUID, event_id: UUID, slug: str, role: str) -> None:
    try:
        with write():
            change_role(event_id, account_id, role, clock.now())
    except LastOwner as error:
        raise click.ClickException(f"{slug} would have no owner. Make somebody else an owner first.") from error


def _give_role_anew(name: str, email: str, password_hash: str, event_id: UUID, role: str) -> None:
    now = clock.now()
    with write():
        one_at_a_time(f"account {key_of(email)}")
        if find(email) is not None:
            raise click.ClickException("Somebody made that account at this very moment. Call the command again.")
        account = add_account(name, email, password_hash, now)
        record("staff.add_account", account.id, event_id=None, now=now)
        change_role(event_id, account.id, role, now)


def _row(account: Account) -> tuple[str, ...]:
    roles = ", ".join(f"{event.slug}: {role}" for event, role in events_of(account.id))
    factor = "yes" if account.totp_secret is not None else "no"
    return account.email, account.name, roles or "none", factor, "disabled" if account.disabled_at else "enabled"


def _without_owner(email: str, event_ids: list[UUID]) -> str:
    slugs = sorted(db.session.scalars(select(Event.slug).where(Event.id.in_(event_ids))))
    return (
        f"{key_of(email)} is the last owner who can sign in of: {', '.join(slugs)}.\n"
        "Make somebody else an owner by `eventops staff add`, or say --force."
    )
