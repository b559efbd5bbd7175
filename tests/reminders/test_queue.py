"""Which reminders are put into the outbox."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import Event
from eventops.db import db
from eventops.letters.models import Letter
from eventops.registration.models import Registration
from eventops.reminders.models import ReminderRule
from eventops.reminders.queue import WITNESSED, queue_due_reminders
from eventops.reminders.rules import ensure_default_rules
from tests.apps import changing, reading
from tests.cast import SPRING, START, Conference, add_conference

FINNISH_NINE = datetime(2024, 5, 6, 6, 0, tzinfo=UTC)
DANISH_NINE = datetime(2024, 5, 6, 7, 0, tzinfo=UTC)
HALF_AN_HOUR_BEFORE = START - timedelta(minutes=30)

CONFIRMED = {"onsite", "online", "invited onsite", "invited online"}
FINNISH = {"onsite", "invited online"}


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        cast = add_conference()
        ensure_default_rules(cast.event_id)
    return cast


def run(app: Flask, now: datetime) -> int:
    with reading(app):
        return queue_due_reminders(now)


def queued(app: Flask, cast: Conference, kind: str) -> list[str]:
    """To whom letters of the kind were queued, by name, a name for each letter."""
    names = {registration: who for who, registration in cast.people.items()}
    with reading(app):
        return sorted(names[person] for person in db.session.scalars(select(Letter.recipient_id).filter_by(kind=kind)))


def test_queue_is_empty_until_a_reminder_is_due(app: Flask, cast: Conference) -> None:
    """One microsecond before the first nine o'clock nothing is queued."""
    assert run(app, FINNISH_NINE - timedelta(microseconds=1)) == 0


def test_queue_takes_each_reader_at_nine_of_their_own_clock(app: Flask, cast: Conference) -> None:
    """At Finnish nine those who read Finnish time, an hour later those who read Danish time."""
    assert run(app, FINNISH_NINE) == 2
    assert queued(app, cast, "reminder_day_before") == sorted(FINNISH)
    assert run(app, DANISH_NINE) == 2
    assert queued(app, cast, "reminder_day_before") == sorted(CONFIRMED)


def test_queue_holds_one_letter_for_each_confirmed_person_and_rule(app: Flask, cast: Conference) -> None:
    """However often the job runs: nobody twice, nobody who is pending or cancelled."""
    moments = [FINNISH_NINE, DANISH_NINE, DANISH_NINE, HALF_AN_HOUR_BEFORE, HALF_AN_HOUR_BEFORE, START]
    assert [run(app, now) for now in moments] == [2, 2, 0, 4, 0, 0]
    for kind in ("reminder_day_before", "reminder_soon"):
        assert queued(app, cast, kind) == sorted(CONFIRMED)


def test_queue_says_when_and_by_which_rule(app: Flask, cast: Conference) -> None:
    """The letter's key is the rule, it is due when the rule says, and ends when the public part starts."""
    run(app, FINNISH_NINE + timedelta(minutes=20))
    with reading(app):
        rule = db.session.scalars(select(ReminderRule).filter_by(kind="reminder_day_before")).one()
        letter = db.session.scalars(select(Letter).filter_by(recipient_id=cast.people["onsite"])).one()
        assert (letter.recipient_type, letter.key, letter.due_at, letter.next_try_at, letter.expires_at) == (
            "registration",
            str(rule.id),
            FINNISH_NINE,
            FINNISH_NINE,
            START,
        )


def test_queue_catches_up_after_a_pause(app: Flask, cast: Conference) -> None:
    """A worker that was down all day still reminds right before the start."""
    assert run(app, START - timedelta(microseconds=1)) == 8


@pytest.mark.parametrize(
    ("late", "queued_then"), [(timedelta(), 8), (WITNESSED - timedelta(microseconds=1), 8), (WITNESSED, 0)]
)
def test_queue_takes_what_nobody_was_there_to_send(
    app: Flask, cast: Conference, late: timedelta, queued_then: int
) -> None:
    """Up to three days after the public part started, what was missed is queued all the same, as expired, and once."""
    assert [run(app, START + late), run(app, START + late)] == [queued_then, 0]
    with reading(app):
        assert {letter.expires_at for letter in db.session.scalars(select(Letter))} <= {START}


@pytest.mark.parametrize(("late", "expected"), [(0, sorted(FINNISH)), (1, ["invited online"])])
def test_queue_passes_over_who_confirmed_after_it_fell_due(
    app: Flask, cast: Conference, late: int, expected: list[str]
) -> None:
    """Their confirmation says all of it. Who confirmed at the very instant is reminded."""
    with changing(app):
        person = db.session.get_one(Registration, cast.people["onsite"])
        person.confirmed_at = FINNISH_NINE + timedelta(microseconds=late)
    run(app, FINNISH_NINE + timedelta(minutes=1))
    assert queued(app, cast, "reminder_day_before") == expected


def disarm(cast: Conference) -> None:
    for rule in db.session.scalars(select(ReminderRule)):
        rule.is_armed = False


def unpublish(cast: Conference) -> None:
    db.session.get_one(Event, cast.event_id).published_at = None


def drop_public_part(cast: Conference) -> None:
    db.session.delete(db.session.get_one(Event, cast.event_id).windows[0])


@pytest.mark.parametrize("prevent", [disarm, unpublish, drop_public_part])
def test_queue_leaves_out_what_is_not_to_be_sent(
    app: Flask, cast: Conference, prevent: Callable[[Conference], None]
) -> None:
    """No disarmed rule, no event that is not published, none without a public part."""
    with changing(app):
        prevent(cast)
    assert run(app, HALF_AN_HOUR_BEFORE) == 0


def test_queue_by_two_jobs_at_once_holds_each_letter_once(app: Flask, cast: Conference) -> None:
    """Two workers that begin together queue 300 people between them, each once."""
    with changing(app):
        db.session.add_all(_person(cast.event_id, number) for number in range(300 - len(FINNISH)))
    begin = Barrier(2)

    def job() -> int:
        begin.wait()
        return run(app, FINNISH_NINE)

    with ThreadPoolExecutor(2) as jobs:
        counts = [future.result() for future in [jobs.submit(job), jobs.submit(job)]]
    with reading(app):
        people = db.session.scalars(select(Letter.recipient_id)).all()
    assert (sum(counts), len(people), len(set(people))) == (300, 300, 300)


def _person(event_id: UUID, number: int) -> Registration:
    email = f"person.{number}@example.org"
    return Registration(
        id=uuid4(),
        event_id=event_id,
        name=f"Person {number}",
        email=email,
        email_key=email,
        attendance_mode="online",
        language="fi",
        zone="Europe/Helsinki",
        state="confirmed",
        created_at=SPRING,
        confirmed_at=SPRING,
        privacy_accepted_at=SPRING,
    )


def test_queue_follows_a_public_part_that_was_moved_before(app: Flask, cast: Conference) -> None:
    """Moved a day later, the reminder comes a day later."""
    with changing(app):
        [window] = db.session.get_one(Event, cast.event_id).windows
        window.starts_at, window.ends_at = window.starts_at + timedelta(days=1), window.ends_at + timedelta(days=1)
    assert run(app, DANISH_NINE) == 0
    assert run(app, DANISH_NINE + timedelta(days=1)) == 4
