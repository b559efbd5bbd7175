"""When reminders are due."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from eventops.agenda.models import Event, PublicWindow
from eventops.db import db
from eventops.registration.models import Registration
from eventops.reminders.due import DueReminder, due_at, due_reminders, next_due
from eventops.reminders.models import ReminderRule
from eventops.reminders.rules import ensure_default_rules
from tests.apps import changing, reading
from tests.cast import START, Conference, add_conference

DAY_BEFORE = ReminderRule(id=uuid4(), kind="reminder_day_before", days_before=1, at=time(9, 0))
SOON = ReminderRule(id=uuid4(), kind="reminder_soon", minutes_before=30)
SPRING_FORWARD = datetime(2024, 3, 31, 8, 0, tzinfo=UTC)
"""11:00 in Helsinki, on the morning when clocks were set forward."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Helsinki", "2024-05-06 06:00"),
        ("Europe/Copenhagen", "2024-05-06 07:00"),
        ("Europe/Oslo", "2024-05-06 07:00"),
        ("Atlantic/Reykjavik", "2024-05-06 09:00"),
        ("America/New_York", "2024-05-06 13:00"),
        # 11:00 in Finland is 20:00 of the same day in Auckland; the day before begins there half a day earlier.
        ("Pacific/Auckland", "2024-05-05 21:00"),
        # In Honolulu the public part begins at 22:00 on 6 May: the day before is the 5th.
        ("Pacific/Honolulu", "2024-05-05 19:00"),
    ],
)
def test_due_day_before_is_nine_on_the_readers_clock(zone: str, expected: str) -> None:
    """One day before is the day before on the reader's calendar, at nine of their clock."""
    assert due_at(DAY_BEFORE, START, zone) == utc(expected)


def test_due_day_before_is_a_calendar_day_and_not_24_hours_when_clocks_change() -> None:
    """On the weekend when clocks are set forward, 11:00 on the day before is 09:00 UTC, and 24 hours before 08:00."""
    one_day = ReminderRule(days_before=1, at=time(11, 0))
    a_day_of_minutes = ReminderRule(minutes_before=24 * 60)
    assert due_at(one_day, SPRING_FORWARD, "Europe/Helsinki") == utc("2024-03-30 09:00")
    assert due_at(a_day_of_minutes, SPRING_FORWARD, "Europe/Helsinki") == utc("2024-03-30 08:00")


def test_due_day_before_at_nine_on_the_weekend_when_clocks_change() -> None:
    """The reminder comes at nine of the old time, since clocks are set forward only in the night after it."""
    assert due_at(DAY_BEFORE, SPRING_FORWARD, "Europe/Helsinki") == utc("2024-03-30 07:00")
    assert due_at(DAY_BEFORE, SPRING_FORWARD, "Europe/Copenhagen") == utc("2024-03-30 08:00")


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Europe/Copenhagen", "Pacific/Auckland"])
def test_due_minutes_before_are_the_same_instant_for_every_reader(zone: str) -> None:
    """Half an hour before the public part is one instant, whatever clocks show."""
    assert due_at(SOON, START, zone) == utc("2024-05-07 07:30")


def test_due_reminders_name_every_rule_and_zone_once() -> None:
    """Two rules and two zones, one of them in use twice, make four reminders that end when the public part starts."""
    event = Event(id=uuid4(), windows=[PublicWindow(starts_at=START, ends_at=START + timedelta(hours=3))])
    zones = ["Europe/Helsinki", "Europe/Copenhagen", "Europe/Helsinki"]

    def reminder(rule: ReminderRule, zone: str, due: str) -> DueReminder:
        return DueReminder(event.id, rule.id, rule.kind, zone, utc(due), START)

    assert due_reminders(event, zones, [DAY_BEFORE, SOON]) == [
        reminder(DAY_BEFORE, "Europe/Copenhagen", "2024-05-06 07:00"),
        reminder(DAY_BEFORE, "Europe/Helsinki", "2024-05-06 06:00"),
        reminder(SOON, "Europe/Copenhagen", "2024-05-07 07:30"),
        reminder(SOON, "Europe/Helsinki", "2024-05-07 07:30"),
    ]


