"""Links that speak for a person: the personal link of my page, and the link that confirms an address.

Each holds the registration's id and a keyed hash (HMAC-SHA256, RFC 2104, its first 160 bits) over that id and the
registration's link version: raising the version ends every link printed before. Both are whole numbers of base64
groups, so that each character of a link counts.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import abort, g, request
from sqlalchemy import select

from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event
from eventops.config import settings
from eventops.db import db
from eventops.letters.shared import shared
from eventops.registration.invitations import viewer_of
from eventops.registration.models import Registration
from eventops.routes import Declaration, absolute_url
from eventops.viewer import SYSTEM, Viewer, seeing

CONFIRM_WITHIN = timedelta(days=3)
"""How long a link that confirms an address works."""

_TAG = 20
_ID = 16
_EXPIRY = 6
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class ConfirmLink:
    """A genuine link that confirms an address, whether still in time or not."""

    registration: Registration
    expires_at: datetime


def personal_token(registration: Registration) -> str:
    """What stands in the personal link: 48 characters."""
    return _encode(registration.id.bytes + _tag("personal", registration))


def personal_url(registration: Registration, language: str | None = None) -> str:
    """The absolute address of my page, in `language` or else the person's own."""
    return _url("registration.my_page", registration, personal_token(registration), language)


def confirm_token(registration: Registration, expires_at: datetime) -> str:
    """What stands in a link that confirms the address until `expires_at`, in whole seconds: 56 characters."""
    expiry = int(expires_at.timestamp()).to_bytes(_EXPIRY)
    return _encode(registration.id.bytes + expiry + _tag("confirm", registration, expiry))


def confirm_url(registration: Registration, expires_at: datetime, language: str | None = None) -> str:
    """The absolute address of the page that confirms the address, in `language` or else the person's own."""
    return _url("registration.confirm", registration, confirm_token(registration, expires_at), language)


def read_personal(token: str, event_id: UUID) -> Registration | None:
    """Whose personal link this is; None for a mangled or revoked one, and for one of another event."""
    raw = _decode(token, _ID + _TAG)
    registration = _find(raw, event_id)
    if raw is None or registration is None:
        return None
    return registration if hmac.compare_digest(raw[_ID:], _tag("personal", registration)) else None


def read_confirm(token: str, event_id: UUID) -> ConfirmLink | None:
    """Whose address this link confirms and until when; None for what `read_personal` would not take either."""
    raw = _decode(token, _ID + _EXPIRY + _TAG)
    registration = _find(raw, event_id)
    if raw is None or registration is None:
        return None
    expiry = raw[_ID : _ID + _EXPIRY]
    if not hmac.compare_digest(raw[_ID + _EXPIRY :], _tag("confirm", registration, expiry)):
        return None
    return ConfirmLink(registration, datetime.fromtimestamp(int.from_bytes(expiry), UTC))


def admit_by_link(_declaration: Declaration) -> Viewer:
    """The viewer whose personal link was called; aborts with 404 for any other token. Sets g.event, g.registration."""
    values = request.view_args or {}
    event = event_or_404(values["slug"])
    registration = read_personal(values["token"], event.id)
    if registration is None:
        abort(404)
    g.event, g.registration = event, registration
    return viewer_of(registration)


def event_of(registration: Registration) -> Event:
    """The event that the registration is for, whether it is published or not; asked for once a transaction."""
    with seeing(SYSTEM):
        return db.session.get_one(Event, registration.event_id)


def _url(endpoint: str, registration: Registration, token: str, language: str | None) -> str:
    slug = shared(("slug", registration.event_id), lambda: event_of(registration).slug)
    return absolute_url(endpoint, slug=slug, token=token, language=language or registration.language)


def _find(raw: bytes | None, event_id: UUID) -> Registration | None:
    if raw is None:
        return None
    query = select(Registration).where(Registration.id == UUID(bytes=raw[:_ID]), Registration.event_id == event_id)
    return db.session.scalar(query)


def _tag(purpose: str, registration: Registration, more: bytes = b"") -> bytes:
    # A key for each purpose: a link for one never opens the other.
    key = hmac.digest(settings().secret_key.encode(), b"eventops link " + purpose.encode(), "sha256")
    version = registration.link_version.to_bytes(8)
    return hmac.digest(key, registration.id.bytes + version + more, "sha256")[:_TAG]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode("ascii")


def _decode(token: str, length: int) -> bytes | None:
    if not _TOKEN.fullmatch(token) or len(token) % 4:
        return None
    raw = urlsafe_b64decode(token)
    return raw if len(raw) == length else None
