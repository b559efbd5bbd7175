"""Our times against rows computed by PostgreSQL, and checked by glibc and Node: no Python took part in them."""

import csv
import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eventops.times import (
    AmbiguousTime,
    UncertainTime,
    days_before,
    offset_text,
    stored_instant,
    to_instant,
    to_wall,
    utc_text,
)

DATA = Path(__file__).parent / "data"
HELSINKI, COPENHAGEN, REYKJAVIK = "Europe/Helsinki", "Europe/Copenhagen", "Atlantic/Reykjavik"
# Seconds ahead of UTC in winter, in every year of these rows.
WINTER_OFFSET = {HELSINKI: "7200", COPENHAGEN: "3600"}


def rows(name: str, time_column: str) -> Iterator[dict[str, str]]:
    """The rows of a file from 1970 on; before, packagings of the zone data differ."""
    with gzip.open(DATA / name, "rt", encoding="ascii", newline="") as file:
        yield from (row for row in csv.DictReader(file) if row[time_column] >= "1970")


def both_walls(name: str) -> Iterator[tuple[str, str, str, str]]:
    """Each row's instant with a zone, its wall time there and its offset in seconds: two for a row."""
    for row in rows(name, "utc"):
        yield row["utc"], HELSINKI, row["helsinki_wall"], row["helsinki_offset_s"]
        yield row["utc"], COPENHAGEN, row["copenhagen_wall"], row["copenhagen_offset_s"]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("name", "count"), [("helsinki_copenhagen.csv.gz", 5_725), ("helsinki_copenhagen_after_2037.csv.gz", 130)]
)
def test_an_instant_gives_the_wall_time_of_every_row(name: str, count: int) -> None:
    """Both zones' clocks and offsets, at every instant of the file."""
    compared = 0
    for utc, zone_key, wall, offset_s in both_walls(name):
        assert to_wall(instant(utc), zone_key) == instant(wall), (utc, zone_key)
        shown = instant(offset_text(instant(utc), zone_key))
        assert (shown.replace(tzinfo=None), shown.utcoffset()) == (
            instant(wall),
            instant(wall) - instant(utc).replace(tzinfo=None),
        )
        assert f"{(instant(wall) - instant(utc).replace(tzinfo=None)).total_seconds():.0f}" == offset_s
        compared += 1
    assert compared == 2 * count


@pytest.mark.parametrize(
    ("name", "in_a_fold"), [("helsinki_copenhagen.csv.gz", 466), ("helsinki_copenhagen_after_2037.csv.gz", 104)]
)
def test_a_wall_time_gives_the_instant_of_every_row(name: str, in_a_fold: int) -> None:
    """A wall time shown twice is refused, and its right reading, summer's first, then winter's, gives the row's."""
    refused = 0
    for utc, zone_key, wall, offset_s in both_walls(name):
        try:
            found = to_instant(instant(wall), zone_key)
        except AmbiguousTime:
            refused += 1
            winter = offset_s == WINTER_OFFSET[zone_key]
            found = to_instant(instant(wall), zone_key, "later" if winter else "earlier")
            assert stored_instant(instant(wall), zone_key, int(winter)) == found
        assert utc_text(found) == utc, (wall, zone_key)
    assert refused == in_a_fold


def test_every_row_round_a_gap_or_fold_agrees() -> None:
    """The kind, both readings, what each fold means, and the reading that reminders take."""
    compared = 0
    for row in rows("ambiguous_nonexistent.csv.gz", "local"):
        wall, zone_key = instant(row["local"]), row["zone"]
        readings = (row["earlier_utc"], row["later_utc"])
        assert tuple(utc_text(to_instant(wall, zone_key, which)) for which in ("earlier", "later")) == readings, row
        folds = (row["pep495_fold0_utc"], row["pep495_fold1_utc"])
        assert tuple(utc_text(stored_instant(wall, zone_key, fold)) for fold in (0, 1)) == folds, row
        noon = to_instant(wall.replace(hour=12, minute=0, second=0), zone_key)
        assert utc_text(days_before(noon, 0, wall.time(), zone_key)) == row["compatible_utc"], row
        assert kind_of(wall, zone_key) == (row["kind"], *readings), row
        compared += 1
    assert compared == 5_094


def kind_of(wall: datetime, zone_key: str) -> tuple[str, str, str]:
    """What `to_instant` says without a reading, in the words of the file."""
    try:
        only = utc_text(to_instant(wall, zone_key))
    except UncertainTime as uncertain:
        return uncertain.kind, utc_text(uncertain.earlier), utc_text(uncertain.later)
    return "unique", only, only


@pytest.mark.parametrize(
    ("utc", "helsinki", "copenhagen", "reykjavik"),
    [
        # Iceland keeps UTC all year: one hour behind Denmark in winter, two in summer.
        ("2024-01-15T12:00:00Z", "14:00", "13:00", "12:00"),
        ("2024-05-07T08:00:00Z", "11:00", "10:00", "08:00"),
        ("2024-05-07T11:00:00Z", "14:00", "13:00", "11:00"),
        # The hour in which Europe changes, and the last minutes on either side.
        ("2024-03-31T00:59:59Z", "02:59:59", "01:59:59", "00:59:59"),
        ("2024-03-31T01:00:00Z", "04:00", "03:00", "01:00"),
        ("2024-10-27T00:59:59Z", "03:59:59", "02:59:59", "00:59:59"),
        ("2024-10-27T01:00:00Z", "03:00", "02:00", "01:00"),
        # In the summer of 1980 Denmark had summer time and Finland had none: the same clock in both.
        ("1980-07-01T12:00:00Z", "14:00", "14:00", "12:00"),
        # After 2037, where old zone files end.
        ("2049-07-01T12:00:00Z", "15:00", "14:00", "12:00"),
        ("2049-12-01T12:00:00Z", "14:00", "13:00", "12:00"),
    ],
)
def test_three_zones_differ_by_no_fixed_hours(utc: str, helsinki: str, copenhagen: str, reykjavik: str) -> None:
    """Worked out by hand: no "minus one hour" and no "minus three" can pass all of these."""
    for zone_key, clock in ((HELSINKI, helsinki), (COPENHAGEN, copenhagen), (REYKJAVIK, reykjavik)):
        wall = to_wall(instant(utc), zone_key)
        assert wall == instant(f"{utc[:10]}T{clock}")
        assert stored_instant(wall, zone_key, wall.fold) == instant(utc).astimezone(UTC)


@pytest.mark.parametrize("machine_zone", ["Pacific/Apia", "EST5EDT,M3.2.0,M11.1.0", "Not/AZone"])
def test_the_machine_decides_nothing(machine_zone: str) -> None:
    """Whatever TZ says, and with no zone files but the slim ones of the tzdata package."""
    after_2037 = list(rows("helsinki_copenhagen_after_2037.csv.gz", "utc"))
    program = "from eventops.time_command import time_command; time_command()"
    arguments = ["-", "--from", "UTC", "--to", HELSINKI, "--to", COPENHAGEN, "--to", REYKJAVIK]
    output = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        input="\n".join(row["utc"].removesuffix("Z") for row in after_2037),
        env=os.environ | {"TZ": machine_zone, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    walls = [(row["helsinki_wall"], row["copenhagen_wall"], row["utc"][:-1]) for row in after_2037]
    assert [tuple(cell[:19] for cell in line.split("\t")) for line in output.splitlines()] == walls
