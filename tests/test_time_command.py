"""`eventops time` as a person and as a script call it."""

import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from eventops.time_command import convert, time_command

HELSINKI, COPENHAGEN, REYKJAVIK = "Europe/Helsinki", "Europe/Copenhagen", "Atlantic/Reykjavik"
TO_COPENHAGEN = ["--from", HELSINKI, "--to", COPENHAGEN]


def run(*arguments: str, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(time_command, arguments, input=input)


def assert_refused(result: Result, message: str) -> None:
    """One line on standard error, nothing on standard output, exit status 2."""
    assert (result.stdout, result.stderr, result.exit_code) == ("", f"Error: {message}\n", 2)


def test_time_shows_the_other_clock() -> None:
    """The conference's beginning on Danish clocks."""
    result = run("2024-05-07 11:00", *TO_COPENHAGEN)
    assert (result.stdout, result.stderr, result.exit_code) == ("2024-05-07T10:00:00+02:00\n", "", 0)


def test_time_writes_a_column_for_each_zone() -> None:
    """In the order asked for, a zone asked for twice written twice."""
    result = run("2024-05-07T11:00:30", *TO_COPENHAGEN, "--to", REYKJAVIK, "--to", COPENHAGEN)
    columns = ["2024-05-07T10:00:30+02:00", "2024-05-07T08:00:30+00:00", "2024-05-07T10:00:30+02:00"]
    assert result.stdout == "\t".join(columns) + "\n"


def test_time_writes_an_offset_with_seconds() -> None:
    """Helsinki's own mean time, until 1921."""
    assert run("1900-01-01 12:00", "--from", "UTC", "--to", HELSINKI).stdout == "1900-01-01T13:39:49+01:39:49\n"


@pytest.mark.parametrize(
    ("wall", "line", "earlier", "later"),
    [
        (
            "2024-03-31 03:30",
            "! nonexistent\t2024-03-31T00:30:00Z\t2024-03-31T01:30:00Z",
            "2024-03-31T00:30:00+00:00\t2024-03-31T01:30:00+01:00",
            "2024-03-31T01:30:00+00:00\t2024-03-31T03:30:00+02:00",
        ),
        (
            "2024-10-27 03:30",
            "! ambiguous\t2024-10-27T00:30:00Z\t2024-10-27T01:30:00Z",
            "2024-10-27T00:30:00+00:00\t2024-10-27T02:30:00+02:00",
            "2024-10-27T01:30:00+00:00\t2024-10-27T02:30:00+01:00",
        ),
    ],
)
def test_time_tells_a_skipped_or_repeated_time_once(wall: str, line: str, earlier: str, later: str) -> None:
    """Both readings once however many zones, and status 1; with a reading, the columns and status 0."""
    to_both = ["--from", HELSINKI, "--to", REYKJAVIK, "--to", COPENHAGEN]
    uncertain = run(wall, *to_both)
    assert (uncertain.stdout, uncertain.stderr, uncertain.exit_code) == (f"{line}\n", "", 1)
    for reading, columns in (("earlier", earlier), ("later", later)):
        chosen = run(wall, *to_both, "--reading", reading)
        assert (chosen.stdout, chosen.exit_code) == (f"{columns}\n", 0)


def test_time_reads_lines_from_standard_input() -> None:
    """A line out for each line in; one uncertain line among them makes the status 1 and stops nothing."""
    result = run("-", *TO_COPENHAGEN, input="2024-05-07 11:00\n2024-03-31 03:30\n2024-05-07T14:00\n")
    assert result.stdout.splitlines() == [
        "2024-05-07T10:00:00+02:00",
        "! nonexistent\t2024-03-31T00:30:00Z\t2024-03-31T01:30:00Z",
        "2024-05-07T13:00:00+02:00",
    ]
    assert (result.stderr, result.exit_code) == ("", 1)


@pytest.mark.parametrize(
    "text",
    [
        b"2024-05-07 11:00\n2024-05-07 14:00\n",
        b"2024-05-07 11:00\n2024-05-07 14:00",
        b"2024-05-07 11:00\r\n2024-05-07 14:00\r\n",
        b"2024-05-07 11:00\r\n2024-05-07 14:00",
        b"\xef\xbb\xbf2024-05-07 11:00\n2024-05-07 14:00\n",
    ],
)
def test_time_takes_lines_as_editors_write_them(text: bytes) -> None:
    """With or without CR, a last line break, and a mark of UTF-8 at the beginning."""
    result = run("-", *TO_COPENHAGEN, input=text)
    assert (result.stdout, result.exit_code) == ("2024-05-07T10:00:00+02:00\n2024-05-07T13:00:00+02:00\n", 0)


def test_time_of_nothing_is_nothing() -> None:
    """No line in, no line out, and that is well; a wrong zone is still wrong."""
    result = run("-", *TO_COPENHAGEN, input="")
    assert (result.output, result.exit_code) == ("", 0)
    assert_refused(run("-", "--from", HELSINKI, "--to", "Åbo", input=""), r"unknown time zone '\xc5bo'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"2024-05-07 11:00\n\n", "line 2: not a time written YYYY-MM-DD HH:MM without offset: ''"),
        (b"\n", "line 1: not a time written YYYY-MM-DD HH:MM without offset: ''"),
        (b"2024-05-07 11:00\n2024-05-07\n", "line 2: not a time written YYYY-MM-DD HH:MM without offset: '2024-05-07'"),
        (b"2024-05-07 11:00Z\n", "line 1: not a time written YYYY-MM-DD HH:MM without offset: '2024-05-07 11:00Z'"),
        (b"2024-02-30 11:00\n", "line 1: no such date or time: '2024-02-30 11:00'"),
        (b"2024-05-07 11:00\n\xff\0", r"line 2: not a time written YYYY-MM-DD HH:MM without offset: '\ufffd\x00'"),
        (b"2024-05-07 11:00\x0b2024-05-07 11:00", "line 1: not a time written YYYY-MM-DD HH:MM without offset: "
         r"'2024-05-07 11:00\x0b2024-05-07 11:00'"),
        (b"9999-12-31 23:00", "line 1: a time outside the years 1 to 9999"),
    ],
)  # fmt: skip
def test_time_checks_every_line_before_it_prints_any(text: bytes, message: str) -> None:
    """A blank line is malformed too: each line in has its line out, so none may vanish."""
    assert_refused(run("-", "--from", HELSINKI, "--to", "Pacific/Apia", input=text), message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["7.5.2024 11.00", *TO_COPENHAGEN], "not a time written YYYY-MM-DD HH:MM without offset: '7.5.2024 11.00'"),
        (["2024-05-07 25:00", *TO_COPENHAGEN], "no such date or time: '2024-05-07 25:00'"),
        (["2024-05-07 11:00", "--from", "Europe/Turku", "--to", "UTC"], "unknown time zone 'Europe/Turku'"),
        (["2024-05-07 11:00", "--from", "UTC", "--to", "../etc"], "unknown time zone '../etc'"),
        (["2024-05-07 11:00", "--from", "UTC", "--to", "UTC", "--to", ""], "unknown time zone ''"),
        (["2024-03-31 03:30", *TO_COPENHAGEN, "--to", "a\nb"], r"unknown time zone 'a\nb'"),
        (["2024-05-07 11:00", "--from", HELSINKI], "Missing option '--to'."),
        (["2024-05-07 11:00", "--to", HELSINKI], "Missing option '--from'."),
        (TO_COPENHAGEN, "Missing argument 'WALL'."),
        (
            ["2024-05-07 11:00", *TO_COPENHAGEN, "--reading", "noon"],
            "Invalid value for '--reading': 'noon' is not one of 'earlier', 'later'.",
        ),
        (["2024-05-07", "11:00", *TO_COPENHAGEN], "Got unexpected extra argument (11:00)"),
    ],
)
def test_time_refuses_bad_input_in_one_line(arguments: list[str], message: str) -> None:
    """Malformed times, unknown zones and wrong options: what is wrong, and status 2."""
    assert_refused(run(*arguments), message)


