"""Somebody who guesses, in a process of their own: for each line, what to guess, says how many attempts passed."""

from __future__ import annotations

import sys

from eventops import create_app
from eventops.staff.throttle import begin_attempt
from tests.apps import changing, settings_for
from tests.cast import SPRING

EMAIL, ADDRESS = "anna@example.org", "192.0.2.7"


def main(database_url: str, times: str) -> None:
    app = create_app(settings_for(database_url))
    print("ready", flush=True)
    for what in map(str.strip, sys.stdin):
        passed = 0
        for _ in range(int(times)):
            with changing(app):
                passed += not begin_attempt(EMAIL, ADDRESS, SPRING, what)
        print(passed, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
