"""The desk's pages for rooms, tracks and speakers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.countries import countries
from eventops.agenda.events import event_or_404, spoken_language
from eventops.agenda.journal import editing
from eventops.agenda.models import Event, Session
from eventops.agenda.part_forms import form_of_part, labels, places, read_after, read_part, shown_name
from eventops.agenda.parts import (
    PartInUse,
    StalePart,
    add_part,
    change_part,
    find_part,
    parts_of,
    remove_part,
    revision_of,
    sessions_with,
    uses,
)
from eventops.agenda.pictures import LARGEST_UPLOAD, Picture, add_picture, find_picture
from eventops.agenda.things import PARTS, Part
from eventops.agenda.typed_form import TypedForm
from eventops.agenda.views import blueprint, titles
from eventops.db import write
from eventops.languages import in_language
from eventops.routes import staff, takes
from eventops.staff.audit import record
from eventops.viewer import signed_in_account

Answer = Response | str | tuple[str, int]


@blueprint.get("/<language:language>/desk/<slug>/parts")
@staff("see_agenda")
def parts(slug: str) -> str:
    """The event's rooms, tracks and speakers, and in how many sessions each is."""
    event = event_or_404(slug)
    used = uses(event.id)
    found = {f"{kind}s": [_row(part, used[part.id]) for part in parts_of(event.id, kind)] for kind in PARTS}
    return render_template("agenda/parts.html", event=event, **titles(event), **found)


@blueprint.route("/<language:language>/desk/<slug>/parts/rooms/new", methods=["GET", "POST"])
@staff("edit_agenda")
def new_room(slug: str) -> Answer:
    """A form for one more room."""
    return _edit(event_or_404(slug), "room", None)


@blueprint.route("/<language:language>/desk/<slug>/parts/rooms/<uuid:room_id>", methods=["GET", "POST"])
@staff("edit_agenda")
def edit_room(slug: str, room_id: UUID) -> Answer:
    """A room's form."""
    return _edit_found(slug, "room", room_id)


@blueprint.post("/<language:language>/desk/<slug>/parts/rooms/<uuid:room_id>/remove")
@staff("edit_agenda")
def remove_room(slug: str, room_id: UUID) -> Answer:
    """Take a room away, unless a session is in it: 409 with those."""
    return _remove(slug, "room", room_id)


@blueprint.route("/<language:language>/desk/<slug>/parts/tracks/new", methods=["GET", "POST"])
@staff("edit_agenda")
def new_track(slug: str) -> Answer:
    """A form for one more track."""
    return _edit(event_or_404(slug), "track", None)


@blueprint.route("/<language:language>/desk/<slug>/parts/tracks/<uuid:track_id>", methods=["GET", "POST"])
@staff("edit_agenda")
def edit_track(slug: str, track_id: UUID) -> Answer:
    """A track's form."""
    return _edit_found(slug, "track", track_id)


@blueprint.post("/<language:language>/desk/<slug>/parts/tracks/<uuid:track_id>/remove")
@staff("edit_agenda")
def remove_track(slug: str, track_id: UUID) -> Answer:
    """Take a track away, unless a session is of it: 409 with those."""
    return _remove(slug, "track", track_id)


@blueprint.route("/<language:language>/desk/<slug>/parts/speakers/new", methods=["GET", "POST"])
@staff("edit_agenda")
@takes(LARGEST_UPLOAD)
def new_speaker(slug: str) -> Answer:
    """A form for one more speaker."""
    return _edit(event_or_404(slug), "speaker", None)


@blueprint.route("/<language:language>/desk/<slug>/parts/speakers/<uuid:speaker_id>", methods=["GET", "POST"])
@staff("edit_agenda")
@takes(LARGEST_UPLOAD)
def edit_speaker(slug: str, speaker_id: UUID) -> Answer:
    """A speaker's form, the photo in it."""
    return _edit_found(slug, "speaker", speaker_id)


@blueprint.post("/<language:language>/desk/<slug>/parts/speakers/<uuid:speaker_id>/remove")
@staff("edit_agenda")
def remove_speaker(slug: str, speaker_id: UUID) -> Answer:
    """Take a speaker away, unless they are in a session: 409 with those."""
    return _remove(slug, "speaker", speaker_id)


