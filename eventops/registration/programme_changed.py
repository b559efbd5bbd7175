"""Whom a change of the programme reaches, and the letter that tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from eventops.agenda.affected import Reach
from eventops.agenda.calendar import calendar, file_name, message, neutral_file_name
from eventops.agenda.changes import Change, compare
from eventops.agenda.differences import Difference, describe
from eventops.agenda.models import Event, PublishedSession, Release, Session
from eventops.agenda.programme import visible_sessions
from eventops.agenda.sequences import members_sequences
from eventops.agenda.snapshots import Snapshot, published_snapshots
from eventops.db import db
from eventops.languages import Text, speaking
from eventops.letters.deliver import LEASE
from eventops.letters.kinds import Attachment, Draft, DueLetter, Skip, letter_kind
from eventops.letters.models import Letter
from eventops.letters.outbox import NewLetter, queue_many
from eventops.registration.invitations import viewer_of
from eventops.registration.letters import draft_to, recipient
from eventops.registration.links import event_of, personal_url
from eventops.registration.models import Admission, Registration
from eventops.viewer import SYSTEM, seeing

KIND = "programme_changed"
RECIPIENT = "registration"
WITH_CALENDAR = ("confirmed", KIND)
"""Letters that bring calendar entries."""
SAYS_NO_HOURS = ("confirm_address", "cancelled")
FILES_AT_MOST = 20
"""Entries that come as files of their own; more come as one."""
CANCELLED_AT_MOST = 100
"""Cancellations come one by one: RFC 5546 section 3.2.5 lets a CANCEL name one UID."""
WITHIN = timedelta(days=1)
"""At the least, until such a letter expires."""


class People:
    """Those who are registered and confirmed, for eventops.agenda.affected."""

    def reach(self, event: Event, changes: Sequence[Change]) -> Reach:
        known = [change for change in changes if change.before]
        closed = [change for change in known if change.before and change.before.access == "closed"]
        says_hours = or_(
            and_(_sent(Letter.kind == KIND), _may_see(known)),
            and_(_sent(Letter.kind.not_in(SAYS_NO_HOURS)), _may_see(closed)),
        )
        return Reach(
            registered=_count(event, _may_see(changes)),
            by_letter=_count(event, says_hours),
            by_calendar=_count(event, and_(_sent(Letter.kind.in_(WITH_CALENDAR)), _may_see(known))),
        )

    def tell(self, event: Event, release: Release, changes: Sequence[Change], now: datetime) -> int:
        people = db.session.scalars(select(Registration.id).where(_confirmed(event), _may_see(changes)))
        ends_at = max((change.latest.ends_at for change in changes), default=now)
        return queue_many(
            NewLetter(
                event_id=event.id,
                recipient_type=RECIPIENT,
                recipient_id=person,
                kind=KIND,
                key=str(release.number),
                now=now,
                expires_at=max(ends_at, now + WITHIN),
            )
            for person in people
        )


@letter_kind(KIND)
def programme_changed(letter: DueLetter, now: datetime) -> Draft | Skip:
    """All that changed since the person was last told, as far as they may see it. The key is the release's number."""
    person = recipient(letter, "confirmed")
    if isinstance(person, Skip):
        return person
    number, letters = int(letter.key), _letters_to(person)
    if any(one.state in ("queued", "sent") and int(one.key) > number for one in letters):
        return Skip("a later letter says all of it")
    earlier = [one for one in letters if int(one.key) < number]
    event, viewer = event_of(person), viewer_of(person)
    told = [snapshot for snapshot in _told(person, earlier) if snapshot.is_for(viewer.audiences)]
    with seeing(viewer), speaking(person.language):
        found = [change for change in compare(told, published_snapshots(event.id)) if change.is_news]
        if not found:
            return Skip("nothing of it is different any more")
        said = [_said(event, change, person, viewer.audiences) for change in found]
        files = _files(event, person, found, now)
    return draft_to(person, changes=said, files=len(files), attachments=tuple(files))


def _said(event: Event, change: Change, person: Registration, audiences: frozenset[UUID]) -> Difference:
    """The change in words; without its title where what was public is closed now: that may have been a mistake."""
    said = describe(event, change, person.zone)
    if change.after is None and _is_closed_to(audiences, change.session_id):
        return replace(said, title=Text(_("A session that is not open to the public any more"), person.language))
    return said


