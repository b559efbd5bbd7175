"""Sending somebody's link once more. Known and unknown addresses take the same statement."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import cast
from uuid import uuid4

from sqlalchemy import ColumnElement, Insert, Table, and_, bindparam, case, exists, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from eventops.agenda.models import Event
from eventops.db import db
from eventops.letters.models import Letter
from eventops.registration.address import email_key
from eventops.registration.links import CONFIRM_WITHIN
from eventops.registration.models import Registration
from eventops.registration.register import sign_up_ends_at

PAUSE = timedelta(minutes=10)
"""Between two letters of these kinds to one person."""
KIND = {"confirmed": "already_registered", "pending": "confirm_address"}
"""The letter that bears the link, by the state of the person. To who has cancelled goes none."""
ASKED = "asked "
"""How the keys of letters begin that were asked for."""

_SENT_WITHIN = timedelta(days=1)


def resend(event: Event, email: str, now: datetime) -> None:
    """Queue the letter with the link of whoever has that address at the event, if anybody has.

    Call it inside write(). Raises ValueError for what is not an address.
    """
    values = {
        "letter_id": uuid4(),
        "asked_at_event": event.id,
        "asked_for": email_key(email),
        "key": f"{ASKED}{now.timestamp() // PAUSE.total_seconds():.0f}",  # of two at once, the database takes one
        "now": now,
        "since": now - PAUSE,
        "until": now + _SENT_WITHIN,
        "confirm_until": min(now + CONFIRM_WITHIN, sign_up_ends_at(event)),
    }
    connection = db.session.connection()
    connection.execute(_insert(connection.dialect.name), values)


_people, _letters = Registration.__table__.c, Letter.__table__.c
_NOW, _SINCE, _UNTIL, _CONFIRM_UNTIL = (
    bindparam(name, type_=_letters.queued_at.type) for name in ("now", "since", "until", "confirm_until")
)
_ROW: dict[str, ColumnElement[object]] = {
    "id": bindparam("letter_id", type_=_letters.id.type),
    "event_id": _people.event_id,
    "recipient_type": literal("registration"),
    "recipient_id": _people.id,
    "kind": case(KIND, value=_people.state),
    "key": bindparam("key", type_=_letters.key.type),
    "state": literal("queued"),
    **dict.fromkeys(("queued_at", "due_at", "next_try_at"), _NOW),
    "expires_at": case((_people.state == "pending", _CONFIRM_UNTIL), else_=_UNTIL),
    "tries": literal(0),
}


@cache
def _insert(database: str) -> Insert:
    """One row for whoever the link is for; none where nobody is, or where a letter with it has just gone."""
    is_theirs = and_(
        _people.event_id == bindparam("asked_at_event", type_=_people.event_id.type),
        _people.email_key == bindparam("asked_for", type_=_people.email_key.type),
        or_(_people.state == "confirmed", and_(_people.state == "pending", _CONFIRM_UNTIL > _NOW)),
    )
    is_just_sent = exists().where(
        _letters.event_id == _people.event_id,
        _letters.recipient_type == "registration",
        _letters.recipient_id == _people.id,
        _letters.kind.in_(KIND.values()),
        _letters.queued_at > _SINCE,
    )
    insert = sqlite.insert if database == "sqlite" else postgresql.insert
    chosen = select(*_ROW.values()).where(is_theirs, ~is_just_sent)
    return insert(cast(Table, Letter.__table__)).from_select(list(_ROW), chosen).on_conflict_do_nothing()
