"""The guard that every page and letter is held to must itself be hard to fool."""

import pytest

from tests.bare_times import bare_times, visible_text


@pytest.mark.parametrize(
    "text",
    [
        "11:00 Finnish time",
        "11:00–14:00 Finnish time",
        "11:00-14:00 Finnish time (10:00-13:00 Danish and Norwegian time)",
        "11:00–14:00 Finnish time (10:00–13:00 Danish, Norwegian and Swedish time; 08:00–11:00 Icelandic time)",
        "klo 11.00–14.00 Suomen aikaa (klo 10.00–13.00 Tanskan ja Norjan aikaa)",
        "Klo 9.05 Suomen aikaa. Tervetuloa!",
        "kl. 11.00–14.00 finsk tid (kl. 10.00–13.00 dansk och norsk tid)",
        "kl. 10.00–13.00 dansk og norsk tid (kl. 11.00–14.00 finsk tid; kl. 08.00–11.00 islandsk tid)",
        "Kl 11 finsk tid",
        "klo 11–14 Suomen aikaa",
        "11.00 svensk tid",
        "11 am Finnish time, 2:30 pm Finnish time",
        "11-14: no clock",
        "08:00 UTC, klo 8.00 UTC-aikaa",
        "04:00 in the New York time zone",
        "03:00 in the Etc/GMT+5 time zone",
        "klo 4.00 aikavyöhykkeellä New York",
        "kl. 04.00 i tidszonen New York; kl. 04.00 i tidssonen New York",
        "11:00 (Finnish time)",
        "11:00\xa0Finnish time",
        "The stream opens at 10:45\nFinnish time.",
        "23:30 – Wednesday 8 May 00:30 Finnish time",
        "Tuesday 7 May 23:30 – Wednesday 8 May 01:00 Danish and Norwegian time",
        "klo 23.30 – keskiviikko 8. toukokuuta klo 0.30 Suomen aikaa",
        "tisdag 7 maj kl. 23.30 – onsdag 8 maj kl. 01.00 dansk och norsk tid",
        "kl. 23.30 – onsdag 8. mai kl. 00.30 finsk tid",
        "23:30 Danish time, Tuesday 7 May",
        "2024-05-07 11:00 Finnish time",
    ],
)
def test_a_time_with_its_zone_word_passes(text: str) -> None:
    """Every form in which our own pages and letters write a time."""
    assert bare_times(text) == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("11:00", ["11:00"]),
        ("Doors open at 10:30, welcome.", ["10:30"]),
        ("11:00–14:00", ["11:00–14:00"]),
        ("11:00 - 14:00 on Tuesday", ["11:00 - 14:00"]),
        ("Alkaa 11.00.", ["11.00"]),
        ("Alkaa 11.10. Tervetuloa!", ["11.10"]),
        ("11.00–14.00", ["11.00–14.00"]),
        ("klo 11", ["klo 11"]),
        ("Klo 9", ["Klo 9"]),
        ("klo 11–14", ["klo 11–14"]),
        ("kl. 11.00–14.00", ["kl. 11.00–14.00"]),
        ("kl 9 och klockan 10", ["kl 9", "klockan 10"]),
        ("klokken 9", ["klokken 9"]),
        ("11 am, 2:30 pm and 5 o'clock", ["11 am", "2:30 pm", "5 o'clock"]),
        ("10:58:31", ["10:58:31"]),
        ("2024-05-07T11:00", ["2024-05-07T11:00"]),
        ("2024-05-07T11:00:00", ["2024-05-07T11:00:00"]),
        ("2024-05-07 11:00", ["11:00"]),
        ("7.5.2024 11:00", ["11:00"]),
        ("7.5.2024 klo 11.00", ["klo 11.00"]),
        ("tiistai 7. toukokuuta 2024 klo 11.00–14.00", ["klo 11.00–14.00"]),
        ("(11:00)", ["11:00"]),
        ("24:00", ["24:00"]),
    ],
)
def test_a_time_without_any_zone_word_is_found(text: str, bare: list[str]) -> None:
    """Colons, dots, klo and kl., spans, twelve-hour clocks and ISO times without offset."""
    assert bare_times(text) == bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("11:00 and 10:00 Danish time", ["11:00"]),
        ("11:00 (10:00 Danish time)", ["11:00"]),
        ("11:00, 10:00 Danish time", ["11:00"]),
        ("11:00\n10:00 Danish time", ["11:00"]),
        ("klo 11.00 ja klo 10.00 Tanskan aikaa", ["klo 11.00"]),
        ("kl. 11.00 och kl. 10.00 dansk tid", ["kl. 11.00"]),
        ("10:30 Doors open. Finnish time is used.", ["10:30"]),
        ("10:30. Finnish time is used.", ["10:30"]),
        ("10:30\n\nFinnish time", ["10:30"]),
        ("11:00 – Welcome, then 12:00 Finnish time", ["11:00"]),
        ("- 10:30\n- 11:00 Finnish time", ["10:30"]),
        ("Finnish time: 11:00", ["11:00"]),
        ("11:00 Finnish timetable", ["11:00"]),
        ("11.00 finsk tidning", ["11.00"]),
        ("11:00 Finnish and 10:00 Danish time", ["11:00"]),
        ("11:00 Finnish", ["11:00"]),
        ("11:00 local time", ["11:00"]),
        ("11:00–14:00 (10:00–13:00 Danish and Norwegian time)", ["11:00–14:00"]),
        ("11:00–12:00, 13:00–14:00 Finnish time", ["11:00–12:00"]),
        ("11:00 Finnish time (10:00)", ["10:00"]),
    ],
)
def test_another_times_zone_word_does_not_count(text: str, bare: list[str]) -> None:
    """A word covers the one time or span right before it."""
    assert bare_times(text) == bare


