"""The second factor and its recovery codes, as they are kept and taken."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from eventops.db import db
from eventops.staff import second_factor
from eventops.staff.accounts import add_account, grant
from eventops.staff.models import ROLES, Account, AuditEntry, RecoveryCode, RoleDemand
from eventops.staff.recovery import make_recovery_codes, recovery_codes_left
from eventops.staff.second_factor import (
    forget_second_factor,
    is_demanded,
    normal_code,
    provisioning_uri,
    set_up_second_factor,
    step_of,
    take_code,
)
from eventops.staff.sign_in import disable
from tests.apps import MakeApp, changing, reading
from tests.cast import SPRING, add_conference
from tests.staff.team import SECRET

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The twenty ASCII bytes 12345678901234567890 of RFC 6238 appendix B, in base32."""


@pytest.fixture
def account_id(app: Flask) -> UUID:
    """Somebody whose factor was set up at SPRING."""
    with changing(app):
        account = add_account("Anna", "anna@example.org", "no password", SPRING - timedelta(days=1))
        step = step_of(SECRET, code_at(SPRING), SPRING)
        assert step
        assert set_up_second_factor(account.id, SECRET, step, SPRING, anew=False)
    return account.id


def code_at(instant: datetime) -> str:
    return str(pyotp.TOTP(SECRET).at(instant))


def take(app: Flask, account_id: UUID, typed: str, now: datetime) -> bool:
    with changing(app):
        return take_code(db.session.get_one(Account, account_id), typed, now)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """The last six digits of the values in RFC 6238 appendix B, for SHA-1."""
    now = datetime.fromtimestamp(seconds, SPRING.tzinfo)
    assert step_of(RFC_SECRET, code, now) == seconds // 30


def test_codes_of_the_steps_beside_are_taken_and_no_others() -> None:
    """A clock half a minute off is forgiven; older and later codes are wrong, and so is anything else."""
    offsets = range(-3, 4)
    taken = [o for o in offsets if step_of(SECRET, code_at(SPRING + timedelta(seconds=30 * o)), SPRING) is not None]
    assert taken == [-1, 0, 1]
    assert [step_of(SECRET, typed, SPRING) for typed in ("", "1", "12345", "abcdef", "1234567", "-12345")] == [None] * 6


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("123 456", "123456"), ("ABCDE-FGHJK", "abcdefghjk"), ("\u0661\u0662\u0663456\0", "456"), ("", ""), ("é-", "")],
)
def test_codes_may_be_typed_with_spaces_and_dashes(typed: str, meant: str) -> None:
    """As they are shown; digits of other scripts and mischief are dropped."""
    assert normal_code(typed) == meant


def test_code_is_taken_once(app: Flask, account_id: UUID) -> None:
    """Nor is one of an earlier step after it, and the one that set the factor up."""
    assert not take(app, account_id, code_at(SPRING), SPRING)
    later = SPRING + timedelta(seconds=60)
    tries = [later + timedelta(seconds=30), later + timedelta(seconds=30), later, later + timedelta(seconds=60)]
    taken = [take(app, account_id, code_at(instant), later + timedelta(seconds=30)) for instant in tries]
    assert taken == [True, False, False, True]


def test_code_at_two_at_once_is_taken_by_one(make_app: MakeApp, app: Flask, account_id: UUID) -> None:
    """Of twelve that bring one code at the same moment to two processes, one is let in."""
    apps, later = [app, make_app()], SPRING + timedelta(minutes=5)
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda n: take(apps[n % 2], account_id, code_at(later), later), range(12)))
    assert sorted(taken) == [False] * 11 + [True]


def test_code_of_a_disabled_account_is_not_taken(app: Flask, account_id: UUID) -> None:
    """Whoever is disabled while typing the code does not get in."""
    with changing(app):
        disable(account_id, SPRING)
    later = SPRING + timedelta(minutes=5)
    assert not take(app, account_id, code_at(later), later)


def test_secret_is_kept_encrypted_and_never_passed_over(app: Flask, make_app: MakeApp, account_id: UUID) -> None:
    """Another EVENTOPS_SECRET_KEY cannot read it: then no code is right, recovery codes neither, and it stays set."""
    with changing(app):
        stored = db.session.scalars(select(Account.totp_secret)).one()
        codes = make_recovery_codes(account_id, SPRING)
    assert stored
    assert SECRET not in stored
    other, later = make_app(secret_key="another key for tests, long enough too"), SPRING + timedelta(minutes=5)
    assert [take(other, account_id, typed, later) for typed in (code_at(later), codes[0], "", "000000")] == [False] * 4
    with reading(app):
        assert db.session.get_one(Account, account_id).totp_secret == stored
    assert take(app, account_id, code_at(later), later)


def test_code_without_a_factor_is_never_right(app: Flask) -> None:
    """An account that has none is not let in by any code."""
    with changing(app):
        account_id = add_account("Bo", "bo@example.org", "no password", SPRING).id
    assert [take(app, account_id, typed, SPRING) for typed in (code_at(SPRING), "", "abcde-fghjk")] == [False] * 3


