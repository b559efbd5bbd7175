"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from tests.postgres import Cluster

pytest_plugins = ["tests.apps", "tests.day", "tests.site", "tests.walks"]


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
