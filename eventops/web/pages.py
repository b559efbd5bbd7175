"""Template globals that every page has."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from eventops.gzipped import gzipped, takes_gzip
from eventops.languages import in_language

PACKED = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}
"""Static files that are sent in gzip to those who take it."""


def init_pages(app: Flask) -> None:
    """Give templates `static(path)`, `in_language(texts, language)`, and a place for the demo's bar."""

    @cache
    def digest(path: str) -> str:
        return hashlib.sha256((Path(app.static_folder or "") / path).read_bytes()).hexdigest()[:12]

    def static(path: str) -> str:
        # Not by url_for: a page that is looked at as somebody else has a prefix in its links, and files are nobody's.
        return f"{app.static_url_path}/{path}?v={digest(path)}"

    @app.context_processor
    def shared() -> dict[str, Any]:
        return {"static": static, "in_language": in_language, "demo_bar": None}

    @cache
    def packed(path: str) -> bytes:
        return gzipped((Path(app.static_folder or "") / path).read_bytes())

    @app.after_request
    def keep_static(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            kept = "public, max-age=31536000, immutable" if "v" in request.args else "public, max-age=300"
            response.headers["Cache-Control"] = kept
            if response.mimetype in PACKED:
                response.headers["Vary"] = "Accept-Encoding"
                if takes_gzip(request.headers.get("Accept-Encoding", "")):
                    _pack(response, packed((request.view_args or {})["filename"]))
        return response

    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _pack(response: Response, body: bytes) -> None:
    response.response.close()  # type: ignore[union-attr]  # of the file
    response.direct_passthrough = False
    response.set_data(body)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    response.set_etag(response.get_etag()[0] or "", weak=True)  # it is the file's, and these bytes are not