def test_due_reminders_count_from_the_first_public_window() -> None:
    """An event with two public windows has its reminders before the first."""
    later = PublicWindow(starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=3))
    first = PublicWindow(starts_at=START, ends_at=START + timedelta(hours=3))
    [reminder] = due_reminders(Event(id=uuid4(), windows=[later, first]), ["Europe/Oslo"], [SOON])
    assert (reminder.due_at, reminder.expires_at) == (utc("2024-05-07 07:30"), START)


def test_due_reminders_are_none_without_a_public_part() -> None:
    """There is nothing to count back from."""
    assert due_reminders(Event(id=uuid4(), windows=[]), ["Europe/Oslo"], [SOON]) == []


def conference_with_rules(slug: str = "conference") -> Conference:
    cast = add_conference(slug)
    ensure_default_rules(cast.event_id)
    return cast


ALL = [utc("2024-05-06 06:00"), utc("2024-05-06 07:00"), utc("2024-05-07 07:30")]


def test_next_due_lists_each_instant_once_in_order(app: Flask) -> None:
    """Two events at the same hours make the demo's clock stop three times: Finnish nine, Danish nine, half past ten."""
    with changing(app):
        conference_with_rules()
        conference_with_rules("another")
    with reading(app):
        assert next_due(utc("2024-04-15 09:00"), utc("2024-06-01 00:00")) == ALL


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        ("2024-05-06 05:59", "2024-05-06 06:00", ALL[:1]),
        ("2024-05-06 06:00", "2024-05-06 06:59", []),
        ("2024-05-06 06:00", "2024-05-07 07:30", ALL[1:]),
        ("2024-05-07 07:30", "2024-06-01 00:00", []),
    ],
)
def test_next_due_leaves_out_where_it_begins_and_takes_where_it_ends(
    app: Flask, after: str, until: str, expected: list[datetime]
) -> None:
    """The stretch is open at its start and closed at its end, so that steps meet without a gap or a repetition."""
    with changing(app):
        conference_with_rules()
    with reading(app):
        assert next_due(utc(after), utc(until)) == expected


def test_next_due_knows_only_armed_rules_published_events_and_confirmed_people(app: Flask) -> None:
    """No Norwegian nine o'clock for somebody pending; nothing by a disarmed rule or in an event that is not out."""
    with changing(app):
        cast = conference_with_rules()
        unpublished = conference_with_rules("unpublished")
        db.session.get_one(Event, unpublished.event_id).published_at = None
        for who in ("onsite", "invited onsite", "invited online"):
            db.session.get_one(Registration, cast.people[who]).state = "cancelled"
        db.session.get_one(Registration, cast.people["pending"]).zone = "Atlantic/Reykjavik"
        rules = db.session.query(ReminderRule).filter_by(event_id=cast.event_id, kind="reminder_soon")
        rules.one().is_armed = False
    with reading(app):
        assert next_due(utc("2024-04-15 09:00"), utc("2024-06-01 00:00")) == [utc("2024-05-06 07:00")]


def test_default_rules_are_two_and_stay_as_they_are(app: Flask) -> None:
    """One day before at nine and thirty minutes before; asked for again, what an organiser changed is kept."""
    with changing(app):
        cast = conference_with_rules()
    with changing(app):
        db.session.query(ReminderRule).filter_by(kind="reminder_soon").one().minutes_before = 45
        ensure_default_rules(cast.event_id)
    with reading(app):
        rules = db.session.query(ReminderRule).order_by(ReminderRule.kind).all()
        assert [(r.kind, r.days_before, r.at, r.minutes_before, r.is_armed) for r in rules] == [
            ("reminder_day_before", 1, time(9, 0), None, True),
            ("reminder_soon", None, None, 45, True),
        ]
