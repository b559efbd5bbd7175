"""Links that speak for a person: the personal link of my page, and the link that confirms an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flask import abort, g, request
from sqlalchemy import select

from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event
from eventops.db import db
from eventops.letters.shared import shared
from eventops.registration.invitations import viewer_of
from eventops.registration.models import Registration
from eventops.registration.tokens import Linked, Token, make_token, parse_token
from eventops.routes import Declaration, absolute_url
from eventops.viewer import SYSTEM, Viewer, seeing

CONFIRM_WITHIN = timedelta(days=3)
"""How long a link that confirms an address works."""

_EXPIRY = 6


@dataclass(frozen=True, slots=True)
class ConfirmLink:
    """A genuine link that confirms an address, whether still in time or not."""

    registration: Registration
    expires_at: datetime


def personal_token(registration: Registration) -> str:
    """What stands in the personal link: 48 characters."""
    return make_token("personal", registration)


def personal_url(registration: Registration, language: str | None = None) -> str:
    """The absolute address of my page, in `language` or else the person's own."""
    return link_url("registration.my_page", registration, personal_token(registration), language)


def confirm_token(registration: Registration, expires_at: datetime) -> str:
    """What stands in a link that confirms the address until `expires_at`, in whole seconds: 56 characters."""
    return make_token("confirm", registration, int(expires_at.timestamp()).to_bytes(_EXPIRY))


def confirm_url(registration: Registration, expires_at: datetime, language: str | None = None) -> str:
    """The absolute address of the page that confirms the address, in `language` or else the person's own."""
    return link_url("registration.confirm", registration, confirm_token(registration, expires_at), language)


def read_personal(token: str, event_id: UUID) -> Registration | None:
    """Whose personal link this is; None for a mangled or revoked one, and for one of another event."""
    parsed = parse_token(token)
    return _holder(parsed, "personal", event_id) if parsed else None


def read_confirm(token: str, event_id: UUID) -> ConfirmLink | None:
    """Whose address this link confirms and until when; None for what `read_personal` would not take either."""
    parsed = parse_token(token, _EXPIRY)
    registration = _holder(parsed, "confirm", event_id) if parsed else None
    if parsed is None or registration is None:
        return None
    return ConfirmLink(registration, datetime.fromtimestamp(int.from_bytes(parsed.more), UTC))


def admit_by_link(_declaration: Declaration) -> Viewer:
    """The viewer whose personal link was called; aborts with 404 for any other token. Sets g.event, g.registration.

    Who was invited to an event that is not published yet has a page there already.
    """
    values = request.view_args or {}
    with seeing(SYSTEM):
        event = event_or_404(values["slug"])
    registration = read_personal(values["token"], event.id)
    if registration is None:
        abort(404)
    g.event, g.registration = event, registration
    return viewer_of(registration)


def event_of(row: Linked) -> Event:
    """The event that a registration or invitation is for, published or not; asked for once a transaction."""
    with seeing(SYSTEM):
        return db.session.get_one(Event, row.event_id)


def link_url(endpoint: str, row: Linked, token: str, language: str | None = None) -> str:
    """The absolute address of a page by its token, in `language` or else that in which we write to the person."""
    slug = shared(("slug", row.event_id), lambda: event_of(row).slug)
    return absolute_url(endpoint, slug=slug, token=token, language=language or row.language)


def _holder(token: Token, purpose: str, event_id: UUID) -> Registration | None:
    query = select(Registration).where(Registration.id == token.id, Registration.event_id == event_id)
    registration = db.session.scalar(query)
    return registration if registration and token.is_of(purpose, registration) else None
