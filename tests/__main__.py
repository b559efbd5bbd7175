"""Runs the tests on a machine that has nothing prepared: `uv run --group test python -m tests [pytest arguments]`.

Finds or installs Chromium, then hands over to pytest; without arguments, to all the tests in two processes.
"""

import os
import sys

from playwright.sync_api import sync_playwright

from tests.chromium import NoChromium, find_or_install


def main() -> None:
    try:
        with sync_playwright() as playwright:
            chromium = find_or_install(playwright)
    except NoChromium as error:
        sys.exit(f"tests: {error}")
    print(f"tests: the browser is {chromium}", file=sys.stderr, flush=True)
    os.environ["EVENTOPS_CHROMIUM"] = chromium
    arguments = sys.argv[1:] or ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


if __name__ == "__main__":
    main()
