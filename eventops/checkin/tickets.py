"""Finding the tickets that codes mean, and holding them for as long as the scans of them are judged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from eventops.db import db
from eventops.registration.models import Registration, Ticket
from eventops.registration.ticket import ALPHABET, normalise_code

_EXACT = re.compile(r"[0-9A-Z]{1,38}")
_SHORT = re.compile(rf"[{ALPHABET}]{{6}}")
_AS_MEANT = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Holder:
    """A ticket and whose it is, as far as a door must know."""

    ticket_id: UUID
    name: str
    state: str
    """Of the registration."""
    attendance_mode: str
    is_revoked: bool


def hold_tickets(event_id: UUID, codes: Iterable[str]) -> dict[str, Holder]:
    """Whose each code is, of those that mean a ticket of the event: one statement.

    The tickets stay locked until the transaction ends, in the order of their ids so that two uploads with the same
    tickets wait for each other and never in a circle. A code is any text: it is never sent on as it came.
    """
    meanings = {code: readings(code) for code in codes}
    wanted = {reading for read in meanings.values() for reading in read}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(
            Ticket.code,
            Ticket.short_code,
            Ticket.id,
            Registration.name,
            Registration.state,
            Registration.attendance_mode,
            Ticket.revoked_at.is_not(None),
        )
        .join(Registration, Registration.id == Ticket.registration_id)
        .where(Ticket.event_id == event_id, or_(Ticket.code.in_(wanted), Ticket.short_code.in_(wanted)))
        .order_by(Ticket.id)
        .with_for_update(of=Ticket, key_share=True)
    ).all()
    found = {row.short_code: Holder(*row[2:]) for row in rows} | {row.code: Holder(*row[2:]) for row in rows}
    matches = {code: next((found[r] for r in read if r in found), None) for code, read in meanings.items()}
    return {code: holder for code, holder in matches.items() if holder}


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