def test_convert_says_whether_a_line_is_certain() -> None:
    """The function behind the command."""
    assert convert("2024-05-07 11:00", from_zone=HELSINKI, to_zones=["UTC"]) == ("2024-05-07T08:00:00+00:00", True)
    line, certain = convert("2024-10-27 03:30", from_zone=HELSINKI, to_zones=["UTC"])
    assert (line, certain) == ("! ambiguous\t2024-10-27T00:30:00Z\t2024-10-27T01:30:00Z", False)


def test_time_takes_ten_thousand_lines_in_a_process_of_its_own() -> None:
    """Quarters of an hour in winter, when Denmark is one hour behind Finland and UTC two."""
    midnight = datetime.fromisoformat("2024-01-01T00:00")
    walls = [midnight + timedelta(minutes=15 * (number % 8_000)) for number in range(10_000)]
    program = "from eventops.time_command import time_command; time_command()"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, "-", *TO_COPENHAGEN, "--to", "UTC"],
        input="\n".join(wall.isoformat(" ") for wall in walls),
        capture_output=True,
        text=True,
        check=True,
    )
    hour = timedelta(hours=1)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        f"{(wall - hour).isoformat()}+01:00\t{(wall - 2 * hour).isoformat()}+00:00" for wall in walls
    ]


def test_time_starts_without_the_server_and_the_database() -> None:
    """A command for the shell answers at once."""
    program = "import sys, eventops.time_command; print(*{'flask', 'sqlalchemy', 'icalendar'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert loaded == "\n"
