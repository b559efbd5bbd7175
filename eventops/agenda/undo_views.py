"""Taking one's own edits of the desk back, and making them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda import journal as journals
from eventops.agenda import publish as publishing
from eventops.agenda.events import event_or_404
from eventops.agenda.grid.page import agenda_page_url, grid_page
from eventops.agenda.journal import ChangedSince
from eventops.agenda.models import Edit, Session
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.things import Thing
from eventops.agenda.views import blueprint
from eventops.db import write
from eventops.routes import staff
from eventops.staff.audit import record
from eventops.viewer import signed_in_account

Find = Callable[[UUID, UUID | None], Edit | None]


@blueprint.post("/<language:language>/desk/<slug>/agenda/undo")
@staff("edit_agenda")
def undo(slug: str) -> Response | tuple[str, int]:
    """Take back one's own latest edit. 409, and nothing is changed, where somebody changed the same since.

    The form names the edit, so that what is pressed twice is taken back once. With `over` an edit that cannot be taken
    back is left as it is, for those before it.
    """
    event_id, account_id, now = event_or_404(slug).id, signed_in_account(), clock.now()
    try:
        is_narrowed = _undo(event_id, account_id, now)
    except ChangedSince as conflict:
        return grid_page(event_or_404(slug), conflict, ("undo", journals.to_undo(event_id, account_id))), 409
    return _back(slug, is_narrowed)


@blueprint.post("/<language:language>/desk/<slug>/agenda/redo")
@staff("edit_agenda")
def redo(slug: str) -> Response | tuple[str, int]:
    """Make the edit again that one took back last. 409 as above."""
    event_id, account_id, now = event_or_404(slug).id, signed_in_account(), clock.now()
    try:
        is_narrowed = _redo(event_id, account_id, now)
    except ChangedSince as conflict:
        return grid_page(event_or_404(slug), conflict, ("redo", journals.to_redo(event_id, account_id))), 409
    return _back(slug, is_narrowed)


def _undo(event_id: UUID, account_id: UUID | None, now: datetime) -> bool:
    with write():
        edit = _meant(event_id, account_id, journals.to_undo, now)
        if edit is None:
            return False
        record("agenda.undo", edit.id, event_id=event_id, now=now)
        return close_at_once(journals.undo(edit, now), now)


def _redo(event_id: UUID, account_id: UUID | None, now: datetime) -> bool:
    with write():
        edit = _meant(event_id, account_id, journals.to_redo, now)
        if edit is None:
            return False
        record("agenda.redo", edit.id, event_id=event_id, now=now)
        return close_at_once(journals.redo(edit, now), now)


def _meant(event_id: UUID, account_id: UUID | None, find: Find, now: datetime) -> Edit | None:
    """The edit that the form names, if it is still the next one, and is not to be stepped over."""
    publishing.hold_agenda(event_id)
    edit = find(event_id, account_id)
    if edit is None or request.form.get("edit") != str(edit.number):
        return None
    if "over" in request.form:
        journals.step_over(edit, now)
        return None
    return edit


def close_at_once(things: Iterable[Thing], now: datetime) -> bool:
    """Inside write(): what is closed again is closed to the public at once. Whether that changed anything public."""
    sessions = [thing for thing in things if isinstance(thing, Session) and thing.deleted_at is None]
    return publishing.narrow(sessions, now, signed_in_account()) > 0


def _back(slug: str, is_narrowed: bool) -> Response:
    if is_narrowed:
        forget_renderings()
    return redirect(agenda_page_url(slug, request.form.get("view", "grid"), stepped=""), 303)
