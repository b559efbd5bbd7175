"""A page as somebody else would get it, made inside the request or command at hand and in its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, current_app, g, request
from werkzeug.test import EnvironBuilder

from eventops.config import settings
from eventops.routes import STAND_IN, Enforcer


def ask_as(stand_in: Enforcer, path: str, prefix: str = "") -> Response:
    """What GET of `path` answers when `stand_in` says who may call and who is asking. It is kept nowhere.

    Links of the answer begin with `prefix`, a path. Nothing is written, whoever asks: it is a GET.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    builder = EnvironBuilder(path, base_url=settings().base_url + prefix)
    builder.environ_base = {STAND_IN: stand_in}
    with _globals_of_its_own(), app.request_context(builder.get_environ()):
        return app.full_dispatch_request()


def is_inside() -> bool:
    """Whether the request at hand is one of `ask_as`."""
    return STAND_IN in request.environ


@contextmanager
def _globals_of_its_own() -> Iterator[None]:
    """`flask.g` belongs to the application's context, which is shared so that the transaction is."""
    outer = dict(g.__dict__)
    g.__dict__.clear()
    try:
        yield
    finally:
        g.__dict__.clear()
        g.__dict__.update(outer)
