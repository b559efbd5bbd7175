"""The words by which a closed session would be known: its texts, names and ids, as far as they are its own."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from babel import Locale
from babel.messages.mofile import read_mo
from sqlalchemy import select

from eventops.agenda.events import spoken_language
from eventops.agenda.models import Audience, Event, PublishedSession, Session
from eventops.agenda.snapshots import Snapshot, desk_sessions
from eventops.checkin.models import Door
from eventops.config import settings
from eventops.db import db
from eventops.folders import PACKAGE, folder
from eventops.languages import LANGUAGES, Text, in_language
from eventops.streams.models import Stream

_WORD = re.compile(r"\w+")
_END = re.compile(r"[.!?]\s|\n")
_WORDS_OF_A_SENTENCE = 4
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
    sessions: dict[UUID, tuple[Text, str]]
    """Of each closed session on the desk: its title in the language being spoken, and all that it says."""

    def kept_from(self, audiences: Readers) -> list[str]:
        """What nobody of just these audiences may read, the longest first.

        That a session of theirs mentions another's whole title or name does not make it theirs.
        """
        found = [phrase for phrase, who in self.phrases.items() if not who & audiences]
        found += [word for word, who in self.words.items() if not who & audiences and word not in self.phrases]
        return sorted(found, key=len, reverse=True)

    def sessions_with(self, word: str) -> tuple[tuple[UUID, Text], ...]:
        """Id and title of each closed session that has the word or phrase."""
        whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
        return tuple((id, title) for id, (title, text) in self.sessions.items() if whole.search(text))


def normal(text: str) -> str:
    """One form of each text: case folded, one space between words."""
    return " ".join(text.casefold().split())


def closed_words(event: Event) -> ClosedWords:
    """The words of the event's closed sessions, drafts among them. Read them as the system.

    A whole title or name counts even where a public text mentions it: that is a leak. It does not count where a public
    session bears the same, nor where the interface says it anyway, nor as one word that public titles and names have.
    Single words of titles and names count where nothing public has them; of abstracts each sentence that no public one
    has.
    """
    found = _sort(event)
    open_names, open_prose = set(map(normal, found.open_names)), normal("\n".join(found.open_prose))
    named = words_of([*found.open_names, *_event_texts(event)]) | _interface_words()
    known = named | words_of(found.open_prose)
    phrases: defaultdict[str, Readers] = defaultdict(frozenset)
    words: defaultdict[str, Readers] = defaultdict(frozenset)
    for name, who in found.names:
        phrase = normal(name)
        if phrase not in open_names | named and len(phrase) >= _SHORTEST and phrase not in _interface():
            phrases[phrase] |= who
        for word in words_of([name]) - known:
            if len(word) >= _SHORTEST:
                words[word] |= who
    for sentence, who in found.prose:
        if sentence not in open_prose:
            phrases[sentence] |= who
    for id, who in found.ids:
        phrases[normal(id)] |= who
    return ClosedWords(dict(phrases), dict(words), _sessions(event))


def words_of(texts: Iterable[str]) -> set[str]:
    """Every word in normal form."""
    return {word for text in texts for word in _WORD.findall(normal(text))}


Closed = list[tuple[str, Readers]]


@dataclass
class _Sorted:
    """What closed and public sessions say."""

    names: Closed = field(default_factory=list)
    """Titles, rooms, speakers and so on of closed ones."""
    prose: Closed = field(default_factory=list)
    """The sentences of their abstracts, in normal form."""
    ids: Closed = field(default_factory=list)
    """Ids and addresses of what is theirs."""
    open_names: list[str] = field(default_factory=list)
    open_prose: list[str] = field(default_factory=list)
    open_ids: set[str] = field(default_factory=set)

    def add(self, names: list[str], abstracts: Iterable[str], ids: set[str], who: Readers | None) -> None:
        """What one session says. `who` is None for a public one."""
        if who is None:
            self.open_names += names
            self.open_prose += abstracts
            self.open_ids |= ids
        else:
            self.names += [(name, who) for name in names]
            self.prose += [(sentence, who) for abstract in abstracts for sentence in _sentences(abstract)]
            self.ids += [(id, who) for id in ids]


def _sort(event: Event) -> _Sorted:
    found = _Sorted()
    for session in desk_sessions(event.id):
        who = _readers(session.audiences) if session.access == "closed" else None
        ids = _ids(session) - ({str(session.id)} if who is None else set())
        if session.public_sequence is not None:
            # Whoever has it in a calendar from when it was public is told that it is cancelled.
            found.open_ids.add(str(session.id))
        elif who is not None:
            # So is whoever was admitted to it once.
            found.ids.append((str(session.id), frozenset(map(UUID, session.known_to))))
        content = Snapshot.of(session).content
        found.add(_names(content), [*_prose(content), session.staff_notes], ids, who)
    for row in db.session.scalars(select(PublishedSession).where(PublishedSession.event_id == event.id)):
        who = _readers(row.audiences) if row.access == "closed" else None
        found.add(
            _names(row.content),
            _prose(row.content),
            set() if who is None else {str(row.id)},
            who,
        )
    found.open_prose += [*event.description.values(), event.venue_address, *(link["label"] for link in event.links)]
    _add_rooms_above(found, event.id)
    found.ids = [(id, who) for id, who in found.ids if id not in found.open_ids]
    return found


def _sessions(event: Event) -> dict[UUID, tuple[Text, str]]:
    said: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in db.session.scalars(select(PublishedSession).where(PublishedSession.event_id == event.id)):
        said[row.id] += [*_names(row.content), *_prose(row.content)]
    found = {}
    for session in desk_sessions(event.id):
        if session.access == "closed":
            content = Snapshot.of(session).content
            texts = [*said[session.id], *_names(content), *_prose(content)]
            texts += [session.staff_notes, *_ids(session)]
            texts += [text for audience in session.audiences for text in (audience.name, str(audience.id))]
            found[session.id] = in_language(session.title, spoken_language()), normal("\n".join(texts))
    return found


def _ids(session: Session) -> set[str]:
    """Its own, and those of its room, track and speakers with their photos."""
    photos = {str(speaker.photo_id) for speaker in session.speakers if speaker.photo_id}
    return photos | {str(part.id) for part in (session, session.room, session.track, *session.speakers) if part}


def _readers(audiences: Iterable[Audience]) -> Readers:
    return frozenset(audience.id for audience in audiences)


def _sentences(abstract: str) -> list[str]:
    """Those long enough to be nobody else's."""
    sentences = [normal(sentence).rstrip(".!?") for sentence in _END.split(abstract)]
    return [sentence for sentence in sentences if len(_WORD.findall(sentence)) >= _WORDS_OF_A_SENTENCE]


