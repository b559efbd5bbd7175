"""A conference file becomes an event and its desk copy, or changes those that are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from eventops.agenda.conference_file import BadConferenceFile, ConferenceFile
from eventops.agenda.conference_file.differences import FileDifference, compare_files
from eventops.agenda.conference_file.ids import row_id, uuids_of
from eventops.agenda.conference_file.settled import settled
from eventops.agenda.conference_file.store import Store, put_event
from eventops.agenda.desk_rows import DeskRows, foreign_ids
from eventops.agenda.events import find_event
from eventops.agenda.export_file import written
from eventops.agenda.journal import Journal, editing
from eventops.agenda.models import Event, Session
from eventops.agenda.publish import narrow, raise_version
from eventops.db import db

Passed = Callable[[int], None]
"""Told how many things more are done."""

_READERS = frozenset({"access", "audiences", "shows_block"})


def ignore(_number: int) -> None:
    """For whom progress is nothing to show."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import does, or would do."""

    desk: DeskRows
    before: ConferenceFile | None
    """The event as it is; None for a new one."""
    after: ConferenceFile
    difference: FileDifference


def plan_new(file: ConferenceFile, event_id: UUID) -> Plan:
    """How the file becomes a new event. Raises BadConferenceFile when the slug is taken."""
    if find_event(file.slug):
        raise BadConferenceFile(f"event.slug: there is an event at {file.slug} already; give this one another slug")
    after = _settled(file, event_id)
    return Plan(DeskRows(), None, after, compare_files(None, after))


def plan_update(event: Event, file: ConferenceFile) -> Plan:
    """How the event becomes what the file says. Raises BadConferenceFile."""
    desk = DeskRows.of(event)
    before, after = written(event, desk), _settled(file, event.id)
    return Plan(desk, before, after, compare_files(before, after))


def import_conference(file: ConferenceFile, event_id: UUID | None = None, passed: Passed = ignore) -> Event:
    """Add the event with its desk copy; nothing is published. Call it inside write(), as the system.

    Ids of rooms, sessions and so on that are no UUIDs derive from the event's id, which is random unless given, and
    the file's ids: the same file under the same event id gives the same ids. Raises BadConferenceFile when the slug is
    taken.
    """
    event = Event(id=event_id or uuid4())
    plan = plan_new(file, event.id)
    put_event(event, plan.after)
    db.session.add(event)
    db.session.flush()
    Store(event, plan.desk, Journal(), passed).store(plan.after, plan.difference)
    return event


def update_conference(event: Event, file: ConferenceFile, now: datetime, passed: Passed = ignore) -> tuple[Plan, int]:
    """Make the event's settings and its desk what the file says, as one edit. Inside write(), as the system.

    Settings count at once, and so does closing a session; all else is for the next publishing. Gives what was done,
    and how many published sessions were closed to somebody. Raises BadConferenceFile, before anything is changed.
    """
    with editing(event.id, None, "import", now) as journal:
        db.session.refresh(event)
        plan = plan_update(event, file)
        if not plan.difference:
            return plan, 0
        perhaps_closed = _perhaps_closed(plan)
        if settings_differ(plan):
            put_event(event, plan.after)
            event.revision += 1
            raise_version(event)
        Store(event, plan.desk, journal, passed).store(plan.after, plan.difference)
        _remove(plan, journal, now)
        return plan, narrow(perhaps_closed, now)


def settings_differ(plan: Plan) -> bool:
    """Whether something of the event itself does, which counts at once."""
    return bool(plan.difference.of("event", "report", "public_windows"))


def audience_id(event: Event, file_id: str) -> UUID:
    """The id of the audience that the event's file calls `file_id`."""
    return row_id(event.id, "audience", file_id)


def _settled(file: ConferenceFile, event_id: UUID) -> ConferenceFile:
    wanted = {name: uuids_of(parts) for name, parts in file.lists.items()}
    return settled(file, event_id, foreign_ids(event_id, wanted))


def _perhaps_closed(plan: Plan) -> list[Session]:
    """Sessions that may be published and that the file gives other readers."""
    sessions = plan.desk.sessions
    return [
        sessions[UUID(change.either.id)]
        for change in plan.difference.of("sessions")
        if UUID(change.either.id) in sessions and (change.word == "added" or change.fields & _READERS)
    ]


def _remove(plan: Plan, journal: Journal, now: datetime) -> None:
    for name, rows in plan.desk.lists.items():
        for change in plan.difference.of(name):
            if change.after is None:
                row = rows[UUID(change.either.id)]
                journal.change(row)
                row.deleted_at = now
