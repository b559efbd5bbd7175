"""The events that are measured: the conference's programme, held soon, with a thousand people who have tickets; and a
programme of a thousand sessions that runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from random import Random
from typing import TypeVar
from uuid import UUID, uuid4

import flask_migrate
from flask import Flask
from sqlalchemy import select

from eventops.agenda.conference_file import ConferenceFile, read_conference
from eventops.agenda.conference_file.agenda import SessionPart
from eventops.agenda.conference_file.parts import PublicPart
from eventops.agenda.models import Event
from eventops.agenda.publish import publish
from eventops.checkin.models import Door
from eventops.db import db, write
from eventops.languages import LANGUAGES
from eventops.opening import open_event
from eventops.registration.models import Registration, Ticket
from eventops.registration.ticket import code_of, short_code_of
from eventops.staff.devices import enrol
from eventops.times import reader_zone, to_wall
from eventops.viewer import SYSTEM, seeing
from tests.agenda.generated import add_generated

PEOPLE = 1000
SESSIONS = 1000
NOTICE = timedelta(hours=12)
"""From now to the public part."""

T = TypeVar("T", PublicPart, SessionPart)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What requests to the event need."""

    event_id: UUID
    slug: str
    large_slug: str
    """Of an event with a thousand sessions."""
    door_id: UUID
    door_token: str
    people: list[UUID]
    codes: list[str]
    """Of everybody's ticket, in the order of `people`."""


def prepare(app: Flask, now: datetime, people: int = PEOPLE) -> Prepared:
    """Fill the empty database of `app`."""
    file = _held_soon(now)
    with app.app_context(), seeing(SYSTEM):
        flask_migrate.upgrade()
        with write():
            event = open_event(file, now)
            publish(event, now)
            door = db.session.scalars(select(Door).where(Door.event_id == event.id)).one()
            token = enrol(event.id, [door.id], now, now + timedelta(days=1))
            rows = _register(event, now, people)
            large = add_generated(SESSIONS, slug="large", first_day=now.date())
            prepared = Prepared(event.id, event.slug, large.slug, door.id, token, list(rows), list(rows.values()))
        db.engine.dispose()  # nothing that is open here is to be shared with the servers
    return prepared


def _held_soon(now: datetime) -> ConferenceFile:
    """The conference of the package, moved: its doors open now, so that tickets are good, and its public part begins
    12 hours later, so that people may still sign up and the reminder of the day before is due.
    """
    text = files("eventops.demo").joinpath("conference.yaml").read_text(encoding="utf-8")
    file = read_conference(text)
    assert file.public_part is not None
    wall = to_wall(now, file.event.home_zone).replace(second=0, microsecond=0, tzinfo=None)
    later = wall + NOTICE - file.public_part.start_local
    public = _moved(file.public_part, later)
    sessions = [_moved(session, later, wall if session.kind == "doors" else None) for session in file.sessions]
    event = file.event.model_copy(update={"date": public.start_local.date()})
    return file.model_copy(update={"event": event, "public_part": public, "sessions": sessions})


def _moved(part: T, later: timedelta, start: datetime | None = None) -> T:
    return part.model_copy(
        update={"start_local": start or part.start_local + later, "end_local": part.end_local + later}
    )


def _register(event: Event, now: datetime, people: int) -> dict[UUID, str]:
    """Confirmed onsite guests in all languages; their ticket codes by registration."""
    chance, languages = Random(7), list(LANGUAGES)
    codes = {}
    for number in range(people):
        person, code = uuid4(), code_of(chance.getrandbits(128))
        db.session.add(_person(event, person, number, languages[number % len(languages)], now))
        codes[person] = code
    db.session.flush()
    for person, code in codes.items():
        db.session.add(
            Ticket(event_id=event.id, registration_id=person, code=code, short_code=short_code_of(code), issued_at=now)
        )
    db.session.flush()
    return codes


def _person(event: Event, id: UUID, number: int, language: str, now: datetime) -> Registration:
    email = f"guest.{number}@example.org"
    return Registration(
        id=id,
        event_id=event.id,
        name=f"Guest Number {number}",
        email=email,
        email_key=email,
        attendance_mode="onsite",
        language=language,
        zone=reader_zone(language, event.home_zone),
        state="confirmed",
        created_at=now - timedelta(days=10),
        privacy_accepted_at=now - timedelta(days=10),
        confirmed_at=now - timedelta(days=10),
    )
