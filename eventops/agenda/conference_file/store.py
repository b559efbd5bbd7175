"""Storing what a settled conference file says, as far as it differs from what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.conference_file.agenda import SessionPart
from eventops.agenda.conference_file.differences import ORDERED, FileDifference
from eventops.agenda.conference_file.event import Organiser
from eventops.agenda.conference_file.settled import window_of
from eventops.agenda.desk_rows import COLUMNS, EVENT_COLUMNS, MODELS, DeskRows
from eventops.agenda.journal import Journal
from eventops.agenda.models import Event, PublicWindow, Session
from eventops.agenda.things import set_audiences, set_speakers
from eventops.db import db

TOGETHER = 100
"""So many rows are sent to the database at once."""


def put_event(event: Event, file: ConferenceFile) -> None:
    """Let the event's settings be what the file says. Logos stay with the organisers who are still named."""
    part = file.event
    for name in EVENT_COLUMNS:
        setattr(event, name, getattr(part, name))
    logos = {organiser["name"]: organiser.get("logo") for organiser in event.organisers or []}
    event.slug, event.starts_on, event.ends_on = file.slug, part.date, part.end_date or part.date
    event.organisers = [_organiser(organiser, logos.get(organiser.name)) for organiser in part.organisers]
    event.funding = part.funding.model_dump() if part.funding else {}
    event.links = [link.model_dump() for link in part.links]
    event.report = _report(file)
    event.sign_up_opens_at, event.sign_up_closes_at = part.sign_up_opens_at, part.sign_up_closes_at


class Store:
    """Makes the rows of one event what a file says; `journal` takes note of them."""

    def __init__(self, event: Event, desk: DeskRows, journal: Journal, passed: Callable[[int], None]) -> None:
        self._event, self._desk, self._journal, self._passed = event, desk, journal, passed

    def store(self, file: ConferenceFile, difference: FileDifference) -> None:
        """Add and change; nothing is removed but public windows."""
        self._windows(difference)
        for name in MODELS:
            wanted = [change.after for change in difference.of(name) if change.after]
            for start in range(0, len(wanted), TOGETHER):
                for part in wanted[start : start + TOGETHER]:
                    self._put(name, part)
                db.session.flush()
                self._passed(len(wanted[start : start + TOGETHER]))
        for name in ORDERED:
            self._order(name, [UUID(part.id) for part in file.lists[name]])
        db.session.flush()

    def _windows(self, difference: FileDifference) -> None:
        rows = {_hours(window_of(row.starts_at, row.ends_at, row.zone)): row for row in self._event.windows}
        for change in difference.of("public_windows"):
            row = rows[_hours(change.before)] if change.before else PublicWindow()
            if change.after is None:
                self._event.windows.remove(row)
                db.session.delete(row)
                continue
            row.zone, row.starts_at, row.ends_at = change.either.zone, change.either.starts_at, change.either.ends_at
            if change.before is None:
                self._event.windows.append(row)

    def _put(self, name: str, part: Any) -> None:
        rows = self._desk.lists[name]
        row = rows.get(UUID(part.id))
        if row is None:
            row = rows[UUID(part.id)] = MODELS[name](id=UUID(part.id), event_id=self._event.id)
            self._fill(row, part, name)
            db.session.add(row) if name == "audiences" else self._journal.add(row)
            return
        if name != "audiences":
            self._journal.change(row)
            row.deleted_at = None
        self._fill(row, part, name)

    def _fill(self, row: Any, part: Any, name: str) -> None:
        for column in COLUMNS[name]:
            setattr(row, column, getattr(part, column))
        if name == "sessions":
            self._relate(row, part)
        elif name in ORDERED and row.position is None:
            row.position = 0

    def _relate(self, session: Session, part: SessionPart) -> None:
        """What is not in one column."""
        session.placeholder = part.placeholder
        session.links = [link.model_dump() for link in part.links]
        session.start_wall, session.start_fold = part.start_local, int(part.start_reading == "later")
        session.end_wall, session.end_fold = part.end_local, int(part.end_reading == "later")
        session.starts_at, session.ends_at = part.starts_at, part.ends_at
        session.room = self._desk.rooms[UUID(part.room)] if part.room else None
        session.track = self._desk.tracks[UUID(part.track)] if part.track else None
        set_audiences(session, [self._desk.audiences[UUID(id)] for id in part.audiences])
        set_speakers(session, [(self._desk.speakers[UUID(one.id)], one.role) for one in part.speakers])

    def _order(self, name: str, ids: list[UUID]) -> None:
        """Give positions anew where they do not rise in this order."""
        rows = self._desk.lists[name]
        positions = [rows[id].position for id in ids]
        if positions == sorted(set(positions)):
            return
        for position, id in enumerate(ids):
            if rows[id].position != position:
                self._journal.change(rows[id])
                rows[id].position = position


def _hours(window: Any) -> tuple[object, ...]:
    return window.start_local, window.start_reading, window.end_local, window.end_reading, window.zone


def _organiser(part: Organiser, logo: str | None) -> dict[str, Any]:
    """As Event.organisers keeps one."""
    also = {"short": part.short, "url": part.url, "logo": logo} | ({} if part.controller else {"controller": False})
    given = {name: value for name, value in also.items() if value not in ("", None)}
    return {"name": part.name, "country": part.country, "programme": part.programme, **given}


def _report(file: ConferenceFile) -> dict[str, Any]:
    """As Event.report keeps it."""
    if file.report is None:
        return {}
    return {"titles": file.report.title, **file.report.model_dump(exclude={"title"})}
