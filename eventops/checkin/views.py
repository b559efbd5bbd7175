"""The door: where devices send scans, and the page that a phone scans with."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, json, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from eventops import clock
from eventops.checkin.doors import Entrance, recent_entrance
from eventops.checkin.envelope import MalformedEnvelope, read_envelope
from eventops.checkin.roster import roster
from eventops.checkin.scan import Fault, Result
from eventops.checkin.uploads import upload
from eventops.checkin.words import first_scan_text, line_words, problem_words, verdict_words
from eventops.headers import SCANNER_PERMISSIONS, SCANNER_POLICY
from eventops.routes import anyone, door_device, problem
from eventops.times import utc_text

blueprint = Blueprint("checkin", __name__)


@blueprint.post("/api/v1/doors/<uuid:door_id>/scans")
@door_device
def scans(door_id: UUID) -> Response:
    """Take up to 200 scans and say of each, in order, what the door is to do.

    The body is JSON whatever its content type. 422 for a body that is no envelope; nothing of it is kept.
    """
    try:
        envelope = read_envelope(_body())
    except MalformedEnvelope as error:
        return problem(422, "Malformed envelope", str(error))
    entrance = recent_entrance(door_id) or abort(404)
    now = clock.now()
    results = upload(entrance, envelope, now)
    return jsonify(results=[_as_json(result, entrance, now) for result in results])


@blueprint.get("/api/v1/doors/<uuid:door_id>/roster")
@door_device
def door_roster(door_id: UUID) -> AnyResponse:
    """What the door keeps for when it cannot ask: see roster.py. 304 to who has it as it is."""
    content = roster(recent_entrance(door_id) or abort(404))
    response = jsonify(as_of=utc_text(clock.now()), **content)
    response.set_etag(hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32], weak=True)
    return response.make_conditional(request)


@blueprint.get("/<language:language>/door/<uuid:door_id>")
@anyone
def door_page(door_id: UUID) -> Response:
    """The scanner: a shell that does nothing without a token, and is the same for every door and for none."""
    words = verdict_words() | problem_words() | line_words()
    response = make_response(render_template("checkin/door.html", door_id=door_id, words=json.dumps(words)))
    response.headers["Content-Security-Policy"] = SCANNER_POLICY
    response.headers["Permissions-Policy"] = SCANNER_PERMISSIONS
    return response


def _body() -> bytes:
    body = request.get_data(cache=False)
    if request.content_length is None:
        # Sent in chunks, a body is cut at the limit without a word; asking for more aborts with 413.
        request.stream.read(1)
    return body


def _as_json(result: Result | Fault, entrance: Entrance, now: datetime) -> dict[str, Any]:
    if isinstance(result, Fault):
        return {"id": result.id, "error": result.error}
    answer = {
        "id": result.id,
        "verdict": result.verdict,
        "reason": result.reason,
        "name": result.name,
        "first_scan_at": None,
    }
    if result.first_scan_at:
        answer["first_scan_at"] = result.first_scan_at.isoformat().replace("+00:00", "Z")
        answer["first_scan_text"] = first_scan_text(entrance, result.first_scan_at, now)
    return answer
