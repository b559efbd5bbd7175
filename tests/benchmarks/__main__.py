"""Measures how fast the real server is: `uv run --group bench python -m tests.benchmarks [--json]`.

Everything is on this machine's loopback. The ratios say more than the rates, which are this machine's.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from dataclasses import asdict

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.benchmarks.figures import Figure
from tests.benchmarks.measure import AIMS, DATABASES, Plan, measure


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        figures = _measure(arguments)
    except KeyboardInterrupt:
        sys.exit(130)
    if arguments.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 100).print(_table(figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of a table")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a round lasts [1]")
    parser.add_argument("--rounds", type=int, default=9, help="of each work and its floor; the middle one counts [9]")
    parser.add_argument("--work", nargs="+", choices=list(AIMS), default=list(AIMS), help="measure only these")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> list[Figure]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("")
        plan = Plan(
            works=tuple(arguments.work),
            databases=tuple(arguments.database),
            seconds=arguments.seconds,
            rounds=arguments.rounds,
            say=lambda what: progress.update(task, description=what),
            passed=lambda: progress.advance(task),
        )
        progress.update(task, total=plan.all_rounds)
        return list(measure(plan))


def _table(figures: list[Figure]) -> Table:
    table = Table("work", "database", title="A second, beside the floor measured in the same run", box=SIMPLE)
    for heading in ("rate", "p50 ms", "p99 ms", "floor", "floor rate", "ratio", "aim"):
        table.add_column(heading, justify="left" if heading == "floor" else "right")
    for one in figures:
        numbers = [f"{one.rate:,.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}"]
        floor = [one.floor, f"{one.floor_rate:,.0f}", f"{one.ratio:.2f}", f"{AIMS[one.work]:.1f}"]
        table.add_row(one.work, one.database, *numbers, *floor)
    return table


if __name__ == "__main__":
    main()
