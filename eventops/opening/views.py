"""Creating an event: from nothing, from a file, or as a copy of one that is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.conference_file import BadConferenceFile, left_out, read_conference
from eventops.agenda.events import event_clocks, event_title, events_of, first_day, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.typed_form import TypedForm
from eventops.agenda.zone_choices import NORDIC_ZONES, zone_choices
from eventops.db import db, write
from eventops.opening import furnish, open_event
from eventops.opening.copy_event import copy_event, uncertain_in_copy
from eventops.opening.new_event import SlugTaken, claim, read_address, read_new_event, slug_taken
from eventops.routes import staff, takes
from eventops.staff.accounts import grant
from eventops.staff.audit import record
from eventops.viewer import SYSTEM, Viewer, seeing, signed_in_account

blueprint = Blueprint("opening", __name__)

HOW = ("nothing", "file", "copy")
LARGEST_FILE = 3_000_000
"""Bytes."""
SHOWN_FAULTS = 40
"""Of a file, at once."""

Answer = Response | str | tuple[str, int]


@blueprint.route("/<language:language>/desk/new", methods=["GET", "POST"])
@staff()
@takes(LARGEST_FILE)
def new_event() -> Answer:
    """A form for each way to create an event. 403 for who owns none: somebody has to have let them in."""
    account_id = signed_in_account()
    owned = _owned(account_id)
    if account_id is None or not owned:
        return render_template("opening/refused.html"), 403
    how = request.values.get("how", "")
    how = how if how in HOW else HOW[0]
    if request.method != "POST":
        return _page(how, owned, _begun())
    create = {"nothing": _from_nothing, "file": _from_file, "copy": _from_copy}[how]
    return create(account_id, owned, TypedForm.sent(request.form, request.files, ("also_show",)))


def _owned(account_id: UUID | None) -> list[Event]:
    return [event for event, role in events_of(account_id) if role == "owner"]


def _from_nothing(account_id: UUID, owned: list[Event], form: TypedForm) -> Answer:
    event, address = read_new_event(form)
    if form.errors:
        return _page("nothing", owned, form), 422

    def add(now: datetime) -> Event:
        claim(event.slug)
        db.session.add(event)
        db.session.flush()
        furnish(event, address.stream_url, now)
        return event

    return _created("nothing", account_id, form, add)


def _from_file(account_id: UUID, owned: list[Event], form: TypedForm) -> Answer:
    try:
        form.typed["text"] = _decoded(form.files["file"]) if "file" in form.files else form["text"]
        file = read_conference(form["text"])
    except BadConferenceFile as error:
        form.complain("text", _faults(error))
        return _page("file", owned, form), 422
    unknown = left_out(file)
    if unknown and not form["leave_out"]:
        return _page("file", owned, form, unknown=unknown), 422

    def add(now: datetime) -> Event:
        claim(file.slug)
        return open_event(file, now)

    return _created("file", account_id, form, add)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadConferenceFile("The file is no text in UTF-8.") from error


def _from_copy(account_id: UUID, owned: list[Event], form: TypedForm) -> Answer:
    model = next((event for event in owned if event.slug == form["model"]), None)
    form.complain("model", "" if model else _("Choose one of your events."))
    address = read_address(form)
    if form.errors or model is None or address.starts_on is None:
        return _page("copy", owned, form), 422
    with seeing(SYSTEM):
        uncertain = uncertain_in_copy(model, address.starts_on, spoken_language())
    if uncertain and not form["later"]:
        clocks = [(u.title, event_clocks(model, u.starts_at, u.ends_at)) for u in uncertain]
        return _page("copy", owned, form, uncertain=clocks), 422
    starts_on, model_id = address.starts_on, model.id

    def add(now: datetime) -> Event:
        claim(address.slug)
        event = copy_event(db.session.get_one(Event, model_id), address.slug, starts_on)
        furnish(event, address.stream_url, now)
        return event

    return _created("copy", account_id, form, add)


def _created(how: str, account_id: UUID, form: TypedForm, add: Callable[[datetime], Event]) -> Answer:
    """Let `add` make the event, and its maker own it."""
    now = clock.now()
    try:
        with write():
            with seeing(SYSTEM):
                event = add(now)
                grant(account_id, event.id, "owner", now)
            with seeing(Viewer(event_id=event.id, account_id=account_id, role="owner")):
                record("agenda.create", event.id, event_id=event.id, now=now)
            slug = event.slug
    except (SlugTaken, BadConferenceFile) as error:
        taken = slug_taken() if isinstance(error, SlugTaken) else _faults(error)
        form.complain("text" if how == "file" else "slug", taken)
        return _page(how, _owned(account_id), form), 422
    return redirect(url_for("agenda.settings", slug=slug, created=""), 303)


def _begun() -> TypedForm:
    """What the forms begin with."""
    return TypedForm({"home_zone": NORDIC_ZONES[0], "also_show": ",".join(NORDIC_ZONES[1:3])})


def _page(how: str, owned: list[Event], form: TypedForm, **more: Any) -> str:
    return render_template(
        "opening/new_event.html",
        how=how,
        form=form,
        labels=_labels(),
        events=[(event.slug, f"{event_title(event)} · {first_day(event)} · {event.slug}") for event in owned],
        **zone_choices(form.chosen("also_show")),
        **more,
    )


def _labels() -> dict[str, str]:
    labels = {
        "title": _("Title"),
        "slug": _("Address"),
        "starts_on": _("First day"),
        "ends_on": _("Last day"),
        "home_zone": _("Home time zone"),
        "also_show": _("Clocks shown beside it"),
        "contact": _("E-mail address for questions"),
        "start": _("Public hours: beginning"),
        "end": _("Public hours: end"),
        "stream_url": _("Address of the stream"),
        "text": _("Or paste what is in it"),
        "model": _("Event to copy"),
    }
    return {name: str(text) for name, text in labels.items()}


def _faults(error: Exception) -> str:
    """Each place to mend on a line of its own."""
    lines = str(error).splitlines()
    return Markup("<br>").join(escape(line[:300]) for line in lines[:SHOWN_FAULTS])
