"""Zones, wall times and instants; gaps and folds; counting back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventops.times import (
    AmbiguousTime,
    NonexistentTime,
    Reading,
    UncertainTime,
    UnknownZone,
    days_before,
    minutes_before,
    offset_text,
    parse_wall,
    stored_instant,
    to_instant,
    to_wall,
    utc_text,
    zone,
)

HELSINKI, COPENHAGEN = "Europe/Helsinki", "Europe/Copenhagen"
ZONES = [HELSINKI, COPENHAGEN, "Atlantic/Reykjavik", "America/Nuuk", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
INSTANTS = st.datetimes(
    datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2100-12-31"), timezones=st.just(UTC)
) | st.builds(
    # Within hours of a change of clocks, where chance seldom leads.
    lambda text, minutes: utc(text) + timedelta(minutes=minutes),
    st.sampled_from(
        ["2024-03-31T01:00", "2024-10-27T01:00", "2024-04-06T15:00", "2011-12-30T10:00", "2049-10-31T01:00"]
    ),
    st.integers(-180, 180),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_zone_gives_the_zone_of_its_key() -> None:
    """A key of the IANA database, and a zone by that key."""
    assert zone(HELSINKI) is ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        ".",
        "..",
        "../etc",
        "/etc/localtime",
        "/usr/share/zoneinfo/Europe/Helsinki",
        "Europe",
        "Europe/",
        "Europe/../x",
        "Europe/../Europe/Helsinki",
        "Europe/Helsinki\0",
        "Europe/Helsinki ",
        "europe/helsinki",
        "Europe\\Helsinki",
        "posix/Europe/Helsinki",
        "posixrules",
        "localtime",
        "Factory",
        "zone.tab",
        "EET-2EEST,M3.5.0/3,M10.5.0/4",
        "+02:00",
        "Suomi",
        "\udcff",
        pytest.param("x" * 1_000_000, id="huge"),
    ],
)
def test_zone_refuses_what_is_no_key(key: str) -> None:
    """Paths, other spellings, this machine's own files and any other string: one error, its message short."""
    with pytest.raises(UnknownZone) as refused:
        zone(key)
    assert refused.value.key == key
    message = str(refused.value)
    assert message.startswith("unknown time zone '")
    assert len(message) < 200
    assert message.isprintable()


@settings(deadline=None)
@given(st.text())
def test_zone_refuses_any_other_text(key: str) -> None:
    """Whatever is typed, UnknownZone is the only error."""
    with suppress(UnknownZone):
        assert zone(key).key == key


@pytest.mark.parametrize(
    ("wall", "zone_key", "instant"),
    [
        ("2024-05-07T11:00", HELSINKI, "2024-05-07T08:00:00Z"),
        ("2024-05-07T10:00", COPENHAGEN, "2024-05-07T08:00:00Z"),
        ("2024-01-07T11:00", HELSINKI, "2024-01-07T09:00:00Z"),
        ("2024-05-07T08:00", "Atlantic/Reykjavik", "2024-05-07T08:00:00Z"),
        ("2024-03-31T02:59:59", HELSINKI, "2024-03-31T00:59:59Z"),
        ("2024-03-31T04:00", HELSINKI, "2024-03-31T01:00:00Z"),
    ],
)
@pytest.mark.parametrize("reading", [None, "earlier", "later"])
def test_to_instant_of_a_certain_time_needs_no_reading(
    wall: str, zone_key: str, instant: str, reading: Reading | None
) -> None:
    """A reading changes nothing where clocks show the time once."""
    assert utc_text(to_instant(parse_wall(wall), zone_key, reading)) == instant