@blueprint.get("/<language:language>/desk/<slug>/images/<uuid:image_id>")
@staff("see_agenda")
def image(slug: str, image_id: UUID) -> Response:
    """A photo or a logo, published or not."""
    found = find_picture(event_or_404(slug).id, image_id) or abort(404)
    response = make_response(found.content)
    response.mimetype = found.media_type
    return response


def _edit_found(slug: str, kind: str, id: UUID) -> Answer:
    event = event_or_404(slug)
    return _edit(event, kind, find_part(event.id, kind, id) or abort(404))


def _edit(event: Event, kind: str, part: Part | None) -> Answer:
    if request.method != "POST":
        return _form_page(event, kind, part, form_of_part(event, kind, part))
    form = TypedForm.sent(request.form, request.files)
    if part and form.revision != revision_of(part):
        return _stale(event, kind, part, form)
    values, photo = read_part(event, kind, part, form), form.picture("photo", "photo")
    if form.errors:
        return _form_page(event, kind, part, form), 422
    try:
        _save(event, kind, part, form, values, photo)
    except StalePart:
        now_stored = find_part(event.id, kind, part.id) if part else None
        return _stale(event, kind, now_stored or abort(404), form)
    return redirect(url_for("agenda.parts", slug=event.slug, _anchor=f"{kind}s"), 303)


def _save(
    event: Event, kind: str, part: Part | None, form: TypedForm, values: dict[str, Any], photo: Picture | None
) -> None:
    now, event_id, id = clock.now(), event.id, part.id if part else None
    with write(), editing(event_id, signed_in_account(), "edit" if part else "add", now) as journal:
        if photo:
            values["photo_id"] = add_picture(event_id, photo).id
        elif form["no_photo"]:
            values["photo_id"] = None
        after = read_after(event, kind, form)
        if id is None:
            added = add_part(journal, event_id, kind, values, after)
            record("agenda.add_part", added.id, event_id=event_id, now=now)
            return
        found = find_part(event_id, kind, id) or abort(404)
        change_part(journal, found, values, form.revision, after)
        record("agenda.edit_part", id, event_id=event_id, now=now)


def _remove(slug: str, kind: str, id: UUID) -> Answer:
    event, now = event_or_404(slug), clock.now()
    event_id = event.id
    try:
        with write(), editing(event_id, signed_in_account(), "remove", now) as journal:
            part = find_part(event_id, kind, id) or abort(404)
            remove_part(journal, part, now)
            record("agenda.remove_part", id, event_id=event_id, now=now)
    except PartInUse:
        event = event_or_404(slug)
        part = find_part(event.id, kind, id) or abort(404)
        return _form_page(event, kind, part, form_of_part(event, kind, part), in_use=True), 409
    return redirect(url_for("agenda.parts", slug=slug, _anchor=f"{kind}s"), 303)


def _stale(event: Event, kind: str, part: Part, form: TypedForm) -> tuple[str, int]:
    """What was typed stays in the form, which saves over what is stored when it is sent again."""
    stored = form_of_part(event, kind, part)
    form.revision = stored.revision
    named = labels(event, kind)
    shown = dict(places(event, kind, part))
    beside = [
        (named[name], *((shown.get(one[name], "") if name == "after" else one[name]) for one in (form, stored)))
        for name in form.differing(stored, named)
    ]
    return _form_page(event, kind, part, form, beside=beside), 412


def _form_page(event: Event, kind: str, part: Part | None, form: TypedForm, **more: Any) -> str:
    used: Sequence[Session] = sessions_with(part) if part else []
    return render_template(
        "agenda/edit_part.html",
        event=event,
        **titles(event),
        kind=kind,
        part=part,
        part_name=shown_name(part) if part else "",
        form=form,
        labels=labels(event, kind),
        places=places(event, kind, part) if kind != "speaker" else [],
        all_countries=countries(spoken_language()),
        sessions=[(session.id, in_language(session.title, spoken_language())) for session in used],
        **more,
    )


def _row(part: Part, sessions: int) -> dict[str, Any]:
    return {"name": shown_name(part), "part": part, "sessions": sessions}
