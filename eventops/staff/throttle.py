"""Slows down guessing of passwords and codes, by the account that is tried and by the network; and sign-ups.

Attempts are counted in a table, so that they count for all processes. A pause ends by itself: nobody is locked
out for good. Neither addresses nor networks are stored, only keyed hashes of them.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import cast
from uuid import uuid4

from sqlalchemy import Integer, Table, bindparam, delete, func, select

from eventops.config import settings
from eventops.db import db, one_at_a_time, write
from eventops.staff.accounts import key_of
from eventops.staff.models import SignInAttempt

WINDOW = timedelta(minutes=15)
"""For how long an attempt counts."""
KEPT = timedelta(hours=1)
FREE_FAILURES = 5
"""Of one account, before it pauses."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=2)


# Made once, of the bare table: making it anew would take longer than its work.
_attempts = SignInAttempt.__table__.c
_COUNTED = select(func.count()).where(_attempts.who == bindparam("who"), _attempts.at > bindparam("since"))
_ONE_MORE = (
    cast(Table, SignInAttempt.__table__)
    .insert()
    .from_select(
        ["id", "who", "at"],
        select(*(bindparam(name, type_=_attempts[name].type) for name in ("id", "who", "at"))).where(
            _COUNTED.scalar_subquery() < bindparam("limit", type_=Integer)
        ),
    )
    .execution_options(preserve_rowcount=True)
)


def begin_attempt(
    email: str, address: str | None, now: datetime, what: str = "sign-in", browser: str = ""
) -> timedelta:
    """Count an attempt as failed until `forgive`, and return zero; or return how long to wait, and count nothing.

    `now` is real time. Inside write(), before the password is looked at: attempts made at once are counted too.
    What is tried, "sign-in" or "code", is counted each for itself, and so is each `browser` that is known for the
    account: what others fail does not slow it down.
    """
    account, network = _who_account(what, email, browser), _who_network(what, address, browser)
    one_at_a_time(account, network)
    _forget(now)
    of_network = _until_free(_failures(network, now), settings().sign_in_attempts_per_network, now)
    wait = max(_account_wait(_failures(account, now), now), of_network)
    if not wait:
        db.session.add_all([SignInAttempt(who=account, at=now), SignInAttempt(who=network, at=now)])
    return wait


def forgive(email: str, address: str | None, attempted_at: datetime, what: str = "sign-in", browser: str = "") -> None:
    """The attempt begun at that instant succeeded: it is no failure, and the account's earlier ones no longer count."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.who == _who_account(what, email, browser)))
    of_network = SignInAttempt.who == _who_network(what, address, browser)
    db.session.execute(delete(SignInAttempt).where(of_network, SignInAttempt.at == attempted_at))


def count_sign_up(address: str | None, now: datetime) -> timedelta:
    """Count a sign-up from that network, and return zero; or return how long to wait, and count nothing.

    `now` is real time. Inside write(). Those at the same moment may be a few more than allowed: not one waits for
    another.
    """
    return _count("sign-up", address, now)


def count_resend(address: str | None, now: datetime) -> timedelta:
    """As count_sign_up, and with its limit, but of those who ask for a link that they lost."""
    return _count("resend", address, now)


def _count(what: str, address: str | None, now: datetime) -> timedelta:
    network, limit = _keyed(f"{what} {_network(address)}"), settings().sign_ups_per_network
    values = {"id": uuid4(), "who": network, "at": now, "since": now - WINDOW, "limit": limit}
    if db.session.connection().execute(_ONE_MORE, values).rowcount:
        return timedelta(0)
    return _until_free(_failures(network, now), limit, now)


def forget_attempts(now: datetime) -> None:
    """Delete what is older than an hour, in a write() of its own. `now` is real time."""
    with write():
        _forget(now)


def _forget(now: datetime) -> None:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at <= now - KEPT))


def _failures(who: str, now: datetime) -> list[datetime]:
    counted = select(SignInAttempt.at).where(SignInAttempt.who == who, SignInAttempt.at > now - WINDOW)
    return list(db.session.scalars(counted.order_by(SignInAttempt.at)))


def _account_wait(failures: list[datetime], now: datetime) -> timedelta:
    beyond = len(failures) - FREE_FAILURES
    if beyond < 0:
        return timedelta(0)
    pause = min(FIRST_PAUSE * (1 << min(beyond, 10)), LONGEST_PAUSE)
    return max(failures[-1] + pause - now, timedelta(0))


def _until_free(attempts: list[datetime], limit: int, now: datetime) -> timedelta:
    """Until fewer than `limit` of the attempts count."""
    return attempts[-limit] + WINDOW - now if len(attempts) >= limit else timedelta(0)


def _who_account(what: str, email: str, browser: str) -> str:
    return _keyed(f"{what} browser {browser}" if browser else f"{what} account {key_of(email)}")


def _who_network(what: str, address: str | None, browser: str) -> str:
    """A known browser is a network of its own: others of its network may have used up what all of them have."""
    return _keyed(f"{what} network of {browser}" if browser else f"{what} {_network(address)}")


def _network(address: str | None) -> str:
    """An IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has."""
    try:
        network = ip_address(address or "")
    except ValueError:
        return "network unknown"
    if isinstance(network, IPv6Address):
        network = network.ipv4_mapped or IPv6Address(int(network) >> 64 << 64)
    return f"network {network}"


def _keyed(text: str) -> str:
    return hmac.digest(settings().secret_key.encode(), text.encode(), "sha256").hex()
