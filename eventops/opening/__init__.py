"""Opening an event: its agenda, its main entrance, its streams, its reminders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eventops.agenda.conference_file import ConferenceFile
from eventops.agenda.import_file import Passed, ignore, import_conference
from eventops.agenda.models import Event
from eventops.checkin.doors import open_door
from eventops.reminders.rules import ensure_default_rules
from eventops.streams.edit import add_stream

MAIN_ENTRANCE = "Main entrance"
PUBLIC_STREAM = {
    "en": "Stream of the public part",
    "fi": "Avoimen osuuden lähetys",
    "sv": "Sändning av den öppna delen",
    "da": "Livestream af den åbne del",
    "nb": "Strøm fra den åpne delen",
}


def open_event(file: ConferenceFile, now: datetime, event_id: UUID | None = None, passed: Passed = ignore) -> Event:
    """Import the file as a new event that is ready to be published. Call it inside write(), as the system.

    The public part gets a stream where the file gives an address. Raises BadConferenceFile.
    """
    event = import_conference(file, event_id, passed)
    furnish(event, file.event.stream_url or "", now)
    return event


def furnish(event: Event, stream_url: str, now: datetime) -> None:
    """Give a new event what every one begins with; a stream where there is an address. Inside write(), as the system.

    Raises UnsafeAddress.
    """
    open_door(event.id, MAIN_ENTRANCE, now)
    if stream_url:
        add_stream(event.id, PUBLIC_STREAM, stream_url)
    ensure_default_rules(event.id)
