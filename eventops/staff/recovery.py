"""Recovery codes: ten a person, to keep on paper for the day on which the phone is lost. Each is good once."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update

from eventops.config import settings
from eventops.db import db
from eventops.staff.audit import record
from eventops.staff.models import Account, RecoveryCode

HOW_MANY = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


def make_recovery_codes(account_id: UUID, now: datetime) -> list[str]:
    """Ten new codes of 49 random bits, like "abcde-fghjk", which end the former ones. Only keyed hashes are kept.

    Inside write().
    """
    db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(HOW_MANY)]
    db.session.add_all(RecoveryCode(account_id=account_id, code_hash=_hashed(account_id, code)) for code in codes)
    record("staff.make_recovery_codes", account_id, event_id=None, now=now)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def take_recovery_code(account_id: UUID, code: str, now: datetime) -> bool:
    """Whether that is a code of the account, without its dash, that was not used before. Uses it. Inside write()."""
    this_one = RecoveryCode.account_id == account_id, RecoveryCode.code_hash == _hashed(account_id, code)
    use = update(RecoveryCode).where(*this_one, RecoveryCode.used_at.is_(None)).values(used_at=now)
    is_used = cast(CursorResult[object], db.session.execute(use)).rowcount == 1
    if is_used:
        record("staff.use_recovery_code", account_id, event_id=None, now=now)
    return is_used


def recovery_codes_left(account_id: UUID) -> int:
    """How many of the account's codes are still good."""
    unused = RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def _hashed(account_id: UUID, code: str) -> str:
    key = hmac.digest(settings().secret_key.encode(), b"eventops recovery code", "sha256")
    return hmac.digest(key, account_id.bytes + code.encode(), "sha256").hex()
