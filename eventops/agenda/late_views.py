"""The page for running late, made for a phone in a corridor: choose, look at what moves, and it is published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from eventops import clock
from eventops.agenda.affected import reach
from eventops.agenda.as_seen import NotAsSeen, refuse_unseen
from eventops.agenda.changes import Change
from eventops.agenda.conflicts.words import conflicts_arising
from eventops.agenda.edit import desk_rooms
from eventops.agenda.events import Span, event_clocks, event_moved, event_or_404, spoken_language
from eventops.agenda.late import MOST_MINUTES, Shift, TooEarly, plan_shift, shift
from eventops.agenda.leaks import Leak, WouldLeak, refuse_leaks
from eventops.agenda.models import Event, PublicWindow
from eventops.agenda.public_pages import forget_renderings
from eventops.agenda.publish import hold_agenda
from eventops.agenda.views import blueprint, titles
from eventops.db import write
from eventops.languages import Text, in_language
from eventops.routes import staff
from eventops.staff.audit import record
from eventops.viewer import signed_in_account

QUICK = (5, 10, 15, 20, 30)
_NUMBER = re.compile(r"[+\-−]?\d{1,4}", re.ASCII)


@dataclass
class LateForm:
    """What was chosen, as typed: a room's id or nothing for everywhere, and a number of minutes."""

    room: str
    minutes: str
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, typed: MultiDict[str, str]) -> LateForm:
        return cls(typed.get("room", ""), (typed.get("minutes") or typed.get("number", "")).strip())


@dataclass(frozen=True, slots=True)
class Line:
    """A thing that moves, and how."""

    title: Text
    text: str
    closed: bool


@blueprint.get("/<language:language>/desk/<slug>/late")
@staff("publish")
def late(slug: str) -> str:
    """Choose what runs late and by how much; with that in the query, see what it would move. Nothing is stored."""
    event, form, now = event_or_404(slug), LateForm.of(request.args), clock.now()
    planned = _planned(event, form, now) if form.minutes or "room" in request.args else None
    return _page(event, form, planned, now)


@blueprint.post("/<language:language>/desk/<slug>/late")
@staff("publish")
def run_late(slug: str) -> Response | tuple[str, int]:
    """Shift it and publish that at once.

    409, and nothing is moved, where it is not what the organiser looked at, as after pressing twice, or where it would
    show a closed session.
    """
    event, form, now = event_or_404(slug), LateForm.of(request.form), clock.now()
    event_id = event.id
    try:
        with write():
            hold_agenda(event_id)  # before the event is read anew
            planned = _planned(event, form, now)
            if planned is not None:
                _shift(event, planned, now)
    except NotAsSeen:
        return _again(slug, form, now, is_unseen=True)
    except WouldLeak as refusal:
        return _again(slug, form, now, leaks=refusal.leaks)
    if planned is None:
        return _page(event_or_404(slug), form, None, now), 422
    forget_renderings()
    return redirect(url_for("agenda.late", slug=slug, shifted=planned.minutes), 303)


def _shift(event: Event, planned: Shift, now: datetime) -> None:
    refuse_unseen(request.form.get("seen"), planned.seen)
    note = _("Running late: %(minutes)s min", minutes=_signed(planned.minutes))
    release = shift(event, planned, signed_in_account(), now, note)
    record(
        "agenda.shift",
        release.id if release else None,
        event_id=event.id,
        now=now,
        minutes=planned.minutes,
        letters=release.letters if release else 0,
    )
    refuse_leaks(event)


def _again(slug: str, form: LateForm, now: datetime, **more: Any) -> tuple[str, int]:
    event = event_or_404(slug)
    return _page(event, form, _planned(event, form, now), now, **more), 409


