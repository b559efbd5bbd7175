"""Takes guards away and prints what came of each: `python -m tests.gates [words of their names …]`, else all."""

from __future__ import annotations

import sys

from tests.gates.all import GUARDS
from tests.gates.removing import NotGreen, remove_each


def main(words: list[str]) -> int:
    """The number of guards whose loss no test noticed."""
    chosen = [guard for guard in GUARDS if not words or any(word in guard.name for word in words)]
    unnoticed = 0
    for outcome in remove_each(chosen):
        print(outcome, flush=True)
        unnoticed += not outcome.noticed_by
    print(f"{len(chosen) - unnoticed} of {len(chosen)} guards are missed when they are gone")
    return unnoticed


if __name__ == "__main__":
    try:
        sys.exit(min(main(sys.argv[1:]), 1))
    except NotGreen as broken:
        sys.exit(f"the tests fail with every guard in its place:\n{broken}")
