"""Looking as somebody else, what is restricted, and the button that runs the leak check."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from eventops import clock
from eventops.agenda.events import event_clocks, event_or_404, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.views import titles
from eventops.inside import ask_as
from eventops.languages import in_language
from eventops.oversight.guises import TOKEN, Guise, guise, guises
from eventops.oversight.leak_check import looks
from eventops.oversight.restricted import Group, Restricted, groups, restricted
from eventops.registration.words import state_label, through_label
from eventops.routes import STAND_IN, staff
from eventops.staff.abilities import can
from eventops.viewer import current_viewer

blueprint = Blueprint("oversight", __name__)


@blueprint.get("/<language:language>/desk/<slug>/restricted")
@staff("see_agenda")
def restricted_page(slug: str) -> str:
    """Every closed session, who may see it, and through which grant. People only for who may see people."""
    event = event_or_404(slug)
    return _page(
        "restricted",
        event,
        sessions=[_row(event, each) for each in restricted(event.id)],
        groups=[_group(event, each) for each in groups(event.id, clock.now(), spoken_language(), _sees_people())],
        sees_people=_sees_people(),
        guises=[(each.label, _start(event, each)) for each in guises(event, clock.now())],
    )


@blueprint.post("/<language:language>/desk/<slug>/leak-check")
@staff("see_agenda")
def leak_check(slug: str) -> str:
    """Look at everything that each kind of viewer gets. It changes nothing, and may be sent again."""
    event = event_or_404(slug)
    looked = list(looks(event, clock.now()))
    return _page("leak_check", event, looked=len(looked), leaks=[leak for look in looked for leak in look.leaks])


@blueprint.get("/<language:language>/desk/<slug>/view-as/<who>/<path:page>")
@staff("see_agenda")
def view_as(slug: str, who: str, page: str) -> Response:
    """A page of the public face as a kind of viewer gets it, marked as such; its links stay within."""
    event = event_or_404(slug)
    found = guise(event, who, clock.now()) or abort(404)
    prefix = url_for("oversight.view_as", slug=slug, who=who, page="").rstrip("/")
    asked = f"/{page}?{request.query_string.decode('latin-1')}".rstrip("?")
    answer = ask_as(found, asked, prefix)
    answer.headers["Cache-Control"] = "no-store"
    del answer.headers["ETag"]
    return answer


@blueprint.app_context_processor
def viewing_as() -> dict[str, Any]:
    """As whom a page is being looked at, and the way back to the desk."""
    looking = request.environ.get(STAND_IN) if request else None
    if not isinstance(looking, Guise) or not request.script_root:
        return {"viewing_as": None}
    back = url_for("oversight.restricted_page", slug=looking.event.slug).removeprefix(request.script_root)
    return {"viewing_as": {"label": looking.label, "back": back}}


def _page(name: str, event: Event, **context: object) -> str:
    return render_template(f"oversight/{name}.html", event=event, **titles(event), **context)


def _sees_people() -> bool:
    viewer = current_viewer()
    return bool(viewer and viewer.role and can(viewer.role, "see_people"))


def _start(event: Event, guise: Guise) -> str:
    """Where looking as that viewer begins: the programme, or my page."""
    page = f"{spoken_language()}/{event.slug}/" + (f"my/{TOKEN}" if guise.person else "")
    return url_for("oversight.view_as", slug=event.slug, who=guise.key, page=page)


def _row(event: Event, found: Restricted) -> dict[str, Any]:
    session = found.session
    return {
        "id": session.id,
        "title": in_language(session.title, spoken_language()),
        "clocks": event_clocks(event, session.starts_at, session.ends_at),
        "room": session.room.name if session.room else "",
        "audiences": [audience.name for audience in found.published_audiences],
        "desk_audiences": [audience.name for audience in session.audiences],
        "opens": session.access == "public",
        "is_published": found.is_published,
        "shows_block": session.shows_block,
        "in_calendars": session.names_itself_in_calendars,
    }


def _group(event: Event, group: Group) -> dict[str, Any]:
    return {
        "audience": group.audience,
        "admitted": group.admitted["confirmed"],
        "others": group.admitted.total() - group.admitted["confirmed"],
        "awaited": group.awaited,
        "grants": [
            (g.name, state_label(g.state), through_label(g.through), g.by, event_clocks(event, g.granted_at))
            for g in group.grants
        ],
        "more": max(group.admitted.total() - len(group.grants), 0),
    }
