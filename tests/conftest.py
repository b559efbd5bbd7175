"""What every test may ask for."""

from collections.abc import Iterator
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.postgres import Cluster

pytest_plugins = ["tests.apps", "tests.site"]


WALKED_TOGETHER = "tests/everybody"
"""A folder whose tests share what takes long to make, so that one process runs them all."""


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Gives each process whole files, and that folder whole."""

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return WALKED_TOGETHER if scope.startswith(WALKED_TOGETHER) else scope


LONG_FIRST = (f"{WALKED_TOGETHER}/", "tests/browser/", "tests/test_cli.py", "tests/demo/", "tests/letters/")
"""Begun last, they would leave one process alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All else in its order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_FIRST))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Used for `--dist loadfile`."""
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the long forms of the tests that have one")


@pytest.fixture(scope="session")
def long(request: pytest.FixtureRequest) -> bool:
    """Whether the long forms were asked for."""
    return bool(request.config.getoption("--long"))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The PostgreSQL server of this test process."""
    with Cluster() as cluster:
        yield cluster
