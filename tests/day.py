"""The demo's whole morning in one process: real letters over real SMTP, played forward to 10:50 Finnish time.

It is played once for all the tests of a module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import lxml.html
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventops import clock
from eventops.agenda.conference_file import ConferenceFile, read_conference
from eventops.agenda.import_file import audience_id
from eventops.agenda.models import Audience, Event, Room, Session, Speaker
from eventops.agenda.public_pages import forget_renderings
from eventops.db import db
from eventops.demo.catcher import Caught
from eventops.demo.day import Day
from eventops.demo.people import staff_email
from eventops.demo.seed import sign_up_at
from eventops.demo.state import Folder
from eventops.registration.form import SignUpForm
from eventops.registration.invitations import admit
from eventops.registration.invite import invite
from eventops.registration.invite_form import InviteForm
from eventops.registration.models import Registration
from eventops.registration.register import confirm, sign_up, tell_admitted
from eventops.staff.models import Account
from eventops.staff.reset import ask_for_reset
from eventops.staff.team_invitations import invite as invite_to_team
from eventops.streams.models import Stream
from tests.apps import changing, reading
from tests.canaries import (
    CANARY,
    CLOSED_HOURS,
    EVERYTHING,
    canary,
)
from tests.details import add_details
from tests.hidden import DRAFT, add_hidden

BASE_URL = "http://localhost"
NOW = datetime(2024, 5, 7, 7, 50, tzinfo=UTC)
"""10:50 Finnish time: the stream of the public part has been open for five minutes."""

PARTIAL = "paula@example.org"
"""Somebody with the right to `alpha` and to nothing else."""
INVITED = "inga@example.org"
"""Somebody who was invited to `alpha` by letter, and has not answered."""


@dataclass(frozen=True)
class Letter:
    """One letter as it arrived."""

    to: str
    received_at: datetime
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return message_of(self.raw)

    @property
    def texts(self) -> dict[str, str]:
        """Subject, plain text and HTML."""
        return texts_of(self.message)


def message_of(raw: bytes) -> EmailMessage:
    """A raw message, read."""
    return BytesParser(policy=default).parsebytes(raw)


def texts_of(message: EmailMessage) -> dict[str, str]:
    """What a person reads of a message: `subject`, `plain` and `html`."""
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    return {"subject": str(message["Subject"]), **{k: body.get_content() for k, body in bodies.items() if body}}


@dataclass
class PlayedDay:
    """A day that stands still at 10:50: no job runs any more."""

    day: Day
    said: dict[str, Any]
    """What `eventops demo --json` says."""
    closed: dict[str, frozenset[str]] = field(default_factory=dict)
    """By closed session: its id, and those of its room, speaker, audience and stream. By DRAFT: all not published."""

    @property
    def app(self) -> Flask:
        return self.day.app

    @property
    def slug(self) -> str:
        return self.day.file.slug

    def guest(self, name: str) -> dict[str, Any]:
        """The attendee whose name begins so."""
        return next(guest for guest in self.said["attendees"] if guest["name"].startswith(name))

    def letters(self) -> list[Letter]:
        """Every letter of the day, the oldest first."""
        return [_letter(caught) for caught in self.day.catcher.messages()]

    def may_see(self, email: str) -> frozenset[str]:
        """Of which closed sessions letters may tell whoever has that address."""
        if email in (PARTIAL, INVITED):
            return frozenset({"alpha"})
        audiences = [guest["audiences"] for guest in self.said["attendees"] if guest["email"] == email]
        return EVERYTHING if any(audiences) else frozenset()

    def staff_client(self, role: str) -> FlaskClient:
        """A browser in which the account of that role signed in."""
        account = next(one for one in self.said["staff"] if one["role"] == role)
        return signed_in(self.app, account["email"], account["password"])

    def leaks(self, text: str, allowed: frozenset[str] = frozenset()) -> set[str]:
        """Whatever in a text belongs to closed sessions other than `allowed`: words, ids and hours."""
        words = {found[0] for found in CANARY.finditer(text) if found[1].lower() not in allowed}
        ids = {one for name, ids in self.closed.items() if name not in allowed for one in ids if one in text}
        hours = set() if allowed else {found[0] for found in CLOSED_HOURS.finditer(text)}
        return words | ids | hours


def _letter(caught: Caught) -> Letter:
    return Letter(caught.to, caught.received_at, caught.raw)


def signed_in(app: Flask, email: str, password: str) -> FlaskClient:
    """A browser that signed in by the page."""
    client = app.test_client()
    page = lxml.html.document_fromstring(client.get("/en/sign-in").text)
    (token,) = page.xpath("//input[@name='csrf_token']/@value")
    answer = client.post("/en/sign-in", data={"email": email, "password": password, "csrf_token": token})
    assert answer.status_code == 303, answer.text
    return client


@contextmanager
def played(folder: Path, text: str) -> Iterator[PlayedDay]:
    """Play a conference file to 10:50, and let everything rest there."""
    file = read_conference(text)
    day = Day(Folder(folder), file, BASE_URL)
    with standing_at(sign_up_at(file)):
        try:
            day.start(None)
            _add_details(day)
            _add_visitors(day, file)
            drafts = _add_drafts(day) if file.audiences else {}
            day.advance(NOW)
            with day.worker.paused(), standing_at(NOW):
                yield PlayedDay(day, day.contract(), _closed_ids(day) | drafts)
        finally:
            day.stop()


@contextmanager
def standing_at(instant: datetime) -> Iterator[None]:
    """Inside the block the clock begins at `instant`, and nothing rendered before is given out."""
    stood = clock.now() - clock.real_now()
    clock.move_to(instant)
    forget_renderings()
    try:
        yield
    finally:
        if abs(stood) < timedelta(seconds=1):
            clock.follow_real_time()  # exactly: a clock a microsecond off is before a stream that just opened
        else:
            clock.move_to(clock.real_now() + stood)
        forget_renderings()


def _add_visitors(day: Day, file: ConferenceFile) -> None:
    """Paula, who is of one audience alone; Inga, who is invited to it; and Aino fills in the form once more.

    Letters go to staff, too.
    """
    now = sign_up_at(file) + timedelta(days=6)
    day.advance(now)
    with changing(day.app):
        event = db.session.scalars(select(Event)).one()
        form = SignUpForm("Paula Partial", PARTIAL, "online", "en", privacy=True)
        paula = db.session.get_one(Registration, sign_up(event, form, now))
        confirm(paula, now)
        if file.audiences:
            admit(paula, audience_id(event, "alpha"), now)
            tell_admitted(paula, audience_id(event, "alpha"), now)
            invite(event, audience_id(event, "alpha"), InviteForm(INVITED, "Inga Invited", "en", "30"), now, None)
        sign_up(event, SignUpForm("Aino Esimerkki", "aino@example.org", "onsite", "fi", privacy=True), now)
        owner = db.session.scalars(select(Account).where(Account.email == staff_email("owner"))).one()
        invite_to_team(event.id, "ida@example.org", "reception", "sv", owner.id, now, clock.real_now())
        ask_for_reset(owner.email, "da", now, clock.real_now())


def _add_details(day: Day) -> None:
    """What the file does not say of sessions, published."""
    with changing(day.app):
        add_details([audience.id for audience in day.file.audiences], clock.now())
    forget_renderings()


def _add_drafts(day: Day) -> dict[str, frozenset[str]]:
    """What no visitor knows of: nothing of it is published, nor anything closed to those who are invited."""
    with changing(day.app):
        return {DRAFT: add_hidden(clock.now())}


def _closed_ids(day: Day) -> dict[str, frozenset[str]]:
    ids = {}
    with reading(day.app):
        for name in [audience.id for audience in day.file.audiences]:
            audience = db.session.scalars(select(Audience).where(Audience.name == canary(name, "audience"))).one()
            rows: list[Any] = [audience]
            rows += db.session.scalars(select(Session).where(Session.audiences.contains(audience)))
            rows += db.session.scalars(select(Room).where(Room.name == canary(name, "room")))
            rows += db.session.scalars(select(Speaker).where(Speaker.name == canary(name, "speaker")))
            rows += db.session.scalars(select(Stream).where(Stream.audience_id == audience.id))
            rows += [session.track for session in rows if isinstance(session, Session)]
            assert len(rows) == 6
            photos = frozenset(str(speaker.photo_id) for speaker in rows if isinstance(speaker, Speaker))
            ids[name] = photos | {str(row.id) for row in rows}
    return ids
