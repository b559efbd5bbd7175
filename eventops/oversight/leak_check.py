"""The leak check: everything that each kind of viewer can get, searched for the words of closed sessions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from itertools import product
from uuid import UUID

from flask import abort, current_app
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.routing import Rule

from eventops import clock
from eventops.agenda.events import spoken_language
from eventops.agenda.leaks import Leak
from eventops.agenda.models import Event
from eventops.agenda.programme import visible_sessions
from eventops.checkin.models import Door
from eventops.db import db
from eventops.inside import ask_as
from eventops.languages import LANGUAGES
from eventops.letters.kinds import Draft, DueLetter, draft
from eventops.letters.models import Letter
from eventops.letters.render import render
from eventops.oversight.closed_words import ClosedWords, closed_words, normal, words_of
from eventops.oversight.guises import TOKEN, Guise, guises
from eventops.oversight.readable import readable, readable_letter
from eventops.registration.invitations import audiences_of
from eventops.registration.models import Invitation
from eventops.routes import Caller, Declaration, declaration_of
from eventops.streams.models import Stream
from eventops.viewer import SYSTEM, Viewer, seeing

LETTERS = 200
"""How many of the latest letters are written once more and read."""

Wanted = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at, and the leaks in it."""

    address: str
    leaks: list[Leak]


def check(event: Event) -> list[Leak]:
    """Every leak in what is published of the event, as the current transaction sees it.

    Others wait for that transaction, so each page is asked for in one language: in others it differs by texts that are
    read in all of them.
    """
    return [leak for look in looks(event, clock.now(), [spoken_language()]) for leak in look.leaks]


def looks(event: Event, now: datetime, languages: Iterable[str] = tuple(LANGUAGES)) -> Iterator[Look]:
    """Look at every page, feed, roster and letter, one after the other. Nothing is written."""
    with seeing(SYSTEM):
        words, addresses = closed_words(event), _addresses(event, languages)
        for guise in guises(event, now):
            if guise.person and guise.person.attendance_mode == "onsite":
                continue  # who is online sees all that they see, and streams
            yield from _pages(guise, addresses, words)
        yield from _rosters(event, addresses, words)
        yield from _letters(event, words, now)


def _pages(guise: Guise, addresses: dict[Caller, list[str]], words: ClosedWords) -> Iterator[Look]:
    wanted = _any_of(words.kept_from(guise.viewer.audiences))
    # Public pages are the same for all; a stranger reads them for everybody.
    for path in addresses[Caller.PERSONAL if guise.person else Caller.ANYONE]:
        yield _look(path, readable(ask_as(guise, path)), wanted, guise.label, words)
    if guise.person:
        yield _look(addresses[Caller.PERSONAL][0], _in_every_language(guise), wanted, guise.label, words)
    # An invitation's link may have been forwarded: its page is to tell no more than a stranger knows.
    if guise.invitation:
        wanted = _any_of(words.kept_from(frozenset()))
        for path in addresses[Caller.INVITED]:
            yield _look(path, readable(ask_as(guise, path)), wanted, guise.label, words)


def _in_every_language(guise: Guise) -> str:
    """The texts that pages for this person show in one language at a time. The public ones are in agenda.json too."""
    with seeing(guise.viewer):
        streams = db.session.scalars(select(Stream.name).where(Stream.event_id == guise.event.id)).all()
        sessions = visible_sessions(guise.event.id)
    return normal(json.dumps([*streams, *(session.content for session in sessions)], ensure_ascii=False))


def _rosters(event: Event, addresses: dict[Caller, list[str]], words: ClosedWords) -> Iterator[Look]:
    def device(declaration: Declaration) -> Viewer:
        return Viewer(event_id=event.id, role="door") if declaration.caller is Caller.DOOR else abort(404)

    wanted, label = _any_of(words.kept_from(frozenset())), str(_("A door's device"))
    for path in addresses[Caller.DOOR]:
        yield _look(path, readable(ask_as(device, path)), wanted, label, words)


def _letters(event: Event, words: ClosedWords, now: datetime) -> Iterator[Look]:
    """One letter of each kind for each set of rights, as it would be written now."""
    latest = select(Letter).where(Letter.event_id == event.id).order_by(Letter.queued_at.desc(), Letter.id)
    seen = set()
    for row in db.session.scalars(latest.limit(LETTERS)):
        rights = _rights(row)
        if (row.kind, rights) in seen:
            continue
        seen.add((row.kind, rights))
        due = DueLetter(**{name: getattr(row, name) for name in DueLetter.__slots__})
        made = draft(due, now)
        if isinstance(made, Draft):
            # Whoever bears the name of a closed session's speaker may read their own.
            own = words_of([made.name, made.email])
            kept = [phrase for phrase in words.kept_from(rights) if not words_of([phrase]) <= own]
            text = readable_letter(message_from_bytes(render(due, made, now).data))
            yield _look(row.kind, text, _any_of(kept), str(_("A letter's reader")), words)


def _rights(row: Letter) -> frozenset[UUID]:
    if row.recipient_type == "registration":
        return audiences_of(row.recipient_id)
    invitation = db.session.get(Invitation, row.recipient_id) if row.recipient_type == "invitation" else None
    return frozenset({invitation.audience_id}) if invitation else frozenset()


def _look(address: str, text: str, wanted: Wanted | None, viewer: str, words: ClosedWords) -> Look:
    # Who asks for an address knows it already: a page may repeat it.
    found = dict.fromkeys(wanted.findall(text.replace(normal(address), ""))) if wanted else {}
    return Look(address, [Leak(address, word, viewer, words.sessions_with(word)) for word in found])


def _any_of(words: list[str]) -> Wanted | None:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None


def _addresses(event: Event, languages: Iterable[str]) -> dict[Caller, list[str]]:
    """Every address that answers GET, by who may call it: each route with all that could stand in it."""
    values: dict[str, list[object]] = {
        "language": list(languages),
        "slug": [event.slug],
        "token": [TOKEN],
        "stream_id": list(db.session.scalars(select(Stream.id).where(Stream.event_id == event.id))),
        "door_id": list(db.session.scalars(select(Door.id).where(Door.event_id == event.id))),
    }
    found: dict[Caller, list[str]] = {caller: [] for caller in Caller}
    for rule in current_app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments <= values.keys() and rule.endpoint.split(".")[0] != "demo":
            found[declaration_of(current_app, rule.endpoint).caller] += _filled(rule, values)
    return found


def _filled(rule: Rule, values: dict[str, list[object]]) -> Iterator[str]:
    names = sorted(rule.arguments)
    for chosen in product(*(values[name] for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)))
        if built:
            yield built[1]
