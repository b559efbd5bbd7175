"""Accounts, passwords and roles."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from eventops.staff import accounts
from eventops.staff.accounts import (
    add_account,
    find,
    grant,
    hash_password,
    new_hash_if_outdated,
    role_in,
    verified,
)
from eventops.staff.models import Account
from tests.apps import QUICK_HASHER, TODAYS_HASHER, changing, reading
from tests.cast import SPRING, add_conference
from tests.staff.team import PASSWORD, add_staff, hashed


@pytest.fixture(autouse=True)
def _todays_parameters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(accounts, "_hasher", TODAYS_HASHER)
    forget_hashes()
    yield
    forget_hashes()  # or other tests would go on with hashes that are not made as theirs are


def forget_hashes() -> None:
    accounts._nobodys_hash.cache_clear()
    hashed.cache_clear()


def account_with(password_hash: str) -> Account:
    return Account(name="Anna", email="anna@example.org", password_hash=password_hash, created_at=SPRING)


def test_password_is_kept_as_argon2id() -> None:
    """The stored form names its algorithm and holds no password; the same password is never stored alike."""
    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", hashed())
    assert hash_password(PASSWORD) != hashed()


@pytest.mark.parametrize(
    ("typed", "is_right"), [(PASSWORD, True), (PASSWORD.title(), False), (PASSWORD + " ", False), ("", False)]
)
def test_password_is_verified_to_the_letter(typed: str, is_right: bool) -> None:
    """Only the very password opens the account."""
    assert verified(account_with(hashed()), typed) is is_right


def test_password_is_the_same_from_every_keyboard() -> None:
    """å typed as one letter or as a with a ring above are one password."""
    account = account_with(hash_password("h\u00e5ll p\u00e5"))
    assert verified(account, "ha\u030all pa\u030a")


def test_password_of_nobody_is_never_right() -> None:
    """Without an account, and with a hash that is none, every password is wrong."""
    assert not verified(None, PASSWORD)
    assert not verified(account_with("-"), PASSWORD)


def test_password_is_hashed_anew_when_parameters_changed() -> None:
    """A hash made with weaker parameters is replaced; today's is kept."""
    weak = QUICK_HASHER.hash(PASSWORD)
    renewed = new_hash_if_outdated(account_with(weak), PASSWORD)
    assert renewed
    assert verified(account_with(renewed), PASSWORD)
    assert new_hash_if_outdated(account_with(hashed()), PASSWORD) is None


def test_account_is_found_however_its_address_is_typed(app: Flask) -> None:
    """Capitals and spaces around do not matter; another address, and one that no database takes, find nobody."""
    with changing(app):
        account = add_account(" Åsa ", " \u00c5sa@Example.org", hashed(), SPRING)
    with reading(app):
        found = [find(typed) for typed in ("A\u030asa@example.ORG ", "asa@example.org", "\0", "")]
    assert [one and one.id for one in found] == [account.id, None, None, None]
    assert found[0]
    assert (found[0].name, found[0].email) == ("Åsa", "åsa@example.org")


def test_role_is_of_one_event_and_can_be_changed(app: Flask) -> None:
    """The last role granted in an event counts, there and nowhere else."""
    with changing(app):
        events = [add_conference(slug).event_id for slug in ("one", "two")]
    account_id = add_staff(app, "observer", events[0])
    with changing(app):
        grant(account_id, events[0], "editor", SPRING)
    with reading(app):
        assert [role_in(account_id, event_id) for event_id in events] == ["editor", None]


def test_role_that_there_is_not_cannot_be_granted(app: Flask) -> None:
    """A misspelt role is refused."""
    with changing(app):
        event_id = add_conference().event_id
        account = add_account("Anna", "anna@example.org", hashed(), SPRING)
        with pytest.raises(ValueError, match="there is no role 'onwer'"):
            grant(account.id, event_id, "onwer", SPRING)
