"""Template globals that every page has."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from eventops.languages import in_language


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

    @app.after_request
    def keep_static(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            kept = "public, max-age=31536000, immutable" if "v" in request.args else "public, max-age=300"
            response.headers["Cache-Control"] = kept
        return response

    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