def test_factor_is_set_up_where_there_is_none_and_moved_where_there_is(app: Flask, account_id: UUID) -> None:
    """Two at once cannot both set it up, and a factor taken away meanwhile is not moved."""
    with changing(app):
        before = db.session.get_one(Account, account_id).totp_secret
        assert set_up_second_factor(account_id, RFC_SECRET, 1, SPRING, anew=False) == []
        assert db.session.get_one(Account, account_id, populate_existing=True).totp_secret == before
        assert set_up_second_factor(account_id, RFC_SECRET, 1, SPRING, anew=True)
        forget_second_factor(account_id)
        assert set_up_second_factor(account_id, SECRET, 1, SPRING, anew=True) == []
        assert recovery_codes_left(account_id) == 0


def test_app_is_told_whose_codes_it_makes(app: Flask, account_id: UUID) -> None:
    """The QR code names the site and the account, and means six digits every thirty seconds."""
    with reading(app):
        uri = provisioning_uri(SECRET, db.session.get_one(Account, account_id))
    read = pyotp.parse_uri(uri)
    assert isinstance(read, pyotp.TOTP)
    shown = (read.issuer, read.name, read.secret, read.digits, read.interval)
    assert shown == ("localhost", "anna@example.org", SECRET, 6, second_factor.STEP_SECONDS)


def test_recovery_codes_are_ten_and_each_good_once(app: Flask, account_id: UUID) -> None:
    """However they are typed; and what is stored tells none of them."""
    with changing(app):
        codes = make_recovery_codes(account_id, SPRING)
        stored = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert (len(set(codes)), len(stored), {len(one) for one in stored}) == (10, 10, {64})
    tries = [codes[0], codes[0], codes[1].upper(), codes[2].replace("-", " "), "aaaaa-aaaaa"]
    assert [take(app, account_id, typed, SPRING) for typed in tries] == [True, False, True, True, False]
    with reading(app):
        assert recovery_codes_left(account_id) == 7


def test_recovery_code_at_two_at_once_is_taken_by_one(make_app: MakeApp, app: Flask, account_id: UUID) -> None:
    """As with codes of the app."""
    with changing(app):
        codes = make_recovery_codes(account_id, SPRING)
    apps = [app, make_app()]
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda n: take(apps[n % 2], account_id, codes[0], SPRING), range(12)))
    assert sorted(taken) == [False] * 11 + [True]


def test_recovery_codes_made_anew_end_the_former(app: Flask, account_id: UUID) -> None:
    """Of those made at once in two browsers, the ten made last are left."""
    with changing(app):
        former = make_recovery_codes(account_id, SPRING)

    def make(_n: int) -> list[str]:
        with changing(app):
            return make_recovery_codes(account_id, SPRING)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert not take(app, account_id, former[0], SPRING)
    assert sorted(take(app, account_id, codes[0], SPRING) for codes in made) == [False] * 3 + [True]
    with reading(app):
        assert recovery_codes_left(account_id) == 9


def test_recovery_codes_are_of_one_account(app: Flask, account_id: UUID) -> None:
    """Nobody gets in by somebody else's."""
    with changing(app):
        codes = make_recovery_codes(account_id, SPRING)
        other = add_account("Bo", "bo@example.org", "no password", SPRING)
        set_up_second_factor(other.id, SECRET, 1, SPRING, anew=False)
    assert not take(app, other.id, codes[0], SPRING)
    assert take(app, account_id, codes[0], SPRING)


def test_factor_that_is_forgotten_takes_its_recovery_codes_along(app: Flask, account_id: UUID) -> None:
    """What a colleague resets cannot be opened by what was on paper."""
    with changing(app):
        forget_second_factor(account_id)
        forget_second_factor(account_id)
        assert (recovery_codes_left(account_id), db.session.get_one(Account, account_id).totp_secret) == (0, None)


def test_factor_is_demanded_of_owners_and_by_events(make_app: MakeApp) -> None:
    """By an event of those in that role there alone; never in the demo."""
    app = make_app()
    with changing(app):
        strict, lax = add_conference("strict"), add_conference("lax")
        db.session.add(RoleDemand(event_id=strict.event_id, role="reception"))
        found = {}
        for name, cast in (("strict", strict), ("lax", lax)):
            for role in ROLES:
                account = add_account(role, f"{role}@{name}.example.org", "no password", SPRING)
                grant(account.id, cast.event_id, role, SPRING)
                found[name, role] = is_demanded(account.id)
        nobody = add_account("Nobody", "nobody@example.org", "no password", SPRING)
        assert not is_demanded(nobody.id)
    assert [one for one, demanded in found.items() if demanded] == [
        ("strict", "owner"),
        ("strict", "reception"),
        ("lax", "owner"),
    ]
    with reading(make_app(demo=True)):
        assert [is_demanded(id) for id in db.session.scalars(select(Account.id))] == [False] * 11


def test_factor_changes_are_in_the_trail(app: Flask, account_id: UUID) -> None:
    """By ids alone."""
    with changing(app):
        codes = make_recovery_codes(account_id, SPRING)
    assert take(app, account_id, codes[0], SPRING)
    with reading(app):
        kept = {(row.action, row.subject_id, str(row.details)) for row in db.session.scalars(select(AuditEntry))}
    actions = ("set_up_second_factor", "make_recovery_codes", "use_recovery_code")
    assert kept == {(f"staff.{action}", account_id, "{}") for action in actions}
