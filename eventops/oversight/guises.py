"""Kinds of viewers, each played by somebody who does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from flask import abort, g, request
from flask_babel import gettext as _
from sqlalchemy import select

from eventops.agenda.events import spoken_language
from eventops.agenda.models import Audience, Event
from eventops.db import db
from eventops.registration.models import ATTENDANCE_MODES, Invitation, Registration, Ticket
from eventops.registration.ticket import code_of, short_code_of
from eventops.registration.words import mode_label
from eventops.routes import Caller, Declaration
from eventops.times import reader_zone
from eventops.viewer import ANONYMOUS, Viewer

TOKEN = "example"  # noqa: S105 - it opens nothing
"""What stands in the personal links of somebody who does not exist."""


@dataclass(frozen=True)
class Guise:
    """An enforcer for eventops.inside: it lets its own person in at public and personal pages, and nowhere else."""

    key: str
    """Its name in addresses: `anybody`, `onsite`, or an audience's id and a mode."""
    event: Event
    viewer: Viewer
    person: Registration | None = None
    """None for a stranger."""
    audience: Audience | None = None
    invitation: Invitation | None = None
    """To the audience, awaiting an answer."""

    @property
    def label(self) -> str:
        """Who it is, in the language being spoken."""
        if self.person is None:
            return str(_("Anybody"))
        mode = mode_label(self.person.attendance_mode)
        if self.audience is None:
            return str(_("Somebody registered: %(mode)s", mode=mode))
        return str(_("Somebody of “%(audience)s”: %(mode)s", audience=self.audience.name, mode=mode))

    def __call__(self, declaration: Declaration) -> Viewer:
        if declaration.caller is Caller.ANYONE:
            return ANONYMOUS
        if (request.view_args or {}).get("slug") != self.event.slug:
            abort(404)
        if declaration.caller is Caller.PERSONAL and self.person:
            g.event, g.registration = self.event, self.person
            return self.viewer
        if declaration.caller is Caller.INVITED and self.invitation:
            g.event, g.invitation = self.event, self.invitation
            return Viewer(event_id=self.event.id)
        abort(404)


def guises(event: Event, now: datetime) -> list[Guise]:
    """Every kind of viewer of the event's public face: a stranger, the registered, the members of each audience."""
    stranger = Guise("anybody", event, ANONYMOUS)
    found = [stranger, *(_registered(event, mode, now) for mode in ATTENDANCE_MODES)]
    audiences = db.session.scalars(select(Audience).where(Audience.event_id == event.id).order_by(Audience.name))
    return found + [_registered(event, mode, now, audience) for audience in audiences for mode in ATTENDANCE_MODES]


def guise(event: Event, key: str, now: datetime) -> Guise | None:
    """The one of that key."""
    return next((each for each in guises(event, now) if each.key == key), None)


def _registered(event: Event, mode: str, now: datetime, audience: Audience | None = None) -> Guise:
    key = f"{audience.id}-{mode}" if audience else mode
    person = _person(event, key, mode, now)
    held = frozenset({audience.id}) if audience else frozenset[UUID]()
    viewer = Viewer(event.id, registration_id=person.id, audiences=held)
    return Guise(key, event, viewer, person, audience, _invitation(person, audience, now) if audience else None)


def _invitation(person: Registration, audience: Audience, now: datetime) -> Invitation:
    return Invitation(
        id=uuid5(person.id, "invitation"),
        event_id=person.event_id,
        audience_id=audience.id,
        name=person.name,
        email=person.email,
        email_key=person.email,
        language=person.language,
        by_letter=True,
        granted_through="invitation",
        created_at=now,
        expires_at=now + timedelta(days=1),
        letters=1,
        link_version=1,
        answer="",
    )


def _person(event: Event, key: str, mode: str, now: datetime) -> Registration:
    code, language = code_of(0), spoken_language()
    person = Registration(
        id=uuid5(event.id, f"guise/{key}"),
        event_id=event.id,
        name=_("Example Person"),
        email="example@example.org",
        attendance_mode=mode,
        language=language,
        zone=reader_zone(language, event.home_zone),
        state="confirmed",
        created_at=now,
        confirmed_at=now,
        link_version=1,
    )
    person.ticket = Ticket(code=code, short_code=short_code_of(code))
    return person
