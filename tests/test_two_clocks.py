"""Both clocks in words. The expected phrases are written by hand, by the glossary, in all five languages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventops.times import (
    LANGUAGES,
    TwoClocks,
    UnknownZone,
    city,
    duration_until,
    long_date,
    reader_zone,
    to_wall,
    two_clocks,
)
from tests.bare_times import bare_times

HELSINKI, COPENHAGEN, OSLO, STOCKHOLM = "Europe/Helsinki", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm"
REYKJAVIK = "Atlantic/Reykjavik"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def clocks(start: str, end: str | None, language: str, *also_show: str) -> TwoClocks:
    """Of an event in Finland, as a reader of the language sees it."""
    return two_clocks(
        utc(start),
        utc(end) if end else None,
        language=language,
        reader_zone=reader_zone(language, HELSINKI),
        home_zone=HELSINKI,
        also_show=also_show,
    )


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "11:00–14:00 Finnish time (10:00–13:00 Danish and Norwegian time)"),
        ("fi", "klo 11.00–14.00 Suomen aikaa (klo 10.00–13.00 Tanskan ja Norjan aikaa)"),
        ("sv", "kl. 11.00–14.00 finsk tid (kl. 10.00–13.00 dansk och norsk tid)"),
        ("da", "kl. 10.00–13.00 dansk og norsk tid (kl. 11.00–14.00 finsk tid)"),
        ("nb", "kl. 10.00–13.00 norsk og dansk tid (kl. 11.00–14.00 finsk tid)"),
    ],
)
def test_a_span_stands_on_both_clocks(language: str, phrase: str) -> None:
    """The conference's public part: the reader's own country first, and countries that agree share a phrase."""
    assert str(clocks("2024-05-07T08:00", "2024-05-07T11:00", language, COPENHAGEN, OSLO)) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "09:30 Finnish time (08:30 Danish, Norwegian and Swedish time; 06:30 Icelandic time)"),
        ("fi", "klo 9.30 Suomen aikaa (klo 8.30 Tanskan, Norjan ja Ruotsin aikaa; klo 6.30 Islannin aikaa)"),
        ("sv", "kl. 09.30 finsk tid (kl. 08.30 dansk, norsk och svensk tid; kl. 06.30 isländsk tid)"),
        ("da", "kl. 08.30 dansk, norsk og svensk tid (kl. 09.30 finsk tid; kl. 06.30 islandsk tid)"),
        ("nb", "kl. 08.30 norsk, dansk og svensk tid (kl. 09.30 finsk tid; kl. 06.30 islandsk tid)"),
    ],
)
def test_a_moment_in_the_morning_stands_on_every_clock(language: str, phrase: str) -> None:
    """Three countries agree, a third clock differs; Finnish writes the hour without a zero."""
    assert str(clocks("2024-05-07T06:30", None, language, COPENHAGEN, OSLO, STOCKHOLM, REYKJAVIK)) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "Tuesday 7 May 2024, 11:00–14:00 Finnish time (10:00–13:00 Danish and Norwegian time)"),
        ("fi", "tiistai 7. toukokuuta 2024 klo 11.00–14.00 Suomen aikaa (klo 10.00–13.00 Tanskan ja Norjan aikaa)"),
        ("sv", "tisdag 7 maj 2024 kl. 11.00–14.00 finsk tid (kl. 10.00–13.00 dansk och norsk tid)"),
        ("da", "tirsdag 7. maj 2024 kl. 10.00–13.00 dansk og norsk tid (kl. 11.00–14.00 finsk tid)"),
        ("nb", "tirsdag 7. mai 2024 kl. 10.00–13.00 norsk og dansk tid (kl. 11.00–14.00 finsk tid)"),
    ],
)
def test_a_letter_tells_date_and_clocks_as_one_phrase(language: str, phrase: str) -> None:
    """The date is the one on the reader's own clock."""
    assert clocks("2024-05-07T08:00", "2024-05-07T11:00", language, COPENHAGEN, OSLO).with_day == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "00:30 Finnish time (23:30 Danish time, Tuesday 7 May)"),
        ("fi", "klo 0.30 Suomen aikaa (tiistai 7. toukokuuta klo 23.30 Tanskan aikaa)"),
        ("sv", "kl. 00.30 finsk tid (tisdag 7 maj kl. 23.30 dansk tid)"),
        ("da", "kl. 23.30 dansk tid (onsdag 8. maj kl. 00.30 finsk tid)"),
        ("nb", "kl. 23.30 norsk og dansk tid (onsdag 8. mai kl. 00.30 finsk tid)"),
    ],
)
def test_a_moment_on_another_date_names_its_day(language: str, phrase: str) -> None:
    """Half past midnight in Finland is still the day before in Denmark."""
    assert str(clocks("2024-05-07T21:30", None, language, COPENHAGEN)) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "00:10–00:40 Finnish time (23:10–23:40 Danish time, Tuesday 7 May)"),
        ("fi", "klo 0.10–0.40 Suomen aikaa (tiistai 7. toukokuuta klo 23.10–23.40 Tanskan aikaa)"),
        ("sv", "kl. 00.10–00.40 finsk tid (tisdag 7 maj kl. 23.10–23.40 dansk tid)"),
        ("da", "kl. 23.10–23.40 dansk tid (onsdag 8. maj kl. 00.10–00.40 finsk tid)"),
        ("nb", "kl. 23.10–23.40 norsk og dansk tid (onsdag 8. mai kl. 00.10–00.40 finsk tid)"),
    ],
)
def test_a_span_on_another_date_names_its_day(language: str, phrase: str) -> None:
    """The whole span lies on the day before in Denmark."""
    assert str(clocks("2024-05-07T21:10", "2024-05-07T21:40", language, COPENHAGEN)) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "23:00 – Wednesday 8 May 00:30 Finnish time (22:00–23:30 Danish time)"),
        ("fi", "klo 23.00 – keskiviikko 8. toukokuuta klo 0.30 Suomen aikaa (klo 22.00–23.30 Tanskan aikaa)"),
        ("sv", "kl. 23.00 – onsdag 8 maj kl. 00.30 finsk tid (kl. 22.00–23.30 dansk tid)"),
        ("da", "kl. 22.00–23.30 dansk tid (kl. 23.00 – onsdag 8. maj kl. 00.30 finsk tid)"),
        ("nb", "kl. 22.00–23.30 norsk og dansk tid (kl. 23.00 – onsdag 8. mai kl. 00.30 finsk tid)"),
    ],
)
def test_a_span_past_midnight_names_the_day_of_its_end(language: str, phrase: str) -> None:
    """Past midnight in Finland, before it in Denmark."""
    assert str(clocks("2024-05-07T20:00", "2024-05-07T21:30", language, COPENHAGEN)) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "00:30–02:00 Finnish time (Tuesday 7 May 23:30 – Wednesday 8 May 01:00 Danish time)"),
        (
            "fi",
            "klo 0.30–2.00 Suomen aikaa"
            " (tiistai 7. toukokuuta klo 23.30 – keskiviikko 8. toukokuuta klo 1.00 Tanskan aikaa)",
        ),
        ("sv", "kl. 00.30–02.00 finsk tid (tisdag 7 maj kl. 23.30 – onsdag 8 maj kl. 01.00 dansk tid)"),
        ("da", "kl. 23.30 – onsdag 8. maj kl. 01.00 dansk tid (onsdag 8. maj kl. 00.30–02.00 finsk tid)"),
        ("nb", "kl. 23.30 – onsdag 8. mai kl. 01.00 norsk og dansk tid (onsdag 8. mai kl. 00.30–02.00 finsk tid)"),
    ],
)
def test_a_span_across_another_midnight_names_both_days(language: str, phrase: str) -> None:
    """It begins on the day before in Denmark, and ends there past midnight."""
    assert str(clocks("2024-05-07T21:30", "2024-05-07T23:00", language, COPENHAGEN)) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "11:00 Finnish time and in the Athens time zone (08:00 UTC; 04:00 in the New York time zone)"),
        (
            "fi",
            "klo 11.00 Suomen aikaa ja aikavyöhykkeellä Ateena"
            " (klo 8.00 UTC-aikaa; klo 4.00 aikavyöhykkeellä New York)",
        ),
        ("sv", "kl. 11.00 finsk tid och i tidszonen Aten (kl. 08.00 UTC; kl. 04.00 i tidszonen New York)"),
        ("da", "kl. 11.00 finsk tid og i tidszonen Athen (kl. 08.00 UTC; kl. 04.00 i tidszonen New York)"),
        ("nb", "kl. 11.00 finsk tid og i tidssonen Athen (kl. 08.00 UTC; kl. 04.00 i tidssonen New York)"),
    ],
)
def test_other_zones_are_named_by_their_city(language: str, phrase: str) -> None:
    """Zones without a country's name of ours, UTC, and one that agrees with a country."""
    others = ["Europe/Athens", "UTC", "America/New_York"]
    shown = two_clocks(
        utc("2024-05-07T08:00"), None, language=language, reader_zone=HELSINKI, home_zone=HELSINKI, also_show=others
    )
    assert str(shown) == phrase


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        (
            "en",
            "11:00 Finnish, Estonian, Latvian and Lithuanian time (09:00 Faroese and British time; 10:00 German time)",
        ),
        (
            "fi",
            "klo 11.00 Suomen, Viron, Latvian ja Liettuan aikaa"
            " (klo 9.00 Färsaarten ja Britannian aikaa; klo 10.00 Saksan aikaa)",
        ),
        (
            "sv",
            "kl. 11.00 finsk, estnisk, lettisk och litauisk tid"
            " (kl. 09.00 färöisk och brittisk tid; kl. 10.00 tysk tid)",
        ),
        (
            "da",
            "kl. 11.00 finsk, estisk, lettisk og litauisk tid (kl. 09.00 færøsk og britisk tid; kl. 10.00 tysk tid)",
        ),
        (
            "nb",
            "kl. 11.00 finsk, estisk, latvisk og litauisk tid (kl. 09.00 færøysk og britisk tid; kl. 10.00 tysk tid)",
        ),
    ],
)
def test_neighbours_are_named_by_their_country(language: str, phrase: str) -> None:
    """Around the Nordic countries too a country with one clock is named, not its capital."""
    keys = ("Tallinn", "Riga", "Vilnius", "London", "Berlin")
    others = ["Atlantic/Faroe", *(f"Europe/{key}" for key in keys)]
    shown = two_clocks(
        utc("2024-05-07T08:00"), None, language=language, reader_zone=HELSINKI, home_zone=HELSINKI, also_show=others
    )
    assert str(shown) == phrase


