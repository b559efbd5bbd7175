"""Kinds of letter: a room registers a function that says what a letter contains, or why it is not sent after all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DueLetter:
    """The outbox's row, as its kind sees it."""

    id: UUID
    event_id: UUID
    recipient_type: str
    recipient_id: UUID
    kind: str
    key: str
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with a letter. `content_type` may bear parameters: `text/calendar; method=REQUEST`."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture within the HTML, where templates write `<img src="{{ images.NAME }}" …>`."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What one letter says. The templates of its kind see `context`, and `language`, `sender_name`, `images`."""

    name: str
    """The recipient's name, as typed. May be empty."""
    email: str
    language: str
    """One of eventops.languages.LANGUAGES: templates speak it."""
    reply_to: str
    """A bare address, or empty: then answers go to EVENTOPS_MAIL_FROM."""
    context: Mapping[str, object]
    attachments: tuple[Attachment, ...] = ()
    inline: tuple[InlineImage, ...] = ()
    sender_name: str = field(default="", kw_only=True)
    """In whose name it is sent: the event's or the organiser's."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a letter that is due is not sent: a word or two without personal data."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """What the letter speaks of was moved since it was queued: it is due, and expires, at other instants (UTC)."""

    due_at: datetime
    """The instant that the kind was asked about, when only the expiry was moved, or later."""
    expires_at: datetime
    """After the instant that the kind was asked about."""


Kind = Callable[[DueLetter, datetime], Draft | Skip | Later]
"""(the letter, now) -> what to send, read from the database as it stands, as the system and without writing."""

_kinds: dict[str, Kind] = {}


def letter_kind(name: str) -> Callable[[Kind], Kind]:
    """Register the decorated function for letters of kind `name`, whose templates lie in templates/letters/`name`/.

    They are subject.txt, body.txt and body.html. Raises ValueError when the name is taken.
    """

    def register(kind: Kind) -> Kind:
        if name in _kinds:
            raise ValueError(f"two kinds of letter are called {name}")
        _kinds[name] = kind
        return kind

    return register


def draft(letter: DueLetter, now: datetime) -> Draft | Skip | Later:
    """What `letter` says as of `now`. Raises KeyError for a kind that nobody registered, and what the kind raises."""
    return _kinds[letter.kind](letter, now)
