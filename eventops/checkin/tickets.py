"""Finding the tickets that codes mean, and holding them for as long as the scans of them are judged."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, bindparam, exists, or_, select

from eventops.db import db
from eventops.registration.models import Admission, Registration, Ticket
from eventops.registration.ticket import ALPHABET, normalise_code

_EXACT = re.compile(r"[0-9A-Z]{1,38}")
_SHORT = re.compile(rf"[{ALPHABET}]{{6}}")
_AS_MEANT = str.maketrans("OIL", "011")

# Statements of the door are made once, of bare tables: making them anew would take longer than all their work.
_tickets, _people, _admissions = Ticket.__table__.c, Registration.__table__.c, Admission.__table__.c


def _held(is_wanted: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            _tickets.code,
            _tickets.short_code,
            _tickets.id,
            _people.name,
            _people.state,
            _people.attendance_mode,
            _tickets.revoked_at.is_not(None),
            exists().where(_admissions.registration_id == _people.id, _admissions.revoked_at.is_(None)),
        )
        .join_from(Ticket.__table__, Registration.__table__, _people.id == _tickets.registration_id)
        .where(_tickets.event_id == bindparam("event_id"), is_wanted)
        .order_by(_tickets.id)
        .with_for_update(of=Ticket.__table__, key_share=True)
    )


# A list is written into its statement at each execution; a single code, which is the rule, has a statement of its own.
# Short codes are asked for only where somebody typed one: with both, databases read every ticket of a new event.
_HAS_CODE = _tickets.code.in_(bindparam("codes", type_=String, expanding=True))
_HAS_SHORT_CODE = _tickets.short_code.in_(bindparam("short_codes", type_=String, expanding=True))
_HELD_ONE = _held(_tickets.code == bindparam("code", type_=String))
_HELD_BY_CODE = _held(_HAS_CODE)
_HELD_BY_EITHER = _held(or_(_HAS_CODE, _HAS_SHORT_CODE))
_RIGHTS = (
    select(_tickets.id, _admissions.audience_id)
    .join_from(Ticket.__table__, Admission.__table__, _admissions.registration_id == _tickets.registration_id)
    .where(_tickets.id.in_(bindparam("tickets", expanding=True)), _admissions.revoked_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A ticket and whose it is, as far as a door must know."""

    ticket_id: UUID
    name: str
    state: str
    """Of the registration."""
    attendance_mode: str
    is_revoked: bool
    has_admission: bool
    """To closed sessions, whichever."""


def hold_tickets(event_id: UUID, codes: Iterable[str]) -> dict[str, Holder]:
    """Whose each code is, of those that mean a ticket of the event: one statement.

    The tickets stay locked until the transaction ends, in the order of their ids so that two uploads with the same
    tickets wait for each other and never in a circle. A code is any text: it is never sent on as it came.
    """
    meanings = {code: readings(code) for code in codes}
    wanted = {reading for read in meanings.values() for reading in read}
    if not wanted:
        return {}
    rows = db.session.connection().execute(*_question(event_id, wanted)).all()
    found = {row.short_code: Holder(*row[2:]) for row in rows} | {row.code: Holder(*row[2:]) for row in rows}
    matches = {code: next((found[r] for r in read if r in found), None) for code, read in meanings.items()}
    return {code: holder for code, holder in matches.items() if holder}


def rights_of(ticket_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The audiences to whose closed sessions the holder of each ticket is admitted now: one statement."""
    rights: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for ticket_id, audience_id in db.session.connection().execute(_RIGHTS, {"tickets": list(ticket_ids)}):
        rights[ticket_id].add(audience_id)
    return rights


def _question(event_id: UUID, wanted: set[str]) -> tuple[Select[Any], dict[str, Any]]:
    short_codes = {reading for reading in wanted if _SHORT.fullmatch(reading)}
    codes = list(wanted - short_codes)
    if short_codes:
        return _HELD_BY_EITHER, {"event_id": event_id, "codes": codes, "short_codes": list(short_codes)}
    if len(codes) > 1:
        return _HELD_BY_CODE, {"event_id": event_id, "codes": codes}
    return _HELD_ONE, {"event_id": event_id, "code": codes[0]}


def readings(code: str) -> list[str]:
    """What a scanned or typed code may mean, the likeliest first: itself, itself mended, a short code."""
    text = code.strip()
    mended = normalise_code(text)
    short = text.upper().translate(_AS_MEANT)
    return [
        *([text] if _EXACT.fullmatch(text) else []),
        *([mended] if mended else []),
        *([short] if _SHORT.fullmatch(short) else []),
    ]
