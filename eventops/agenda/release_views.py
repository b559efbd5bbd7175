"""Publishing with open eyes: what would change and whom it reaches; the releases so far, and the way back to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import defer
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.affected import reach, tell
from eventops.agenda.as_seen import NotAsSeen, digest, refuse_unseen
from eventops.agenda.changes import Change, changes, compare
from eventops.agenda.conflicts.views import conflicts_shown
from eventops.agenda.differences import describe
from eventops.agenda.events import event_clocks, event_or_404
from eventops.agenda.journal import editing
from eventops.agenda.leaks import Leak, WouldLeak, refuse_leaks
from eventops.agenda.models import Event, Release
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import hold_agenda
from eventops.agenda.publish import publish as publish_desk
from eventops.agenda.returning import return_to
from eventops.agenda.snapshots import Snapshot, published_snapshots
from eventops.agenda.views import blueprint, titles
from eventops.db import db, write
from eventops.routes import staff
from eventops.staff.accounts import account_names
from eventops.staff.audit import record
from eventops.viewer import signed_in_account

LONGEST_NOTE = 500
MOST_RELEASES = 1_000_000


@blueprint.get("/<language:language>/desk/<slug>/publish")
@staff("publish")
def review(slug: str) -> str:
    """What publishing the desk now would change, and whom it reaches."""
    return _review_page(event_or_404(slug))


@blueprint.post("/<language:language>/desk/<slug>/publish")
@staff("publish")
def publish(slug: str) -> Response | tuple[str, int]:
    """Make the desk copy what everybody reads.

    409, and nothing is published, where it would show a closed session, or is not what the organiser looked at.
    """
    event, now = event_or_404(slug), clock.now()

    def make(found: Sequence[Change]) -> Release:
        refuse_unseen(request.form.get("seen"), _digest(found))
        release = publish_desk(event, now, made_by=signed_in_account(), note=_note())
        record("agenda.publish", release.id, event_id=event.id, now=now, release=release.number)
        return release

    return _publish(event, now, lambda: changes(event.id), make, _review_page)


@blueprint.get("/<language:language>/desk/<slug>/releases/")
@staff("see_agenda")
def releases(slug: str) -> str:
    """Every release, the latest first."""
    event = event_or_404(slug)
    found = db.session.scalars(_of(event).options(defer(Release.sessions)).order_by(Release.number.desc())).all()
    names = account_names([release.made_by for release in found])
    rows = [(release, event_clocks(event, release.made_at), names.get(release.made_by, "–")) for release in found]
    return render_template("agenda/releases.html", event=event, **titles(event), rows=rows)


@blueprint.get("/<language:language>/desk/<slug>/releases/<int:number>")
@staff("see_agenda")
def release(slug: str, number: int) -> str:
    """What one release changed, and what going back to it would change now."""
    event = event_or_404(slug)
    return _release_page(event, _numbered(event, number))


@blueprint.post("/<language:language>/desk/<slug>/releases/<int:number>/return")
@staff("publish")
def go_back(slug: str, number: int) -> Response | tuple[str, int]:
    """Publish a release once more, and put the desk back to it. Answers as publishing does."""
    event, now = event_or_404(slug), clock.now()
    wanted = _numbered(event, number)

    def make(found: Sequence[Change]) -> Release:
        refuse_unseen(request.form.get("seen"), _digest(found))
        with editing(event.id, signed_in_account(), "return", now) as journal:
            return_to(event, wanted, journal)
        made = publish_desk(event, now, made_by=signed_in_account(), note=_note(), returned_to=number)
        record("agenda.return", made.id, event_id=event.id, now=now, release=number)
        return made

    def page(event: Event, **more: Any) -> str:
        return _release_page(event, _numbered(event, number), **more)

    return _publish(event, now, lambda: compare(published_snapshots(event.id), _snapshots(wanted)), make, page)


def _publish(
    event: Event,
    now: datetime,
    find: Callable[[], list[Change]],
    make: Callable[[Sequence[Change]], Release],
    page: Callable[..., str],
) -> Response | tuple[str, int]:
    slug, event_id = event.slug, event.id
    try:
        with write():
            hold_agenda(event_id)
            found = find()
            release = make(found)
            if request.form.get("notify") == "yes":
                tell(event, release, found, now)
            refuse_leaks(event)
    except WouldLeak as refusal:
        return page(event_or_404(slug), leaks=refusal.leaks), 409
    except NotAsSeen:
        event = event_or_404(slug)
        # Otherwise the button was pressed twice, and what the organiser saw is what is published.
        if find() or not request.form.get("seen"):
            return page(event, is_unseen=True), 409
    forget_renderings()
    return redirect(url_for("agenda.desk", slug=slug, published=""), 303)


def _digest(found: Sequence[Change]) -> str:
    return digest([[one.written() if one else None for one in (change.before, change.after)] for change in found])


def _note() -> str:
    return " ".join(request.form.get("note", "").replace("\0", "").split())[:LONGEST_NOTE]


def _review_page(event: Event, leaks: Sequence[Leak] = (), is_unseen: bool = False) -> str:
    found = changes(event.id)
    return render_template("agenda/publish.html", **_shown(event, found, leaks, is_unseen), **conflicts_shown(event))


def _release_page(event: Event, release: Release, leaks: Sequence[Leak] = (), is_unseen: bool = False) -> str:
    before = db.session.scalar(_of(event).where(Release.number == release.number - 1))
    made = compare(_snapshots(before) if before else [], _snapshots(release))
    back = compare(published_snapshots(event.id), _snapshots(release))
    return render_template(
        "agenda/release.html",
        release=release,
        made_clocks=event_clocks(event, release.made_at),
        made_by=account_names([release.made_by]).get(release.made_by, "–"),
        made=[describe(event, change) for change in made],
        **_shown(event, back, leaks, is_unseen),
    )


def _shown(event: Event, found: Sequence[Change], leaks: Sequence[Leak], is_unseen: bool) -> dict[str, Any]:
    return {
        "event": event,
        **titles(event),
        "changes": [describe(event, change) for change in found],
        "reach": reach(event, found),
        "matters": any(change.matters for change in found),
        "seen": _digest(found),
        "leaks": leaks,
        "is_unseen": is_unseen,
        "note": request.form.get("note", ""),
        "notify": request.form.get("notify", ""),
        "longest_note": LONGEST_NOTE,
    }


def _of(event: Event) -> Any:
    return select(Release).where(Release.event_id == event.id)


def _numbered(event: Event, number: int) -> Release:
    if number > MOST_RELEASES:
        abort(404)
    found: Release | None = db.session.scalar(_of(event).where(Release.number == number))
    return found or abort(404)


def _snapshots(release: Release) -> list[Snapshot]:
    return [Snapshot.read(session) for session in release.sessions]