def _planned(event: Event, form: LateForm, now: datetime) -> Shift | None:
    """What the form asks for; None when it has errors, now named in it."""
    room_id, minutes = _room(event, form), _minutes(form)
    if form.errors:
        return None
    try:
        planned = plan_shift(event, room_id, minutes, now)
    except TooEarly as refusal:
        form.errors["number"] = _(
            "That would be before now. It can be at most %(minutes)s min earlier.", minutes=refusal.most
        )
        return None
    if not planned.moves:
        form.errors["room"] = _("Nothing of today is still to come there.")
    return planned if planned.moves else None


def _room(event: Event, form: LateForm) -> UUID | None:
    if not form.room:
        return None
    found = next((room.id for room in desk_rooms(event.id) if str(room.id) == form.room), None)
    if found is None:
        form.errors["room"] = _("Choose one of the rooms.")
    return found


def _minutes(form: LateForm) -> int:
    number = _number(form.minutes)
    if not 0 < abs(number) <= MOST_MINUTES:
        form.errors["number"] = _("Write a number of minutes, at most %(most)s.", most=MOST_MINUTES)
    return number


def _number(text: str) -> int:
    """What was typed; 0 where it is no number."""
    return int(text.replace("−", "-")) if _NUMBER.fullmatch(text) else 0


def _page(
    event: Event,
    form: LateForm,
    planned: Shift | None,
    now: datetime,
    leaks: Sequence[Leak] = (),
    is_unseen: bool = False,
) -> str:
    shifted = _number(request.args.get("shifted", ""))
    return render_template(
        "agenda/late.html",
        event=event,
        **titles(event),
        form=form,
        rooms=[("", _("Everywhere")), *((str(room.id), room.name) for room in desk_rooms(event.id))],
        quick=[(number, _signed(number)) for number in QUICK],
        now_clocks=event_clocks(event, now),
        shifted=_signed(shifted) if shifted else "",
        leaks=leaks,
        is_unseen=is_unseen,
        preview=_preview(event, planned) if planned else None,
    )


def _preview(event: Event, planned: Shift) -> dict[str, Any]:
    windows = {window.id: span for window, span in planned.windows if span}
    return {
        "minutes": planned.minutes,
        "signed": _signed(planned.minutes),
        "moved": [_line(event, change) for change in planned.changes],
        "drafts": [_line(event, change) for change in planned.drafts],
        "windows": [_window_line(event, window, span) for window, span in planned.windows],
        "conflicts": conflicts_arising(event, planned.spans, windows),
        "sends_letters": planned.sends_letters,
        "reach": reach(event, planned.changes),
        "seen": planned.seen,
    }


def _line(event: Event, change: Change) -> Line:
    before, after = change.before, change.after
    assert before is not None and after is not None  # noqa: PT018, S101
    title = in_language(after.content["title"], spoken_language())
    if before.starts_at == after.starts_at:
        text = _("Goes on, its end moved %(clocks)s", clocks=event_moved(event, before.ends_at, after.ends_at))
    else:
        text = _("Starts %(clocks)s", clocks=event_moved(event, before.starts_at, after.starts_at))
    return Line(title, text, after.access == "closed")


def _window_line(event: Event, window: PublicWindow, span: Span | None) -> list[str]:
    if span is None:
        gone = event_clocks(event, window.starts_at, window.ends_at)
        return [_("The public hours of %(clocks)s become part of those before them.", clocks=gone)]
    lines = []
    if window.starts_at != span.starts_at:
        clocks = event_moved(event, window.starts_at, span.starts_at)
        lines.append(_("The public hours begin %(clocks)s: coming reminders and streams follow.", clocks=clocks))
    if window.ends_at != span.ends_at:
        clocks = event_moved(event, window.ends_at, span.ends_at)
        lines.append(_("The public hours end %(clocks)s: streams close with them.", clocks=clocks))
    return lines


def _signed(minutes: int) -> str:
    """With a plus or a real minus sign, which never breaks from its number."""
    return f"+{minutes}" if minutes > 0 else f"−{-minutes}"
