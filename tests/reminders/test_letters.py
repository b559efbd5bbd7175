"""What reminders say when they arrive, and which of them are not sent after all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from eventops import clock
from eventops.agenda.models import Event
from eventops.db import db
from eventops.demo.catcher import Catcher
from eventops.languages import LANGUAGES
from eventops.letters.deliver import deliver_due
from eventops.letters.models import Letter
from eventops.registration.links import personal_url
from eventops.registration.models import Admission, Registration
from eventops.reminders.models import ReminderRule
from eventops.reminders.queue import queue_due_reminders
from eventops.reminders.rules import ensure_default_rules
from tests.apps import MakeApp, changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, PROVIDER, START, Conference, add_conference

DANISH_NINE = datetime(2024, 5, 6, 7, 0, tzinfo=UTC)
HALF_AN_HOUR_BEFORE = START - timedelta(minutes=30)
LATE = timedelta(minutes=1)

PUBLIC = "Tuesday 7 May 2024, 11:00–14:00 Finnish time (10:00–13:00 Danish and Norwegian time)"
PUBLIC_ON_LINES = "Tuesday 7 May 2024 11:00–14:00 Finnish time 10:00–13:00 Danish and Norwegian time"
PUBLIC_IN_DANISH = "tirsdag 7. maj 2024 kl. 10.00–13.00 dansk og norsk tid (kl. 11.00–14.00 finsk tid)"
JOINING = "Tuesday 7 May 2024, 10:45–14:30 Finnish time (09:45–13:30 Danish and Norwegian time)"


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    with Catcher() as running:
        yield running


@pytest.fixture
def app(make_app: MakeApp, catcher: Catcher) -> Flask:
    return make_app(mail_url=catcher.url)


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference with its reminders; everybody reads English."""
    with changing(app):
        cast = add_conference()
        ensure_default_rules(cast.event_id)
        for person in db.session.scalars(select(Registration)):
            person.language = "en"
    return cast


def queue(app: Flask, now: datetime) -> None:
    with reading(app):
        queue_due_reminders(now)


def deliver(app: Flask, now: datetime) -> int:
    with reading(app):
        return deliver_due(now, clock.real_now())


def play(app: Flask, now: datetime) -> None:
    queue(app, now)
    deliver(app, now)


def letters(catcher: Catcher) -> dict[str, EmailMessage]:
    """What was caught, by who it was for; the newest for each."""
    caught = {}
    for message in catcher.messages():
        parsed = message_from_bytes(message.raw, policy=default)
        assert isinstance(parsed, EmailMessage)
        caught[message.to.partition("@")[0].replace(".", " ")] = parsed
    return caught


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def texts(message: EmailMessage) -> tuple[str, str]:
    """The letter as plain text and as its HTML shows it, each on one line."""
    plain, html = part(message, "plain"), visible_text(part(message, "html"))
    return re.sub(r"\s+", " ", plain), re.sub(r"\s+", " ", html)


def states(app: Flask, cast: Conference) -> dict[str, tuple[str, str | None]]:
    """What became of the letter to each person."""
    names = {registration: who for who, registration in cast.people.items()}
    with reading(app):
        return {
            names[letter.recipient_id]: (letter.state, letter.reason) for letter in db.session.scalars(select(Letter))
        }


@pytest.mark.parametrize("now", [DANISH_NINE, HALF_AN_HOUR_BEFORE])
def test_reminder_comes_once_to_each_confirmed_person(
    app: Flask, cast: Conference, catcher: Catcher, now: datetime
) -> None:
    """However often the jobs run. Nobody who cancelled or has not confirmed gets any."""
    for _ in range(3):
        play(app, now)
    expected = 8 if now == HALF_AN_HOUR_BEFORE else 4  # at half past ten, the one of the day before comes late
    assert len(catcher.messages()) == expected
    assert letters(catcher).keys() == {"onsite", "online", "invited onsite", "invited online"}


