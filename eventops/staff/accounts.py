"""Accounts of people who work on events, their passwords and their roles."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from eventops.db import db
from eventops.staff.models import ROLES, Account, Membership

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash in its encoded form (RFC 9106). Takes long on purpose: call it outside write()."""
    return _hasher.hash(_normal(password))


def verified(account: Account | None, password: str) -> bool:
    """Whether the password is the account's. Without an account it does the same work and says no.

    Takes long on purpose: call it outside write().
    """
    stand_in = _nobodys_hash()
    try:
        _hasher.verify(account.password_hash if account else stand_in, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return account is not None


def new_hash_if_outdated(account: Account, password: str) -> str | None:
    """The hash to store instead, where the stored one was made with other parameters than today's."""
    return hash_password(password) if _hasher.check_needs_rehash(account.password_hash) else None


def find(email: str) -> Account | None:
    """The account with that address, however it is typed; a disabled one too."""
    return db.session.scalar(select(Account).where(Account.email == key_of(email)))


def key_of(email: str) -> str:
    """The address as accounts bear it. PostgreSQL takes no NUL in a text."""
    return unicodedata.normalize("NFC", email.replace("\0", "")).strip().lower()


def add_account(name: str, email: str, password_hash: str, now: datetime) -> Account:
    """A new account without any role yet."""
    account = Account(id=uuid4(), name=name.strip(), email=key_of(email), password_hash=password_hash, created_at=now)
    db.session.add(account)
    db.session.flush()
    return account


def grant(account_id: UUID, event_id: UUID, role: str, now: datetime) -> None:
    """Give the account that role in the event, instead of any it had there. Raises ValueError for an unknown role."""
    if role not in ROLES:
        raise ValueError(f"there is no role {role!r}")
    membership = db.session.get(Membership, (account_id, event_id))
    if membership is None:
        db.session.add(Membership(account_id=account_id, event_id=event_id, role=role, created_at=now))
    else:
        membership.role = role
    db.session.flush()


def account_names(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """What those accounts are called."""
    query = select(Account.id, Account.name).where(Account.id.in_({id for id in ids if id}))
    return dict(db.session.execute(query).all())


def role_in(account_id: UUID, event_id: UUID) -> str | None:
    """The account's role in the event, if it has one."""
    query = select(Membership.role).where(Membership.account_id == account_id, Membership.event_id == event_id)
    return db.session.scalar(query)


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """One form of each letter: keyboards disagree on how to send å, ä and ö (RFC 8265 section 4.2)."""
    return unicodedata.normalize("NFC", password)
