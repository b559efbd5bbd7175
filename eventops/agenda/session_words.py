"""The words of a session's form: what may be chosen in it, and where two versions of a session differ."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from eventops.agenda.edit import desk_audiences, desk_rooms, desk_speakers, desk_tracks
from eventops.agenda.events import event_clocks, readings_in_words, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.programme import language_name
from eventops.agenda.session_form import ATTENDANCE_MODES, KINDS, PLACEHOLDERS, ROLES, SessionForm
from eventops.agenda.zone_choices import place
from eventops.languages import LANGUAGES, in_language
from eventops.times import Reading, UncertainTime, UnknownZone, parse_wall, to_instant, zone
from eventops.typed import plain_lines

Options = list[tuple[str, str]]
"""Each a value and its word."""


def languages_of(event: Event, *texts: dict[str, str]) -> dict[str, str]:
    """The languages in which the event's texts are written, and those in which there are some: name by code."""
    codes = [code for code in LANGUAGES if code in event.languages or any(text.get(code) for text in texts)]
    return {code: _language(code) for code in codes}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a session may be given."""

    rooms: Options
    tracks: Options
    speakers: Options
    audiences: Options
    zones: Options
    languages: Options
    kinds: Options
    attendance_modes: Options
    roles: Options
    placeholders: Options


def kind_words() -> Options:
    """Every kind of session."""
    return _worded(KINDS, _("Talk"), _("Keynote speech"), _("Workshop"), _("Break"), _("Meal"), _("Doors open"))


def choices(event: Event, form: SessionForm) -> Choices:
    """What sessions of the event may be given, in words, the form's zone among it."""
    spoken = spoken_language()
    return Choices(
        rooms=[("", _("No room")), *((str(room.id), room.name) for room in desk_rooms(event.id))],
        tracks=[("", _("No track")), *((str(t.id), in_language(t.name, spoken).text) for t in desk_tracks(event.id))],
        speakers=[("", "–"), *((str(speaker.id), speaker.name) for speaker in desk_speakers(event.id))],
        audiences=[(str(audience.id), audience.name) for audience in desk_audiences(event.id)],
        zones=_zones(event, form.zone),
        languages=[("", _("Not said")), *((code, _language(code)) for code in LANGUAGES)],
        kinds=kind_words(),
        attendance_modes=_worded(ATTENDANCE_MODES, _("Onsite and online"), _("Onsite only"), _("Online only")),
        roles=_worded(ROLES, _("Speaker"), _("Moderator"), _("Chair")),
        placeholders=_worded(
            PLACEHOLDERS, _("All of it is settled"), _("The time is a placeholder"), _("All of it is a placeholder")
        ),
    )


def readings(event: Event, form: SessionForm) -> dict[str, list[tuple[Reading, str]]]:
    """For each time that clocks skip or repeat: both readings, and both clocks' words for them."""
    found = {}
    for name in ("start", "end"):
        try:
            to_instant(parse_wall(getattr(form, name)), form.zone)
        except UncertainTime as error:
            found[name] = readings_in_words(event, error)
        except ValueError:
            continue
    return found


def _zones(event: Event, also: str) -> Options:
    try:
        known = [zone(also).key]
    except UnknownZone:
        known = []
    return [(key, place(key)) for key in dict.fromkeys([event.home_zone, *event.also_show, *known])]


def _worded(values: tuple[str, ...], *words: str) -> Options:
    return list(zip(values, map(str, words), strict=True))


def _language(code: str) -> str:
    return language_name(code, spoken_language()) or code


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field of which two versions say different things."""

    label: str
    theirs: str
    mine: str


def disagreements(event: Event, theirs: SessionForm, mine: SessionForm, choices: Choices) -> list[Disagreement]:
    """Where the two differ, in words."""
    said, wanted = (dict(_in_words(event, form, choices)) for form in (theirs, mine))
    return [
        Disagreement(label, said[label] or "–", wanted[label] or "–")
        for label in said
        if plain_lines(said[label]) != plain_lines(wanted[label])
    ]


def _in_words(event: Event, form: SessionForm, choices: Choices) -> Options:
    chosen = (
        (_("Kind"), choices.kinds, form.kind),
        (_("Language"), choices.languages, form.language),
        (_("Room"), choices.rooms, form.room_id),
        (_("Track"), choices.tracks, form.track_id),
        (_("How to take part"), choices.attendance_modes, form.attendance_mode),
        (_("What is settled"), choices.placeholders, form.placeholder),
    )
    texts = [(_("Title (%(language)s)", language=_language(code)), form.title.get(code, "")) for code in LANGUAGES]
    texts += [
        (_("Abstract (%(language)s)", language=_language(code)), form.abstract.get(code, "")) for code in LANGUAGES
    ]
    return [
        *texts,
        (_("Starts"), _time(event, form, "start")),
        (_("Ends"), _time(event, form, "end")),
        (_("Waits in the tray"), _yes_or_no(not form.is_scheduled)),
        *((label, dict(options).get(value, value)) for label, options, value in chosen),
        (_("Speakers"), _speakers(form, choices)),
        (_("Who may see it"), _("Open to the public") if form.access == "public" else _("By invitation")),
        (_("Audiences"), _audiences(form, choices)),
        (_("An untitled block for everybody"), _yes_or_no(form.shows_block)),
        (_("Its title in calendars"), _yes_or_no(form.names_itself_in_calendars)),
        (_("Takes at most"), form.capacity),
        (_("Links"), "; ".join(" ".join(link) for link in form.links)),
        (_("Notes for staff"), form.staff_notes),
    ]


def _time(event: Event, form: SessionForm, name: str) -> str:
    """Both clocks, or what was typed where that is no time."""
    typed: str = getattr(form, name)
    try:
        instant = to_instant(parse_wall(typed), form.zone, form.readings.get(name, "earlier"))
    except ValueError:
        return typed
    return event_clocks(event, instant).with_day


def _yes_or_no(value: bool) -> str:
    return str(_("Yes") if value else _("No"))


def _speakers(form: SessionForm, choices: Choices) -> str:
    names, roles = dict(choices.speakers), dict(choices.roles)
    return "; ".join(f"{names.get(id, id)} ({roles.get(role, role)})" for id, role in form.speakers)


def _audiences(form: SessionForm, choices: Choices) -> str:
    names = dict(choices.audiences)
    return ", ".join(sorted(names.get(id, id) for id in form.audience_ids))
