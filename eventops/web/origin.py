"""Posts come from our own pages. Anonymous pages bear no CSRF token, so the browser's own word is checked."""

from __future__ import annotations

from flask import Flask, abort, request


def init_origin(app: Flask, base_url: str) -> None:
    """Refuse with 403 what a browser says it posts from another site.

    Programs send neither header and are let through: they hold no one else's cookies.
    """

    @app.before_request
    def check() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site")
        if site not in (None, "same-origin", "none"):
            abort(403, "cross_site")
        # A page under `Referrer-Policy: no-referrer` posts with `Origin: null`; then only Sec-Fetch-Site can vouch.
        if origin not in (None, base_url) and not (origin == "null" and site == "same-origin"):
            abort(403, "cross_site")
