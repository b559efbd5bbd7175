"""The roster: what a door keeps for when it cannot ask, without a name, a session or an audience.

`GET /api/v1/doors/<door_id>/roster`, as the door's device, gives JSON:

    as_of    when it was made, an instant in UTC (RFC 3339)
    salt     text, of this door alone
    tickets  by flag, one of FLAGS, the tickets that it holds for: of each the first 16 bytes of the SHA-256 of salt and
             code, both as UTF-8, in base64url without padding (RFC 4648 section 5), in their own order

Each ticket of the event stands in it once; one that does not is unknown. Whether a ticket is inside already, and
whether the day is the event's, are not said here. The ETag changes with all but `as_of`.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, literal, select

from eventops.checkin.doors import Entrance
from eventops.checkin.scan import refusal
from eventops.checkin.tickets import Holder
from eventops.config import settings
from eventops.db import db
from eventops.registration.models import Admission, Registration, Ticket

FLAGS = {
    "admitted": "comes in at this door",
    "cancelled": "the registration was cancelled",
    "revoked": "the ticket is no longer valid",
    "not_confirmed": "the registration is not confirmed",
    "online_only": "takes part online",
    "not_admitted": "good for the event, but not at this door",
}
"""Every flag, and what it says of a ticket: the reasons that a scan would be refused for."""

_HASH = 16
_NOBODY = UUID(int=0)


def roster(entrance: Entrance) -> dict[str, Any]:
    """`salt` and `tickets` of the door's roster: one statement."""
    salt = _salt(entrance.door_id)
    begun = sha256(salt.encode())
    tickets: defaultdict[str, list[str]] = defaultdict(list)
    for code, flag in _flags(entrance):
        of_ticket = begun.copy()
        of_ticket.update(code.encode())
        tickets[flag].append(_text(of_ticket.digest()[:_HASH]))
    return {"salt": salt, "tickets": {flag: sorted(tickets[flag]) for flag in FLAGS}}


def _flags(entrance: Entrance) -> Iterator[tuple[str, str]]:
    """The code of each ticket of the event, and its flag at this door."""
    for code, is_admitted, state, mode, is_revoked in db.session.connection().execute(*_question(entrance)):
        holder = Holder(_NOBODY, "", state, mode, is_revoked, has_admission=False)
        yield code, refusal(holder, "entry", is_open=True, is_inside=False, is_admitted=is_admitted) or "admitted"


# Made once, of bare tables, like those of tickets.py.
_tickets, _people, _admissions = Ticket.__table__.c, Registration.__table__.c, Admission.__table__.c
_ADMITTED = exists().where(
    _admissions.registration_id == _people.id,
    _admissions.revoked_at.is_(None),
    _admissions.audience_id.in_(bindparam("audiences", expanding=True)),
)


def _asking(is_admitted: Any) -> Select[Any]:
    return (
        select(_tickets.code, is_admitted, _people.state, _people.attendance_mode, _tickets.revoked_at.is_not(None))
        .join_from(Ticket.__table__, Registration.__table__, _people.id == _tickets.registration_id)
        .where(_tickets.event_id == bindparam("event_id"))
    )


_OF_EVERY_DOOR, _OF_A_CLOSED_DOOR = _asking(literal(1)), _asking(_ADMITTED)


def _question(entrance: Entrance) -> tuple[Select[Any], dict[str, Any]]:
    if entrance.audiences is None:
        return _OF_EVERY_DOOR, {"event_id": entrance.event_id}
    return _OF_A_CLOSED_DOOR, {"event_id": entrance.event_id, "audiences": list(entrance.audiences)}


def _salt(door_id: UUID) -> str:
    """Of the door, and the same each time: a roster that says nothing new is the same roster."""
    key = hmac.digest(settings().secret_key.encode(), b"eventops roster", "sha256")
    return _text(hmac.digest(key, door_id.bytes, "sha256")[:_HASH])


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii").rstrip("=")