def _add_rooms_above(found: _Sorted, event_id: UUID) -> None:
    """Audiences, streams, and doors. A stream's address is for no reader at all."""
    for audience in db.session.scalars(select(Audience).where(Audience.event_id == event_id)):
        found.names.append((audience.name, frozenset({audience.id})))
        found.ids.append((str(audience.id), frozenset()))
    for stream in db.session.scalars(select(Stream).where(Stream.event_id == event_id)):
        found.ids.append((stream.provider_url, frozenset()))
        who = frozenset({stream.audience_id}) if stream.audience_id else None
        found.add(list(stream.name.values()), [], {str(stream.id)} if who else set(), who)
    for door in db.session.scalars(select(Door).where(Door.event_id == event_id)):
        is_closed = door.sessions and all(session.access == "closed" for session in door.sessions)
        who = _readers(a for session in door.sessions for a in session.audiences) if is_closed else None
        found.add([door.name], [], set(), who)


def _names(content: dict[str, Any]) -> list[str]:
    texts = [*content["title"].values(), content["room"] or "", *(content["track"] or {}).values()]
    for speaker in content["speakers"]:
        texts += [speaker["name"], speaker["title"], speaker["organisation"]]
    for link in content["links"]:
        texts += [link["label"], link["url"]]
    return texts


def _prose(content: dict[str, Any]) -> list[str]:
    """Its abstract, and what is told of its speakers."""
    told = [content["abstract"], *(speaker["bio"] for speaker in content["speakers"])]
    return [text for texts in told for text in texts.values()]


def _event_texts(event: Event) -> Iterator[str]:
    """What is public of the event itself, whatever its form."""
    shown = (event.title, event.venue, event.contact, event.organisers, event.funding, event.report, event.slug)
    yield from map(str, shown)
    yield settings().base_url


@cache
def _interface() -> str:
    """Everything that pages and letters say by themselves, in five languages, in normal form: dates and clocks too."""
    said = [path.read_text(encoding="utf-8") for path in folder("templates").rglob("*.*")]
    said += [path.read_text(encoding="utf-8") for path in (PACKAGE / "times").glob("*.py")]
    for language in LANGUAGES:
        locale = Locale.parse(language)
        for named in (locale.languages, locale.months["format"]["wide"], locale.days["format"]["wide"]):
            said += map(str, named.values())
    for catalog in PACKAGE.glob("translations/*/LC_MESSAGES/messages.mo"):
        with catalog.open("rb") as file:
            said += [str(text) for message in read_mo(file) for text in (message.id, message.string)]
    return normal("\n".join(said))


@cache
def _interface_words() -> frozenset[str]:
    return frozenset(_WORD.findall(_interface()))
