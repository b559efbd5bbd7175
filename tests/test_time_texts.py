"""Times as machines write and read them."""

from datetime import UTC, date, datetime, time

import pytest

from eventops.times import offset_text, parse_wall, utc_text


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2024-05-07 11:00", 0), ("2024-05-07T11:00", 0), ("2024-05-07 11:00:59", 59), ("2024-05-07T11:00:00", 0)],
)
def test_parse_wall_reads_the_written_forms(text: str, seconds: int) -> None:
    """A space or a T, with or without seconds."""
    assert parse_wall(text) == datetime.combine(date(2024, 5, 7), time(11, 0, seconds))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-05-07",
        "11:00",
        "7.5.2024 11.00",
        "2024-5-7 11:00",
        "2024-05-07  11:00",
        " 2024-05-07 11:00",
        "2024-05-07 11:00\n",
        "2024-05-07t11:00",
        "2024-05-07 11.00",
        "2024-05-07 11",
        "2024-05-07 1:00",
        "2024-05-07 11:00Z",
        "2024-05-07 11:00+03:00",
        "2024-05-07 11:00:00.5",
        "20240507T1100",
        "2024-W19-2 11:00",
        "٢٠٢٤-05-07 11:00",
        "2024-05-07\u00a011:00",
        "-024-05-07 11:00",
        pytest.param("x" * 1_000_000, id="huge"),
    ],
)
def test_parse_wall_refuses_other_forms(text: str) -> None:
    """Offsets, other digits, other separators: the message says what is expected, on one short line."""
    with pytest.raises(ValueError, match="not a time written YYYY-MM-DD HH:MM without offset: ") as refused:
        parse_wall(text)
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "text", ["2024-02-30 11:00", "2023-02-29 11:00", "0000-05-07 11:00", "2024-13-07 11:00", "2024-05-07 24:00",
             "2024-05-07 11:60", "2024-05-07 11:00:60"],
)  # fmt: skip
def test_parse_wall_refuses_dates_and_times_that_are_none(text: str) -> None:
    """Well written, but on no calendar and no clock."""
    with pytest.raises(ValueError, match=f"no such date or time: '{text}'"):
        parse_wall(text)


def test_machine_texts_have_whole_seconds_and_an_offset() -> None:
    """Also before the year 1000, and where the offset has seconds of its own."""
    assert utc_text(utc("2024-05-07T08:00:00.999999")) == "2024-05-07T08:00:00Z"
    assert utc_text(utc("0800-01-01T00:00")) == "0800-01-01T00:00:00Z"
    assert offset_text(utc("2024-05-07T08:00"), "Europe/Copenhagen") == "2024-05-07T10:00:00+02:00"
    assert offset_text(utc("2024-05-07T08:00"), "UTC") == "2024-05-07T08:00:00+00:00"
    assert offset_text(utc("1900-01-01T12:00"), "Europe/Helsinki") == "1900-01-01T13:39:49+01:39:49"
