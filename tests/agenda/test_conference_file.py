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
            'event.organisers.2.country: must be in quotes: YAML reads a bare NO as false; write "NO"',
        ),
        (
            "home_zone: Europe/Helsinki",
            "home_zone: Europe/Atlantis",
            "event.home_zone: unknown time zone 'Europe/Atlantis'",
        ),
        ("id: workshop-b", "id: workshop-a", "sessions.8.id: more than one of the sessions has the id workshop-a"),
        (
            "room: room-2",
            "room: room-9",
            "sessions.8.room: room-9 is not among the rooms",
        ),
        ('start_local: "2024-05-07T12:20"', 'start_local: "2024-05-07T19:20"', "sessions.4: must end after it starts"),
        ('"2024-05-07T11:00"       # fact', '"2024-05-07T15:00"  # fact', "public_part: must end after it starts"),
        (
            "stream_url: null",
            "stream_url: javascript:alert(1)",
            "event.stream_url: must be a whole https:// URL, without user name or password",
        ),
        (
            "stream_url: null",
            "stream_url: https://exa mple.org",
            "event.stream_url: must be a whole https:// URL, without user name or password",
        ),
        ("date: 2024-05-07 ", "date: 1969-05-07 ", "event.date: must be in the years from 1970 to 2199"),
        (
            'start_local: "2024-05-07T12:20"',
            'start_local: "0001-01-01T00:00"',
            "sessions.4.start_local: must be in the years from 1970 to 2199",
        ),
        (
            '"2024-05-07T14:00"         # fact',
            '"9999-12-31T23:59"  # fact',
            "public_part.end_local: must be in the years from 1970 to 2199",
        ),
        ("  format: hybrid", "  slug: desk", "event.slug: is a word that eventops needs for itself; choose another"),
        (
            'contact: "events@example.org"',
            'contact: "a@example.org\\nBcc: b@example.org"',
            r"event.contact: String should match pattern '^[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+$'",
        ),
    ],
)
def test_conference_file_complaint_names_the_place(old: str, new: str, complaint: str) -> None:
    """Each thing to mend is said in one line, with its place in the file."""
    with pytest.raises(BadConferenceFile) as refused:
        read_conference(changed((old, new)))
    assert str(refused.value) == complaint


@pytest.mark.parametrize("text", ["", "- a", "event: 3", "{", "a: &a [*a]", "\x00"])
def test_conference_file_of_other_shape_is_refused(text: str) -> None:
    """Whatever the file holds, the answer is a message and no crash."""
    with pytest.raises(BadConferenceFile):
        read_conference(text)


def test_conference_file_closed_session_without_audience_is_refused() -> None:
    """Nobody could see it."""
    with pytest.raises(BadConferenceFile, match="names no audience"):
        read_conference(changed(("audiences: [workshop]", "audiences: []")))


def test_conference_file_session_in_a_gap_is_refused() -> None:
    """A wall time that clocks skip is no instant."""
    with pytest.raises(BadConferenceFile, match=r"sessions\.0"):
        read_conference(
            changed(
                ('start_local: "2024-05-07T10:30"', 'start_local: "2024-03-31T03:30"'),
                ('end_local: "2024-05-07T11:00"', 'end_local: "2024-03-31T05:00"'),
            )
        )


def test_conference_file_unknown_fields_are_named() -> None:
    """What is not understood is left out, and said."""
    file = read_conference(changed(("    kind: keynote", "    kind: keynote\n    colour: red")))
    assert left_out(file) == ["sessions.4.colour"]


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
