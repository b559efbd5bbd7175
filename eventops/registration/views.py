"""Signing up, my page, and the organisers' list of the registered."""

from __future__ import annotations

import math
from datetime import datetime

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from eventops import clock
from eventops.agenda.calendar import calendar as as_calendar
from eventops.agenda.events import event_clocks, event_or_404, public_window, recent_event_or_404, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.programme import items, visible_entries
from eventops.agenda.views import by_day, titles
from eventops.db import write
from eventops.languages import LANGUAGES
from eventops.registration import people as registered
from eventops.registration import register
from eventops.registration.forget import forgotten_at
from eventops.registration.form import SignUpForm, complaints, read_form
from eventops.registration.links import personal_token, personal_url, read_confirm
from eventops.registration.models import ATTENDANCE_MODES, STATES, Registration, Ticket
from eventops.registration.stream_links import stream_links
from eventops.registration.ticket import qr_png
from eventops.registration.words import mode_label, state_label, state_shape
from eventops.routes import anyone, personal_link, staff
from eventops.staff.throttle import count_sign_up
from eventops.times import TwoClocks, long_date

blueprint = Blueprint("registration", __name__)

Answer = str | AnyResponse | tuple[str, int]


WORDS = {"mode_label": mode_label, "state_label": state_label, "state_shape": state_shape, "languages": LANGUAGES}
"""What every template of this room may say."""


@blueprint.route("/<language:language>/<slug>/sign-up", methods=["GET", "POST"])
@anyone
def sign_up(slug: str) -> Answer:
    """The form. Whoever sends it in gets the same answer, whether the address is known or not."""
    now, errors = clock.now(), dict[str, str]()
    form = SignUpForm(language=spoken_language())
    if request.method == "POST":
        form = read_form(request.form)
        errors = complaints(form)
        if not errors and _signed_up(slug, form, now):
            return redirect(url_for("registration.sent", slug=slug), 303)
    event = event_or_404(slug)
    if now >= register.sign_up_ends_at(event):
        return room_page("sign_up_closed", event), 409
    return _sign_up_page(event, form, errors), 422 if errors else 200


@blueprint.get("/<language:language>/<slug>/sign-up/sent")
@anyone
def sent(slug: str) -> Answer:
    """Look into your mail."""
    return room_page("sent", event_or_404(slug))


@blueprint.get("/<language:language>/<slug>/privacy")
@anyone
def privacy(slug: str) -> Answer:
    """Who keeps what about people, why and until when."""
    event = event_or_404(slug)
    return room_page("privacy", event, deletion_date=deletion_date(event))


@blueprint.route("/<language:language>/<slug>/confirm/<token>", methods=["GET", "POST"])
@anyone
def confirm(slug: str, token: str) -> Answer:
    """The page behind the link of the letter that asks whether the address is the person's own; POST confirms."""
    event = event_or_404(slug)
    now = clock.now()
    link = read_confirm(token, event.id) or abort(404)
    person = link.registration
    if now >= link.expires_at:
        return room_page("confirm_expired", event, is_open=now < register.sign_up_ends_at(event)), 410
    if request.method == "POST":
        with write():
            register.confirm(person, now)
        if person.state == "confirmed":
            return redirect(_my_page_path(event, person), 303)
    page = room_page("confirm", event, person=person, my_page=personal_url(person, spoken_language()))
    return page, 409 if request.method == "POST" else 200


@blueprint.get("/<language:language>/<slug>/my/<token>")
@personal_link
def my_page(token: str, **_link: str) -> Answer:
    """What the person needs on the day: the ticket, the stream, and the agenda as they may see it."""
    event, person, now = g.event, g.registration, clock.now()
    shown = items(event, visible_entries(event.id), zone=person.zone, now=now)
    return room_page(
        "my_page",
        event,
        person=person,
        token=token,
        ticket=_valid_ticket(person),
        streams=stream_links(person, now),
        days=by_day(shown),
        clocks=_public_clocks(event, person.zone),
        deletion_date=deletion_date(event),
        is_open=now < register.sign_up_ends_at(event),
        is_over=now >= register.day_ends_at(event),
    )


