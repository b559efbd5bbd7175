"""What strangers get is rendered at most once a second in each process, and then needs no database."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, g, request

KEPT_SECONDS = 1.0
KEPT_PAGES = 512


@dataclass(frozen=True, slots=True)
class Rendering:
    """The answer to every stranger who asks for one address in one language."""

    body: bytes
    content_type: str
    etag: str
    until: float


_kept: dict[tuple[str | None, str, str], Rendering] = {}


def forget_renderings() -> None:
    """Render anew from now on: something public was changed in this process."""
    _kept.clear()


def for_strangers(view: Callable[..., Response]) -> Callable[..., Response]:
    """Keep what `view(slug)` gives for a second. It must read as the anonymous viewer and look at nothing else.

    The answer bears an ETag of its bytes and may be stored by anybody, but is asked for again each time.
    """

    @wraps(view)
    def answer(slug: str) -> Response:
        key = (request.endpoint, g.language, slug)
        rendering = _kept.get(key)
        if rendering is None or rendering.until < time.monotonic():
            rendering = _render(view(slug))
            if len(_kept) >= KEPT_PAGES:
                _kept.clear()
            _kept[key] = rendering
        return _response(rendering)

    return answer


def _render(made: Response) -> Rendering:
    body: Any = made.get_data()
    digest = hashlib.sha256(body).hexdigest()[:32]
    return Rendering(body, made.content_type, digest, time.monotonic() + KEPT_SECONDS)


def _response(rendering: Rendering) -> Response:
    response = Response(rendering.body, content_type=rendering.content_type)
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(rendering.etag)
    if "If-None-Match" in request.headers:
        response.make_conditional(request)
    return response
