"""What tests of letters ask for."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import MakeApp
from tests.letters.kinds import add_templates
from tests.letters.servers import Moody


@pytest.fixture
def server() -> Iterator[Moody]:
    """A mail server that accepts what it is not told to refuse."""
    with Moody() as running:
        yield running


@pytest.fixture
def app(make_app: MakeApp, server: Moody) -> Flask:
    """An application that sends its letters to `server` and knows the test kind."""
    made = make_app(mail_url=server.url, base_url="https://events.example.org")
    add_templates(made)
    return made
