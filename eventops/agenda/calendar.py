"""The agenda as iCalendar (RFC 5545) and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar
from icalendar import Event as CalendarEvent
from icalendar.prop import vDatetime, vDuration

from eventops.agenda.events import event_clocks, event_title, spoken_language
from eventops.agenda.models import Event, PublishedSession
from eventops.agenda.vtimezone import NoYearlyRule, vtimezone
from eventops.languages import in_language
from eventops.times import offset_text, to_wall

REFRESH = timedelta(hours=1)


def calendar(event: Event, sessions: Sequence[PublishedSession], url: str, zone: str | None = None) -> bytes:
    """The sessions as a calendar feed in the language being spoken, with `url` as the page to turn to.

    METHOD:PUBLISH (RFC 5546 section 3.2.1); DTSTAMP is when a session last changed (RFC 5545 section 3.8.7.2), so that
    an unchanged agenda is the same bytes. Times stand in the home zone, described by a VTIMEZONE; in UTC where the
    zone has no yearly rule. UIDs are the sessions' UUIDs, as RFC 7986 section 5.3 advises.
    """
    feed = Calendar()
    feed.add("prodid", "-//eventops//agenda//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        feed.add(name, str(event_title(event)))
    feed.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    zone_key = _described(feed, event.home_zone)
    for session in sessions:
        feed.add_component(_entry(event, session, url, zone_key, zone))
    return bytes(feed.to_ical())


def _described(feed: Calendar, zone_key: str) -> str | None:
    """Add the zone to the feed; None where it cannot be described, and UTC must do."""
    try:
        feed.add_component(vtimezone(zone_key))
    except NoYearlyRule:
        return None
    return zone_key


def _entry(
    event: Event, session: PublishedSession, url: str, zone_key: str | None, reader: str | None
) -> CalendarEvent:
    content = session.content
    entry = CalendarEvent()
    entry.add("uid", str(session.id))
    entry.add("dtstamp", session.changed_at)
    entry.add("last-modified", session.changed_at)
    entry.add("sequence", session.sequence)
    for name, instant in (("dtstart", session.starts_at), ("dtend", session.ends_at)):
        if zone_key:
            entry.add(name, vDatetime(to_wall(instant, zone_key)), parameters={"TZID": zone_key})
        else:
            entry.add(name, instant)
    entry.add("summary", in_language(content["title"], spoken_language()).text)
    entry.add("description", _description(event, session, url, reader))
    if place := ", ".join(filter(None, [content["room"], event.venue])):
        entry.add("location", place)
    entry.add("url", url)
    return entry


def _description(event: Event, session: PublishedSession, url: str, reader: str | None) -> str:
    clocks = event_clocks(event, session.starts_at, session.ends_at, zone=reader)
    lines = [str(clocks), in_language(session.content["abstract"], spoken_language()).text]
    lines += [", ".join(filter(None, [s["name"], s["title"], s["organisation"]])) for s in session.content["speakers"]]
    return "\n".join([line for line in lines if line] + ["", _("Times may change: %(url)s", url=url)])


def data(event: Event, sessions: Sequence[PublishedSession], url: str) -> dict[str, Any]:
    """The sessions for programs. Instants are ISO 8601 with the offset of the zone that `zone` names."""
    return {
        "event": {
            "slug": event.slug,
            "title": event.title,
            "starts_on": event.starts_on.isoformat(),
            "zone": event.home_zone,
            "also_show": event.also_show,
            "venue": event.venue,
            "url": url,
            "organisers": event.organisers,
            "funding": event.funding,
            "report": event.report,
            "public_windows": [
                {"start": offset_text(w.starts_at, event.home_zone), "end": offset_text(w.ends_at, event.home_zone)}
                for w in event.windows
            ],
        },
        "sessions": [_session(event, session) for session in sessions],
    }


def _session(event: Event, session: PublishedSession) -> dict[str, Any]:
    fields = ("title", "abstract", "kind", "language", "attendance_mode", "placeholder", "room", "speakers")
    return {
        "id": str(session.id),
        "access": session.access,
        "start": offset_text(session.starts_at, event.home_zone),
        "end": offset_text(session.ends_at, event.home_zone),
        "zone": event.home_zone,
        "sequence": session.sequence,
        **{name: session.content[name] for name in fields},
    }
