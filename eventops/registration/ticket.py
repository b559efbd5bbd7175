"""Ticket codes: making, reading, drawing and issuing them.

A code is `EO1`, then 128 random bits as 26 characters of Crockford's base 32, then two check characters: 31 letters
and digits, which a QR code of version 2 at level M holds in alphanumeric mode (ISO/IEC 18004: up to 38).

The check characters make the last 28, read as one number, a multiple of 1021, the greatest prime below 32². One wrong
character is always found out, since it moves that number by less than 32 times a power of 32, and 1021 divides no such
move. So is every swap of two characters, neighbours or not: 32 has order 68 modulo 1021, and there are 28 places.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from sqlalchemy import select

from eventops.db import db
from eventops.qr import qr_code
from eventops.registration.models import Registration, Ticket

PREFIX = "EO1"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U."""

_BODY, _CHECK = 26, 2
_PRIME = 1021
_MASK = 0

_AS_MEANT = str.maketrans(
    dict(zip(ALPHABET.lower(), ALPHABET, strict=True))
    | dict.fromkeys("Oo", "0")
    | dict.fromkeys("IiLl", "1")
    | dict.fromkeys(" \t\r\n\u00a0-\u2010\u2011\u2012\u2013\u2014", "")
)
_CODE = re.compile(rf"E01([{ALPHABET}]{{{_BODY + _CHECK}}})")


def code_of(number: int) -> str:
    """The ticket code of a number of up to 130 bits."""
    return PREFIX + _base32(number, _BODY) + _base32(-number * 32**_CHECK % _PRIME, _CHECK)


def normalise_code(text: str) -> str | None:
    """The ticket code that `text` means, or None.

    Forgives lower case, spaces and dashes anywhere, the letter O for 0, and I or L for 1; then the check characters
    must be right. That a ticket with this code exists is another question.
    """
    found = _CODE.fullmatch(text.translate(_AS_MEANT))
    if not found:
        return None
    body = found[1][:_BODY]
    code = code_of(sum(ALPHABET.index(c) * 32**place for place, c in enumerate(reversed(body))))
    return code if code.endswith(found[1]) else None


def short_code_of(code: str) -> str:
    """The six characters after the prefix, for reading aloud."""
    return code[len(PREFIX) :][:6]


@lru_cache(maxsize=2000)
def qr_png(code: str, scale: int = 10) -> bytes:
    """A ticket code as a QR code: black on white, version 2, level M, quiet zone of 4, `scale` pixels a module.

    Drawn once for a person's letters and pages. All have the same mask: looking for the best of the eight takes two
    thirds of the time, and random codes gain nothing by it.

    Raises qrcode's DataOverflowError for more than 38 characters.
    """
    return qr_code(code, version=2, mask=_MASK, scale=scale)


def issue(registration: Registration, now: datetime, code: str | None = None) -> Ticket:
    """Give the registration a valid ticket: the one it had before, else a new one. Call it inside write().

    `code` chooses the code instead of chance.
    """
    ticket = registration.ticket
    if ticket is None:
        code = code or free_code(registration.event_id)
        ticket = Ticket(id=uuid4(), event_id=registration.event_id, registration=registration)
    if code is not None:
        ticket.code, ticket.short_code = code, short_code_of(code)
    ticket.issued_at, ticket.revoked_at = now, None
    db.session.add(ticket)
    db.session.flush()
    return ticket


def free_code(event_id: UUID) -> str:
    """A random code whose short code nobody else at the event has."""
    while True:
        code = code_of(secrets.randbits(128))
        taken = select(Ticket.id).where(Ticket.event_id == event_id, Ticket.short_code == short_code_of(code))
        if db.session.scalar(taken) is None:
            return code


def _base32(number: int, length: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))
