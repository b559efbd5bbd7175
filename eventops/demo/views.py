"""/demo: the clock, and the inbox in which every letter of the day arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, abort, current_app, json, redirect, render_template, request, url_for
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from eventops import clock
from eventops.agenda.events import event_clocks
from eventops.agenda.models import Event
from eventops.db import db
from eventops.demo.bar import demo_bar
from eventops.demo.catcher import Caught
from eventops.demo.mail import file_of, open_mail
from eventops.demo.moves import Backward, instant_of
from eventops.headers import POLICY
from eventops.routes import anyone, problem
from eventops.times import utc_text

if TYPE_CHECKING:
    from eventops.demo.day import Day

blueprint = Blueprint("demo", __name__)
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


class Move(BaseModel):
    """What POST /demo/clock takes: a wall time, and its zone where that is not the event's home zone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    at: str
    zone: str | None = None


def init_demo(app: Flask, day: Day) -> None:
    """Add /demo and the bar to an application. Nothing of it exists in any other."""
    app.extensions["demo"] = day
    app.register_blueprint(blueprint)
    app.context_processor(lambda: {"demo_bar": demo_bar()})


def the_day() -> Day:
    """The demo that this application plays."""
    day: Day = current_app.extensions["demo"]
    return day


@blueprint.post("/demo/clock")
@anyone
def move_clock() -> AnyResponse:
    """Move the clock on. The bar's form may also go back, which begins the day anew; JSON may not: 409."""
    is_form = request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data")
    try:
        given = {"at": request.form.get("at")} if is_form else request.get_json(force=True, silent=True)
        move = Move.model_validate(given)
        instant = instant_of(move.at, move.zone or the_day().file.event.home_zone)
    except (ValidationError, RecursionError):
        return problem(422, "That is no move", 'Send {"at": "2024-05-07T11:00", "zone": "Europe/Helsinki"}.')
    except ValueError as error:
        return problem(422, "That is no time to move to", str(error))
    if is_form:
        the_day().go_to(instant)
        return redirect(_local(request.form.get("back", "/")), 303)
    try:
        now = the_day().advance(instant)
    except Backward:
        return problem(409, "The clock only moves forward", f"It shows {utc_text(clock.now())} already.")
    return Response(json.dumps({"now": utc_text(now)}), mimetype="application/json")


@blueprint.get("/demo/inbox")
@blueprint.get("/<language:language>/demo/inbox")
@anyone
def inbox() -> str:
    """Every mail of the day, the latest first."""
    mails = [_row(caught) for caught in reversed(the_day().catcher.messages())]
    return render_template("demo/inbox.html", mails=mails)


@blueprint.get("/demo/inbox.json")
@anyone
def inbox_json() -> Response:
    """Every mail of the day for programs, the oldest first."""
    mails = [
        {"id": mail.id, "to": mail.to, "subject": mail.subject, "received_at": utc_text(mail.received_at)}
        for mail in the_day().catcher.messages()
    ]
    return Response(json.dumps(mails), mimetype="application/json")


@blueprint.get("/demo/inbox/<id>.eml")
@anyone
def raw_mail(id: str) -> Response:
    """A mail as it was sent."""
    return Response(_caught(id).raw, mimetype="message/rfc822")


@blueprint.get("/<language:language>/demo/inbox/<id>")
@anyone
def mail(id: str) -> Response:
    """A mail as a person reads it."""
    caught = _caught(id)
    opened = open_mail(caught.id, caught.raw, caught.received_at)
    files = [{"name": name, "url": url_for("demo.file", id=id, name=name)} for name in opened.files]
    shown = _row(caught) | {
        "sender": opened.sender,
        "frame": url_for("demo.letter", id=id) if opened.html else "",
        "text": opened.text,
        "files": [*files, {"name": f"{id}.eml", "url": url_for("demo.raw_mail", id=id)}],
    }
    response = Response(render_template("demo/mail.html", mail=shown), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY + "; frame-src 'self'"
    return response


@blueprint.get("/demo/inbox/<id>/letter")
@anyone
def letter(id: str) -> Response:
    """A mail's HTML, for the frame in which it is shown: its styles are inline, as mails need them."""
    caught = _caught(id)
    html = open_mail(caught.id, caught.raw, caught.received_at).html
    # Links leave the frame, as they leave a mail program.
    response = Response(html.replace("<head>", '<head><base target="_top">', 1), mimetype="text/html")
    allowed = " allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
    response.headers["Content-Security-Policy"] = LETTER_POLICY + allowed
    return response


@blueprint.get("/demo/inbox/<id>/files/<name>")
@anyone
def file(id: str, name: str) -> Response:
    """An attachment."""
    found = file_of(_caught(id).raw, name) or abort(404)
    response = Response(found[1], mimetype=found[0])
    response.headers["Content-Disposition"] = "inline"
    return response


def _caught(id: str) -> Caught:
    return next((mail for mail in the_day().catcher.messages() if mail.id == id), None) or abort(404)


def _row(caught: Caught) -> dict[str, Any]:
    event = db.session.scalars(select(Event).where(Event.slug == the_day().file.slug)).one()
    return {
        "url": url_for("demo.mail", id=caught.id),
        "to": caught.to,
        "subject": caught.subject,
        "clocks": event_clocks(event, caught.received_at),
    }


def _local(target: str) -> str:
    """A path of this site, whatever was asked for."""
    is_path = target.startswith("/") and not target.startswith("//")
    return target if is_path and target.isprintable() and "\\" not in target else "/"