@pytest.mark.parametrize(
    ("wall", "zone_key", "error", "earlier", "later"),
    [
        ("2024-03-31 03:30", HELSINKI, NonexistentTime, "2024-03-31T00:30:00Z", "2024-03-31T01:30:00Z"),
        ("2024-03-31 03:00", HELSINKI, NonexistentTime, "2024-03-31T00:00:00Z", "2024-03-31T01:00:00Z"),
        ("2024-10-27 03:30", HELSINKI, AmbiguousTime, "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"),
        ("2024-10-27 02:00", COPENHAGEN, AmbiguousTime, "2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z"),
        # Half an hour only; and a whole day that Samoa left out.
        ("2024-10-06 02:15", "Australia/Lord_Howe", NonexistentTime, "2024-10-05T15:15:00Z", "2024-10-05T15:45:00Z"),
        ("2011-12-30 12:00", "Pacific/Apia", NonexistentTime, "2011-12-29T22:00:00Z", "2011-12-30T22:00:00Z"),
    ],
)
def test_to_instant_refuses_a_skipped_or_repeated_time_with_both_readings(
    wall: str, zone_key: str, error: type[UncertainTime], earlier: str, later: str
) -> None:
    """The form can offer both; whoever chose gets what they chose."""
    with pytest.raises(error) as refused:
        to_instant(parse_wall(wall), zone_key)
    assert (utc_text(refused.value.earlier), utc_text(refused.value.later)) == (earlier, later)
    assert (refused.value.wall, refused.value.zone_key) == (parse_wall(wall), zone_key)
    assert str(refused.value) == f"{wall}:00 is {error.kind} in {zone_key}: {earlier} or {later}"
    assert utc_text(to_instant(parse_wall(wall), zone_key, "earlier")) == earlier
    assert utc_text(to_instant(parse_wall(wall), zone_key, "later")) == later


def test_to_instant_does_not_take_a_fold_for_an_answer() -> None:
    """A datetime's fold is 0 when nobody thought about it, so it decides nothing here."""
    for fold in (0, 1):
        with pytest.raises(AmbiguousTime):
            to_instant(parse_wall("2024-10-27 03:30").replace(fold=fold), HELSINKI)


@pytest.mark.parametrize(
    ("wall", "fold", "instant"),
    [
        ("2024-10-27 03:30", 0, "2024-10-27T00:30:00Z"),
        ("2024-10-27 03:30", 1, "2024-10-27T01:30:00Z"),
        ("2024-03-31 03:30", 0, "2024-03-31T01:30:00Z"),
        ("2024-03-31 03:30", 1, "2024-03-31T00:30:00Z"),
        ("2024-05-07 11:00", 1, "2024-05-07T08:00:00Z"),
    ],
)
def test_stored_instant_follows_pep_495(wall: str, fold: int, instant: str) -> None:
    """Fold 0 of a repeated time is the earlier, of a skipped time the later."""
    assert utc_text(stored_instant(parse_wall(wall), HELSINKI, fold)) == instant


@settings(deadline=None)
@given(INSTANTS, st.sampled_from(ZONES))
def test_an_instant_survives_being_stored_as_wall_time_zone_and_fold(instant: datetime, key: str) -> None:
    """Any instant, any zone: what `to_wall` gives leads back to it."""
    wall = to_wall(instant, key)
    assert wall.tzinfo is None
    assert stored_instant(wall, key, wall.fold) == instant
    assert datetime.fromisoformat(offset_text(instant, key)) == instant.replace(microsecond=0)
    try:
        assert to_instant(wall, key) == instant
    except AmbiguousTime:
        assert to_instant(wall, key, "later" if wall.fold else "earlier") == instant


