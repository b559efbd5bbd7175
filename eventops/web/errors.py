"""Error pages for people, problem+json for programs. They say what to do and nothing about what exists."""

from __future__ import annotations

from io import BytesIO

from flask import Flask, Response, current_app, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.exc import DataError
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError

from eventops.routes import MAX_BODY, largest_body, problem
from eventops.web.language import redirect_to_language

DRAIN = 32_000_000


def init_errors(app: Flask) -> None:
    """Answer every error with a page, or with JSON below /api and /demo's JSON addresses."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BODY
    app.before_request(_set_limit)
    app.before_request(_measure)
    app.after_request(_drain)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(DataError, _unfit)
    app.register_error_handler(Exception, _crash)


def wants_json() -> bool:
    """Whether a program is asking: by the address, or by what it sent."""
    return request.path.startswith("/api/") or request.path.endswith(".json") or request.is_json


def _answer(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if status == 404 and (elsewhere := redirect_to_language()):
        return elsewhere
    if wants_json():
        answer = problem(status, error.name, error.description or "")
    else:
        title, advice = _words(status, error.description or "")
        answer = Response(render_template("error.html", title=title, advice=advice, language_links=[]), status)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _unfit(_error: Exception) -> Response:
    """What PostgreSQL cannot store, a NUL in a text say, was asked of a view that did not expect it."""
    return _answer(BadRequest())


def _crash(error: Exception) -> Response:
    current_app.logger.exception("a view failed", exc_info=error)
    return _answer(InternalServerError())


def _set_limit() -> None:
    """Take as much as the route says, in one field of a form as well as in all."""
    request.max_content_length = request.max_form_memory_size = largest_body(current_app, request.endpoint)


def _measure() -> None:
    """Take in what is posted in chunks, without a length: it would be cut off at the limit instead of refused."""
    environ = request.environ
    if request.method != "POST" or environ.get("CONTENT_LENGTH") or not environ.get("wsgi.input_terminated"):
        return
    body, limit = bytearray(), request.max_content_length or 0
    while len(body) <= limit and (piece := environ["wsgi.input"].read(65_536)):
        body += piece
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # a length beside it would not count
    if len(body) > limit:
        environ["CONTENT_LENGTH"] = str(DRAIN)  # whoever reads it finds it too large; what is left is drained
    else:
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))


def _drain(response: Response) -> Response:
    """Read what nobody has read and drop it: closing at once would reset the connection before the answer is read."""
    if "stream" in vars(request) and response.status_code != 413:
        return response  # it was read: some servers would wait for more than there is
    stream = request.environ["wsgi.input"]
    is_terminated = bool(request.environ.get("wsgi.input_terminated"))
    left = min(request.content_length or (DRAIN if is_terminated else 0), DRAIN)
    while left > 0 and (piece := stream.read(min(left, 65_536))):
        left -= len(piece)
    return response


def _words(status: int, description: str) -> tuple[str, str]:
    match status:
        case 401:
            return _("Please sign in"), _("You need to be signed in for this page.")
        case 403 if description == "cross_site":
            return _("That came from another site"), _(
                "The form was sent from a page that is not ours, so nothing was done. "
                "Open the page here and send it again."
            )
        case 403 if description == "stale_form":
            return _("This form is too old"), _("Nothing was done. Open the page again and send the form once more.")
        case 403:
            return _("You may not open this"), _("Ask the organiser if you think you should be able to.")
        case 404:
            return _("There is no such page"), _(
                "If you came by a link in a letter, open the letter again and use the whole link."
            )
        case 405:
            return _("That does not work here"), _("Go back and use the button on the page.")
        case 409:
            return _("Something changed meanwhile"), _("Nothing was done. Open the page again and look once more.")
        case 413:
            megabytes = (request.max_content_length or MAX_BODY) // 1_000_000
            return _("That is too large"), ngettext(
                "Send at most %(num)s megabyte.", "Send at most %(num)s megabytes.", megabytes
            )
        case 429:
            return _("Too many attempts"), _("Wait a few minutes, then try again.")
        case _ if status < 500:
            return _("That could not be understood"), _("Go back and try again.")
        case _:
            return _("Something went wrong here"), _(
                "Nothing that had been confirmed was lost. "
                "Try again in a minute; if it happens again, tell the organiser."
            )
