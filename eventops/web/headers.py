"""Headers of every answer. Nothing on a page is inline, so the policy needs no nonce and pages stay cacheable."""

from __future__ import annotations

from flask import Flask, Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SCANNER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") + (
    "; worker-src 'self'; media-src 'self' blob:"
)

PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=()"
SCANNER_PERMISSIONS = PERMISSIONS.replace("camera=()", "camera=(self)")


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
        for name, value in fixed.items():
            headers.setdefault(name, value)
        return response
