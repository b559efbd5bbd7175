"""An event's settings: the form that has them all, what it means, and making it so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _

from eventops.agenda.models import Event, PublicWindow
from eventops.agenda.pictures import Picture, add_picture
from eventops.agenda.public_hours import days_complaint, hours_complaint
from eventops.agenda.publish import raise_version
from eventops.agenda.typed_form import MOST_ROWS, TypedForm, with_others
from eventops.db import db
from eventops.languages import LANGUAGES

LISTS = ("languages", "also_show")
"""Fields of which several values may be sent."""
ROWS = {"window": ("start", "end"), "organiser": ("name", "country", "programme", "url"), "link": ("label", "url")}
"""What there may be several of, and the fields without which a row is an empty one."""
LONGEST_RETENTION = 3650
MOST_SEATS = 1_000_000
MINUTES_OF_A_DAY = 1440

Row = dict[str, Any]


class StaleSettings(Exception):
    """Somebody else changed the settings since this form began. Nothing was stored."""


@dataclass
class Settings:
    """What a form without errors means."""

    columns: dict[str, Any]
    windows: list[tuple[datetime, datetime]]
    """Start and end of each, in UTC and in order."""
    organisers: list[Row]
    logos: list[Picture | None]
    """Of each organiser, where a new one was uploaded."""
    changed: set[str] = field(default_factory=set)
    """Once they are applied: which columns were changed, `windows` among them."""


def form_of(event: Event) -> TypedForm:
    """The settings as the form shows them."""
    typed = {
        "languages": ",".join(event.languages),
        "starts_on": event.starts_on.isoformat(),
        "ends_on": event.ends_on.isoformat(),
        "home_zone": event.home_zone,
        "hours_zone": event.home_zone,
        "also_show": ",".join(event.also_show),
        "venue": event.venue or "",
        "venue_address": event.venue_address,
        "map_url": event.map_url,
        "contact": event.contact,
        "funder": event.funding.get("funder", ""),
        "period": event.funding.get("period", ""),
        "retention_days": str(event.retention_days),
        "seats": "" if event.seats is None else str(event.seats),
        "late_letters_minutes": str(event.late_letters_minutes),
    }
    for code in event.languages:
        typed[f"title_{code}"] = event.title.get(code, "")
        typed[f"description_{code}"] = event.description.get(code, "")
    form = TypedForm(typed | _typed_rows(event), str(event.revision))
    for number, window in enumerate(event.windows):
        form.put_instant(event, f"window_{number}_start", window.starts_at)
        form.put_instant(event, f"window_{number}_end", window.ends_at)
    form.put_instant(event, "sign_up_opens_at", event.sign_up_opens_at)
    form.put_instant(event, "sign_up_closes_at", event.sign_up_closes_at)
    return form


def _typed_rows(event: Event) -> dict[str, str]:
    typed = {}
    for number, organiser in enumerate(event.organisers):
        typed[f"organiser_{number}_was"] = organiser["name"]
        for name in ROWS["organiser"]:
            typed[f"organiser_{number}_{name}"] = organiser.get(name) or ""
        typed[f"organiser_{number}_controller"] = "" if organiser.get("controller") is False else "yes"
    for number, link in enumerate(event.links):
        typed[f"link_{number}_label"], typed[f"link_{number}_url"] = link["label"], link["url"]
    return typed


def read_settings(event: Event, form: TypedForm) -> Settings:
    """What the form says; where `form.errors` is not empty afterwards, it means nothing.

    Times in it are of the home zone that was stored when the form began, `hours_zone`, also where another is chosen in
    it, or is stored by now.
    """
    columns = _read_texts(event, form) | _read_days(form)
    windows = _read_windows(event, form, columns)
    columns |= {"venue": form.line("venue", 300) or None, "venue_address": form.line("venue_address", 300)}
    columns["map_url"] = form.address("map_url")
    stored = stored_organisers(event, form)
    rows = form.rows("organiser", ROWS["organiser"])
    organisers = [_read_organiser(form, number, stored.get(number, {})) for number in rows]
    logos = _read_logos(form)
    _need_a_controller(form, organisers)
    columns["contact"] = form.email("contact", _("Write the address to which people can write."))
    columns["links"] = [_read_link(form, number) for number in form.rows("link", ROWS["link"])]
    columns["funding"] = _read_funding(form)
    columns |= _read_numbers(form) | _read_sign_up(event, form)
    return Settings(columns, windows, organisers, logos)


def _read_texts(event: Event, form: TypedForm) -> Row:
    languages = [code for code in LANGUAGES if code in form.chosen("languages")]
    if not languages:
        form.complain("languages", _("Choose at least one language."))
    titles = form.lines("title", event.languages, _("Write a title in at least one language."))
    descriptions = form.texts("description", event.languages)
    for code in event.languages:
        if languages and code not in languages and code in titles | descriptions:
            name = f"title_{code}" if code in titles else f"description_{code}"
            form.complain(name, _("Clear the texts in this language, or choose the language again."))
    return {
        "title": with_others(event, event.title, titles),
        "description": with_others(event, event.description, descriptions),
        "languages": languages,
    }


def _read_days(form: TypedForm) -> Row:
    first, last = form.day("starts_on"), form.day("ends_on")
    form.complain("ends_on", days_complaint(first, last))
    home = form.zone("home_zone")
    others = dict.fromkeys([*form.zones("also_show"), form.zone("also_other", is_needed=False)])
    also_show = [key for key in others if key not in ("", home)]
    return {"starts_on": first, "ends_on": last, "home_zone": home, "also_show": also_show}


def _read_windows(event: Event, form: TypedForm, days: Row) -> list[tuple[datetime, datetime]]:
    found = []
    for number in form.rows("window", ROWS["window"]):
        start, end = (_needed_instant(event, form, f"window_{number}_{name}") for name in ROWS["window"])
        if start and end:
            complaint = hours_complaint(start, end, days["starts_on"], days["ends_on"], days["home_zone"])
            form.complain(f"window_{number}_end", complaint)
            found.append((start, end, f"window_{number}_start"))
    found.sort()
    for (_start, end, _name), (start, _end, name) in pairwise(found):
        form.complain(name, _("These public hours begin before others end.") if start < end else "")
    return [(start, end) for start, end, _name in found]


def _needed_instant(event: Event, form: TypedForm, name: str) -> datetime | None:
    form.complain(name, "" if form[name] else _("Write a date and a time."))
    return form.instant(event, name, form["hours_zone"])


def stored_organisers(event: Event, form: TypedForm) -> dict[int, Row]:
    """What is stored of each row's organiser, by the name that it began with: others may have been removed since."""
    left, found = list(event.organisers), {}
    for number in range(MOST_ROWS):
        stored = next((one for one in left if one["name"] == form[f"organiser_{number}_was"]), None)
        if stored is not None:
            left.remove(stored)
            found[number] = stored
    return found


