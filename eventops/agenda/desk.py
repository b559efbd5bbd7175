"""The agenda's desk: organisers edit sessions and publish them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda import publish as publishing
from eventops.agenda.conflict_views import conflicts_shown
from eventops.agenda.differences import changes, describe
from eventops.agenda.edit import SessionForm, StaleEdit, desk_audiences, desk_rooms, desk_session, edit_session
from eventops.agenda.events import event_clocks, event_or_404, event_title, events_of, public_window, spoken_language
from eventops.agenda.leaks import Leak, WouldLeak, refuse_leaks
from eventops.agenda.models import Event, Session
from eventops.agenda.programme import language_name
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.snapshots import desk_sessions
from eventops.agenda.views import blueprint, titles
from eventops.db import write
from eventops.languages import LANGUAGES, in_language
from eventops.routes import staff
from eventops.staff.audit import record
from eventops.staff.frame import desk_home
from eventops.times import Reading
from eventops.viewer import current_viewer


@blueprint.get("/<language:language>/desk/")
@staff()
def desks() -> Response | str:
    """The events that the account works on; where there is one, its desk."""
    homes = [(event, desk_home(role, event.slug)) for event, role in events_of(signed_in_account())]
    if len(homes) == 1:
        return redirect(homes[0][1], 303)
    return render_template("agenda/desks.html", events=[(event, event_title(event), home) for event, home in homes])


@blueprint.get("/<language:language>/desk/<slug>/")
@staff("see_agenda")
def desk(slug: str) -> str:
    """The agenda as it stands on the desk, and what publishing it would change."""
    return _desk_page(event_or_404(slug))


@blueprint.route("/<language:language>/desk/<slug>/agenda/<uuid:session_id>", methods=["GET", "POST"])
@staff("edit_agenda")
def edit(slug: str, session_id: UUID) -> Response | str | tuple[str, int]:
    """A session's title, time and room in a plain form."""
    event = event_or_404(slug)
    session = desk_session(event.id, session_id) or abort(404)
    if request.method != "POST":
        return _form_page(event, session, SessionForm.of(session))
    form = _typed()
    now, event_id, is_narrowed = clock.now(), event.id, False
    try:
        with write():
            publishing.hold_agenda(event_id)
            is_done = edit_session(event, session, form)
            if is_done:
                is_narrowed = publishing.narrow(session, now)
                record("agenda.edit", session.id, event_id=event.id, now=now)
    except (StaleEdit, StaleDataError):
        form.revision = str(session.revision)
        return _form_page(event, session, form, is_stale=True), 412
    if not is_done:
        return _form_page(event, session, form), 422
    if is_narrowed:
        forget_renderings()
    return redirect(url_for("agenda.desk", slug=slug), 303)


@blueprint.post("/<language:language>/desk/<slug>/publish")
@staff("publish")
def publish(slug: str) -> Response | tuple[str, int]:
    """Make the desk copy what everybody reads. 409, and nothing is published, where it would show a closed session."""
    event = event_or_404(slug)
    now = clock.now()
    try:
        with write():
            release = publishing.publish(event, now, made_by=signed_in_account())
            record("agenda.publish", release.id, event_id=event.id, now=now)
            refuse_leaks(event)
    except WouldLeak as refusal:
        return _desk_page(event_or_404(slug), refusal.leaks), 409
    forget_renderings()
    return redirect(url_for("agenda.desk", slug=slug, published=""), 303)


def signed_in_account() -> UUID | None:
    """Whose session this is."""
    viewer = current_viewer()
    return viewer.account_id if viewer else None


def _desk_page(event: Event, leaks: Sequence[Leak] = ()) -> str:
    return render_template(
        "agenda/desk.html",
        event=event,
        **titles(event),
        rows=[_row(event, session) for session in desk_sessions(event.id)],
        changes=[describe(event, change) for change in changes(event.id)],
        published="published" in request.args,
        leaks=leaks,
        **conflicts_shown(event),
    )


def _typed() -> SessionForm:
    typed = request.form
    readings = {name: typed.get(f"{name}_reading", "") for name in ("start", "end")}
    return SessionForm(
        title={code: typed.get(f"title_{code}", "") for code in LANGUAGES},
        start=typed.get("start", ""),
        end=typed.get("end", ""),
        zone=typed.get("zone", ""),
        room_id=typed.get("room_id", ""),
        revision=typed.get("revision", ""),
        access=typed.get("access", ""),
        audience_ids=typed.getlist("audience_ids"),
        shows_block="shows_block" in typed,
        names_itself_in_calendars="names_itself_in_calendars" in typed,
        readings={k: cast(Reading, v) for k, v in readings.items() if v in ("earlier", "later")},
    )


def _form_page(event: Event, session: Session, form: SessionForm, is_stale: bool = False) -> str:
    return render_template(
        "agenda/edit_session.html",
        event=event,
        **titles(event),
        form=form,
        now_stored=_row(event, session),
        is_stale=is_stale,
        languages={code: language_name(code, spoken_language()) for code in LANGUAGES},
        zones=[(key, key.split("/")[-1].replace("_", " ")) for key in (event.home_zone, *event.also_show)],
        audiences=[(str(audience.id), audience.name) for audience in desk_audiences(event.id)],
        rooms=[("", _("No room")), *((str(room.id), room.name) for room in desk_rooms(event.id))],
    )


def _row(event: Event, session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "title": in_language(session.title, spoken_language()),
        "clocks": event_clocks(event, session.starts_at, session.ends_at),
        "room": session.room.name if session.room else "",
        "closed": session.access == "closed",
        "audiences": [audience.name for audience in session.audiences],
        "outside": _is_outside(event, session),
    }


def _is_outside(event: Event, session: Session) -> bool:
    """A public session that leaves the public windows; opening the doors may come before them."""
    if session.access == "closed" or session.kind == "doors" or public_window(event) is None:
        return False
    return not any(w.starts_at <= session.starts_at and session.ends_at <= w.ends_at for w in event.windows)