@pytest.mark.parametrize(
    "text",
    [
        "7.5.2024",
        "07.05.2024 and 7.10.2024",
        "Ilmoittautuminen päättyy 2.5.2024",
        "7.10. asti",
        "7.10.–9.10.2024",
        "version 3.11, Version 3.11, v3.11, Python 3.11, 3.11.7 and 1.10.12",
        "eventops 0.10.0 under Apache-2.0",
        "127.0.0.1:8025 and 10.20.30.40 and http://localhost:8080/",
        "Ratio 16:9, 12.50 €, 99.95 %, 10.24 MB",
        "2023-2024, 2024-05-07",
        "EO1ABC:1234",
        "2024-05-07T08:00:00Z and 2024-05-07T11:00+03:00 and 2024-05-07T11:00:00.123+0300",
        "Seats left: 12. Room 11",
        "in 25 minutes, 25 minuutin päästä",
    ],
)
def test_what_is_no_clock_time_is_left_alone(text: str) -> None:
    """Dates, versions, addresses, amounts, and instants that carry their offset."""
    assert bare_times(text) == []


def test_visible_text_parts_blocks_and_joins_inline_words() -> None:
    """A zone word in the next cell belongs to that cell; one in a span of its own belongs to the time."""
    cells = "<table><tr><td>11:00</td><td>Finnish time</td></tr></table>"
    assert bare_times(visible_text(cells)) == ["11:00"]
    spans = "<p><strong>11:00</strong>\n    <span>Finnish time</span></p>"
    assert bare_times(visible_text(spans)) == []


def test_visible_text_hears_labels_and_ignores_machine_parts() -> None:
    """Labels are read aloud; scripts, comments and machine attributes are not."""
    html = (
        '<title>At 10:00</title><script>"11:00"</script><style>/* 12:00 */</style><!-- 13:00 -->'
        '<p><time datetime="2024-05-07T14:00">noon</time><img alt="Opens 15:00" src="a.png">'
        '<a aria-label="From 16:00" href="/17:00">x</a></p>'
    )
    assert bare_times(visible_text(html)) == ["10:00", "15:00", "16:00"]