def _read_organiser(form: TypedForm, number: int, stored: Row) -> Row:
    """One organiser; what is stored of it beyond the form, as from an imported file, stays."""
    prefix = f"organiser_{number}"
    name = form.line(f"{prefix}_name", missing=_("Write the organiser's name."))
    country = form.country(f"{prefix}_country")
    form.complain(f"{prefix}_country", "" if country else _("Write the two letters of a country, such as FI."))
    is_logo_kept = stored.get("logo") and not form[f"{prefix}_no_logo"]
    more = {
        "url": form.address(f"{prefix}_url"),
        "logo": stored.get("logo") if is_logo_kept else None,
        "controller": None if form[f"{prefix}_controller"] else False,
    }
    beyond = {key: value for key, value in stored.items() if key not in more}
    given = {key: value for key, value in more.items() if value not in (None, "")}
    return beyond | {"name": name, "country": country, "programme": form.line(f"{prefix}_programme")} | given


def _read_logos(form: TypedForm) -> list[Picture | None]:
    return [form.picture(f"organiser_{number}_logo", "logo") for number in form.rows("organiser", ROWS["organiser"])]


def _read_link(form: TypedForm, number: int) -> Row:
    label = form.line(f"link_{number}_label", 100, missing=_("Write what the link leads to."))
    url = form.address(f"link_{number}_url")
    form.complain(f"link_{number}_url", "" if url else _("Write the address of the page."))
    return {"label": label, "url": url}


def _read_funding(form: TypedForm) -> Row:
    period = form.line("period")
    funder = form.line("funder", missing=_("Write who funds the event in this period.") if period else "")
    return {"funder": funder, "period": period} if funder else {}


def _read_numbers(form: TypedForm) -> Row:
    needed = {"retention_days": (1, LONGEST_RETENTION), "late_letters_minutes": (1, MINUTES_OF_A_DAY)}
    numbers = {name: form.number(name, *bounds) for name, bounds in needed.items()}
    for name, number in numbers.items():
        form.complain(name, _("Write a number.") if number is None else "")
    return numbers | {"seats": form.number("seats", 0, MOST_SEATS)}


def _read_sign_up(event: Event, form: TypedForm) -> Row:
    opens, closes = (form.instant(event, f"sign_up_{what}_at", form["hours_zone"]) for what in ("opens", "closes"))
    if opens and closes and closes <= opens:
        form.complain("sign_up_closes_at", _("Signing up must close after it opens."))
    return {"sign_up_opens_at": opens, "sign_up_closes_at": closes}


def _need_a_controller(form: TypedForm, organisers: list[Row]) -> None:
    """Where there are organisers, one at least answers for personal data."""
    if organisers and all(organiser.get("controller") is False for organiser in organisers):
        complaint = _("At least one organiser must be responsible for personal data.")
        form.complain("organiser_0_controller", complaint)


def change_settings(event: Event, settings: Settings, revision: str) -> bool:
    """Make it so, and say what was changed in `settings.changed`; whether anything was.

    Inside write(), after hold_agenda(). Raises StaleSettings when the event is not at the revision that the form began
    from.
    """
    if revision != str(event.revision):
        raise StaleSettings
    settings.columns["organisers"] = [
        organiser | ({"logo": str(add_picture(event.id, logo).id)} if logo else {})
        for organiser, logo in zip(settings.organisers, settings.logos, strict=True)
    ]
    settings.changed = {name for name, value in settings.columns.items() if getattr(event, name) != value}
    for name in settings.changed:
        setattr(event, name, settings.columns[name])
    if _change_windows(event, settings.windows):
        settings.changed.add("windows")
    if settings.changed:
        event.revision += 1
        raise_version(event)
    db.session.flush()
    return bool(settings.changed)


def _change_windows(event: Event, wanted: list[tuple[datetime, datetime]]) -> bool:
    """Windows whose hours stay are left as they are, the zone in which they were meant too."""
    kept = {(window.starts_at, window.ends_at): window for window in event.windows}
    if kept.keys() == set(wanted):
        return False
    for hours in kept.keys() - set(wanted):
        db.session.delete(kept[hours])
    event.windows = [
        kept.get(hours) or PublicWindow(zone=event.home_zone, starts_at=hours[0], ends_at=hours[1]) for hours in wanted
    ]
    return True
