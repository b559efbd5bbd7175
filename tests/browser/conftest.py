"""The browser of the tests in this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests import chromium

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium without a camera."""
    browser = chromium.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture
def filming(playwright: Playwright) -> Iterator[Callable[[Path], Browser]]:
    """Starts a Chromium whose camera sees a film (see fake_camera), for this test alone."""
    started: list[Browser] = []

    def start(film: Path) -> Browser:
        started.append(chromium.launch(playwright, fake_camera=film))
        return started[-1]

    yield start
    for browser in started:
        browser.close()
