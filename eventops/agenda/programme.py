"""The published agenda as the current viewer may see it, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from babel import Locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event, PublishedBlock, PublishedSession
from eventops.db import db
from eventops.languages import DEFAULT_LANGUAGE, Text, in_language
from eventops.times import TwoClocks


@dataclass(frozen=True, slots=True)
class Item:
    """One session as a page or letter shows it."""

    id: UUID
    title: str
    title_lang: str | None
    """The title's language where it is not the page's."""
    abstract: str
    abstract_lang: str | None
    clocks: TwoClocks
    kind: str
    kind_label: str
    room: str | None
    language: str | None
    """The name of the session's language, in the page's."""
    closed: bool
    placeholder: bool
    time_placeholder: bool
    now: bool
    is_here: bool = False
    """Whether it is at the venue alone: nothing of it is live elsewhere."""
    track: Text | None = None
    attendance: str = ""
    """How to take part, in words; empty where one may choose."""
    room_address: str = ""
    room_accessibility: Text | None = None
    speakers: list[dict[str, Any]] = field(default_factory=list)
    """Each with role, name, title, organisation, bio (Markdown by language) and photo (an image's id, or None)."""
    links: list[dict[str, str]] = field(default_factory=list)
    """Each with label and url."""
    facets: dict[str, str] = field(default_factory=dict)
    """By what a programme is filtered: see eventops.agenda.filters."""
    has_page: bool = False
    """Whether everybody may see it, and a page of its own."""


def visible_sessions(event_id: UUID) -> list[PublishedSession]:
    """What is published and the current viewer may see, in order of start."""
    query = (
        select(PublishedSession)
        .where(PublishedSession.event_id == event_id)
        .order_by(PublishedSession.starts_at, PublishedSession.ends_at, PublishedSession.id)
    )
    return list(db.session.scalars(query))


def visible_session(event_id: UUID, session_id: UUID) -> PublishedSession | None:
    """The published session of that id in the event, if the current viewer may see it."""
    query = select(PublishedSession).where(PublishedSession.event_id == event_id, PublishedSession.id == session_id)
    return db.session.scalar(query.options(lazyload(PublishedSession.audiences)))


Entry = PublishedSession | PublishedBlock
"""What stands on a programme: a session, or the untitled block in the place of one."""


def visible_entries(event_id: UUID) -> list[Entry]:
    """The visible sessions, and a block for each other one that the organiser lets show so, in order of start.

    Whom the sessions are for is loaded when asked: no programme shows it.
    """
    query = select(PublishedSession).where(PublishedSession.event_id == event_id)
    sessions = list(db.session.scalars(query.options(lazyload(PublishedSession.audiences))))
    seen = {session.id for session in sessions}
    blocks = db.session.scalars(select(PublishedBlock).where(PublishedBlock.event_id == event_id))
    entries: list[Entry] = [*sessions, *(block for block in blocks if block.session_id not in seen)]
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.ends_at, entry.id))


def items(
    event: Event,
    sessions: Sequence[Entry],
    language: str | None = None,
    zone: str | None = None,
    now: datetime | None = None,
) -> list[Item]:
    """The sessions in words: `language` by default the one being spoken, `zone` by default the language's.

    With `now`, the sessions that run then are marked.
    """
    language = language or spoken_language()
    return [
        _block(event, entry, language, zone, now)
        if isinstance(entry, PublishedBlock)
        else _item(event, entry, language, zone, now)
        for entry in sessions
    ]


def _block(event: Event, block: PublishedBlock, language: str, zone: str | None, now: datetime | None) -> Item:
    return Item(
        id=block.id,
        title=block_title(),
        title_lang=None,
        abstract="",
        abstract_lang=None,
        clocks=event_clocks(event, block.starts_at, block.ends_at, language, zone),
        kind="talk",
        kind_label="",
        room=None,
        language=None,
        closed=False,
        placeholder=False,
        time_placeholder=False,
        now=now is not None and block.starts_at <= now < block.ends_at,
    )


def block_title() -> str:
    """What stands instead of a closed session's title, in the language being spoken."""
    return str(_("By invitation"))


def _item(event: Event, session: PublishedSession, language: str, zone: str | None, now: datetime | None) -> Item:
    content: dict[str, Any] = session.content
    title, abstract = in_language(content["title"], language), in_language(content["abstract"], language)
    has_notes = "room_accessibility" in content
    return Item(
        id=session.id,
        title=title.text,
        title_lang=title.language if title.language != language else None,
        abstract=abstract.text,
        abstract_lang=abstract.language if abstract.language != language else None,
        clocks=event_clocks(event, session.starts_at, session.ends_at, language, zone),
        kind=content["kind"],
        kind_label=kind_label(content["kind"]),
        room=content["room"],
        language=language_name(content["language"], language),
        closed=session.access == "closed",
        placeholder=content["placeholder"] == "all",
        time_placeholder=content["placeholder"] == "time",
        now=now is not None and session.starts_at <= now < session.ends_at,
        is_here=content["attendance_mode"] == "onsite" or content["kind"] in ("break", "meal", "doors"),
        track=in_language(content["track"], language) if content["track"] else None,
        attendance=attendance_label(content["attendance_mode"]),
        room_address=content.get("room_address", ""),
        room_accessibility=in_language(content["room_accessibility"], language) if has_notes else None,
        speakers=content["speakers"],
        links=content["links"],
        facets=facets(session),
        has_page=session.access == "public",
    )


def facets(entry: Entry) -> dict[str, str]:
    """What the entry has of room, track and language, as addresses and scripts name it: the same in all languages."""
    if isinstance(entry, PublishedBlock):
        return {}
    track = in_language(entry.content["track"] or {}, DEFAULT_LANGUAGE).text
    found = {"room": entry.content["room"], "track": track, "language": entry.content["language"]}
    return {name: value for name, value in found.items() if value}


def kind_label(kind: str) -> str:
    """The word for a kind of session, in the language being spoken; empty where the title says it."""
    labels = {"talk": _("Talk"), "keynote": _("Keynote speech"), "workshop": _("Workshop")}
    return str(labels.get(kind, ""))


def attendance_label(mode: str) -> str:
    """How one may take part in a session, in the language being spoken; empty where one may choose."""
    return str({"onsite": _("Onsite only"), "online": _("Online only")}.get(mode, ""))


def role_label(role: str) -> str:
    """What somebody does in a session, in the language being spoken; empty for speaking, which goes without saying."""
    return str({"moderator": _("Moderator"), "chair": _("Chair")}.get(role, ""))


@lru_cache(maxsize=256)
def language_name(code: str | None, language: str) -> str | None:
    """The name of the language `code` in `language`: "English", "englanti"."""
    return str(Locale.parse(language).languages.get(code, code)) if code else None
