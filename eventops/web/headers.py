"""Headers of every answer, the same for all, so that pages stay cacheable."""

from __future__ import annotations

from flask import Flask, Response, request

from eventops.headers import DECODER, PERMISSIONS, POLICY, SCANNER_POLICY


def init_headers(app: Flask, is_https: bool) -> None:
    """Set the headers that every answer bears; what a view set itself stays."""
    fixed = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": PERMISSIONS,
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
    }
    if is_https:
        fixed["Strict-Transport-Security"] = "max-age=31536000"

    @app.after_request
    def complete(response: Response) -> Response:
        headers = response.headers
        if request.endpoint == "static" and request.path.endswith(DECODER):
            headers["Content-Security-Policy"] = SCANNER_POLICY
        present = {name.lower() for name, _ in headers}
        headers.extend([(name, value) for name, value in fixed.items() if name.lower() not in present])
        return response
