"""The words by which a closed session would be known: its texts, names and ids, as far as they are its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from babel.messages.mofile import read_mo
from sqlalchemy import select

from eventops.agenda.models import Audience, Event, PublishedSession, Session
from eventops.agenda.publish import desk_sessions
from eventops.checkin.models import Door
from eventops.db import db
from eventops.folders import PACKAGE, folder
from eventops.streams.models import Stream

_WORD = re.compile(r"\w+")
_SHORTEST = 5
"""Characters that can give a session away; what is shorter is anybody's."""

Readers = frozenset[UUID]
"""Audiences."""


@dataclass(frozen=True)
class ClosedWords:
    """In normal form, each with the audiences who may read it."""

    phrases: dict[str, Readers]
    """Whole titles, names, texts, ids and addresses."""
    words: dict[str, Readers]
    """Single words of those texts."""

    def kept_from(self, audiences: Readers) -> list[str]:
        """What nobody of just these audiences may read, the longest first.

        That a session of theirs mentions another's whole title or name does not make it theirs.
        """
        found = [phrase for phrase, who in self.phrases.items() if not who & audiences]
        found += [word for word, who in self.words.items() if not who & audiences and word not in self.phrases]
        return sorted(found, key=len, reverse=True)


def normal(text: str) -> str:
    """One form of each text: case folded, one space between words."""
    return " ".join(text.casefold().split())


def closed_words(event: Event) -> ClosedWords:
    """The words of the event's closed sessions, drafts among them. Read them as the system.

    A whole title, name or text counts even where a public text mentions it: that is a leak. It does not count where a
    public session bears the same name, nor where the interface says it anyway, nor as one word that public titles and
    names have. Single words out of texts count where nothing public has them.
    """
    texts, ids, names, open_texts = _sort(event)
    shared = set(map(normal, names))
    named = words_of([*names, *_event_texts(event)]) | _interface_words()
    known = named | words_of(open_texts)
    phrases: defaultdict[str, Readers] = defaultdict(frozenset)
    words: defaultdict[str, Readers] = defaultdict(frozenset)
    for text, who in texts:
        phrase = normal(text)
        if phrase not in shared | named and len(phrase) >= _SHORTEST and phrase not in _interface():
            phrases[phrase] |= who
        for word in words_of([text]) - known:
            if len(word) >= _SHORTEST:
                words[word] |= who
    for id, who in ids:
        phrases[normal(id)] |= who
    return ClosedWords(dict(phrases), dict(words))


def words_of(texts: Iterable[str]) -> set[str]:
    """Every word in normal form."""
    return {word for text in texts for word in _WORD.findall(normal(text))}


Closed = list[tuple[str, Readers]]
Names = list[tuple[str, Readers]]


def _sort(event: Event) -> tuple[Closed, Names, list[str], list[str]]:
    """(texts of closed sessions, ids and addresses of what is theirs alone, names and other texts of public ones)."""
    texts, ids, names, open_texts = Closed(), Names(), list[str](), list[str]()
    open_ids: set[str] = set()
    for session in desk_sessions(event.id):
        parts = {str(part.id) for part in (session.room, *session.speakers) if part}
        if session.access == "public":
            names += _desk_names(session)
            open_texts += session.abstract.values()
            open_ids |= parts
        else:
            who = frozenset(audience.id for audience in session.audiences)
            texts += [(text, who) for text in [*_desk_names(session), *session.abstract.values()]]
            ids += [(id, who) for id in {str(session.id), *parts}]
    for row in db.session.scalars(select(PublishedSession).where(PublishedSession.event_id == event.id)):
        if row.access == "public":
            names += _published_names(row.content)
            open_texts += row.content["abstract"].values()
        else:
            who = frozenset(audience.id for audience in row.audiences)
            texts += [(text, who) for text in [*_published_names(row.content), *row.content["abstract"].values()]]
            ids.append((str(row.id), who))
    own_texts, own_ids = _of_rooms_above(event.id)
    own = [(id, who) for id, who in ids + own_ids if id not in open_ids]
    return texts + own_texts, own, names, open_texts


def _of_rooms_above(event_id: UUID) -> tuple[Closed, Names]:
    """Audiences, their streams, and the doors of closed sessions. A stream's address is for no reader at all."""
    texts, ids = Closed(), Names()
    for audience in db.session.scalars(select(Audience).where(Audience.event_id == event_id)):
        texts.append((audience.name, frozenset({audience.id})))
        ids.append((str(audience.id), frozenset()))
    for stream in db.session.scalars(select(Stream).where(Stream.event_id == event_id)):
        ids.append((stream.provider_url, frozenset()))
        if stream.audience_id:
            texts += [(name, frozenset({stream.audience_id})) for name in stream.name.values()]
            ids.append((str(stream.id), frozenset({stream.audience_id})))
    for door in db.session.scalars(select(Door).where(Door.event_id == event_id, Door.sessions.any())):
        if all(session.access == "closed" for session in door.sessions):
            texts.append((door.name, frozenset(a.id for session in door.sessions for a in session.audiences)))
    return texts, ids


def _desk_names(session: Session) -> list[str]:
    texts = [*session.title.values(), session.room.name if session.room else ""]
    for speaker in session.speakers:
        texts += [speaker.name, speaker.title, speaker.organisation]
    return texts


def _published_names(content: dict[str, Any]) -> list[str]:
    texts = [*content["title"].values(), content["room"] or ""]
    for speaker in content["speakers"]:
        texts += [speaker["name"], speaker["title"], speaker["organisation"]]
    return texts


def _event_texts(event: Event) -> Iterator[str]:
    """What is public of the event itself, whatever its form."""
    shown = (event.title, event.venue, event.contact, event.organisers, event.funding, event.report, event.slug)
    yield from map(str, shown)


@cache
def _interface() -> str:
    """Everything that pages and letters say by themselves, in five languages, in normal form."""
    said = [path.read_text(encoding="utf-8") for path in folder("templates").rglob("*.*")]
    for catalog in PACKAGE.glob("translations/*/LC_MESSAGES/messages.mo"):
        with catalog.open("rb") as file:
            said += [str(text) for message in read_mo(file) for text in (message.id, message.string)]
    return normal("\n".join(said))


@cache
def _interface_words() -> frozenset[str]:
    return frozenset(_WORD.findall(_interface()))
