"""The event and its sessions for search engines (schema.org), from nothing but what is public."""

from __future__ import annotations

from typing import Any

from eventops.agenda.events import event_title, public_window, spoken_language
from eventops.agenda.models import Event, PublishedSession
from eventops.languages import in_language
from eventops.routes import absolute_url

_MODES = {"onsite": "Offline", "online": "Online", "mixed": "Mixed"}
_CONTEXT = {"@context": "https://schema.org"}


def structured_event(event: Event) -> dict[str, Any]:
    """A schema.org/Event."""
    return _CONTEXT | _event(event)


def structured_session(event: Event, session: PublishedSession) -> dict[str, Any]:
    """A schema.org/Event that is part of the other."""
    content, language = session.content, spoken_language()
    card: dict[str, Any] = {
        "@type": "Event",
        "name": in_language(content["title"], language).text,
        "url": absolute_url("agenda.session_page", slug=event.slug, session_id=session.id),
        "startDate": session.starts_at.isoformat(),
        "endDate": session.ends_at.isoformat(),
        "eventAttendanceMode": _mode(content["attendance_mode"]),
        "description": in_language(content["abstract"], language).text,
        "inLanguage": content["language"],
        "performer": [{"@type": "Person", "name": speaker["name"]} for speaker in content["speakers"]],
        "location": _place(event, content["room"]),
        "superEvent": _event(event),
    }
    return _CONTEXT | {name: value for name, value in card.items() if value}


def _event(event: Event) -> dict[str, Any]:
    window = public_window(event)
    card: dict[str, Any] = {
        "@type": "Event",
        "name": event_title(event).text,
        "url": absolute_url("agenda.programme", slug=event.slug),
        "eventAttendanceMode": _mode("mixed"),
        "location": _place(event),
        "organizer": [{"@type": "Organization", "name": organiser["name"]} for organiser in event.organisers],
    }
    if window:
        card |= {"startDate": window.starts_at.isoformat(), "endDate": window.ends_at.isoformat()}
    return {name: value for name, value in card.items() if value}


def _place(event: Event, room: str | None = None) -> dict[str, Any] | None:
    name = ", ".join(filter(None, [room, event.venue]))
    place = {"@type": "Place", "name": name, "address": event.venue_address}
    return {key: value for key, value in place.items() if value} if name else None


def _mode(mode: str | None) -> str:
    return f"https://schema.org/{_MODES[mode or 'mixed']}EventAttendanceMode"
