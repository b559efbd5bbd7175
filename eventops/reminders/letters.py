"""What a reminder says: where to be or what to open, and when, on the reader's own clock first."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eventops.agenda.events import Span, public_window
from eventops.db import db
from eventops.languages import speaking
from eventops.letters.kinds import Draft, DueLetter, InlineImage, Later, Skip, letter_kind
from eventops.letters.shared import shared
from eventops.registration.invitations import viewer_of
from eventops.registration.letters import draft_to, recipient
from eventops.registration.links import event_of
from eventops.registration.models import Registration
from eventops.registration.stream_links import StreamLink, stream_links
from eventops.registration.ticket import qr_png
from eventops.reminders.due import due_at
from eventops.reminders.models import ReminderRule
from eventops.viewer import seeing


@letter_kind("reminder_day_before")
@letter_kind("reminder_soon")
def reminder(letter: DueLetter, now: datetime) -> Draft | Skip | Later:
    """Asks anew whether the person still comes, and when the rule, the letter's key, is due by now."""
    person = recipient(letter, "confirmed")
    if isinstance(person, Skip):
        return person
    hours = shared(("reminder", letter.key, person.event_id, person.zone), lambda: _hours(letter, person))
    if hours is None:
        return Skip("not asked for any more")
    if hours.ends_at <= now:
        return Skip("the public part has started")
    if now < hours.starts_at or letter.expires_at <= now:  # moved to later since it was queued
        return Later(max(hours.starts_at, now), hours.ends_at)
    return _to_online(person, now) if person.attendance_mode == "online" else _to_onsite(person)


def _hours(letter: DueLetter, person: Registration) -> Span | None:
    """From when the rule, the letter's key, asks for the reminder until the public part starts; None if it does not."""
    rule = db.session.get(ReminderRule, UUID(letter.key))
    public = public_window(event_of(person))
    if rule is None or not rule.is_armed or public is None:
        return None
    return Span(due_at(rule, public.starts_at, person.zone), public.starts_at)


def _to_online(person: Registration, now: datetime) -> Draft:
    return draft_to(person, streams=_streams(person, now))


def _to_onsite(person: Registration) -> Draft:
    ticket = person.ticket
    if ticket is None or ticket.revoked_at is not None:
        return draft_to(person)
    picture = InlineImage("ticket", "image/png", qr_png(ticket.code))
    return draft_to(person, short_code=ticket.short_code, inline=(picture,))


def _streams(person: Registration, now: datetime) -> list[StreamLink]:
    with seeing(viewer_of(person)), speaking(person.language):
        return stream_links(person, now)
