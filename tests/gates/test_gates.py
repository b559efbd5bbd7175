"""No guard can be lost unnoticed."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.gates.all import GUARDS
from tests.gates.guard import Guard, GuardMoved
from tests.gates.removing import PROJECT, remove_each


@pytest.mark.timeout(3600)
def test_gates_without_a_guard_the_tests_go_red(long: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Each guard is taken away by itself, and a test fails: a few guards in the plain run, all in the long one."""
    chosen = GUARDS if long else [guard for guard in GUARDS if guard.is_short]
    unnoticed = []
    with capsys.disabled():
        print()
        for outcome in remove_each(chosen):
            print(f"  {outcome}", flush=True)
            unnoticed += [] if outcome.noticed_by else [outcome.guard.name]
        print(f"  {len(chosen) - len(unnoticed)} of {len(GUARDS)} guards were taken away and missed")
    assert unnoticed == []


def test_gates_stand_where_the_list_says() -> None:
    """Every guard's text is in its file just once, so that what is taken away is the guard."""
    moved = []
    for guard in GUARDS:
        try:
            guard.removed_from((PROJECT / guard.file).read_text())
        except GuardMoved as error:
            moved.append(str(error))
    assert moved == []


def test_gates_have_a_name_each_and_something_instead() -> None:
    """The list can be read, and taking a guard away changes the file."""
    assert [name for name, times in Counter(guard.name for guard in GUARDS).items() if times > 1] == []
    assert [guard.name for guard in GUARDS if guard.text == guard.instead] == []


def test_gates_text_that_moved_is_named() -> None:
    """Whoever changes a guard reads which line of the list to mend."""
    guard = Guard("the gate", "eventops/gate.py", "if shut:", "if False:", "tests/test_gate.py")
    assert guard.removed_from("if shut:\n    stay()") == "if False:\n    stay()"
    for source in ("if open:", "if shut:\nif shut:"):
        with pytest.raises(GuardMoved, match=r"the gate: eventops/gate\.py has it [02] times"):
            guard.removed_from(source)
