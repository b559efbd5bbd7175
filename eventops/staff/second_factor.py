"""The second factor: codes of six digits that an app makes anew every 30 seconds (TOTP, RFC 6238).

The shared secret is stored encrypted under a key from EVENTOPS_SECRET_KEY. Where that was changed, the secret cannot
be read and no code is right any more: the factor is never passed over, somebody has to take it away.
All instants here are real time.
"""

from __future__ import annotations

import hmac
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from pyotp import TOTP
from sqlalchemy import ColumnElement, CursorResult, and_, delete, false, or_, select, update

from eventops.config import settings
from eventops.db import db
from eventops.staff.audit import record
from eventops.staff.models import Account, Membership, RecoveryCode, RoleDemand
from eventops.staff.recovery import make_recovery_codes, take_recovery_code

STEP_SECONDS = 30
DRIFT = 1
"""Steps before and after the present one whose codes are taken: clocks differ, and typing takes time."""


def is_demanded(account_id: UUID) -> bool:
    """Whether the account must have a second factor: as an owner, or by the demand of an event. Never in the demo."""
    return bool(db.session.scalar(select(Account.id).where(Account.id == account_id, factor_demanded())))


def factor_demanded() -> ColumnElement[bool]:
    """What is true in a query of accounts for those of which a second factor is demanded."""
    if settings().demo:
        return false()
    of_role = and_(RoleDemand.event_id == Membership.event_id, RoleDemand.role == Membership.role)
    demanding = or_(Membership.role == "owner", RoleDemand.role.is_not(None))
    roles = select(Membership.role).outerjoin(RoleDemand, of_role)
    return roles.where(Membership.account_id == Account.id, demanding).exists()


def offered_secret(session_id: UUID) -> str:
    """The secret that is offered in this sign-in session, in base32 without padding: 160 bits.

    Made of the session's random id and a key, so that looking at the page stores nothing and shows the same each
    time. Whoever takes it gets a new session, and is never offered it again.
    """
    return b32encode(hmac.digest(_key(b"offered"), session_id.bytes, "sha256")[:20]).decode("ascii")


def provisioning_uri(secret: str, account: Account) -> str:
    """What the QR code holds: an otpauth URI with the site's host as the issuer."""
    return TOTP(secret).provisioning_uri(name=account.email, issuer_name=urlsplit(settings().base_url).hostname)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, if it is one of the present steps'."""
    totp, present = TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    steps = range(present - DRIFT, present + DRIFT + 1)
    right = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return right[-1] if right else None


def take_code(account: Account, typed: str, now: datetime) -> bool:
    """Whether that is a right code of the app, or a recovery code, that was not taken before. Takes it.

    Inside write(). Of two at once that bring the same code, one wins.
    """
    code = normal_code(typed)
    if len(code) == 6 and code.isdecimal():
        return _take_step(account, code, now)
    return account.totp_secret is not None and take_recovery_code(account.id, code, now)


def normal_code(typed: str) -> str:
    """What was typed, without the spaces and dashes that make codes easy to read."""
    return "".join(c for c in typed[:100] if c.isascii() and c.isalnum()).lower()


def set_up_second_factor(account_id: UUID, secret: str, step: int, now: datetime, *, anew: bool) -> list[str]:
    """Let `secret`, whose code of `step` was typed, be the account's factor from now on; its recovery codes.

    `anew` says that it takes the place of another; where there is one and should not be, or the other way round,
    and for a disabled account, nothing is changed and there are no codes. Inside write().
    """
    former = Account.totp_secret.is_not(None) if anew else Account.totp_secret.is_(None)
    if not _changed(account_id, former, {"totp_secret": _encrypted(secret), "totp_step": step}):
        return []
    record("staff.set_up_second_factor", account_id, event_id=None, now=now)
    return make_recovery_codes(account_id, now)


def remove_second_factor(account_id: UUID, now: datetime) -> None:
    """The password alone is enough from now on. Inside write()."""
    forget_second_factor(account_id)
    record("staff.remove_second_factor", account_id, event_id=None, now=now)


def forget_second_factor(account_id: UUID) -> None:
    """Take away the account's factor and its recovery codes, which its holder may have lost. Inside write()."""
    db.session.execute(update(Account).where(Account.id == account_id).values(totp_secret=None))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _take_step(account: Account, code: str, now: datetime) -> bool:
    secret = _decrypted(account.totp_secret)
    step = step_of(secret, code, now) if secret else None
    if step is None:
        return False
    is_new = or_(Account.totp_step.is_(None), Account.totp_step < step)
    return _changed(account.id, and_(is_new, Account.totp_secret == account.totp_secret), {"totp_step": step})


def _changed(account_id: UUID, condition: ColumnElement[bool], values: dict[str, object]) -> bool:
    change = update(Account).where(Account.id == account_id, Account.disabled_at.is_(None), condition)
    return cast(CursorResult[object], db.session.execute(change.values(values))).rowcount == 1


def _encrypted(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode("ascii")


def _decrypted(stored: str | None) -> str | None:
    try:
        return _fernet().decrypt(stored).decode("ascii") if stored else None
    except InvalidToken:
        return None


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(_key(b"secret")))


def _key(purpose: bytes) -> bytes:
    return hmac.digest(settings().secret_key.encode(), b"eventops second factor " + purpose, "sha256")