@pytest.mark.parametrize(
    ("kind", "now", "subject"),
    [
        ("reminder_day_before", DANISH_NINE, "Reminder: The Potential of Civil Society, Tuesday 7 May 2024"),
        ("reminder_soon", HALF_AN_HOUR_BEFORE, "Starting soon: The Potential of Civil Society"),
    ],
)
def test_reminder_says_when_where_and_how(
    app: Flask, cast: Conference, catcher: Catcher, kind: str, now: datetime, subject: str
) -> None:
    """In person: the code, the room and the venue. Online: the one link and when one can join. Both: both clocks."""
    with changing(app):
        db.session.get_one(Event, cast.event_id).venue = "House of Meetings"
        for rule in db.session.scalars(select(ReminderRule).where(ReminderRule.kind != kind)):
            rule.is_armed = False
    play(app, now)
    onsite, online = letters(catcher)["onsite"], letters(catcher)["invited online"]
    assert (onsite["Subject"], online["Subject"]) == (subject, subject)
    assert onsite["Reply-To"] == "events@example.org"
    for said, hours in zip(texts(onsite), (PUBLIC, PUBLIC_ON_LINES), strict=True):
        for words in (hours, "House of Meetings", "Room 1", "CAST01"):
            assert words in said
        assert "You can join" not in said
    for said in texts(online):
        assert f"You can join: {JOINING}" in said
        assert "one link" in said.lower()
        for words in ("House of Meetings", "Room 1", "CAST0", "scanned at the door"):
            assert words not in said


