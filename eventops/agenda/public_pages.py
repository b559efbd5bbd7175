"""What strangers get is rendered once, and kept in each process for as long as it is right.

In between an answer needs no more than a look-up, and once a second the question whether the event was changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID
from weakref import WeakSet

from flask import Flask, Response, g, request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from eventops import clock
from eventops.agenda.events import event_or_404
from eventops.agenda.models import Event
from eventops.db import db
from eventops.gzipped import gzipped, takes_gzip
from eventops.inside import is_inside
from eventops.viewer import ANONYMOUS, seeing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEPT_SECONDS = 1.0
"""For so long a rendering is given out without asking whether it is still right."""
KEPT_PAGES = 512
KEPT_BYTES = 64_000_000

Key = tuple[str, str]
"""A path, and of its query what matters there, in one form."""


@dataclass(frozen=True, slots=True)
class Right:
    """Until when a rendering is right: until the event is changed, and by the clock."""

    event_id: UUID
    version: int
    since: datetime
    until: datetime | None = None
    """The instant at which the page changes by itself, if it does."""


@dataclass(frozen=True, slots=True)
class Answer:
    """To every stranger who asks for one address in one way, headers included."""

    headers: list[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Rendering:
    """What is answered at one address."""

    plain: Answer
    packed: Answer
    right: Right | None
    """None where nobody said: it is rendered anew each second."""
    until: float
    renewal: Lock = field(default_factory=Lock)
    """Held by whoever asks whether it is right, or has it rendered anew, while the others wait."""

    @property
    def size(self) -> int:
        return len(self.plain.body) + len(self.packed.body)

    def answer(self, environ: WSGIEnvironment) -> Answer:
        """The one that the browser takes."""
        return self.packed if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else self.plain


class PublicPages:
    """Stands before the application, and answers for it what it has just answered to everybody.

    Sessions, languages and the many functions around a view would take longer than all the rest.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self._application = app, app.wsgi_app
        self._kept: dict[Key, Rendering] = {}
        self._asked: dict[str, tuple[str, ...]] = {}
        """What may be asked at a path by its query; paths at which nothing may are not in it."""
        app.after_request(self._keep)
        _in_use.add(self)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        rendering = self._kept.get(key)
        if rendering is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._application(environ, start_response)
        if rendering.until <= monotonic():
            return self._renew(key, rendering, environ, start_response)
        answer = rendering.answer(environ)
        if environ["REQUEST_METHOD"] == "HEAD" or "HTTP_IF_NONE_MATCH" in environ:
            return _conditional(answer, environ)(environ, start_response)
        start_response("200 OK", answer.headers)
        return [answer.body]

    def _key(self, environ: WSGIEnvironment) -> Key:
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING")
        return path, in_one_form(query, self._asked.get(path, ())) if query else ""

    def _renew(
        self, key: Key, old: Rendering, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        with old.renewal:
            if self._kept.get(key) is old and old.until <= monotonic():
                if not self._is_right(old.right):
                    answer = self._application(environ, start_response)
                    if self._kept.get(key) is old:
                        self._kept.pop(key, None)  # it is not for everybody any more
                    return answer
                old.until = monotonic() + KEPT_SECONDS
        return self(environ, start_response)

    def _is_right(self, right: Right | None) -> bool:
        now = clock.now()
        if right is None or now < right.since or (right.until and now >= right.until):
            return False
        version = select(Event.public_version).where(Event.id == right.event_id)
        try:
            with self._app.app_context(), seeing(ANONYMOUS):
                return db.session.scalar(version) == right.version
        except SQLAlchemyError:
            return False  # the application then says what is the matter

    def forget(self) -> None:
        """Let the application answer anew."""
        self._kept.clear()

    def _keep(self, response: Response) -> Response:
        asked, right = g.pop("for_strangers", None), g.pop("right", None)
        # What we ask as somebody else is not what everybody gets.
        if asked is None or response.status_code != 200 or is_inside():
            return response
        rendering = _rendering(response, right)
        path, query = request.environ["PATH_INFO"], request.environ.get("QUERY_STRING", "")
        if asked:
            self._asked[path] = asked
        self._kept[path, in_one_form(query, asked)] = rendering
        self._make_room()
        return _conditional(rendering.answer(request.environ), request.environ)

    def _make_room(self) -> None:
        """Let go of what was not asked for the longest."""
        kept = sorted(self._kept.copy().items(), key=lambda one: one[1].until)
        size = sum(rendering.size for _key, rendering in kept)
        for key, rendering in kept[:-1]:
            if size <= KEPT_BYTES and len(self._kept) <= KEPT_PAGES:
                return
            self._kept.pop(key, None)
            size -= rendering.size


_in_use: WeakSet[PublicPages] = WeakSet()


def init_public_pages(app: Flask) -> None:
    """Keep public pages. Called before anything else sets headers, since Flask goes through those who do backwards."""
    app.wsgi_app = PublicPages(app)  # type: ignore[method-assign]


def forget_renderings() -> None:
    """Render anew from now on: something public was changed in this process."""
    for pages in _in_use:
        pages.forget()


def for_strangers(*asked: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Keep what the view answers at an address. It must look at nothing but the address, as a stranger.

    Of a query it may look at the first value of each parameter in `asked`, as long as it refuses those that nothing
    bears. The answer bears an ETag of its bytes and may be stored by anybody, but is asked for again each time.
    """

    def mark(view: Callable[..., Response]) -> Callable[..., Response]:
        @wraps(view)
        def answer(*arguments: Any, **values: Any) -> Response:
            response = view(*arguments, **values)
            response.headers["Cache-Control"] = "public, no-cache"
            response.headers["Vary"] = "Accept-Encoding"
            response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
            g.for_strangers = asked
            return response

        return answer

    return mark


def public_event_or_404(slug: str, now: datetime) -> Event:
    """As event_or_404; the page at hand is then kept until the event is changed. Read everything else after it."""
    event = event_or_404(slug)
    g.right = Right(event.id, event.public_version, since=now, until=g.get("changes_at"))
    return event


def changes_at(*instants: datetime | None) -> None:
    """The page at hand changes by itself at the first of these instants (None for never)."""
    known = [instant for instant in (*instants, g.get("changes_at")) if instant is not None]
    g.changes_at = min(known, default=None)
    if "right" in g:
        g.right = replace(g.right, until=g.changes_at)


def in_one_form(query: str, asked: Iterable[str]) -> str:
    """What a query asks by the parameters `asked`, always written alike; others are tracking and the like."""
    if not asked or not query:
        return ""
    first: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace"):
        first.setdefault(name, value)
    return urlencode([(name, first[name]) for name in sorted(asked) if first.get(name)])


def _rendering(response: Response, right: Right | None) -> Rendering:
    plain = Answer(response.get_wsgi_headers(request.environ).to_wsgi_list(), response.get_data())
    return Rendering(plain, _packed(plain), right, monotonic() + KEPT_SECONDS)


def _packed(plain: Answer) -> Answer:
    """Bytes of their own, so that the ETag is another one (RFC 9110 section 8.8.3.3)."""
    body = gzipped(plain.body)
    response = Response(body, headers=plain.headers)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(body))
    response.set_etag(f"{response.get_etag()[0]}-gzip")
    return Answer(response.get_wsgi_headers(request.environ).to_wsgi_list(), body)


def _conditional(answer: Answer, environ: WSGIEnvironment) -> Response:
    """The answer, or 304 to who has it already."""
    response = Response(answer.body, headers=answer.headers)
    response.make_conditional(environ)
    response.headers.remove("Date")  # which the server adds to every answer
    return response
