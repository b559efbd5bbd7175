"""Finds Chromium for the browser tests, installs it where that is possible, and starts it the same way everywhere."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

WHAT_TO_DO = (
    "No Chromium was found for the browser tests. Install it (Debian: `apt-get install chromium`; elsewhere:"
    " `uv run --group test playwright install chromium`), or name one that is there in EVENTOPS_CHROMIUM."
)

QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No graphics card is needed, and nothing but the page under test speaks to the network."""


class NoChromium(Exception):
    """There is no browser to test with; the text says what to do."""


def find(playwright: Playwright) -> str:
    """The path of EVENTOPS_CHROMIUM, else of a Chromium on PATH, else of Playwright's own. NoChromium if none."""
    if chosen := os.environ.get("EVENTOPS_CHROMIUM"):
        return executable(chosen)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path is not None:
        return on_path
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    raise NoChromium(WHAT_TO_DO)


def executable(chosen: str) -> str:
    """The path of a browser that was named. NoChromium if it cannot be run."""
    path = shutil.which(chosen)
    if path is None:
        raise NoChromium(f"EVENTOPS_CHROMIUM is {chosen!r}, which cannot be run. Correct or unset it.")
    return path


def find_or_install(playwright: Playwright) -> str:
    """As find(), but root on Debian gets the distribution's Chromium when there is none. NoChromium if that fails."""
    try:
        return find(playwright)
    except NoChromium:
        if "EVENTOPS_CHROMIUM" in os.environ or os.geteuid() != 0 or shutil.which("apt-get") is None:
            raise
    install_from_debian()
    return find(playwright)


def install_from_debian() -> None:
    """Install the package, with apt's progress on standard error. NoChromium when apt fails."""
    print("tests: no Chromium found; installing Debian's package", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "chromium"]):
        if subprocess.run(["apt-get", *arguments], stdout=sys.stderr, env=environment, check=False).returncode != 0:
            raise NoChromium(f"`apt-get {' '.join(arguments)}` failed. {WHAT_TO_DO}")


def launch(playwright: Playwright, *, fake_camera: Path | None = None, **options: Any) -> Browser:
    """Start Chromium, headless unless told otherwise; `options` are those of Playwright's launch().

    With fake_camera, every page may use the camera without being asked, and sees that Motion JPEG file in a loop.
    """
    arguments = [*QUIET, *options.pop("args", [])]
    if fake_camera is not None:
        arguments += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={fake_camera}",
        ]
    # Without the sandbox, which root cannot have and containers often lack; the pages are our own.
    return playwright.chromium.launch(
        executable_path=find(playwright), args=arguments, chromium_sandbox=False, **options
    )
