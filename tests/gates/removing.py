"""Taking guards away: each in a copy of the project of its own, where the tests must go red by failing."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from subprocess import PIPE as CAUGHT
from subprocess import STDOUT, CompletedProcess, run
from tempfile import TemporaryDirectory
from time import monotonic

from tests.gates.guard import Guard, GuardMoved

PROJECT = Path(__file__).parents[2]
PARTS = ("eventops", "templates", "migrations", "tests", "pyproject.toml", "wsgi.py")
ONLY = {"sqlite": "not postgresql", "postgresql": "postgresql"}
SECONDS = 300
"""After which a run of tests is given up, and counts as no failure."""
_RESULT = re.compile(r"^FAILED (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one guard's loss."""

    guard: Guard
    noticed_by: str
    """The test that failed; empty where none did."""
    said: str
    """Why none did: the end of what pytest said, or that the guard moved."""
    seconds: float

    def __str__(self) -> str:
        what = f"red by {self.noticed_by}" if self.noticed_by else f"NOT NOTICED\n{self.said}"
        return f"{self.guard.name:<44} {self.seconds:5.1f} s  {what}"


class NotGreen(Exception):
    """The tests fail with every guard in its place, so that nothing can be learnt from their failing without one."""


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the project, with what was compiled and without what it does not need to run."""
    with TemporaryDirectory(prefix="gates") as folder:
        copy = Path(folder) / "whole"
        copy.mkdir()
        for part in PARTS:
            source = PROJECT / part
            shutil.copytree(source, copy / part) if source.is_dir() else shutil.copy2(source, copy / part)
        yield copy


def remove_each(guards: Sequence[Guard], processes: int = 2) -> Iterator[Outcome]:
    """Take each guard away by itself, a few side by side, and give what came of it in their order.

    Raises NotGreen first where the tests fail with all guards in place.
    """
    with copied() as whole, ThreadPoolExecutor(processes) as pool:
        _check_green(whole, guards)
        yield from pool.map(partial(_remove, whole), guards)


def _check_green(whole: Path, guards: Iterable[Guard]) -> None:
    """All the tests that guards name pass in the copy, and it is the copy that they test."""
    tests: dict[str, dict[str, None]] = {}
    for guard in guards:
        tests.setdefault(guard.database, {}).update(dict.fromkeys(guard.tests.split()))
    where = _run(whole, "-c", "import eventops; print(eventops.__file__)").stdout.strip()
    if Path(where).parent != whole / "eventops":
        raise NotGreen(f"the tests would be run on {where}")
    for database, named in tests.items():
        done = _pytest(whole, database, _whole_files(named))
        if done.returncode:
            raise NotGreen(done.stdout[-4000:])


def _whole_files(named: Iterable[str]) -> list[str]:
    """The tests once each: pytest would run those twice that stand by id beside their whole file."""
    names = set(named)
    return sorted(name for name in names if "::" not in name or name.partition("::")[0] not in names)


def _remove(whole: Path, guard: Guard) -> Outcome:
    began = monotonic()
    with TemporaryDirectory(prefix="gate", dir=whole.parent) as folder:
        copy = Path(folder) / "copy"
        # Links, which take no time; the changed file is a new one, so that the others' copies keep theirs.
        shutil.copytree(whole, copy, copy_function=os.link)
        try:
            changed = guard.removed_from((copy / guard.file).read_text())
        except GuardMoved as moved:
            return Outcome(guard, "", str(moved), monotonic() - began)
        (copy / guard.file).unlink()
        (copy / guard.file).write_text(changed)
        done = _pytest(copy, guard.database, guard.tests.split())
    failed = _RESULT.search(done.stdout) if done.returncode == 1 else None
    return Outcome(guard, failed[1] if failed else "", done.stdout[-2000:], monotonic() - began)


def _pytest(folder: Path, database: str, tests: Sequence[str]) -> CompletedProcess[str]:
    """Ends with status 1 where a test fails; what breaks before any test does ends otherwise, or as an error."""
    # A folder of its own for what tests write: runs side by side would clear away each other's.
    options = ["-x", "-q", "-rf", "--tb=short", "-p", "no:cacheprovider", f"--basetemp={folder}-temporary"]
    return _run(folder, "-m", "pytest", *options, "-k", ONLY[database], *tests)


def _run(folder: Path, *arguments: str) -> CompletedProcess[str]:
    """Python in the folder, whose modules come before the installed ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "EVENTOPS_"))}
    env = kept | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    command = ["timeout", str(SECONDS), sys.executable, *arguments]
    return run(command, cwd=folder, env=env, stdout=CAUGHT, stderr=STDOUT, text=True, check=False)
