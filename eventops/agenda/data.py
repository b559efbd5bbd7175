"""The agenda as JSON, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eventops.agenda.models import Event, PublishedBlock
from eventops.agenda.programme import Entry
from eventops.routes import absolute_url
from eventops.times import offset_text

_UNTITLED: dict[str, Any] = {
    "title": {},
    "abstract": {},
    "kind": "block",
    "language": None,
    "attendance_mode": None,
    "placeholder": "",
    "room": None,
    "track": None,
    "links": [],
    "speakers": [],
}
"""A block for programs: its hours are all there is."""


def data(event: Event, sessions: Sequence[Entry], url: str) -> dict[str, Any]:
    """The sessions for programs. Instants are ISO 8601 with the offset of the zone that `zone` names."""
    return {
        "event": {
            "slug": event.slug,
            "title": event.title,
            "description": event.description,
            "starts_on": event.starts_on.isoformat(),
            "ends_on": event.ends_on.isoformat(),
            "zone": event.home_zone,
            "also_show": event.also_show,
            "venue": event.venue,
            "venue_address": event.venue_address,
            "map_url": event.map_url,
            "url": url,
            "links": event.links,
            "organisers": [_organiser(event, organiser) for organiser in event.organisers],
            "funding": event.funding,
            "report": event.report,
            "public_windows": [
                {"start": offset_text(w.starts_at, event.home_zone), "end": offset_text(w.ends_at, event.home_zone)}
                for w in event.windows
            ],
        },
        "sessions": [_session(event, session) for session in sessions],
    }


def _organiser(event: Event, organiser: dict[str, Any]) -> dict[str, Any]:
    """With the address of the logo; that they answer for personal data is said in the privacy notice."""
    said = {name: value for name, value in organiser.items() if name not in ("controller", "logo")}
    if logo := organiser.get("logo"):
        said["logo"] = absolute_url("agenda.logo", slug=event.slug, image_id=logo)
    return said


def _session(event: Event, session: Entry) -> dict[str, Any]:
    fields = ("title", "abstract", "kind", "language", "attendance_mode", "placeholder", "room", "track", "links")
    content = _UNTITLED if isinstance(session, PublishedBlock) else session.content
    return {
        "id": str(session.id),
        "access": "closed" if isinstance(session, PublishedBlock) else session.access,
        "start": offset_text(session.starts_at, event.home_zone),
        "end": offset_text(session.ends_at, event.home_zone),
        "zone": event.home_zone,
        "sequence": session.sequence,
        **{name: content[name] for name in fields},
        "speakers": [_speaker(event, session, speaker) for speaker in content["speakers"]],
        "url": None if isinstance(session, PublishedBlock) else _page(event, session),
    }


def _speaker(event: Event, session: Entry, speaker: dict[str, Any]) -> dict[str, Any]:
    """Without the id, which is the desk's."""
    said = {name: speaker[name] for name in ("name", "title", "organisation", "country", "role", "bio")}
    photo, of = speaker["photo"], {"slug": event.slug, "session_id": session.id}
    return said | {"photo": absolute_url("agenda.photo", **of, image_id=photo) if photo else None}


def _page(event: Event, session: Entry) -> str:
    return absolute_url("agenda.session_page", slug=event.slug, session_id=session.id)