def test_a_zone_of_fixed_offset_keeps_its_whole_key() -> None:
    """Etc/GMT+5 is five hours behind UTC; without its Etc/ it would say the opposite."""
    shown = two_clocks(
        utc("2024-05-07T08:00"),
        None,
        language="en",
        reader_zone="Etc/GMT+5",
        home_zone="America/Argentina/Buenos_Aires",
    )
    assert str(shown) == "03:00 in the Etc/GMT+5 time zone (05:00 in the Buenos Aires time zone)"


def test_one_zone_needs_no_other_clock() -> None:
    """The reader is at home and nothing else is shown; a country is named once, also for two of its zones."""
    assert str(clocks("2024-05-07T08:00", None, "fi")) == "klo 11.00 Suomen aikaa"
    assert clocks("2024-05-07T08:00", None, "fi", HELSINKI, "Europe/Mariehamn").others == ()
    assert str(clocks("2024-05-07T08:00", None, "fi", "Europe/Mariehamn")) == "klo 11.00 Suomen aikaa"


def test_zones_share_a_phrase_only_while_they_agree() -> None:
    """In the summer of 1980 Danish clocks showed Finnish time until the night of 28 September."""
    summer = clocks("1980-07-01T12:00", None, "en", COPENHAGEN)
    assert str(summer) == "14:00 Finnish and Danish time"
    night = clocks("1980-09-28T00:30", "1980-09-28T01:30", "en", COPENHAGEN)
    assert str(night) == "02:30–03:30 Finnish time (02:30–02:30 Danish time)"


