"""The played day, with and without its closed sessions, and what everybody was given of it. Tests only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.canaries import conference_with_canaries, conference_without_closed
from tests.day import Letter, PlayedDay, played
from tests.walks import STAFF_ROLES, Seen, dump, walk


@pytest.fixture(scope="package")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedDay]:
    """The day with its closed sessions."""
    with played(tmp_path_factory.mktemp("day"), conference_with_canaries()) as played_day:
        yield played_day


@pytest.fixture(scope="package")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedDay]:
    """The same day as if there were no closed sessions."""
    with played(tmp_path_factory.mktemp("spare"), conference_without_closed()) as played_day:
        yield played_day


@pytest.fixture(scope="package")
def letters(day: PlayedDay) -> list[Letter]:
    """Every letter of the day."""
    return day.letters()


@pytest.fixture(scope="package")
def seen(day: PlayedDay) -> Seen:
    """Everything that anybody can reach of the day."""
    clients = {role: day.staff_client(role) for role in STAFF_ROLES}
    before = dump(day.day.folder.database)
    visits = walk(day, clients)
    return Seen(visits, before, dump(day.day.folder.database))
