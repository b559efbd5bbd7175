"""A row of the figures: rounds of the work and of its floor in turn, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles

from tests.benchmarks.load import Outcome


@dataclass(frozen=True, slots=True)
class Figure:
    """What is printed of one work on one database."""

    work: str
    database: str
    rate: float
    """Requests or letters a second."""
    p50_ms: float
    p99_ms: float
    floor: str
    floor_rate: float
    ratio: float


def compare(
    work: str,
    database: str,
    floor: str,
    run_work: Callable[[], Outcome],
    run_floor: Callable[[], Outcome],
    rounds: int,
    passed: Callable[[], None],
) -> Figure:
    """Run the floor and the work in turn, so that whatever slows the machine slows both.

    The round whose ratio is in the middle gives rates and ratio; the latencies are those of all rounds. One round more
    goes before, to warm up. `passed` is called after each.
    """
    pairs = []
    for _ in range(rounds + 1):
        pairs.append((run_floor(), run_work()))
        passed()
    del pairs[0]
    below, ours = sorted(pairs, key=lambda pair: pair[1].rate / pair[0].rate)[rounds // 2]
    in_hundredths = quantiles([latency for _, ours in pairs for latency in ours.latencies], n=100, method="inclusive")
    return Figure(
        work=work,
        database=database,
        rate=round(ours.rate, 1),
        p50_ms=round(in_hundredths[49] * 1000, 2),
        p99_ms=round(in_hundredths[98] * 1000, 2),
        floor=floor,
        floor_rate=round(below.rate, 1),
        ratio=round(ours.rate / below.rate, 3),
    )
