"""Registration's letters. Each is written from what holds when it is sent, and left out when that is no longer so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import joinedload

from eventops.agenda.calendar import calendar
from eventops.agenda.events import event_clocks, event_title, public_window
from eventops.agenda.models import Event, PublishedSession
from eventops.agenda.programme import items, visible_entries, visible_sessions
from eventops.db import db
from eventops.languages import speaking
from eventops.letters.kinds import Attachment, Draft, DueLetter, InlineImage, Skip, letter_kind
from eventops.letters.shared import shared
from eventops.registration.invitations import viewer_of
from eventops.registration.links import confirm_url, event_of, personal_token, personal_url
from eventops.registration.models import ERASED, Registration
from eventops.registration.register import letter_stamp
from eventops.registration.resend import ASKED
from eventops.registration.ticket import qr_png
from eventops.registration.tokens import Linked
from eventops.routes import absolute_url
from eventops.viewer import Viewer, seeing

MOST_ENTRIES = 100
"""In the calendar file that comes with a letter."""


@letter_kind("confirm_address")
def confirm_address(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """Asks whether the address is the person's own. Its link works until the letter expires."""
    person = recipient(letter, "pending")
    if isinstance(person, Skip):
        return person
    return draft_to(
        person,
        confirm_url=confirm_url(person, letter.expires_at),
        until=event_clocks(event_of(person), letter.expires_at, None, person.language, person.zone).with_day,
    )


@letter_kind("confirmed")
def confirmed(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """The ticket, what the person may attend and when, and the personal link."""
    person = recipient(letter, "confirmed")
    if isinstance(person, Skip):
        return person
    ticket = person.ticket
    if letter.key != letter_stamp(person.confirmed_at) or ticket is None:
        return Skip("signed up anew since")
    picture = qr_png(ticket.code)
    return draft_to(
        person,
        code=ticket.code,
        short_code=ticket.short_code,
        calendar_url=_my_calendar_url(person),
        attachments=(Attachment("ticket.png", "image/png", picture), *_calendar_file(person)),
        inline=(InlineImage("ticket", "image/png", picture),),
    )


def _calendar_file(person: Registration) -> list[Attachment]:
    """What the person may see, for their calendar; nothing where that is too much for a letter."""
    viewer, event = viewer_of(person), event_of(person)
    # Only who is admitted has entries that lead to their own page; the others' are alike.
    alike = ("calendar file", event.id, viewer.audiences and person.id, person.language, person.zone)
    with seeing(viewer), speaking(person.language):
        content = shared(alike, lambda: _entries(event, person, bool(viewer.audiences)))
    return [Attachment("programme.ics", "text/calendar; method=PUBLISH; charset=utf-8", content)] if content else []


def _entries(event: Event, person: Registration, is_own: bool) -> bytes:
    entries = visible_entries(event.id)
    url = absolute_url("agenda.programme", slug=event.slug, language=person.language)
    if not 0 < len(entries) <= MOST_ENTRIES:
        return b""
    return calendar(event, entries, personal_url(person) if is_own else url, person.zone)


@letter_kind("already_registered")
def already_registered(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """Somebody signed up with the address of a person who is confirmed, or lost the link: their link once more."""
    person = recipient(letter, "confirmed")
    return person if isinstance(person, Skip) else draft_to(person, is_asked=letter.key.startswith(ASKED))


@letter_kind("cancelled")
def cancelled(letter: DueLetter, _now: datetime) -> Draft | Skip:
    """The person does not come."""
    person = recipient(letter, "cancelled")
    if isinstance(person, Skip):
        return person
    if letter.key != letter_stamp(person.cancelled_at):
        return Skip("signed up anew since")
    return draft_to(person, sign_up_url=_sign_up_url(person))


def recipient(letter: DueLetter, state: str) -> Registration | Skip:
    """The person, as long as they are in the state that the letter speaks of."""
    person = db.session.get(Registration, letter.recipient_id, options=[joinedload(Registration.ticket)])
    if person is None or person.email == ERASED:
        return Skip("erased")
    return person if person.state == state else Skip(f"is {person.state}")


def draft_to(
    person: Registration,
    attachments: tuple[Attachment, ...] = (),
    inline: tuple[InlineImage, ...] = (),
    **context: object,
) -> Draft:
    """A letter to the person, in their language: `context`, and what all letters may say of the event to them."""
    words = event_words(person, viewer_of(person), person.zone)
    own = {"is_online": person.attendance_mode == "online", "personal_url": personal_url(person)}
    return Draft(
        name=person.name,
        email=person.email,
        language=person.language,
        reply_to=words["contact"],
        context={**words, **own, **context},
        attachments=attachments,
        inline=inline,
        sender_name=words["event_title"],
    )


def event_words(row: Linked, viewer: Viewer, zone: str) -> dict[str, Any]:
    """What a letter to somebody registered or invited may say of the event: only what `viewer` may see.

    People with the same rights, language and clock are told the same.
    """
    alike = ("event words", row.event_id, viewer.audiences, row.language, zone)
    with seeing(viewer), speaking(row.language):
        return shared(alike, lambda: _words_of(event_of(row), row.language, zone))


def _words_of(event: Event, language: str, zone: str) -> dict[str, Any]:
    title, window = event_title(event), public_window(event)
    sessions = visible_sessions(event.id)
    closed = [session for session in sessions if session.access == "closed"]
    return {
        "event_title": title.text,
        "event_title_lang": title.language if title.language != language else None,
        "public_clocks": event_clocks(event, window.starts_at, window.ends_at, language, zone) if window else None,
        "closed_items": items(event, closed, language, zone),
        "public_rooms": _public_rooms(sessions),
        "venue": event.venue,
        "contact": event.contact,
    }


def _public_rooms(sessions: list[PublishedSession]) -> list[str]:
    """The rooms of the public part, in the order in which they come up."""
    rooms = [session.content["room"] for session in sessions if session.access == "public"]
    return [room for room in dict.fromkeys(rooms) if room]


def _my_calendar_url(person: Registration) -> str:
    return absolute_url(
        "registration.my_calendar",
        slug=event_of(person).slug,
        token=personal_token(person),
        language=person.language,
    )


def _sign_up_url(person: Registration) -> str:
    return absolute_url("registration.sign_up", slug=event_of(person).slug, language=person.language)
