"""A conference file becomes an event and its desk copy."""

from __future__ import annotations

from uuid import UUID, uuid4, uuid5

from eventops.agenda.conference_file import BadConferenceFile, ConferenceFile, Person, PublicPart, SessionPart
from eventops.agenda.events import find_event
from eventops.agenda.models import (
    Audience,
    Event,
    PublicWindow,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    session_audiences,
)
from eventops.db import db
from eventops.times import to_instant


def import_conference(file: ConferenceFile, event_id: UUID | None = None) -> Event:
    """Add the event with its desk copy; nothing is published. Call it inside write(), as the system.

    Ids of rooms, sessions and so on derive from the event's id, which is random unless given, and the file's ids:
    the same file under the same event id gives the same ids. Raises BadConferenceFile when the slug is taken.
    """
    if find_event(file.slug):
        raise BadConferenceFile(f"event.slug: there is an event at {file.slug} already; give this one another slug")
    event = _event(file, event_id or uuid4())
    db.session.add(event)
    db.session.flush()
    for position, room in enumerate(file.rooms):
        db.session.add(Room(id=_id(event, "room", room.id), event_id=event.id, name=room.name, position=position))
    for audience in file.audiences:
        db.session.add(Audience(id=_id(event, "audience", audience.id), event_id=event.id, name=audience.name))
    db.session.flush()
    for session in file.sessions:
        _add_session(event, session)
    db.session.flush()
    return event


def audience_id(event: Event, file_id: str) -> UUID:
    """The id of the audience that the event's file calls `file_id`."""
    return _id(event, "audience", file_id)


def _id(event: Event, what: str, file_id: str) -> UUID:
    return uuid5(event.id, f"{what}/{file_id}")


def _event(file: ConferenceFile, event_id: UUID) -> Event:
    part = file.event
    return Event(
        id=event_id,
        slug=file.slug,
        title=dict(part.title),
        starts_on=part.date,
        home_zone=part.home_zone,
        also_show=part.also_show,
        venue=part.venue,
        contact=part.contact,
        organisers=[organiser.model_dump() for organiser in part.organisers],
        funding=part.funding.model_dump() if part.funding else {},
        report=_report(file),
        retention_days=part.retention_days,
        windows=[_window(file.public_part)] if file.public_part else [],
    )


def _window(part: PublicPart) -> PublicWindow:
    return PublicWindow(
        zone=part.zone,
        starts_at=to_instant(part.start_local, part.zone),
        ends_at=to_instant(part.end_local, part.zone),
    )


def _report(file: ConferenceFile) -> dict[str, object]:
    if file.report is None:
        return {}
    kept = file.report.model_dump(include={"language", "url", "publisher_site", "author", "with_support_of"})
    return {"titles": file.report.titles, **kept}


def _add_session(event: Event, part: SessionPart) -> None:
    session_id = _id(event, "session", part.id)
    db.session.add(
        Session(
            id=session_id,
            event_id=event.id,
            title=dict(part.title),
            abstract=dict(part.abstract),
            kind=part.kind,
            language=part.language,
            access=part.access,
            attendance_mode=part.attendance_mode,
            placeholder=part.placeholder,
            room_id=_id(event, "room", part.room) if part.room else None,
            zone=part.zone,
            start_wall=part.start_local,
            end_wall=part.end_local,
            starts_at=to_instant(part.start_local, part.zone),
            ends_at=to_instant(part.end_local, part.zone),
        )
    )
    db.session.flush()
    for position, speaker in enumerate(part.speakers):
        db.session.add(SpeakerRole(session_id=session_id, speaker_id=_speaker(event, speaker), position=position))
    for name in part.audiences:
        row = {"session_id": session_id, "audience_id": _id(event, "audience", name)}
        db.session.execute(session_audiences.insert().values(row))


def _speaker(event: Event, person: Person) -> UUID:
    """The same name and organisation on two sessions is one speaker."""
    speaker_id = _id(event, "speaker", f"{person.name}/{person.organisation}")
    if db.session.get(Speaker, speaker_id) is None:
        named = person.model_dump(exclude={"country"})
        db.session.add(Speaker(id=speaker_id, event_id=event.id, country=person.country or "", **named))
        db.session.flush()
    return speaker_id
