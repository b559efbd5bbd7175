"""The benchmarks run; how fast they say anything is, no test asks."""

import json
import sys
from subprocess import run


def test_benchmarks_print_figures_as_json() -> None:
    """Each work on each database is a row, with its floor of the same run and the ratio of both."""
    command = [sys.executable, "-m", "tests.benchmarks", "--json", "--seconds", "0.1", "--rounds", "1"]
    command += ["--database", "sqlite", "--work", "programme", "letters"]
    done = run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert [(f["work"], f["database"], f["floor"]) for f in figures] == [
        ("programme", "sqlite", "hello"),
        ("letters", "sqlite", "smtp"),
    ]
    for figure in figures:
        assert list(figure) == ["work", "database", "rate", "p50_ms", "p99_ms", "floor", "floor_rate", "ratio"]
        assert abs(figure["ratio"] - figure["rate"] / figure["floor_rate"]) < 0.01
        assert 0 < figure["p50_ms"] <= figure["p99_ms"]