def _is_closed_to(audiences: frozenset[UUID], session_id: UUID) -> bool:
    """By what is published of it; by the desk where nothing is."""
    with seeing(SYSTEM):
        shown = db.session.get(PublishedSession, session_id) or db.session.get_one(Session, session_id)
        return shown.access == "closed" and not audiences & {audience.id for audience in shown.audiences}


def _letters_to(person: Registration) -> list[Any]:
    query = select(Letter.state, Letter.key, Letter.sent_at).where(
        Letter.event_id == person.event_id,
        Letter.recipient_type == RECIPIENT,
        Letter.recipient_id == person.id,
        Letter.kind == KIND,
    )
    return list(db.session.execute(query))


def _told(person: Registration, earlier: Sequence[Any]) -> list[Snapshot]:
    """The agenda as the person knows it: of when they were confirmed, or were last told by such a letter."""
    known = [Release.made_at <= person.confirmed_at]
    if sent := [letter for letter in earlier if letter.state == "sent"]:
        # What was published between a letter's writing and its arrival is not in it: better told twice than never.
        known.append(Release.made_at <= max(letter.sent_at for letter in sent) - LEASE)
        known.append(Release.number <= max(int(letter.key) for letter in sent))
    of_event = select(Release).where(Release.event_id == person.event_id, or_(*known))
    release = db.session.scalar(of_event.order_by(Release.number.desc()).limit(1))
    return [Snapshot.read(session) for session in release.sessions] if release else []


def _files(event: Event, person: Registration, changes: Sequence[Change], now: datetime) -> list[Attachment]:
    """The entries for the person's calendar, each a file: what is new or moved as REQUEST, what is gone as CANCEL."""
    url, sequences = personal_url(person, person.language), members_sequences(event.id)
    rows = {row.id: row for row in visible_sessions(event.id)}
    gone = [change for change in changes if not change.after][:CANCELLED_AT_MOST]
    there = [change for change in changes if change.after]
    files = []
    if len(there) > FILES_AT_MOST:
        whole = calendar(event, list(rows.values()), url, person.zone)
        files, there = [Attachment("programme.ics", "text/calendar; method=PUBLISH; charset=utf-8", whole)], []
    for number, change in enumerate([*there, *gone], 1):
        method = "REQUEST" if change.after else "CANCEL"
        row = rows.get(change.session_id) or _as_it_was(event, change.latest, now)
        sequence, attendee = sequences.get(row.id, row.sequence), (person.name, person.email)
        content = message(event, row, url, method, sequence, attendee=attendee, zone=person.zone)
        # What is cancelled may be something that was never meant to be told.
        name = file_name(row, number) if change.after else neutral_file_name(number)
        files.append(Attachment(name, f"text/calendar; method={method}; charset=utf-8", content))
    return files


def _as_it_was(event: Event, snapshot: Snapshot, now: datetime) -> PublishedSession:
    """What is not published any more, as strangers' calendars know it."""
    with seeing(SYSTEM):
        sequence = db.session.scalar(select(Session.public_sequence).where(Session.id == snapshot.id))
    row = PublishedSession(id=snapshot.id, event_id=event.id, access=snapshot.access, content=snapshot.content)
    row.starts_at, row.ends_at, row.sequence = snapshot.starts_at, snapshot.ends_at, sequence or 0
    row.changed_at = now
    return row


def _confirmed(event: Event) -> ColumnElement[bool]:
    return and_(Registration.event_id == event.id, Registration.state == "confirmed")


def _may_see(changes: Sequence[Change]) -> ColumnElement[bool]:
    """Of a registration: whether the person may see one of the changed sessions, as it was or as it is."""
    either = [snapshot for change in changes for snapshot in (change.before, change.after) if snapshot]
    if any(snapshot.access == "public" for snapshot in either):
        return true()
    audiences = {id for snapshot in either for id in snapshot.audience_ids}
    return exists().where(
        Admission.registration_id == Registration.id,
        Admission.audience_id.in_(audiences),
        Admission.revoked_at.is_(None),
    )


def _sent(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of a registration: whether such a letter was sent to the person."""
    return exists().where(
        Letter.event_id == Registration.event_id,
        Letter.recipient_type == RECIPIENT,
        Letter.recipient_id == Registration.id,
        Letter.state == "sent",
        which,
    )


def _count(event: Event, which: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(Registration).where(_confirmed(event), which)
    return db.session.scalar(query) or 0
