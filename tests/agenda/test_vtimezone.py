"""The VTIMEZONE against zoneinfo: its text is read back and its rules expanded by dateutil."""

import zoneinfo
from bisect import bisect
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dateutil.rrule import rrulestr

from eventops.agenda.vtimezone import NoYearlyRule, vtimezone
from eventops.times import UnknownZone

HOUR = timedelta(hours=1)


def blocks(zone_key: str) -> list[dict[str, str]]:
    """The properties of each block, from the text that calendars get."""
    found: list[dict[str, str]] = []
    for line in vtimezone(zone_key).to_ical().decode().splitlines():
        name, _, value = line.partition(":")
        if name == "BEGIN":
            found.append({})
        found[-1][name] = value
    return found[1:]


def offset(text: str) -> timedelta:
    return datetime.strptime(text, "%z").utcoffset() or timedelta(0)


def changes_of(zone_key: str) -> list[tuple[datetime, timedelta]]:
    """Every change that the VTIMEZONE tells until 2042: its instant, in UTC, and the offset from then on."""
    changes = []
    for block in blocks(zone_key):
        start = datetime.fromisoformat(block["DTSTART"])
        onsets = [start]
        if "RRULE" in block:
            onsets = rrulestr(block["RRULE"], dtstart=start).between(
                start, datetime.fromisoformat("2042-01-01"), inc=True
            )
        assert onsets[0] == start
        begins = [(onset - offset(block["TZOFFSETFROM"])).replace(tzinfo=UTC) for onset in onsets]
        changes += [(begin, offset(block["TZOFFSETTO"])) for begin in begins]
    return sorted(changes)