def test_the_parts_are_there_one_by_one() -> None:
    """A page shows the own clock large and the others beneath; instants are in UTC whatever came in."""
    start = datetime.fromisoformat("2024-05-07T10:00+02:00")
    shown = two_clocks(
        start,
        start + timedelta(hours=3),
        language="nb",
        reader_zone=OSLO,
        home_zone=HELSINKI,
        also_show=[COPENHAGEN, OSLO],
    )
    assert shown == TwoClocks(
        start=utc("2024-05-07T08:00"),
        end=utc("2024-05-07T11:00"),
        language="nb",
        day="tirsdag 7. mai 2024",
        own="kl. 10.00–13.00 norsk og dansk tid",
        others=("kl. 11.00–14.00 finsk tid",),
    )
    assert (shown.start.tzinfo, shown.end.tzinfo if shown.end else None) == (UTC, UTC)


@pytest.mark.parametrize(
    ("language", "zone_key"), [("en", STOCKHOLM), ("fi", HELSINKI), ("sv", HELSINKI), ("da", COPENHAGEN), ("nb", OSLO)]
)
def test_each_language_has_its_country(language: str, zone_key: str) -> None:
    """Swedish means Finland; English has no country and takes the event's."""
    assert reader_zone(language, STOCKHOLM) == zone_key


