"""The page for whoever has lost their link."""

from __future__ import annotations

import math

from flask import redirect, request, url_for
from werkzeug.exceptions import TooManyRequests

from eventops import clock
from eventops.agenda.events import event_or_404, recent_event_or_404
from eventops.db import write
from eventops.registration.resend import resend as resend_link
from eventops.registration.views import Answer, blueprint, room_page
from eventops.routes import anyone
from eventops.staff.throttle import count_resend
from eventops.typed import about_email


@blueprint.route("/<language:language>/<slug>/resend", methods=["GET", "POST"])
@anyone
def resend(slug: str) -> Answer:
    """Asks for the address. Whoever sends one in gets the same answer after the same work, known or not."""
    email = request.form.get("email", "").strip(" ")
    error = about_email(email) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        _resend(slug, email)
        return redirect(url_for("registration.resend", slug=slug, sent=""), 303)
    event = event_or_404(slug)
    is_sent = request.method != "POST" and "sent" in request.args
    errors = {"email": error} if error else {}
    page = room_page("resend", event, email=email, errors=errors, is_sent=is_sent)
    return page, 422 if errors else 200


def _resend(slug: str, email: str) -> None:
    """Aborts with 429 after too many from the same network."""
    event, now = recent_event_or_404(slug), clock.now()
    with write():
        if wait := count_resend(request.remote_addr, clock.real_now()):
            raise TooManyRequests(retry_after=math.ceil(wait.total_seconds()))
        resend_link(event, email, now)
