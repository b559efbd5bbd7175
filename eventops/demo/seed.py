"""Setting up the demo's day by the verbs that everybody uses: the event, its staff, and the people who signed up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Flask
from sqlalchemy import select

from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.import_file import audience_id
from eventops.agenda.models import Event
from eventops.agenda.publish import publish
from eventops.checkin.doors import find_entrance
from eventops.checkin.models import Door
from eventops.db import db, write
from eventops.demo.people import GUESTS, STAFF, Guest, staff_email
from eventops.demo.state import Kept
from eventops.opening import PUBLIC_STREAM, open_event
from eventops.registration.form import SignUpForm
from eventops.registration.invitations import admit
from eventops.registration.models import Registration
from eventops.registration.register import cancel, confirm, sign_up
from eventops.staff.accounts import add_account, grant, hash_password
from eventops.staff.devices import enrol
from eventops.streams.edit import add_stream
from eventops.times import to_instant
from eventops.viewer import SYSTEM, seeing

PROVIDER = "https://stream.example.org"
SIGN_UP_DAYS = 22
"""Before the day: 15 April 2024 for 7 May."""
BETWEEN_GUESTS = timedelta(minutes=20)
TO_CONFIRM = timedelta(minutes=5)
TO_CANCEL = timedelta(days=5)


def sign_up_at(file: ConferenceFile) -> datetime:
    """When the first guest signs up: 09:00 in the home zone, 22 days before."""
    day = file.event.date - timedelta(days=SIGN_UP_DAYS)
    return to_instant(datetime.combine(day, time(9)), file.event.home_zone, "later")


def default_start(file: ConferenceFile) -> datetime:
    """Where the demo's clock starts: 40 minutes before the public part, 10:20 on 7 May 2024."""
    if not file.windows:
        return to_instant(datetime.combine(file.event.date, time(10, 20)), file.event.home_zone, "later")
    return file.windows[0].starts_at - timedelta(minutes=40)


def seed(app: Flask, file: ConferenceFile, kept: Kept, stand_at: Callable[[datetime], None]) -> None:
    """Fill an empty database. `stand_at` moves the clock and lets the worker send what is due by then."""
    now = sign_up_at(file)
    hashes = {role: hash_password(kept.passwords[role]) for role in STAFF}
    with _writing(app):
        event = open_event(file, now, uuid5(NAMESPACE_URL, f"eventops:{file.slug}"))
        _add_streams(event, file)
        publish(event, now)
        _add_staff(event, hashes, now)
        door = db.session.scalars(select(Door).where(Door.event_id == event.id)).one()
        if entrance := find_entrance(door.id):
            enrol(event.id, [door.id], now, entrance.ends_at, token=kept.door_token)
        event_id = event.id
    for guest in GUESTS:
        _sign_up(app, event_id, guest, now)
        stand_at(now)
        _settle(app, event_id, file, guest, now + TO_CONFIRM)
        stand_at(now + TO_CONFIRM)
        now += BETWEEN_GUESTS
    _cancel(app, event_id, now + TO_CANCEL)


def _add_streams(event: Event, file: ConferenceFile) -> None:
    """Each audience with closed sessions has a stream; the public part too, where the file names none."""
    day = event.starts_on.isoformat()
    if not file.event.stream_url and file.windows:
        add_stream(event.id, PUBLIC_STREAM, f"{PROVIDER}/{day}")
    wanted = {name for session in file.sessions for name in session.audiences}
    for audience in file.audiences:
        if audience.id in wanted:
            url = f"{PROVIDER}/{day}/{audience_id(event, audience.id)}"
            add_stream(event.id, {"en": audience.name}, url, audience_id(event, audience.id))


def _add_staff(event: Event, hashes: dict[str, str], now: datetime) -> None:
    for role, name in STAFF.items():
        account = add_account(name, staff_email(role), hashes[role], now)
        grant(account.id, event.id, role, now)


def _sign_up(app: Flask, event_id: UUID, guest: Guest, now: datetime) -> None:
    form = SignUpForm(guest.name, guest.email, guest.mode, guest.language, privacy=True)
    with _writing(app):
        sign_up(db.session.get_one(Event, event_id), form, now)


def _settle(app: Flask, event_id: UUID, file: ConferenceFile, guest: Guest, now: datetime) -> None:
    """Confirm the address, and be admitted to the closed part."""
    if not guest.confirms:
        return
    with _writing(app):
        registration = _registration(event_id, guest)
        confirm(registration, now)
        if guest.is_invited:
            event = db.session.get_one(Event, event_id)
            for audience in file.audiences:
                admit(registration, audience_id(event, audience.id), now)


def _cancel(app: Flask, event_id: UUID, now: datetime) -> None:
    for guest in GUESTS:
        if guest.cancels:
            with _writing(app):
                cancel(_registration(event_id, guest), now)


def _registration(event_id: UUID, guest: Guest) -> Registration:
    query = select(Registration).where(Registration.event_id == event_id, Registration.email == guest.email)
    return db.session.scalars(query).one()


@contextmanager
def _writing(app: Flask) -> Iterator[None]:
    with app.app_context(), seeing(SYSTEM), write():
        yield
