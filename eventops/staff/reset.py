"""A new password by letter. Asking for it does the same whether there is an account or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import exists, select

from eventops.db import db
from eventops.letters.models import Letter
from eventops.letters.outbox import queue_found
from eventops.staff.accounts import key_of
from eventops.staff.audit import record
from eventops.staff.links import is_mark_of, read_reset_token
from eventops.staff.models import Account, Membership
from eventops.staff.sign_in import end_sessions_of
from eventops.viewer import Viewer, seeing

LASTS = timedelta(hours=1)
PAUSE = timedelta(minutes=5)
"""Between two letters to one account."""


def ask_for_reset(email: str, language: str, now: datetime, real_now: datetime) -> None:
    """Queue the letter for the account with that address, if there is one that may sign in and works on an event.

    One statement in every case. `now` is the event's time, by which letters go; the link goes by `real_now`. Inside
    write().
    """
    recent = exists().where(
        Letter.kind == "staff_reset", Letter.recipient_id == Account.id, Letter.queued_at > now - PAUSE
    )
    found = (
        select(Membership.event_id, Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .where(Account.email == key_of(email), Account.disabled_at.is_(None), ~recent)
        .order_by(Membership.created_at, Membership.event_id)
        .limit(1)
    )
    key = letter_key(language, real_now + LASTS)
    queue_found(found, recipient_type="account", kind="staff_reset", key=key, now=now, expires_at=now + LASTS)


def letter_key(language: str, until: datetime) -> str:
    """In which language the letter is, and until when (real time) its link works: kept as the letter's key."""
    return f"{language} {int(until.timestamp())}"


def read_letter_key(key: str) -> tuple[str, datetime]:
    """What `letter_key` was made of."""
    language, until = key.split()
    return language, datetime.fromtimestamp(int(until), UTC)


def is_genuine(token: str) -> bool:
    """Whether this was ever the link of a letter of ours."""
    return read_reset_token(token) is not None


def account_to_reset(token: str, real_now: datetime, *, hold: bool = False) -> Account | None:
    """Whose password the link sets; None once it ran out, was used, or the password changed otherwise.

    Inside write(), `hold` keeps the account's row, so that of two at once one finds the link used.
    """
    opened = read_reset_token(token)
    if opened is None or opened[1] <= real_now:
        return None
    query = select(Account).where(Account.id == opened[0], Account.disabled_at.is_(None))
    query = query.with_for_update() if hold else query
    account = db.session.scalar(query.execution_options(populate_existing=True))
    return account if account and is_mark_of(opened[2], account.password_hash) else None


def set_password(account: Account, password_hash: str, now: datetime, real_now: datetime) -> None:
    """Give the account another password and sign it out everywhere. Its second factor stays."""
    account.password_hash = password_hash
    end_sessions_of(account.id, real_now)
    with seeing(Viewer(account_id=account.id)):
        record("staff.reset_password", account.id, event_id=None, now=now)
