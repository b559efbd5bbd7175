"""What strangers get is rendered at most once a second in each process, and in between needs no more than a look-up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flask import Flask, Response, g, request

from eventops.inside import is_inside

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEPT_SECONDS = 1.0
KEPT_PAGES = 512


@dataclass(frozen=True, slots=True)
class Rendering:
    """The answer to every stranger who asks for one address, headers included."""

    headers: list[tuple[str, str]]
    body: bytes
    until: float
    renewal: Lock = field(default_factory=Lock)
    """Held by whoever has it rendered anew, while the others wait."""


class PublicPages:
    """Stands before the application, and answers for it what it has just answered to everybody.

    Sessions, languages and the many functions around a view would take longer than all the rest.
    """

    def __init__(self, app: Flask) -> None:
        self._application = app.wsgi_app
        self._kept: dict[str, Rendering] = {}
        app.after_request(self._keep)
        _in_use.add(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        rendering = self._kept.get(environ["PATH_INFO"])
        if rendering is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._application(environ, start_response)
        if rendering.until <= monotonic():
            return self._renew(rendering, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD" or "HTTP_IF_NONE_MATCH" in environ:
            return _conditional(rendering, environ)(environ, start_response)
        start_response("200 OK", rendering.headers)
        return [rendering.body]

    def _renew(self, old: Rendering, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        with old.renewal:
            if self._kept.get(path) is old:
                answer = self._application(environ, start_response)
                if self._kept.get(path) is old:
                    self._kept.pop(path, None)  # it is not for everybody any more
                return answer
        return self(environ, start_response)

    def forget(self) -> None:
        """Let the application answer anew."""
        self._kept.clear()

    def _keep(self, response: Response) -> Response:
        # What we ask as somebody else is not what everybody gets.
        if not g.pop("for_strangers", False) or response.status_code != 200 or is_inside():
            return response
        if len(self._kept) >= KEPT_PAGES:
            self._kept.clear()
        headers = response.get_wsgi_headers(request.environ).to_wsgi_list()
        rendering = Rendering(headers, response.get_data(), monotonic() + KEPT_SECONDS)
        self._kept[request.environ["PATH_INFO"]] = rendering
        return _conditional(rendering, request.environ)


_in_use: WeakSet[PublicPages] = WeakSet()


def init_public_pages(app: Flask) -> None:
    """Keep public pages. Called before anything else sets headers, since Flask goes through those who do backwards."""
    app.wsgi_app = PublicPages(app)  # type: ignore[method-assign]


def forget_renderings() -> None:
    """Render anew from now on: something public was changed in this process."""
    for pages in _in_use:
        pages.forget()


def for_strangers(view: Callable[..., Response]) -> Callable[..., Response]:
    """Keep what `view` answers at an address for a second. It must look at nothing but the address, as a stranger.

    The answer bears an ETag of its bytes and may be stored by anybody, but is asked for again each time.
    """

    @wraps(view)
    def answer(*arguments: Any, **values: Any) -> Response:
        response = view(*arguments, **values)
        response.headers["Cache-Control"] = "public, no-cache"
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
        g.for_strangers = True
        return response

    return answer


def _conditional(rendering: Rendering, environ: WSGIEnvironment) -> Response:
    """The rendering, or 304 to who has it already."""
    response = Response(rendering.body, headers=rendering.headers)
    response.make_conditional(environ)
    response.headers.remove("Date")  # which the server adds to every answer
    return response