@settings(deadline=None)
@given(st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2100-12-31")), st.sampled_from(ZONES))
def test_every_wall_time_has_two_readings_in_order(wall: datetime, key: str) -> None:
    """The earlier is never after the later, and a certain time has one."""
    earlier, later = to_instant(wall, key, "earlier"), to_instant(wall, key, "later")
    assert earlier <= later
    shown = [to_wall(instant, key) for instant in (earlier, later)]
    try:
        assert (earlier, later) == (to_instant(wall, key),) * 2
    except AmbiguousTime:
        assert shown == [wall, wall]
    except NonexistentTime:
        assert shown[0] < wall < shown[1]


def test_the_same_instant_in_any_offset_gives_the_same_wall_time() -> None:
    """An instant may come with another offset than UTC."""
    there = datetime.fromisoformat("2024-05-07T13:30+05:30")
    assert to_wall(there, HELSINKI) == parse_wall("2024-05-07 11:00")
    assert utc_text(there) == "2024-05-07T08:00:00Z"
    assert minutes_before(there, 30) == utc("2024-05-07T07:30")
    assert minutes_before(there, 30).tzinfo is UTC


NAIVE, AWARE = parse_wall("2024-05-07 11:00"), utc("2024-05-07T11:00")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: to_wall(NAIVE, HELSINKI), "an instant has an offset"),
        (lambda: utc_text(NAIVE), "an instant has an offset"),
        (lambda: offset_text(NAIVE, HELSINKI), "an instant has an offset"),
        (lambda: days_before(NAIVE, 1, time(9), HELSINKI), "an instant has an offset"),
        (lambda: minutes_before(NAIVE, 1), "an instant has an offset"),
        (lambda: to_instant(AWARE, HELSINKI), "a wall time has no offset"),
        (lambda: stored_instant(AWARE, HELSINKI, 0), "a wall time has no offset"),
        (lambda: days_before(AWARE, 1, time(9, tzinfo=UTC), HELSINKI), "a wall time has no offset"),
    ],
)
def test_naive_and_aware_are_never_mixed_up(call: Callable[[], object], message: str) -> None:
    """An instant without an offset, or a wall time with one, is refused by every function."""
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(("wall", "key"), [("0001-01-01 00:00", HELSINKI), ("9999-12-31 23:00", "America/Nuuk")])
def test_times_at_the_end_of_the_calendar_are_refused(wall: str, key: str) -> None:
    """An instant outside the years 1 to 9999 is a ValueError, and no overflow."""
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        to_instant(parse_wall(wall), key)


def test_a_day_before_is_a_date_and_a_day_of_minutes_is_elapsed() -> None:
    """Across the night in which Finland lost an hour, the two differ by it."""
    start = to_instant(parse_wall("2024-03-31 11:00"), HELSINKI)
    assert utc_text(days_before(start, 1, time(11), HELSINKI)) == "2024-03-30T09:00:00Z"
    assert utc_text(minutes_before(start, 24 * 60)) == "2024-03-30T08:00:00Z"


@pytest.mark.parametrize(
    ("instant", "days", "at", "zone_key", "expected"),
    [
        ("2024-05-07T08:00", 1, "09:00", HELSINKI, "2024-05-06T06:00:00Z"),
        ("2024-05-07T08:00", 1, "09:00", COPENHAGEN, "2024-05-06T07:00:00Z"),
        ("2024-05-07T08:00", 0, "09:00", HELSINKI, "2024-05-07T06:00:00Z"),
        # Half past midnight in Finland is still the evening before in Denmark: the day is the zone's own.
        ("2024-05-06T21:30", 1, "09:00", HELSINKI, "2024-05-06T06:00:00Z"),
        ("2024-05-06T21:30", 1, "09:00", COPENHAGEN, "2024-05-05T07:00:00Z"),
        # 03:30 is skipped on the day before: the later reading, 04:30 there. It is shown twice: the first.
        ("2024-04-01T08:00", 1, "03:30", HELSINKI, "2024-03-31T01:30:00Z"),
        ("2024-10-28T08:00", 1, "03:30", HELSINKI, "2024-10-27T00:30:00Z"),
        ("2024-03-01T08:00", 1, "09:00", HELSINKI, "2024-02-29T07:00:00Z"),
        ("2025-01-01T08:00", 7, "09:00", HELSINKI, "2024-12-25T07:00:00Z"),
    ],
)
def test_days_before_counts_on_the_zones_calendar(
    instant: str, days: int, at: str, zone_key: str, expected: str
) -> None:
    """Leap days, years, and hours that are skipped or repeated."""
    assert utc_text(days_before(utc(instant), days, time.fromisoformat(at), zone_key)) == expected


def test_instants_and_not_wall_clocks_are_subtracted() -> None:
    """Within one zone Python subtracts wall clocks; what these functions give is in UTC and cannot."""
    before, after = (stored_instant(parse_wall("2024-10-27 03:30"), HELSINKI, fold) for fold in (0, 1))
    assert after - before == timedelta(hours=1)
    assert before.tzinfo is UTC
    assert to_instant(parse_wall("2024-05-07 11:00"), HELSINKI).tzinfo is UTC
