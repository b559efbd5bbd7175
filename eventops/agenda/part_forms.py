"""The forms of rooms, tracks and speakers: what they show of one, and what was typed into them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from eventops.agenda.events import spoken_language
from eventops.agenda.models import Event, Room, Speaker
from eventops.agenda.parts import part_before, parts_of, revision_of
from eventops.agenda.programme import language_name
from eventops.agenda.things import Part
from eventops.agenda.typed_form import TypedForm, with_others
from eventops.languages import in_language
from eventops.typed import LARGEST_NUMBER, fault_text, name_fault

FIRST = ""
"""Of the order: before all others."""


def form_of_part(event: Event, kind: str, part: Part | None) -> TypedForm:
    """What is stored of it as its form shows it; of one that is to be added, an empty form at the end of the order."""
    if part is None:
        last = parts_of(event.id, kind)[-1:]
        return TypedForm({"after": str(last[0].id) if last else FIRST})
    if isinstance(part, Speaker):
        typed = {name: getattr(part, name) for name in ("name", "title", "organisation", "country")}
        return TypedForm(typed | _by_language("bio", part.bio), revision_of(part))
    before = part_before(part)
    typed = {"after": str(before.id) if before else FIRST}
    if isinstance(part, Room):
        capacity = "" if part.capacity is None else str(part.capacity)
        typed |= {"name": part.name, "address": part.address, "capacity": capacity}
        return TypedForm(typed | _by_language("accessibility", part.accessibility), revision_of(part))
    return TypedForm(typed | _by_language("name", part.name), revision_of(part))


def read_part(event: Event, kind: str, part: Part | None, form: TypedForm) -> dict[str, Any]:
    """The columns that the form means; nothing is to be taken from it while `form.errors` is not empty."""
    if kind == "track":
        names = form.lines("name", event.languages, _("Write the track's name in at least one language."))
        return {"name": with_others(event, getattr(part, "name", {}), names)}
    if kind == "room":
        return {
            "name": form.line("name", missing=_("Write the room's name.")),
            "capacity": form.number("capacity", 0, LARGEST_NUMBER),
            "address": form.line("address", 300),
            "accessibility": _texts(event, form, part, "accessibility"),
        }
    form.complain("name", fault_text(name_fault(form["name"].strip())))
    return {
        "name": form["name"].strip(),
        "title": form.line("title"),
        "organisation": form.line("organisation"),
        "country": form.country("country"),
        "bio": _texts(event, form, part, "bio"),
    }


def read_after(event: Event, kind: str, form: TypedForm) -> UUID | None:
    """Behind which of the others it is to stand; None for none."""
    found = {str(other.id): other.id for other in parts_of(event.id, kind)} if kind != "speaker" else {}
    return found.get(form["after"])


def labels(event: Event, kind: str) -> dict[str, str]:
    """The names of the form's fields."""
    if kind == "track":
        return _named_by_language(event, "name", _("Name")) | {"after": _("Place in the order")}
    if kind == "room":
        named = {
            "name": _("Name"),
            "capacity": _("People it holds"),
            "address": _("Address, where it is not at the venue"),
            "after": _("Place in the order"),
        }
        return named | _named_by_language(event, "accessibility", _("Accessibility"))
    named = {
        "name": _("Name"),
        "title": _("Title"),
        "organisation": _("Organisation"),
        "country": _("Country"),
    }
    return named | _named_by_language(event, "bio", _("About the speaker"))


def places(event: Event, kind: str, part: Part | None) -> list[tuple[str, str]]:
    """Where in the order it may stand."""
    others = [other for other in parts_of(event.id, kind) if part is None or other.id != part.id]
    return [(FIRST, _("First")), *((str(o.id), _("After “%(name)s”", name=shown_name(o))) for o in others)]


def shown_name(part: Part) -> str:
    """What it is called, in the language being spoken where it has that."""
    return part.name if isinstance(part.name, str) else in_language(part.name, spoken_language()).text


def _named_by_language(event: Event, name: str, label: str) -> dict[str, str]:
    language_names = {code: language_name(code, spoken_language()) for code in event.languages}
    return {f"{name}_{code}": f"{label} ({language})" for code, language in language_names.items()}


def _by_language(name: str, texts: dict[str, str]) -> dict[str, str]:
    return {f"{name}_{code}": text for code, text in texts.items()}


def _texts(event: Event, form: TypedForm, part: Part | None, name: str) -> dict[str, str]:
    return with_others(event, getattr(part, name, {}), form.texts(name, event.languages))
