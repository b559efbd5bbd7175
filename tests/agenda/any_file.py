"""Conference files of every kind, for properties that hold of all of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from eventops.languages import LANGUAGES

IDS = ("hall", "Zürich", "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000B")
"""Words and UUIDs: few, so that two files often mean the same thing."""
HOURS: tuple[dict[str, str], ...] = (
    {"start_local": "2024-05-07T11:00", "end_local": "2024-05-07T12:15", "zone": "Europe/Helsinki"},
    {"start_local": "2024-05-07T13:00:30", "end_local": "2024-05-07T14:15", "zone": "Europe/Copenhagen"},
    {  # shown twice in Helsinki that night
        "start_local": "2024-10-27T03:30",
        "start_reading": "earlier",
        "end_local": "2024-10-27T03:30",
        "end_reading": "later",
        "zone": "Europe/Helsinki",
    },
    {  # skipped
        "start_local": "2024-03-31T03:30",
        "start_reading": "later",
        "end_local": "2024-03-31T06:00",
        "zone": "Europe/Helsinki",
    },
)
# Few characters, since what is drawn from all of Unicode takes longer than what is tested: those that YAML minds.
lines = st.text("aå -#:|'\"\\>%&*!@`,[]{}?=~\u00a0😀é0", max_size=12)
names = lines.filter(bool)
long_texts = st.text("aå -#:|'\"\\\n\n\t\r\ufeffé😀", max_size=20)
codes = st.sampled_from([*LANGUAGES])
titles = st.dictionaries(codes, names, min_size=1, max_size=3) | names
texts = st.dictionaries(codes, long_texts, max_size=2)
numbers = st.none() | st.integers(0, 1000)
countries = st.sampled_from(["", "FI", "NO"])
hours = st.sampled_from(HOURS)
urls = st.sampled_from(["https://example.org/a?b=c#d", f"https://example.org/{'a' * 250}"])
links = st.lists(
    st.fixed_dictionaries({"label": names, "url": urls}) | urls.map(lambda url: {"label": url, "url": url}), max_size=2
)


def of_ids(part: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A list of such parts, each with an id of its own."""
    return st.lists(st.sampled_from(IDS), unique=True, max_size=3).flatmap(
        lambda ids: st.tuples(*(part.map(lambda given, id=id: {"id": id} | given) for id in ids)).map(list)  # type: ignore[misc]
    )


events = st.fixed_dictionaries(
    {
        "title": titles,
        "date": st.just("2024-05-07"),
        "home_zone": st.sampled_from(["Europe/Helsinki", "Europe/Oslo"]),
        "contact": st.just("events@example.org"),
    },
    optional={
        "description": texts,
        "languages": st.lists(codes, min_size=1, unique=True),
        "end_date": st.sampled_from(["2024-05-07", "2024-05-09"]),
        "also_show": st.lists(st.sampled_from(["Europe/Copenhagen", "America/New_York"]), unique=True),
        "venue": st.none() | lines,
        "venue_address": lines,
        "map_url": st.sampled_from(["", "https://map.example.org/?q=1"]),
        "organisers": st.lists(
            st.fixed_dictionaries({"name": names, "country": st.just("NO"), "controller": st.booleans()}),
            max_size=2,
        ).map(lambda all_: [{**one, "controller": one["controller"] or not number} for number, one in enumerate(all_)]),
        "funding": st.fixed_dictionaries({"funder": names, "period": lines}),
        "links": links,
        "seats": numbers,
        "sign_up_opens_local": st.sampled_from(["2024-03-01T09:00", "2024-03-02T09:00:05"]),
        "sign_up_closes_local": st.just("2024-05-01T09:00"),
        "late_letters_minutes": st.integers(1, 60),
        "retention_days": st.integers(1, 90),
    },
)
reports = st.fixed_dictionaries(
    {"title": titles, "language": codes, "url": st.just("https://report.example.org/")},
    optional={"author": st.fixed_dictionaries({"name": names}), "publisher_site": lines},
)
rooms = of_ids(st.fixed_dictionaries({"name": names}, optional={"capacity": numbers, "accessibility": texts}))
tracks = of_ids(st.fixed_dictionaries({"name": titles}))
audiences = of_ids(st.fixed_dictionaries({"name": names}))
speakers = of_ids(st.fixed_dictionaries({"name": names}, optional={"title": lines, "country": countries, "bio": texts}))


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """The content of a file that can be used."""
    lists = {"rooms": draw(rooms), "tracks": draw(tracks), "audiences": draw(audiences), "speakers": draw(speakers)}
    ids = {name: [part["id"] for part in parts] for name, parts in lists.items()}
    sessions = draw(of_ids(_sessions(ids)))
    windows = draw(st.lists(hours, max_size=2, unique_by=str).filter(_last_no_longer_than_events_may))
    days = {"date": min(_days(windows)), "end_date": max(_days(windows))} if windows else {}
    event: dict[str, Any] = {**draw(events), **days}
    file = {"event": event, "public_windows": windows, **lists, "sessions": sessions}
    return file | ({"report": draw(reports)} if draw(st.booleans()) else {})


def _last_no_longer_than_events_may(windows: list[dict[str, Any]]) -> bool:
    days = [date.fromisoformat(day) for day in _days(windows)]
    return not days or (max(days) - min(days)).days < 60


def _days(windows: list[dict[str, Any]]) -> list[str]:
    return [window["start_local"][:10] for window in windows]


def _sessions(ids: dict[str, list[str]]) -> st.SearchStrategy[dict[str, Any]]:
    more: dict[str, st.SearchStrategy[Any]] = {
        "abstract": texts,
        "status": st.sampled_from(["fact", "placeholder"]),
        "time_status": st.sampled_from(["fact", "placeholder"]),
        "kind": st.sampled_from(["talk", "break", "doors"]),
        "language": codes,
        "attendance_mode": st.sampled_from(["onsite", "online"]),
        "room": _one_of(ids["rooms"]),
        "track": _one_of(ids["tracks"]),
        "capacity": numbers,
        "shows_block": st.booleans(),
        "names_itself_in_calendars": st.booleans(),
        "is_scheduled": st.booleans(),
        "links": links,
        "staff_notes": long_texts,
        "speakers": _speakers(ids["speakers"]),
    }
    access: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({"access": st.just("public")})
    if ids["audiences"]:
        named = st.lists(st.sampled_from(ids["audiences"]), min_size=1, unique=True)
        access |= st.fixed_dictionaries({"access": st.just("closed"), "audiences": named})
    given = st.fixed_dictionaries({"title": titles}, optional=more)
    return st.tuples(given, access, hours).map(lambda parts: parts[0] | parts[1] | parts[2])


def _one_of(ids: list[str]) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(ids) if ids else st.none()


def _speakers(ids: list[str]) -> st.SearchStrategy[list[Any]]:
    """Some by their id, one perhaps by a name."""
    roles = st.sampled_from(["speaker", "moderator", "chair"])
    listed = st.lists(st.sampled_from(ids), unique=True) if ids else st.just([])
    named = st.lists(st.fixed_dictionaries({"name": names, "role": roles}), max_size=1)
    return st.tuples(listed, named).map(lambda both: [*both[0], *both[1]])
