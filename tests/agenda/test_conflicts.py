"""Conflicts of a plan: what is one, what nearly is one, and that the quick way finds what the slow way does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventops.agenda.conflicts.find import MOST, find_conflicts
from eventops.agenda.conflicts.planned import Plan, Planned
from eventops.agenda.events import Span
from tests.agenda.plans import (
    ANNA,
    BO,
    BOARD,
    EVERYBODY,
    FOYER,
    HALL,
    MEMBERS,
    STUDIO,
    at,
    in_short,
    plan,
    planned,
    slowly,
)

CLOSED: dict[str, Any] = {"access": "closed", "audiences": frozenset({MEMBERS})}
BY_ANNA: dict[str, Any] = {"speaker_ids": (ANNA,)}
PAUSE: dict[str, Any] = {"kind": "break"}

CASES: dict[str, tuple[list[Planned], list[str]]] = {
    # what: sessions, the conflicts between or of them
    "a room taken twice": ([planned(1, "09:00-10:00"), planned(2, "09:59-11:00")], ["room_twice"]),
    "a room taken by one within another": ([planned(1, "09:00-11:00"), planned(2, "09:30-10:00")], ["room_twice"]),
    "a room taken by those who touch": ([planned(1, "09:00-10:00"), planned(2, "10:00-11:00")], []),
    "two rooms at once": ([planned(1, "09:00-10:00"), planned(2, "09:00-10:00", FOYER)], []),
    "a room and a session that is online": (
        [planned(1, "09:00-10:00"), planned(2, "09:00-10:00", attendance_mode="online")],
        [],
    ),
    "a room while its doors are open": ([planned(1, "09:00-10:00", kind="doors"), planned(2, "09:30-10:00")], []),
    "a room taken by a public and a closed one": (
        [planned(1, "12:00-13:00", **CLOSED), planned(2, "11:00-12:30", kind="keynote")],
        ["outside", "room_twice"],
    ),
    "a speaker in two rooms": (
        [planned(1, "09:00-10:00", **BY_ANNA), planned(2, "09:30-10:30", FOYER, speaker_ids=(BO, ANNA))],
        ["speaker_twice"],
    ),
    "two speakers in two rooms": (
        [planned(1, "09:00-10:00", speaker_ids=(ANNA, BO)), planned(2, "09:30-10:30", FOYER, speaker_ids=(BO, ANNA))],
        ["speaker_twice", "speaker_twice"],
    ),
    "a speaker in two streams": (
        [planned(n, "09:00-10:00", None, attendance_mode="online", **BY_ANNA) for n in (1, 2)],
        ["speaker_twice"],
    ),
    "a speaker twice in one room": (
        [planned(1, "09:00-10:00", **BY_ANNA), planned(2, "09:30-10:30", **BY_ANNA)],
        ["room_twice"],
    ),
    "speakers of their own": (
        [planned(1, "09:00-10:00", **BY_ANNA), planned(2, "09:00-10:00", FOYER, speaker_ids=(BO,))],
        [],
    ),
    "a speaker who opens the doors": (
        [planned(1, "08:00-10:00", kind="doors", **BY_ANNA), planned(2, "09:00-10:00", **BY_ANNA)],
        [],
    ),
    "no time to change rooms": (
        [planned(1, "09:00-10:00", **BY_ANNA), planned(2, "10:00-11:00", FOYER, **BY_ANNA)],
        ["hurry"],
    ),
    "four minutes to change rooms": (
        [planned(1, "09:00-10:00", **BY_ANNA), planned(2, "10:04-11:00", FOYER, **BY_ANNA)],
        ["hurry"],
    ),
    "five minutes to change rooms": (
        [planned(1, "09:00-10:00", **BY_ANNA), planned(2, "10:05-11:00", FOYER, **BY_ANNA)],
        [],
    ),
    "no time, and the same room": ([planned(1, "09:00-10:00", **BY_ANNA), planned(2, "10:00-11:00", **BY_ANNA)], []),
    "no time, and none to change": (
        [
            planned(1, "09:00-10:00", **BY_ANNA),
            planned(2, "10:00-11:00", FOYER, attendance_mode="online", **BY_ANNA),
        ],
        [],
    ),
    "a session that takes more than its room": ([planned(1, "09:00-10:00", capacity=101)], ["too_small"]),
    "a session that takes as many": ([planned(1, "09:00-10:00", capacity=100)], []),
    "a session that takes more than nobody knows": ([planned(1, "09:00-10:00", FOYER, capacity=900)], []),
    "more people than the room": ([planned(1, "09:00-10:00", STUDIO)], ["too_small"]),
    "as many people as the room": ([planned(1, "09:00-10:00")], []),
    "fewer taken than expected": ([planned(1, "09:00-10:00", STUDIO, capacity=10)], []),
    "more people, who spread over two rooms": (
        [planned(1, "09:00-10:00", STUDIO), planned(2, "09:30-10:00")],
        [],
    ),
    "more people, who do not fit into two rooms": (
        [planned(1, "09:00-10:00", STUDIO), planned(2, "13:00-14:00", **CLOSED), planned(3, "10:00-11:00")],
        ["too_small"],
    ),
    "as many of an audience": ([planned(1, "13:00-14:00", STUDIO, **CLOSED)], []),
    "more of two audiences": (
        [planned(1, "13:00-14:00", STUDIO, access="closed", audiences=frozenset({MEMBERS, BOARD}))],
        ["too_small"],
    ),
    "more people than an online session's room": ([planned(1, "09:00-10:00", STUDIO, attendance_mode="online")], []),
    "no room": ([planned(1, "09:00-10:00", None)], ["no_room"]),
    "no room, but for some": ([planned(1, "09:00-10:00", None, attendance_mode="mixed")], ["no_room"]),
    "no room, and online": ([planned(1, "09:00-10:00", None, attendance_mode="online")], []),
    "no room for coffee": ([planned(1, "09:00-10:00", None, kind="break")], []),
    "no room for lunch": ([planned(1, "09:00-10:00", None, kind="meal")], []),
    "no room for doors": ([planned(1, "09:00-10:00", None, kind="doors")], []),
    "no stream": ([planned(1, "13:00-14:00", attendance_mode="online", **CLOSED)], ["no_stream"]),
    "no stream for some": ([planned(1, "13:00-14:00", attendance_mode="mixed", **CLOSED)], ["no_stream"]),
    "no stream of what is onsite": ([planned(1, "13:00-14:00", **CLOSED)], []),
    "no stream of lunch": ([planned(1, "13:00-14:00", attendance_mode="mixed", **CLOSED | {"kind": "meal"})], []),
    "a stream": ([planned(1, "09:00-10:00", attendance_mode="online")], []),
    "skipped hours": ([planned(1, "09:00-10:00", clocks=frozenset({"gap"}))], ["gap"]),
    "repeated hours": ([planned(1, "09:00-10:00", clocks=frozenset({"fold"}))], ["fold"]),
    "public before the public hours": ([planned(1, "07:30-08:30")], ["outside"]),
    "public after the public hours": ([planned(1, "15:30-16:01")], ["outside"]),
    "public between the public hours": ([planned(1, "12:00-13:00")], ["outside"]),
    "public from hours to hours": ([planned(1, "11:00-15:00")], ["outside"]),
    "public all the hours": ([planned(1, "08:00-12:00"), planned(2, "14:00-16:00")], []),
    "doors before the public hours": ([planned(1, "07:30-08:00", kind="doors")], []),
    "doors between the public hours": ([planned(1, "13:00-13:30", kind="doors")], []),
    "doors after the public hours": ([planned(1, "16:00-16:30", kind="doors")], ["outside"]),
    "closed in the public hours": ([planned(1, "09:00-10:00", **CLOSED)], ["inside"]),
    "closed into the public hours": ([planned(1, "13:00-14:01", **CLOSED)], ["inside"]),
    "closed around the public hours": ([planned(1, "07:00-17:00", **CLOSED)], ["inside"]),
    "closed between the public hours": ([planned(1, "12:00-14:00", **CLOSED)], []),
    "closed doors in the public hours": ([planned(1, "11:30-12:00", **CLOSED | {"kind": "doors"})], []),
    "a talk during the break": (
        [planned(1, "09:00-10:00", None, **PAUSE), planned(2, "09:30-10:00")],
        ["during_break"],
    ),
    "a workshop elsewhere during the break": (
        [planned(1, "09:00-10:00", HALL, **PAUSE), planned(2, "09:00-09:30", FOYER, kind="workshop")],
        ["during_break"],
    ),
    "a talk in the room of the break": (
        [planned(1, "09:00-10:00", **PAUSE), planned(2, "09:30-10:30")],
        ["room_twice"],
    ),
    "a talk after the break": ([planned(1, "09:00-10:00", None, **PAUSE), planned(2, "10:00-11:00")], []),
    "coffee during lunch": ([planned(1, "09:00-10:00", kind="meal"), planned(2, "09:00-10:00", FOYER, **PAUSE)], []),
    "doors during the break": (
        [planned(1, "09:00-10:00", None, **PAUSE), planned(2, "09:00-10:00", kind="doors")],
        [],
    ),
    "a closed workshop during the public's lunch": (
        [planned(1, "11:30-13:00", kind="meal"), planned(2, "12:00-13:00", FOYER, **CLOSED)],
        ["outside"],
    ),
    "a workshop during its own audience's lunch": (
        [planned(1, "12:00-13:00", **CLOSED | {"kind": "meal"}), planned(2, "12:30-13:00", FOYER, **CLOSED)],
        ["during_break"],
    ),
    "another audience's lunch": (
        [
            planned(1, "12:00-13:00", **CLOSED | {"kind": "meal"}),
            planned(2, "12:30-13:00", FOYER, access="closed", audiences=frozenset({BOARD})),
        ],
        [],
    ),
    "an online talk during the lunch of those who are there": (
        [planned(1, "09:00-10:00", kind="meal"), planned(2, "09:00-10:00", None, attendance_mode="online")],
        [],
    ),
}


def kinds(plan: Plan) -> list[str]:
    return sorted(conflict.kind for conflict in find_conflicts(plan))


@pytest.mark.parametrize("what", CASES)
def test_conflict_or_near_miss(what: str) -> None:
    """Each is found whichever session comes first, and by the slow way too."""
    sessions, expected = CASES[what]
    for order in permutations(sessions):
        assert (what, kinds(plan(*order))) == (what, expected)
    assert sorted(found[0] for found in slowly(plan(*sessions))) == expected


def test_event_without_public_hours_or_registrations_asks_nothing_of_them() -> None:
    """No public part: nothing is outside of it or inside; nobody is expected where nobody counts."""
    sessions = planned(1, "05:00-06:00", STUDIO), planned(2, "09:00-10:00", **CLOSED)
    assert kinds(plan(*sessions, windows=[], expected=None)) == []


def test_public_hours_on_several_days_each_count() -> None:
    """Windows that touch are one; what lies on another day is in that day's."""
    days = [Span(at("08:00"), at("10:00")), Span(at("10:00"), at("12:00")), Span(at("08:00", 1), at("09:00", 1))]
    inside = [
        planned(1, "09:00-11:00"),
        replace(planned(2, "08:00-09:00"), starts_at=at("08:30", 1), ends_at=at("09:00", 1)),
    ]
    outside = replace(inside[1], id=UUID(int=3), ends_at=at("09:01", 1), room_id=FOYER)
    [found] = find_conflicts(plan(*inside, outside, windows=days))
    assert (found.kind, found.sessions) == ("outside", (outside,))


