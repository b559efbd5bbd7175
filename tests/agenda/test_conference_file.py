"""What a conference file may say."""

import pytest

from eventops.agenda.conference_file import BadConferenceFile, left_out, read_conference
from tests.agenda.conferences import SLUG, TEXT, changed


def test_conference_file_of_the_real_day_is_read_whole() -> None:
    """Nine sessions, three of them closed, and nothing left out."""
    file = read_conference(TEXT)
    assert (file.slug, len(file.sessions)) == (SLUG, 9)
    assert [session.id for session in file.sessions if session.access == "closed"] == [
        "lunch",
        "workshop-a",
        "workshop-b",
    ]
    assert left_out(file) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'country: "NO"',
            "country: NO",
            'event, organiser 3, country (line 20): must be in quotes: YAML reads a bare NO as false; write "NO"',
        ),
        (
            "home_zone: Europe/Helsinki",
            "home_zone: Europe/Atlantis",
            "event.home_zone (line 10): unknown time zone 'Europe/Atlantis'",
        ),
        (
            "id: workshop-b",
            "id: workshop-a",
            "session 9, id (line 142): more than one of the sessions has the id workshop-a",
        ),
        (
            "room: room-2",
            "room: room-9",
            "session 9, room (line 146): room-9 is not among the rooms",
        ),
        (
            'start_local: "2024-05-07T12:20"',
            'start_local: "2024-05-07T19:20"',
            "session 5 (line 95): must end after it starts",
        ),
        (
            '"2024-05-07T11:00"       # fact',
            '"2024-05-07T15:00"  # fact',
            "public_part (line 42): must end after it starts",
        ),
        (
            "stream_url: null",
            "stream_url: javascript:alert(1)",
            "event.stream_url (line 13): must be a whole https:// URL, without user name or password",
        ),
        (
            "stream_url: null",
            "stream_url: https://exa mple.org",
            "event.stream_url (line 13): must be a whole https:// URL, without user name or password",
        ),
        (
            "  format: hybrid",
            "  end_date: 2024-07-06",
            "event.end_date (line 9): an event lasts at most 60 days",
        ),
        ("date: 2024-05-07 ", "date: 1969-05-07 ", "event.date (line 8): must be in the years from 1970 to 2199"),
        (
            'start_local: "2024-05-07T12:20"',
            'start_local: "0001-01-01T00:00"',
            "session 5, start_local (line 103): must be in the years from 1970 to 2199",
        ),
        (
            '"2024-05-07T14:00"         # fact',
            '"9999-12-31T23:59"  # fact',
            "public_part.end_local (line 45): must be in the years from 1970 to 2199",
        ),
        (
            'speakers:\n      - {name: "Helle Hygum Espersen", title:',
            "speakers: [somebody]\n    ignored: {name:",
            "session 5, speakers (line 106): somebody is not among the speakers",
        ),
        (
            "    speakers:\n      - {name:",
            "    speakers:\n      - {id: x, name:",
            "session 5, speaker 1 (line 107): needs either the id of one of the speakers or a name",
        ),
        (
            'audiences: [workshop]\n    start_local: "2024-05-07T14:00"',
            'audiences: [workshop, workshop]\n    start_local: "2024-05-07T14:00"',
            "session 7, audiences (line 126): workshop stands there more than once",
        ),
        (
            '"Workshop A (placeholder',
            '"\\tWorkshop A',
            "session 8, title.en (line 132): must be one line, without tabs or other invisible characters",
        ),
        (
            '"Room 1 (placeholder)"',
            f'"{"R" * 201}"',
            "room 1, name (line 38): String should have at most 200 characters",
        ),
        (
            "{id: room-1,",
            "{id: room-1, capacity: -1,",
            "room 1, capacity (line 38): Input should be greater than or equal to 0",
        ),
        (
            "  format: hybrid",
            "  map_url: http://x.org",
            "event.map_url (line 9): must be a whole https:// URL, without user name or password",
        ),
        ("  format: hybrid", "  end_date: 2024-05-06", "event.end_date (line 9): must not be before date"),
        (
            "  format: hybrid",
            "  sign_up_opens_local: 2024-05-01T09:00\n  sign_up_closes_local: 2024-05-01T09:00",
            "event.sign_up_closes_local (line 10): must be after sign_up_opens_local",
        ),
        (
            "sessions:\n",
            "public_windows:\n- {start_local: 2024-05-07T12:59, end_local: 2024-05-07T15:00, zone: Europe/Oslo}\n"
            "sessions:\n",
            "public_windows (line 51): one begins before another ends",
        ),
        (
            "  format: hybrid",
            "  slug: desk",
            "event.slug (line 9): is a word that eventops needs for itself; choose another",
        ),
        (
            'contact: "events@example.org"',
            'contact: "a@example.org\\nBcc: b@example.org"',
            "event.contact (line 16): must be one whole e-mail address, such as anna@example.org",
        ),
        (
            'contact: "events@example.org"',
            'contact: "ä@x.y"',
            "event.contact (line 16): must be one whole e-mail address, such as anna@example.org",
        ),
        (
            '"VIVE", country: DK',
            '"VIVE", country: XX',
            "session 5, speaker 1, country (line 107): must be the two letters of a country, such as FI",
        ),
        (
            'programme: "FIKA"}',
            'programme: "FIKA"}\n    - {name: "Nobody", country: XX}',
            "event, organiser 2, country (line 19): must be the two letters of a country, such as FI",
        ),
        ("  format: hybrid", "  format: online", "event.format (line 9): Input should be 'hybrid'"),
        ("  date: 2024-05-07 ", "  date: 2024-05-06 ", "public_windows: they must lie within the days of the event"),
        (
            "  format: hybrid",
            '  description: {fi: "a\u202eb"}',
            "event.description.fi (line 9): must have no control characters, nor others that are invisible",
        ),
    ],
)
def test_conference_file_complaint_names_the_place(old: str, new: str, complaint: str) -> None:
    """Each thing to mend is said in one line, with its place in the file."""
    with pytest.raises(BadConferenceFile) as refused:
        read_conference(changed((old, new)))
    assert str(refused.value) == complaint


BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(9))
MERGES = "a0: &a0 {x: 1, y: 2}\n" + "".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}\n" for n in range(30))


@pytest.mark.parametrize(
    "text",
    [
        *("", "- a", "event: 3", "{", "a: &a [*a]", "\x00", "a: *b", "a: !!bool x", "a: !!timestamp x", "? [a]\n: b"),
        *(
            BOMB,
            MERGES,
            "[" * 100_000,
            "a: " * 100_000,
            "{a: " * 5_000 + "}" * 5_000,
            "date: 2024-02-30",
            "x" * 10**7 + "y",
        ),
        *('event: {title: "\\0"}', 'event: {title: "\\ud800"}', "a: !!python/object:os.system x"),
    ],
    ids=lambda text: text[:20],
)
def test_conference_file_of_other_shape_is_refused(text: str) -> None:
    """Whatever the file holds, the answer is a message and no crash."""
    with pytest.raises(BadConferenceFile):
        read_conference(text)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("x: &x 1\ny: *x", "references (*) are not taken; write the value out"),
        ('x: "\\e[2J"', "has control characters in it"),
        ('"\\x9b2J": x', "has control characters in it"),
        (f"x: {'[' * 40}{']' * 40}", "lists and maps stand within one another more than 40 deep"),
    ],
)
def test_conference_file_is_looked_through_before_it_is_read(more: str, complaint: str) -> None:
    """What nothing in it may do, in a field that nobody knows either; the line is named."""
    text = f"{TEXT.rstrip()}\n{more}"
    with pytest.raises(BadConferenceFile) as refused:
        read_conference(text)
    assert str(refused.value) == f"The file is not YAML that can be read: line {text.count(chr(10)) + 1}: {complaint}"


def test_conference_file_closed_session_without_audience_is_refused() -> None:
    """Nobody could see it."""
    with pytest.raises(BadConferenceFile, match="names no audience"):
        read_conference(changed(("audiences: [workshop]", "audiences: []")))


@pytest.mark.parametrize(
    ("start", "end", "complaint"),
    [
        (
            "2024-03-31T03:30",
            "2024-03-31T05:00",
            "session 1, start_local (line 59): clocks in Europe/Helsinki skip this time; start_reading says "
            "which is meant: "
            "2024-03-31T00:30:00Z (earlier) or 2024-03-31T01:30:00Z (later)",
        ),
        (
            "2024-10-27T02:30",
            "2024-10-27T03:30",
            "session 1, end_local (line 60): clocks in Europe/Helsinki show this time twice; end_reading says "
            "which is meant: "
            "2024-10-27T00:30:00Z (earlier) or 2024-10-27T01:30:00Z (later)",
        ),
    ],
)
def test_conference_file_uncertain_time_is_refused_with_both_readings(start: str, end: str, complaint: str) -> None:
    """Unless the file says which is meant."""
    hours = (
        ('start_local: "2024-05-07T10:30"', f'start_local: "{start}"'),
        ('end_local: "2024-05-07T11:00"\n', f'end_local: "{end}"\n'),
    )
    with pytest.raises(BadConferenceFile) as refused:
        read_conference(changed(*hours))
    assert str(refused.value) == complaint
    readings = ("  - id: doors", "  - id: doors\n    start_reading: later\n    end_reading: later")
    assert read_conference(changed(*hours, readings)).sessions[0].ends_at.isoformat()[11:16] in ("01:30", "02:00")


def test_conference_file_reads_several_windows_and_a_report_either_way() -> None:
    """`public_part` and `public_windows` are one list in order; `title_da` is the report's title in Danish."""
    file = read_conference(
        changed(
            (
                "sessions:\n",
                "public_windows:\n- {start_local: 2024-05-07T08:00, end_local: 2024-05-07T09:00, zone: Europe/Oslo}\n"
                "sessions:\n",
            )
        )
    )
    assert [window.zone for window in file.windows] == ["Europe/Oslo", "Europe/Helsinki"]
    assert file.report is not None
    assert list(file.report.title) == ["en", "da"]
    assert "title_da" not in left_out(file)


def test_conference_file_unknown_fields_are_named() -> None:
    """What is not understood is left out, and said."""
    file = read_conference(changed(("    kind: keynote", "    kind: keynote\n    colour: red")))
    assert left_out(file) == ["session 5, colour"]


def test_conference_file_fields_that_do_nothing_are_named_unless_empty() -> None:
    """A number of seats and an end of registration limit nothing, so nobody may rely on them."""
    given = ("capacity: null ", "capacity: 80 "), ("registration_closes: null ", "registration_closes: 2024-05-01 ")
    assert left_out(read_conference(changed(*given))) == ["event.capacity", "event.registration_closes"]
    assert left_out(read_conference(changed(given[0]))) == ["event.capacity"]


def test_conference_file_unknown_fields_are_not_taken_along() -> None:
    """What is said to be left out is in nothing that is stored or published, inner parts included."""
    file = read_conference(
        changed(
            ('"VIVE", country: DK', '"VIVE", country: DK, phone: private'),
            ('country: "NO"', 'phone: private, country: "NO"'),
        )
    )
    assert "private" not in str(file.model_dump())
