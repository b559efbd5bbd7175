"""What the settings are called on their page, and in what words two versions of them are set side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _

from eventops.agenda.events import event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.programme import language_name
from eventops.agenda.settings import ROWS
from eventops.agenda.typed_form import TypedForm
from eventops.agenda.zone_choices import place
from eventops.typed import plain_lines

TIMES = ("start", "end", "opens_at", "closes_at")
"""How fields end that hold a date and a time."""


def labels(event: Event, rows: Mapping[str, Iterable[int]]) -> dict[str, str]:
    """The name of every field: with those of each row, by their numbers."""
    named = {
        **_of_texts(event),
        "languages": _("Languages of the event's texts"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "home_zone": _("Home time zone"),
        "also_show": _("Clocks shown beside it"),
        "also_other": _("Another time zone beside these"),
        "venue": _("Venue"),
        "venue_address": _("Address of the venue"),
        "map_url": _("Link to a map"),
        "contact": _("E-mail address for questions"),
        "funder": _("Funder"),
        "period": _("Period of the funding"),
        "retention_days": _("Days until personal data is deleted"),
        "seats": _("Seats at the venue"),
        "sign_up_opens_at": _("Signing up opens"),
        "sign_up_closes_at": _("Signing up closes"),
        "late_letters_minutes": _("Minutes of delay from which people get a letter"),
    }
    for kind, numbers in rows.items():
        for number in numbers:
            named |= {f"{kind}_{number}_{field}": text for field, text in _of_row(number + 1)[kind].items()}
    return {name: str(text) for name, text in named.items()}


def _of_texts(event: Event) -> dict[str, str]:
    found = {}
    for code in event.languages:
        language = language_name(code, spoken_language())
        found[f"title_{code}"] = _("Title (%(language)s)", language=language)
        found[f"description_{code}"] = _("Description (%(language)s)", language=language)
    return found


def _of_row(number: int) -> dict[str, dict[str, str]]:
    return {
        "window": {
            "start": _("Public hours %(number)s: beginning", number=number),
            "end": _("Public hours %(number)s: end", number=number),
        },
        "organiser": {
            "name": _("Organiser %(number)s: name", number=number),
            "country": _("Organiser %(number)s: country", number=number),
            "programme": _("Organiser %(number)s: programme", number=number),
            "url": _("Organiser %(number)s: home page", number=number),
            "controller": _("Organiser %(number)s: responsible for personal data", number=number),
        },
        "link": {
            "label": _("Link %(number)s: text", number=number),
            "url": _("Link %(number)s: address", number=number),
        },
    }


def side_by_side(event: Event, typed: TypedForm, stored: TypedForm) -> list[tuple[str, str, str]]:
    """Of each setting that differs: its name, what was typed, what is stored; times on both clocks."""
    rows = {kind: sorted({*typed.rows(kind, fields), *stored.rows(kind, fields)}) for kind, fields in ROWS.items()}
    named = labels(event, rows)
    said = [(text, _said(event, typed, name), _said(event, stored, name)) for name, text in named.items()]
    return [(text, ours, theirs) for text, ours, theirs in said if ours != theirs]


def _said(event: Event, form: TypedForm, name: str) -> str:
    if name.endswith("_controller"):
        return str(_("Yes") if form[name] else _("No"))
    if name == "languages":
        return ", ".join(str(language_name(code, spoken_language())) for code in form.chosen(name))
    if name == "also_show":
        return ", ".join(map(place, form.chosen(name)))
    instant = TypedForm(form.typed).instant(event, name, form["hours_zone"]) if name.endswith(TIMES) else None
    return event_clocks(event, instant).with_day if instant else plain_lines(form[name])