@pytest.mark.parametrize(
    ("language", "tuesday", "new_year"),
    [
        ("en", "Tuesday 7 May 2024", "Wednesday 1 January 2025"),
        ("fi", "tiistai 7. toukokuuta 2024", "keskiviikko 1. tammikuuta 2025"),
        ("sv", "tisdag 7 maj 2024", "onsdag 1 januari 2025"),
        ("da", "tirsdag 7. maj 2024", "onsdag 1. januar 2025"),
        ("nb", "tirsdag 7. mai 2024", "onsdag 1. januar 2025"),
    ],
)
def test_long_date_is_the_date_in_the_zone(language: str, tuesday: str, new_year: str) -> None:
    """Whole words, and the new year when the zone's own clocks say so."""
    assert long_date(utc("2024-05-07T08:00"), HELSINKI, language) == tuesday
    assert long_date(utc("2024-12-31T22:00"), HELSINKI, language) == new_year


@pytest.mark.parametrize(
    ("language", "minutes", "hour", "hours", "days", "ago"),
    [
        ("en", "in 25 minutes", "in 90 minutes", "in 3 hours", "in 2 days", "5 minutes ago"),
        ("fi", "25 minuutin päästä", "90 minuutin päästä", "3 tunnin päästä", "2 päivän päästä", "5 minuuttia sitten"),
        ("sv", "om 25 minuter", "om 90 minuter", "om 3 timmar", "om 2 dagar", "för 5 minuter sedan"),
        ("da", "om 25 minutter", "om 90 minutter", "om 3 timer", "om 2 dage", "for 5 minutter siden"),
        ("nb", "om 25 minutter", "om 90 minutter", "om 3 timer", "om 2 døgn", "for 5 minutter siden"),
    ],
)
def test_duration_until_is_said_in_each_language(
    language: str, minutes: str, hour: str, hours: str, days: str, ago: str
) -> None:
    """The relative forms of each language, in minutes up to two hours."""
    said = [duration_until(timedelta(minutes=number), language) for number in (25, 90, 180, 2 * 24 * 60, -5)]
    assert said == [minutes, hour, hours, days, ago]


def test_a_language_without_words_is_refused() -> None:
    """Nothing falls back to English in silence."""
    moment = utc("2024-05-07T08:00")
    for call in (
        lambda: reader_zone("de", HELSINKI),
        lambda: long_date(moment, HELSINKI, "de"),
        lambda: duration_until(timedelta(minutes=1), "de"),
        lambda: two_clocks(moment, None, language="sv_FI", reader_zone=HELSINKI, home_zone=HELSINKI),
    ):
        with pytest.raises(ValueError, match="no words for times in the language '"):
            call()


def test_bad_zones_and_naive_times_are_refused() -> None:
    """Wherever the zone stands, and the end as well as the start."""
    moment = utc("2024-05-07T08:00")
    with pytest.raises(UnknownZone):
        two_clocks(moment, None, language="en", reader_zone=HELSINKI, home_zone=HELSINKI, also_show=["Europe/Åbo"])
    with pytest.raises(ValueError, match="an instant has an offset"):
        two_clocks(moment.replace(tzinfo=None), None, language="en", reader_zone=HELSINKI, home_zone=HELSINKI)
    with pytest.raises(ValueError, match="an instant has an offset"):
        two_clocks(moment, moment.replace(tzinfo=None), language="en", reader_zone=HELSINKI, home_zone=HELSINKI)


ZONES = [HELSINKI, COPENHAGEN, OSLO, STOCKHOLM, REYKJAVIK, "UTC", "Europe/Tallinn", "America/Nuuk", "Pacific/Apia"]


@settings(deadline=None)
@given(
    start=st.datetimes(
        datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2060-01-01"), timezones=st.just(UTC)
    ),
    length=st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
    language=st.sampled_from(LANGUAGES),
    zones=st.lists(st.sampled_from(ZONES), min_size=2),
)
def test_no_time_is_ever_without_its_zone_word(
    start: datetime, length: timedelta | None, language: str, zones: list[str]
) -> None:
    """Any instant, any zones, any language: each clock that differs has a phrase, and no time in it is bare."""
    end = None if length is None else start + length
    shown = two_clocks(start, end, language=language, reader_zone=zones[0], home_zone=zones[1], also_show=zones[2:])
    assert bare_times(shown.with_day) == []
    different = {(to_wall(start, key), None if end is None else to_wall(end, key)) for key in zones}
    assert 1 + len(shown.others) == len(different)


def test_a_city_is_named_in_the_readers_language() -> None:
    """As forms offer zones to choose from; an unknown zone is refused, and a fixed offset keeps its key."""
    assert [city(COPENHAGEN, language) for language in LANGUAGES] == [
        "Copenhagen",
        "Kööpenhamina",
        "Köpenhamn",
        "København",
        "København",
    ]
    assert city("Etc/GMT+5", "fi") == "Etc/GMT+5"
    with pytest.raises(UnknownZone):
        city("Copenhagen", "da")
