"""The agenda as iCalendar (RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from icalendar import Calendar
from icalendar import Event as CalendarEvent
from icalendar.prop import vCalAddress, vDatetime, vDuration, vText

from eventops.agenda.events import event_clocks, event_title, spoken_language
from eventops.agenda.models import Event, PublishedBlock, PublishedSession
from eventops.agenda.programme import Entry, block_title, role_label
from eventops.agenda.sequences import members_sequences
from eventops.agenda.vtimezone import NoYearlyRule, vtimezone
from eventops.languages import in_language
from eventops.times import to_wall

REFRESH = timedelta(hours=1)
LONGEST_FILE_NAME = 60


def calendar(event: Event, sessions: Sequence[Entry], url: str, zone: str | None = None) -> bytes:
    """The sessions as a calendar feed in the language being spoken, with `url` as the page to turn to.

    METHOD:PUBLISH (RFC 5546 section 3.2.1); DTSTAMP is when a session last changed (RFC 5545 section 3.8.7.2), so that
    an unchanged agenda is the same bytes. Times stand in the home zone, described by a VTIMEZONE; in UTC where the
    zone has no yearly rule. UIDs are the sessions' UUIDs, as RFC 7986 section 5.3 advises. A closed session bears a
    neutral title and its hours alone, unless the organiser has it name itself: calendars are shared, shown and synced.
    """
    feed = Calendar()
    feed.add("prodid", "-//eventops//agenda//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        feed.add(name, str(event_title(event)))
    feed.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    zone_key, sequences = _described(feed, event.home_zone), members_sequences(event.id)
    for session in sessions:
        sequence = sequences.get(session.id, session.sequence)
        feed.add_component(_entry(event, session, url, sequence, zone_key, zone))
    return bytes(feed.to_ical())


def _described(feed: Calendar, zone_key: str) -> str | None:
    """Add the zone to the feed; None where it cannot be described, and UTC must do."""
    try:
        feed.add_component(vtimezone(zone_key))
    except NoYearlyRule:
        return None
    return zone_key


def _entry(
    event: Event, session: Entry, url: str, sequence: int, zone_key: str | None, reader: str | None
) -> CalendarEvent:
    entry = CalendarEvent()
    entry.add("uid", str(session.id))
    entry.add("dtstamp", session.changed_at)
    entry.add("last-modified", session.changed_at)
    entry.add("sequence", sequence)
    for name, instant in (("dtstart", session.starts_at), ("dtend", session.ends_at)):
        if zone_key and to_wall(instant, zone_key).fold == 0:  # a later reading cannot be said but in UTC
            entry.add(name, vDatetime(to_wall(instant, zone_key)), parameters={"TZID": zone_key})
        else:
            entry.add(name, instant)
    for name, text in _texts(event, session, url, reader).items():
        if text:
            entry.add(name, text)
    if categories := _categories(session):
        entry.add("categories", categories)
    entry.add("url", url)
    return entry


def _texts(event: Event, session: Entry, url: str, reader: str | None) -> dict[str, str]:
    lines, room, advice = list[str](), None, _("Times may change: %(url)s", url=url)
    if isinstance(session, PublishedBlock):
        summary = block_title()
    elif not _tells_all(session):
        summary = _("%(event)s: by invitation", event=event_title(event))
        advice = _("What it is and where stands on your page: %(url)s", url=url)
    else:
        summary = in_language(session.content["title"], spoken_language()).text
        lines, room = _details(session), session.content["room"]
    clocks = str(event_clocks(event, session.starts_at, session.ends_at, zone=reader))
    return {
        "summary": summary,
        "description": "\n".join([clocks, *lines, "", advice]),
        "location": ", ".join(filter(None, [room, event.venue])),
    }


def file_name(session: Entry, number: int) -> str:
    """Of a file with this entry alone: by its title, where the entry bears it, or else by the number."""
    if isinstance(session, PublishedBlock) or not _tells_all(session):
        return neutral_file_name(number)
    return _as_file(in_language(session.content["title"], spoken_language()).text) or neutral_file_name(number)


def neutral_file_name(number: int) -> str:
    """Of a file with one entry that is not to be named: "session-1.ics"."""
    return _as_file(_("session-%(number)s", number=number))


def _as_file(text: str) -> str:
    """Letters and digits of any language, which every file system takes, with hyphens between; empty where none are."""
    words = "-".join(re.findall(r"\w+", text))[:LONGEST_FILE_NAME].strip("-")
    return f"{words}.ics" if words else ""


def _tells_all(session: Entry) -> bool:
    """Whether its entry says more than its hours."""
    if isinstance(session, PublishedBlock):
        return False
    return session.access == "public" or bool(session.content.get("in_calendars"))


def _categories(session: Entry) -> list[str]:
    """Its track: RFC 5545 section 3.8.1.2."""
    if isinstance(session, PublishedBlock) or not _tells_all(session) or not session.content["track"]:
        return []
    return [in_language(session.content["track"], spoken_language()).text]


def _details(session: PublishedSession) -> list[str]:
    lines = [in_language(session.content["abstract"], spoken_language()).text]
    lines += [_named(speaker) for speaker in session.content["speakers"]]
    lines += [f"{link['label']}: {link['url']}" for link in session.content["links"]]
    return [line for line in lines if line]


def _named(speaker: dict[str, Any]) -> str:
    """Name, title, organisation, and what they do where they do more than speak."""
    parts = [speaker["name"], speaker["title"], speaker["organisation"], role_label(speaker["role"])]
    return ", ".join(filter(None, parts))


def message(
    event: Event,
    session: Entry,
    url: str,
    method: str,
    sequence: int,
    attendee: tuple[str, str],
    zone: str | None = None,
) -> bytes:
    """One entry for one person by iTIP (RFC 5546): `method` is REQUEST (section 3.2.2) or CANCEL (section 3.2.5).

    The person, by name and address, is its only ATTENDEE, asked for no answer; the event's contact is its ORGANIZER.
    A CANCEL says what it cancels by its UID and hours alone.
    Instants are in UTC.
    """
    feed = Calendar()
    feed.add("prodid", "-//eventops//agenda//EN")
    feed.add("version", "2.0")
    feed.add("method", method)
    entry = _entry(event, session, url, sequence, None, zone)
    organiser, person = vCalAddress(f"mailto:{event.contact}"), vCalAddress(f"mailto:{attendee[1]}")
    organiser.params["CN"] = str(event_title(event))
    person.params.update({"CN": attendee[0], "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    entry.add("organizer", organiser)
    entry.add("attendee", person)
    if method == "CANCEL":
        entry.add("status", "CANCELLED")
        entry["summary"] = vText(_("This session is cancelled"))
        for name in ("location", "description", "categories"):
            entry.pop(name, None)
    feed.add_component(entry)
    return bytes(feed.to_ical())
