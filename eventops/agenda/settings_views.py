"""The page of an event's settings, all of which are public as soon as they are saved."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.countries import countries
from eventops.agenda.events import event_or_404, spoken_language
from eventops.agenda.leaks import Leak, WouldLeak, refuse_leaks
from eventops.agenda.models import Event
from eventops.agenda.pictures import LARGEST_UPLOAD
from eventops.agenda.programme import language_name
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import hold_agenda
from eventops.agenda.settings import (
    LISTS,
    ROWS,
    Settings,
    StaleSettings,
    change_settings,
    form_of,
    read_settings,
    stored_organisers,
)
from eventops.agenda.settings_words import labels, side_by_side
from eventops.agenda.typed_form import MOST_ROWS, TypedForm
from eventops.agenda.views import blueprint, titles
from eventops.agenda.zone_choices import place, zone_choices
from eventops.db import write
from eventops.languages import LANGUAGES
from eventops.routes import staff, takes
from eventops.staff.audit import record

EMPTY_ROWS = 1
"""So many more of each are there to be filled in."""

Answer = Response | str | tuple[str, int]


@blueprint.route("/<language:language>/desk/<slug>/settings", methods=["GET", "POST"])
@staff("edit_event")
@takes(LARGEST_UPLOAD)
def settings(slug: str) -> Answer:
    """All settings in one form. 412 with both versions where somebody else saved meanwhile, 409 where it would leak."""
    event = event_or_404(slug)
    if request.method != "POST":
        return _page(event, form_of(event))
    form = TypedForm.sent(request.form, request.files, LISTS)
    if form.revision != str(event.revision):
        return _stale(event, form)
    wanted = read_settings(event, form)
    if form.errors:
        return _page(event, form), 422
    return _save(event, form, wanted)


def _save(event: Event, form: TypedForm, wanted: Settings) -> Answer:
    now, slug, event_id = clock.now(), event.slug, event.id
    try:
        with write():
            hold_agenda(event_id)  # before the event is read anew
            if change_settings(event, wanted, form.revision):
                record("agenda.settings", event.id, event_id=event.id, now=now)
                refuse_leaks(event)
    except StaleSettings:
        return _stale(event, form)
    except WouldLeak as refusal:
        return _page(event_or_404(slug), form, leaks=refusal.leaks), 409
    forget_renderings()
    moved = wanted.changed & {"windows", "home_zone", "also_show"}
    return redirect(url_for("agenda.settings", slug=slug, saved="times" if moved else ""), 303)


def _stale(event: Event, form: TypedForm) -> tuple[str, int]:
    """What was typed stays in the form, which saves over what is stored when it is sent again."""
    stored = form_of(event)
    form.revision = stored.revision
    return _page(event, form, beside=side_by_side(event, form, stored)), 412


def _page(
    event: Event, form: TypedForm, leaks: Sequence[Leak] = (), beside: Sequence[tuple[str, str, str]] | None = None
) -> str:
    rows = {kind: _shown_rows(form, kind) for kind in ROWS}
    return render_template(
        "agenda/settings.html",
        event=event,
        **titles(event),
        form=form,
        labels=labels(event, rows),
        rows=rows,
        languages=[(code, language_name(code, spoken_language())) for code in LANGUAGES],
        logos={number: one["logo"] for number, one in stored_organisers(event, form).items() if one.get("logo")},
        leaks=leaks,
        beside=beside,
        home=place(form["hours_zone"] or event.home_zone),
        saved=request.args.get("saved"),
        created="created" in request.args,
        all_countries=countries(spoken_language()),
        **zone_choices([*event.also_show, *form.chosen("also_show")]),
    )


def _shown_rows(form: TypedForm, kind: str) -> range:
    """Those that are there, removed ones too, and some empty ones."""
    names = tuple(f"{kind}_{number}_" for number in range(MOST_ROWS))
    there = [n for n, name in enumerate(names) if any(form[f"{name}{field}"] for field in ROWS[kind])]
    return range(max(there, default=-1) + 1 + EMPTY_ROWS)
