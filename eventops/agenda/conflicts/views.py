"""The conflicts of the desk, on its page and for its scripts."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, json, render_template, request

from eventops.agenda.conflicts.words import conflicts_of
from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event
from eventops.agenda.views import blueprint
from eventops.routes import staff


@blueprint.get("/<language:language>/desk/<slug>/agenda/conflicts")
@staff("see_agenda")
def conflicts(slug: str) -> Response:
    """The desk's conflicts for the list and the grid, which ask again and again; 304 where nothing changed.

    `html` is the list of them, in words.
    """
    event = event_or_404(slug)
    shown = conflicts_shown(event)
    told = [
        {
            "kind": conflict.kind,
            "severity": conflict.severity,
            "text": conflict.text,
            "session_ids": [str(id) for id, _title in conflict.sessions],
        }
        for conflict in shown["conflicts"].told
    ]
    html = render_template("agenda/_conflicts_list.html", event=event, **shown)
    response = Response(json.dumps({"conflicts": told, "html": html}), mimetype="application/json")
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request.environ)
    return response


def conflicts_shown(event: Event) -> dict[str, Any]:
    """What agenda/_conflicts.html and agenda/_conflicts_list.html show."""
    return {"conflicts": conflicts_of(event)}
