"""Who is inside follows from the scans alone, not from how they were uploaded."""

from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from eventops.checkin.fold import Inside, Passing, fold
from tests.cast import START


def passing(minute: int, kind: str, number: int = 0) -> Passing:
    """A passing so many minutes after the start; the number tells those of one minute apart."""
    return Passing(START + timedelta(minutes=minute), UUID(int=minute << 32 | number), kind)


def after(minutes: int) -> Inside:
    return Inside(START + timedelta(minutes=minutes))


passings = st.lists(
    st.builds(passing, st.integers(0, 9), st.sampled_from(["entry", "exit", "void"]), st.integers(0, 3)),
    unique_by=lambda made: made.id,
)


def test_fold_of_nothing_is_outside() -> None:
    """A ticket that was never scanned is outside."""
    assert fold([]) == Inside(None)


def test_fold_keeps_the_first_of_two_entries() -> None:
    """Two doors that both let a ticket in: it is inside since the first."""
    assert fold([passing(5, "entry"), passing(3, "entry")]) == after(3)


def test_fold_counts_anew_after_an_exit_or_a_void() -> None:
    """Who left, or whose entry was taken back, is outside until the next entry."""
    for leaving in ("exit", "void"):
        way = [passing(1, "entry"), passing(2, leaving)]
        assert fold(way) == Inside(None)
        assert fold([*way, passing(3, "entry")]) == after(3)


def test_fold_orders_one_instant_by_id() -> None:
    """Where times are the same the ids decide, so every server says the same."""
    assert fold([passing(1, "exit", 2), passing(1, "entry", 1)]) == Inside(None)
    assert fold([passing(1, "exit", 1), passing(1, "entry", 2)]) == after(1)


@given(passings, st.randoms())
def test_fold_is_the_same_however_scans_are_uploaded(made: list[Passing], random: Random) -> None:
    """Replaying, duplicating and reordering uploads changes nothing."""
    again = made + made[: len(made) // 2]
    random.shuffle(again)
    assert fold(again) == fold(made)
    assert fold(iter(reversed(made))) == fold(made)
