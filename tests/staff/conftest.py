"""What tests of the staff room may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from eventops.demo.catcher import Catcher
from eventops.staff import accounts
from tests.apps import MakeApp
from tests.registration.mailbox import Mailbox
from tests.staff import team


@pytest.fixture(scope="module")
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed with the least parameters, for tests that sign in many times."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        forget_hashes()
        yield
    forget_hashes()


@pytest.fixture
def mailbox(make_app: MakeApp) -> Iterator[Mailbox]:
    """An application whose letters go through real SMTP into this mailbox."""
    with Catcher() as catcher:
        yield Mailbox(make_app(mail_url=catcher.url), catcher, [])


def forget_hashes() -> None:
    accounts._nobodys_hash.cache_clear()
    team.hashed.cache_clear()
