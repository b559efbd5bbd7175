"""What tests of the staff room may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eventops.demo.catcher import Catcher
from tests.apps import MakeApp
from tests.registration.mailbox import Mailbox


@pytest.fixture
def mailbox(make_app: MakeApp) -> Iterator[Mailbox]:
    """An application whose letters go through real SMTP into this mailbox."""
    with Catcher() as catcher:
        yield Mailbox(make_app(mail_url=catcher.url), catcher, [])
