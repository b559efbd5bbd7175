"""What this room's tests share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from eventops import clock, create_app
from eventops.demo.catcher import Catcher
from tests.apps import MakeApp, changing, settings_for
from tests.cast import SPRING, Conference, add_conference
from tests.registration.audience_desk import desk, open_desk
from tests.registration.mailbox import Mailbox

__all__ = ["desk", "open_desk"]


@pytest.fixture(scope="session")
def bare_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application for what needs no tables."""
    return create_app(settings_for(f"sqlite:///{tmp_path_factory.mktemp('bare')}/empty.sqlite"))


@pytest.fixture
def spring() -> Iterator[None]:
    """The clock shows the day on which people sign up, and runs on from there."""
    clock.move_to(SPRING)
    yield
    clock.follow_real_time()


@pytest.fixture
def mailbox(make_app: MakeApp, spring: None) -> Iterator[Mailbox]:
    """An application whose letters go through real SMTP into this mailbox, in spring."""
    with Catcher() as catcher:
        yield Mailbox(make_app(mail_url=catcher.url), catcher, [])


@pytest.fixture
def cast(mailbox: Mailbox) -> Conference:
    """The conference in the mailbox's application."""
    with changing(mailbox.app):
        return add_conference()