def test_conflicts_stand_in_order_errors_first() -> None:
    """Errors, then advice; the hours are those that two sessions share, or that a speaker has between them."""
    found = find_conflicts(
        plan(
            planned(1, "09:00-10:00", FOYER, **BY_ANNA, clocks=frozenset({"fold"})),
            planned(2, "09:30-10:30", FOYER),
            planned(3, "10:02-10:20", HALL, **BY_ANNA),
            planned(4, "07:00-08:00", HALL, clocks=frozenset({"gap"})),
        )
    )
    assert [(c.kind, c.severity, [s.id.int for s in c.sessions], c.starts_at, c.ends_at) for c in found] == [
        ("room_twice", "error", [1, 2], at("09:30"), at("10:00")),
        ("gap", "error", [4], at("07:00"), at("08:00")),
        ("outside", "advice", [4], at("07:00"), at("08:00")),
        ("hurry", "advice", [1, 3], at("10:00"), at("10:02")),
        ("fold", "advice", [1], at("09:00"), at("10:00")),
    ]


def test_conflicts_without_end_are_counted_up_to_a_number() -> None:
    """A thousand sessions in one room at once are half a million conflicts, of which nobody wants to hear."""
    found = find_conflicts(plan(*(planned(number, "09:00-10:00") for number in range(1000))))
    assert (len(found), {conflict.kind for conflict in found}) == (MOST, {"room_twice"})


