"""Logos and photos for everybody who may see what names them."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort
from sqlalchemy import select
from sqlalchemy.orm import undefer

from eventops.agenda.models import Event, Image
from eventops.db import db
from eventops.viewer import SYSTEM, seeing


def picture(event: Event, image_id: UUID) -> Response:
    """The picture of that id. Call it only once something that the viewer may see is found to name it.

    An id never gets another picture, so whoever has it need not ask again. Caches that many share keep none: what
    names it may be closed at any time.
    """
    query = select(Image).where(Image.event_id == event.id, Image.id == image_id).options(undefer(Image.content))
    with seeing(SYSTEM):
        image = db.session.scalar(query) or abort(404)
    response = Response(image.content, mimetype=image.media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