def assert_agrees_with_zoneinfo(zone_key: str, step: timedelta) -> None:
    """The offset at every step from 2024 through 2040, and in every hour two days round each change."""
    zone, changes = zoneinfo.ZoneInfo(zone_key), changes_of(zone_key)
    begin, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
    moments = [begin + number * step for number in range((end - begin) // step)]
    moments += [at + hours * HOUR for at, _ in changes if begin <= at < end for hours in range(-48, 48)]
    moments += [at - timedelta(seconds=1) for at, _ in changes if begin <= at < end]
    begins = [at for at, _ in changes]
    wrong = [at for at in moments if at.astimezone(zone).utcoffset() != changes[bisect(begins, at) - 1][1]]
    assert wrong == []


@pytest.mark.parametrize(
    ("zone_key", "changes"),
    [
        ("Europe/Helsinki", 34),
        ("Europe/Copenhagen", 34),
        ("Europe/Oslo", 34),
        ("Europe/Stockholm", 34),
        ("Europe/London", 34),
        ("Australia/Sydney", 34),
        ("Atlantic/Reykjavik", 0),
    ],
)
def test_vtimezone_has_the_zones_offset_at_every_hour_round_each_change(zone_key: str, changes: int) -> None:
    """Two changes a year, or none, from 2024 through 2040: past 2038, where old zone data ends."""
    assert sum(2024 <= at.year <= 2040 for at, _ in changes_of(zone_key)) == changes
    assert_agrees_with_zoneinfo(zone_key, timedelta(hours=12))


UNUSUAL = [
    "UTC",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Atlantic/Faroe",
    "Atlantic/Azores",
    "America/Nuuk",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Antarctica/Troll",
]


def test_vtimezone_tells_the_truth_of_every_zone_or_nothing(long: bool) -> None:
    """Winter as the exception, half hours, times before and after the day; in the long form every zone there is."""
    agreed = []
    for zone_key in sorted(zoneinfo.available_timezones() - {"localtime", "Factory"}) if long else UNUSUAL:
        try:
            assert_agrees_with_zoneinfo(zone_key, timedelta(days=5))
        except NoYearlyRule:
            continue
        agreed.append(zone_key)
    assert set(UNUSUAL) <= set(agreed)


@pytest.mark.parametrize(
    ("zone_key", "text"),
    [
        (
            "Europe/Helsinki",
            """\
BEGIN:VTIMEZONE
TZID:Europe/Helsinki
BEGIN:DAYLIGHT
DTSTART:19700329T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:EEST
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T040000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:EET
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE
""",
        ),
        (
            "Atlantic/Reykjavik",
            """\
BEGIN:VTIMEZONE
TZID:Atlantic/Reykjavik
BEGIN:STANDARD
DTSTART:19700101T000000
TZNAME:GMT
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
""",
        ),
        (
            "America/Nuuk",
            """\
BEGIN:VTIMEZONE
TZID:America/Nuuk
BEGIN:DAYLIGHT
DTSTART:19700328T230000
RRULE:FREQ=YEARLY;BYDAY=SA;BYMONTHDAY=24,25,26,27,28,29,30;BYMONTH=3
TZNAME:-01
TZOFFSETFROM:-0200
TZOFFSETTO:-0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T000000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:-02
TZOFFSETFROM:-0100
TZOFFSETTO:-0200
END:STANDARD
END:VTIMEZONE
""",
        ),
    ],
)
def test_vtimezone_is_written_in_two_blocks_or_one(zone_key: str, text: str) -> None:
    """Each begins in the local time of the offset before it, with no list of dates."""
    assert vtimezone(zone_key).to_ical().decode() == text.replace("\n", "\r\n")


def test_dublin_has_its_daylight_in_summer() -> None:
    """Its footer counts winter as the exception; calendars expect DAYLIGHT to be ahead."""
    assert {block["BEGIN"]: block["TZNAME"] for block in blocks("Europe/Dublin")} == {
        "DAYLIGHT": "IST",
        "STANDARD": "GMT",
    }


@pytest.mark.parametrize(
    ("zone_key", "why"),
    [
        ("Africa/Casablanca", "it does not keep to its rule at 2024-03-1"),
        ("Africa/Cairo", "its rule M10.5.4/24 is not the same days of a month every year"),
    ],
)
def test_vtimezone_refuses_what_two_rules_cannot_tell(zone_key: str, why: str) -> None:
    """Rather no VTIMEZONE than one that is an hour off in Ramadan."""
    with pytest.raises(NoYearlyRule, match=f"^{zone_key} has no VTIMEZONE: {why}"):
        vtimezone(zone_key)


@pytest.fixture
def zone_folder(tmp_path: Path) -> Iterator[Path]:
    """The only folder in which zone files are looked for, but for the tzdata package: empty until filled."""
    vtimezone.cache_clear()
    # While it is held, zoneinfo answers from memory: only the footer is read from the folder.
    held = zoneinfo.ZoneInfo("Europe/Helsinki")
    zoneinfo.reset_tzpath([tmp_path])
    yield tmp_path
    zoneinfo.reset_tzpath()
    vtimezone.cache_clear()
    assert held is zoneinfo.ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("footer", "why"),
    [
        (b"EET-2EEST,J60/3,J300/4", "its rule has 'J60/3'"),
        (b"EET-2EEST,59,M10.5.0/4", "its rule has '59'"),
        (b"EET-2EEST,M3.6.0,M10.5.0", "its rule has 'M3.6.0'"),
        (b"EET-2EEST,M3.1.0/-1,M10.5.0", "its rule M3.1.0/-1 is not the same days of a month every year"),
        (b"EET-2EEST,M2.5.0/-1,M10.5.0", "its rule M2.5.0/-1 is not the same days of a month every year"),
        (b"EET-2EEST", "its rule is 'EET-2EEST'"),
        (b"", "its rule is ''"),
        (b"CET-1CEST,M3.5.0,M10.5.0/3", "it does not keep to its rule at 2024-01-01T00:00:00Z"),
    ],
)
def test_vtimezone_refuses_other_footers(zone_folder: Path, footer: bytes, why: str) -> None:
    """Days of the year, days that are not the same every year, no rule, and a rule that is not the zone's."""
    file = zone_folder / "Europe" / "Helsinki"
    file.parent.mkdir()
    file.write_bytes(b"TZif2...\n" + footer + b"\n")
    with pytest.raises(NoYearlyRule) as refused:
        vtimezone("Europe/Helsinki")
    assert str(refused.value) == f"Europe/Helsinki has no VTIMEZONE: {why}"
    assert refused.value.zone_key == "Europe/Helsinki"


def test_vtimezone_needs_no_zone_files_of_the_system(zone_folder: Path) -> None:
    """The tzdata package's slim files end with the same footers."""
    from_package = vtimezone("Europe/Helsinki").to_ical()
    zoneinfo.reset_tzpath()
    vtimezone.cache_clear()
    assert vtimezone("Europe/Helsinki").to_ical() == from_package


@pytest.mark.parametrize("key", ["", "../etc", "localtime", "Europe/Helsinki\0", "Europe"])
def test_vtimezone_refuses_unknown_zones(key: str) -> None:
    """What is no zone's key is never looked for among the files."""
    with pytest.raises(UnknownZone):
        vtimezone(key)