_audiences = st.sampled_from([frozenset({MEMBERS}), frozenset({BOARD}), frozenset({MEMBERS, BOARD})])


@st.composite
def _session(draw: st.DrawFn, number: int) -> Planned:
    """Of a day of two hours, so that much happens at once."""
    start = draw(st.integers(0, 40)) * 3
    access = draw(st.sampled_from(["public", "public", "closed"]))
    return Planned(
        id=UUID(int=number),
        kind=draw(st.sampled_from(["talk", "talk", "workshop", "break", "meal", "doors"])),
        access=access,
        attendance_mode=draw(st.sampled_from(["onsite", "mixed", "online"])),
        starts_at=at("08:00") + timedelta(minutes=start),
        ends_at=at("08:00") + timedelta(minutes=start + 3 * draw(st.integers(1, 12))),
        room_id=draw(st.sampled_from([HALL, STUDIO, FOYER, None])),
        capacity=draw(st.sampled_from([None, None, 9, 60])),
        speaker_ids=tuple(draw(st.sets(st.sampled_from([ANNA, BO])))),
        audiences=draw(_audiences) if access == "closed" else EVERYBODY,
        clocks=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"gap"}), frozenset({"gap", "fold"})])),
    )


@st.composite
def _plans(draw: st.DrawFn) -> Plan:
    minutes = draw(st.lists(st.tuples(st.integers(-60, 120), st.integers(1, 90)), max_size=3))
    return Plan(
        sessions=[draw(_session(number)) for number in range(draw(st.integers(0, 12)))],
        capacities=draw(st.sampled_from([{}, {HALL: 50, STUDIO: 8}, {HALL: 50, STUDIO: 8, FOYER: 20}])),
        windows=[Span(at("08:00") + timedelta(minutes=m), at("08:00") + timedelta(minutes=m + n)) for m, n in minutes],
        expected=draw(
            st.sampled_from([None, {EVERYBODY: 55, frozenset({MEMBERS}): 9, frozenset({MEMBERS, BOARD}): 59}])
        ),
        streams=draw(st.sets(st.sampled_from([None, MEMBERS, BOARD]))),
    )


def test_sweep_finds_what_looking_at_every_two_finds(long: bool) -> None:
    """Of any agenda, in whatever order its sessions come."""

    @settings(max_examples=5000 if long else 150, deadline=None)
    @given(_plans(), st.randoms(use_true_random=False))
    def holds(plan: Plan, random: Any) -> None:
        found = find_conflicts(plan, most=10_000)
        assert _sorted([in_short(conflict) for conflict in found]) == _sorted(list(slowly(plan)))
        shuffled = list(plan.sessions)
        random.shuffle(shuffled)
        assert find_conflicts(replace(plan, sessions=shuffled), most=10_000) == found

    holds()


def _sorted(found: Sequence[Any]) -> list[Any]:
    return sorted(found, key=lambda one: (one[0], one[1], sorted(one[2]), str(one[3])))
