"""Conference files for tests: the demo's own, and ways to change it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from eventops.agenda.conference_file import read_conference
from eventops.agenda.import_file import import_conference
from eventops.agenda.models import Event
from eventops.agenda.publish import publish
from eventops.demo import __file__ as demo

TEXT = (Path(demo).parent / "conference.yaml").read_text(encoding="utf-8")
SLUG = "conference-2024-05-07"
EVENT_ID = UUID("00000000-0000-4000-8000-000000000001")
NOW = datetime(2024, 4, 15, 6, 0, tzinfo=UTC)


def changed(*replacements: tuple[str, str]) -> str:
    """The demo's file with texts replaced; each must be there."""
    text = TEXT
    for old, new in replacements:
        if old not in text:
            raise AssertionError(f"the conference file has no {old!r}")
        text = text.replace(old, new)
    return text


def published(text: str = TEXT, now: datetime = NOW) -> Event:
    """The file as a published event. Call it inside `changing(app)`."""
    event = import_conference(read_conference(text), EVENT_ID)
    publish(event, now)
    return event
