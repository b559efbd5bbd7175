"""A new event from nothing but what was typed into the form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from flask_babel import gettext as _
from pydantic import TypeAdapter, ValidationError

from eventops.agenda.conference_file.fields import Slug
from eventops.agenda.events import event_id_of, spoken_language
from eventops.agenda.models import Event, PublicWindow
from eventops.agenda.public_hours import days_complaint, hours_complaint
from eventops.agenda.typed_form import TypedForm
from eventops.db import one_at_a_time

_SLUG: TypeAdapter[str] = TypeAdapter(Slug)


class SlugTaken(Exception):
    """Another event has the address by now. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Address:
    """What every new event is told: where it is, when it begins, where its stream comes from."""

    slug: str
    starts_on: date | None
    stream_url: str


def read_address(form: TypedForm) -> Address:
    """Read it from the form, with what is wrong named there."""
    return Address(_slug(form), form.day("starts_on"), form.address("stream_url"))


def read_new_event(form: TypedForm) -> tuple[Event, Address]:
    """The event that the form describes; nothing is to be made of it while `form.errors` is not empty."""
    title = form.line("title", missing=_("Write the event's title."))
    address = read_address(form)
    last = form.day("ends_on") if form["ends_on"] else address.starts_on
    form.complain("ends_on", days_complaint(address.starts_on, last))
    event = Event(
        id=uuid4(),
        slug=address.slug,
        title={spoken_language(): title},
        starts_on=address.starts_on,
        ends_on=last,
        home_zone=form.zone("home_zone"),
        also_show=form.zones("also_show"),
        contact=form.email("contact", _("Write the address to which people can write.")),
        organisers=[],
        funding={},
        report={},
    )
    if event.home_zone:
        event.also_show = [key for key in event.also_show if key != event.home_zone]
        event.windows = _windows(event, form)
    return event, address


def claim(slug: str) -> None:
    """Inside write(), before the event is added: nobody else takes the address meanwhile. Raises SlugTaken."""
    one_at_a_time(f"slug {slug}")
    if event_id_of(slug):
        raise SlugTaken


def slug_taken() -> str:
    """What to do about it, in words."""
    return str(_("There is an event at this address already. Choose another."))


def _slug(form: TypedForm) -> str:
    typed = form["slug"].strip()
    try:
        slug = _SLUG.validate_python(typed)
    except ValidationError:
        complaint = _(
            "Write small letters from a to z, digits and hyphens, at most 59 characters. "
            "Words such as “new” and “sv” are reserved for our own pages."
        )
        form.complain("slug", complaint)
        return ""
    form.complain("slug", slug_taken() if event_id_of(slug) else "")
    return slug


def _windows(event: Event, form: TypedForm) -> list[PublicWindow]:
    """The public hours of the first day, if any were given."""
    if not (form["start"] or form["end"]):
        return []
    start, end = (form.instant(event, name) for name in ("start", "end"))
    for name, instant in (("start", start), ("end", end)):
        form.complain(name, "" if instant else _("Write a date and a time."))
    if not (start and end):
        return []
    form.complain("end", hours_complaint(start, end, event.starts_on, event.ends_on, event.home_zone))
    return [PublicWindow(zone=event.home_zone, starts_at=start, ends_at=end)]