def test_reminder_shows_the_code_to_who_comes_in_person(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """The picture is in the letter itself, and only in theirs."""
    play(app, DANISH_NINE)
    pictures = {
        who: [piece.get_content_type() for piece in message.walk() if piece.get_content_maintype() == "image"]
        for who, message in letters(catcher).items()
    }
    assert pictures == {
        "onsite": ["image/png"],
        "invited onsite": ["image/png"],
        "online": [],
        "invited online": [],
    }


def test_reminder_leads_to_the_persons_own_page_and_to_no_provider(
    app: Flask, cast: Conference, catcher: Catcher
) -> None:
    """Each letter holds its reader's personal link, in both of its forms, and the stream's address in none."""
    play(app, DANISH_NINE)
    for who, message in letters(catcher).items():
        with reading(app):
            link = personal_url(db.session.get_one(Registration, cast.people[who]))
        assert link in part(message, "plain")
        assert f'href="{link}"' in part(message, "html")
        assert PROVIDER.removeprefix("https://").partition("/")[0] not in message.as_string()


def test_reminder_names_closed_sessions_to_who_may_see_them(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """With their own hours, and their room for who comes in person; to anybody else not a word, nor when revoked."""
    workshop = f"Workshop {CANARY}"
    play(app, DANISH_NINE)
    said = {who: texts(message) for who, message in letters(catcher).items()}
    for who in ("invited onsite", "invited online"):
        assert all(workshop in text and "15:00–16:00 Finnish time" in text for text in said[who])
    assert [text.count(f"Room {CANARY}") for text in said["invited onsite"]] == [1, 1]
    for who in ("onsite", "online"):
        assert CANARY not in letters(catcher)[who].as_string() + "".join(said[who])
    with changing(app):
        for admission in db.session.scalars(select(Admission)):
            admission.revoked_at = DANISH_NINE
    play(app, HALF_AN_HOUR_BEFORE)
    assert not any(CANARY in text for message in letters(catcher).values() for text in texts(message))


def test_reminder_speaks_the_readers_language_and_clock(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """A Danish reader finds the date in Danish and Danish time first."""
    with changing(app):
        db.session.get_one(Registration, cast.people["online"]).language = "da"
    play(app, DANISH_NINE)
    message = letters(catcher)["online"]
    assert message["Content-Language"] == "da"
    assert PUBLIC_IN_DANISH in texts(message)[0]


def test_reminder_shows_no_time_without_its_zone(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """Neither kind in any language, in either form, nor in its subject."""
    for language, now in product(LANGUAGES, (DANISH_NINE, HALF_AN_HOUR_BEFORE)):
        with changing(app):
            db.session.execute(delete(Letter))
            db.session.execute(update(Registration).values(language=language))
        play(app, now)
        for message in letters(catcher).values():
            assert message["Content-Language"] == language
            shown = (message["Subject"], part(message, "plain"), visible_text(part(message, "html")))
            assert [bare_times(text) for text in shown] == [[], [], []]


def test_reminder_is_skipped_for_who_cancelled_after_it_was_queued(
    app: Flask, cast: Conference, catcher: Catcher
) -> None:
    """What holds when it is sent counts."""
    queue(app, DANISH_NINE)
    with changing(app):
        db.session.get_one(Registration, cast.people["onsite"]).state = "cancelled"
    deliver(app, DANISH_NINE)
    assert letters(catcher).keys() == {"online", "invited onsite", "invited online"}
    assert states(app, cast)["onsite"] == ("skipped", "is cancelled")


def test_reminder_is_skipped_when_its_rule_was_disarmed(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """An organiser who disarms a reminder stops those that have not left yet."""
    queue(app, DANISH_NINE)
    with changing(app):
        for rule in db.session.scalars(select(ReminderRule)):
            rule.is_armed = False
    deliver(app, DANISH_NINE)
    assert catcher.messages() == []
    assert set(states(app, cast).values()) == {("skipped", "not asked for any more")}


def move_public_part(app: Flask, cast: Conference, by: timedelta) -> None:
    with changing(app):
        [window] = db.session.get_one(Event, cast.event_id).windows
        window.starts_at, window.ends_at = window.starts_at + by, window.ends_at + by


def test_reminder_waits_when_the_public_part_was_moved_to_later(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """Queued, then postponed by two days before it left: it leaves two days later, with the new date, once."""
    queue(app, DANISH_NINE)
    move_public_part(app, cast, timedelta(days=2))
    assert deliver(app, DANISH_NINE + LATE) == 0
    with reading(app):
        moved = db.session.scalars(select(Letter).filter_by(recipient_id=cast.people["online"])).one()
        assert (moved.state, moved.due_at, moved.next_try_at, moved.expires_at) == (
            "queued",
            DANISH_NINE + timedelta(days=2),
            DANISH_NINE + timedelta(days=2),
            START + timedelta(days=2),
        )
    play(app, DANISH_NINE + timedelta(days=2) - LATE)
    assert letters(catcher).keys() == {"onsite", "invited online"}  # those of Finnish nine
    for _ in range(2):
        play(app, DANISH_NINE + timedelta(days=2))
    assert len(catcher.messages()) == 4
    for message in letters(catcher).values():
        assert all("Thursday 9 May 2024" in text for text in texts(message))


def test_reminder_takes_a_new_hour_that_is_still_ahead(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """Moved by an hour before it left: it leaves at once, and says the new hour."""
    queue(app, DANISH_NINE)
    move_public_part(app, cast, timedelta(hours=1))
    assert deliver(app, DANISH_NINE + LATE) == 4
    for message in letters(catcher).values():
        assert all("12:00–15:00 Finnish time" in text for text in texts(message))


@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(days=2)])
def test_reminder_outlives_its_old_hour_when_the_public_part_was_moved_to_later(
    app: Flask, cast: Conference, catcher: Catcher, by: timedelta
) -> None:
    """Moved while mail could not be sent: nothing fails at the old start, and each letter leaves before the new one."""
    queue(app, HALF_AN_HOUR_BEFORE)
    move_public_part(app, cast, by)
    for now in (START + LATE, START + 2 * LATE, START + by - LATE):
        deliver(app, now)
    assert len(catcher.messages()) == 8
    assert set(states(app, cast).values()) == {("sent", None)}


def test_reminder_that_nobody_was_there_to_send_is_shown_as_failed(
    app: Flask, cast: Conference, catcher: Catcher
) -> None:
    """The worker was down from before the first reminder until the public part had begun."""
    play(app, START)
    assert catcher.messages() == []
    assert set(states(app, cast).values()) == {("failed", "expired")}


def test_reminder_is_skipped_when_the_public_part_has_started(app: Flask, cast: Conference, catcher: Catcher) -> None:
    """Moved to earlier than now, though the letter would not have expired yet."""
    queue(app, DANISH_NINE)
    move_public_part(app, cast, -timedelta(days=1, hours=2))
    deliver(app, DANISH_NINE)
    assert catcher.messages() == []
    assert set(states(app, cast).values()) == {("skipped", "the public part has started")}


def test_reminder_names_the_day_of_an_event_on_the_weekend_when_clocks_change(
    app: Flask, cast: Conference, catcher: Catcher
) -> None:
    """On 31 March 2024 at 11:00 Finnish time, clocks were set forward in the night: the reminder says summer's hour."""
    start = datetime(2024, 3, 31, 8, 0, tzinfo=UTC)
    move_public_part(app, cast, start - START)
    with changing(app):
        db.session.get_one(Event, cast.event_id).starts_on = date(2024, 3, 31)
        for person in db.session.scalars(select(Registration)):
            person.confirmed_at = datetime(2024, 3, 1, tzinfo=UTC)
    play(app, datetime(2024, 3, 30, 6, 59, tzinfo=UTC))
    assert catcher.messages() == []
    play(app, datetime(2024, 3, 30, 7, 0, tzinfo=UTC))
    assert letters(catcher).keys() == {"onsite", "invited online"}
    assert "Sunday 31 March 2024, 11:00–14:00 Finnish time" in texts(letters(catcher)["onsite"])[0]
