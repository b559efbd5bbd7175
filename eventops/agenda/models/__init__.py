"""Events and their agenda: the desk copy, which organisers edit, and what is published, which everybody reads."""

from __future__ import annotations

from eventops.agenda.models.desk import (
    MOST_LINKS,
    MOST_SPEAKERS,
    AttendanceMode,
    Audience,
    Kind,
    Role,
    Room,
    Session,
    Speaker,
    SpeakerRole,
    Track,
    session_audiences,
)
from eventops.agenda.models.event import YEARS, Event, Image, PublicWindow
from eventops.agenda.models.journal import Edit, Presence
from eventops.agenda.models.published import PublishedBlock, PublishedSession, Release, published_session_audiences

__all__ = [
    "MOST_LINKS",
    "MOST_SPEAKERS",
    "YEARS",
    "AttendanceMode",
    "Audience",
    "Edit",
    "Event",
    "Image",
    "Kind",
    "Presence",
    "PublicWindow",
    "PublishedBlock",
    "PublishedSession",
    "Release",
    "Role",
    "Room",
    "Session",
    "Speaker",
    "SpeakerRole",
    "Track",
    "published_session_audiences",
    "session_audiences",
]
