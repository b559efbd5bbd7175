"""What the form of a session gives its script, which says who else is on the session and what they stored."""

from __future__ import annotations

from typing import Any

from flask import url_for

from eventops.agenda.grid.words import presence_words
from eventops.agenda.journal import last_number
from eventops.agenda.models import Event, Session


def presence(event: Event, session: Session) -> dict[str, Any]:
    """For templates/agenda/_presence.html."""
    return {
        "id": str(session.id),
        "revision": session.revision,
        "number": last_number(event.id),
        "beat": url_for("agenda.beat", slug=event.slug),
        "words": presence_words(),
    }