@blueprint.get("/<language:language>/<slug>/my/<token>/ticket.png")
@personal_link
def ticket_png(**_link: str) -> Answer:
    """The ticket as a picture."""
    ticket = _valid_ticket(g.registration) or abort(404)
    return Response(qr_png(ticket.code), mimetype="image/png")


@blueprint.get("/<language:language>/<slug>/my/<token>/agenda.ics")
@personal_link
def my_calendar(**_link: str) -> Answer:
    """The agenda as the person may see it, for their calendar."""
    event, person = g.event, g.registration
    feed = as_calendar(event, visible_entries(event.id), personal_url(person, spoken_language()), person.zone)
    return Response(feed, mimetype="text/calendar")


@blueprint.route("/<language:language>/<slug>/my/<token>/cancel", methods=["GET", "POST"])
@personal_link
def cancel(slug: str, token: str) -> Answer:
    """Asks whether the person really does not come; POST cancels."""
    event, person, now = g.event, g.registration, clock.now()
    if now >= register.day_ends_at(event):
        return room_page("cancel_closed", event), 409
    if request.method != "POST":
        return room_page("cancel", event, person=person, token=token)
    with write():
        register.cancel(person, now)
    return redirect(url_for("registration.my_page", slug=slug, token=token), 303)


@blueprint.get("/<language:language>/desk/<slug>/people")
@staff("see_people")
def people(slug: str) -> Answer:
    """Everybody registered, filtered by state and attendance mode."""
    event = event_or_404(slug)
    state = _one_of(STATES, request.args.get("state", ""))
    mode = _one_of(ATTENDANCE_MODES, request.args.get("mode", ""))
    found = registered.people(event.id, spoken_language(), state, mode)
    return room_page(
        "people",
        event,
        people=[(person, event_clocks(event, person.registration.created_at)) for person in found],
        counts=registered.counts(event.id),
        state_choices=[(known, state_label(known)) for known in STATES],
        mode_choices=[(known, mode_label(known)) for known in ATTENDANCE_MODES],
        state=state,
        mode=mode,
    )


def _signed_up(slug: str, form: SignUpForm, now: datetime) -> bool:
    """Sign somebody up, unless it is too late. Aborts with 429 after too many from the same network."""
    event = recent_event_or_404(slug)
    if now >= register.sign_up_ends_at(event):
        return False
    with write():
        if wait := count_sign_up(request.remote_addr, clock.real_now()):
            raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))
        register.sign_up(event, form, now)
    return True


def room_page(template: str, event: Event, /, **context: object) -> str:
    """A page of this room about the event, from templates/registration/."""
    return render_template(f"registration/{template}.html", event=event, **titles(event), **WORDS, **context)


def _sign_up_page(event: Event, form: SignUpForm, errors: dict[str, str]) -> str:
    return room_page(
        "sign_up",
        event,
        form=form,
        errors=errors,
        clocks=_public_clocks(event),
        deletion_date=deletion_date(event),
    )


def _public_clocks(event: Event, zone: str | None = None) -> TwoClocks | None:
    window = public_window(event)
    return event_clocks(event, window.starts_at, window.ends_at, zone=zone) if window else None


def deletion_date(event: Event) -> str:
    """The date on which personal data is deleted, in words."""
    return long_date(forgotten_at(event), event.home_zone, spoken_language())


def _my_page_path(event: Event, person: Registration) -> str:
    return url_for("registration.my_page", slug=event.slug, token=personal_token(person))


def _valid_ticket(person: Registration) -> Ticket | None:
    ticket = person.ticket
    return ticket if person.state == "confirmed" and ticket is not None and ticket.revoked_at is None else None


def _one_of(known: tuple[str, ...], asked: str) -> str:
    return asked if asked in known else ""
