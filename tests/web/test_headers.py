"""Headers that every answer bears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response

from eventops import create_app
from eventops.headers import PERMISSIONS, POLICY
from eventops.routes import anyone
from tests.apps import settings_for

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize(
    ("base_url", "hsts"), [("http://localhost", None), ("https://e.example.org", "max-age=31536000")]
)
def test_headers_stand_on_every_answer(tmp_path: Path, base_url: str, hsts: str | None) -> None:
    """Pages, redirects, errors and refusals alike; HTTPS is made to stay where it is used."""
    app = create_app(settings_for(f"sqlite:///{tmp_path}/bare.sqlite", base_url=base_url))
    client = app.test_client()
    foreign = {"Origin": "https://evil.example"}
    answers = [
        client.get("/en/sign-in"),
        client.get("/en/desk/"),
        client.get("/en/nothing/here"),
        client.post("/en/sign-in", headers=foreign),
        client.post("/en/sign-in"),
        client.get("/api/nothing"),
    ]
    assert [answer.status_code for answer in answers] == [200, 303, 404, 403, 403, 404]
    found = [{name: answer.headers.get(name) for name in COMMON} for answer in answers]
    assert found == [COMMON] * len(answers)
    assert {answer.headers.get("Strict-Transport-Security") for answer in answers} == {hsts}


def test_headers_forbid_what_is_inline() -> None:
    """The policy lets no inline script or style run, and nobody frame a page."""
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    kept = {name: rules[name] for name in ("default-src", "script-src", "style-src", "frame-ancestors", "base-uri")}
    assert kept == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


def test_headers_that_a_view_set_stay(bare_app: Flask) -> None:
    """A view may be kept by caches, or let a camera be used."""
    own = {"Cache-Control": "public, no-cache", "Permissions-Policy": "camera=(self)"}

    @anyone
    def page() -> Response:
        return Response("", headers=own)

    bare_app.add_url_rule("/page", view_func=page)
    headers = bare_app.test_client().get("/page").headers
    assert {name: headers[name] for name in own} == own


def test_headers_of_static_files_let_them_be_kept(bare_app: Flask) -> None:
    """By the address with its digest for good, by the bare one for minutes."""
    with bare_app.test_request_context("/en/sign-in"):
        context: dict[str, Any] = {}
        bare_app.update_template_context(context)
        urls = [context["static"]("favicon.svg"), "/static/favicon.svg"]
    client = bare_app.test_client()
    kept = [client.get(url, buffered=True).headers["Cache-Control"] for url in urls]
    assert kept == ["public, max-age=31536000, immutable", "public, max-age=300"]
