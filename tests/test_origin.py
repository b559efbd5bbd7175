"""Posts come from our own pages: what a browser says of where a form was sent from."""

from __future__ import annotations

from pathlib import Path

import lxml.html
import pytest
from flask import Flask

from eventops import create_app
from eventops.routes import anyone
from tests.apps import settings_for

HOME = "https://events.example.org"
SAFE = ("GET", "HEAD", "OPTIONS")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")

# (Origin, Sec-Fetch-Site): is a change let through? None: the browser, or program, does not send the header.
MATRIX = {
    (None, None): True,
    (None, "same-origin"): True,
    (None, "none"): True,
    (None, "same-site"): False,
    (None, "cross-site"): False,
    (HOME, None): True,
    (HOME, "same-origin"): True,
    (HOME, "none"): True,
    (HOME, "same-site"): False,
    (HOME, "cross-site"): False,
    ("null", None): False,
    ("null", "same-origin"): True,
    ("null", "none"): False,
    ("null", "same-site"): False,
    ("null", "cross-site"): False,
    ("https://evil.example", None): False,
    ("https://evil.example", "same-origin"): False,
    ("https://evil.example", "none"): False,
    ("https://evil.example", "cross-site"): False,
    ("http://events.example.org", None): False,
    ("https://events.example.org:8443", None): False,
    ("https://events.example.org.evil.example", None): False,
    ("https://evil.example/https://events.example.org", None): False,
    ("https://sub.events.example.org", "same-site"): False,
    ("HTTPS://EVENTS.EXAMPLE.ORG/", None): False,
    ("", None): False,
    (HOME, "unheard-of"): False,
}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An application at HOME with one more route, which takes anything from anyone."""
    app = create_app(settings_for(f"sqlite:///{tmp_path}/bare.sqlite", base_url=HOME))

    @anyone
    def act() -> str:
        return "done"

    app.add_url_rule("/act", view_func=act, methods=[*SAFE, *UNSAFE])
    return app


def statuses(app: Flask, method: str) -> dict[tuple[str | None, str | None], int]:
    client = app.test_client()
    found = {}
    for origin, site in MATRIX:
        given = {"Origin": origin, "Sec-Fetch-Site": site}
        headers = {name: value for name, value in given.items() if value is not None}
        found[origin, site] = client.open("/act", method=method, headers=headers).status_code
    return found


@pytest.mark.parametrize("method", UNSAFE)
def test_origin_of_a_change_is_checked(app: Flask, method: str) -> None:
    """Every pair of what a browser may say is let through or refused as the matrix has it."""
    assert statuses(app, method) == {pair: 200 if is_let_through else 403 for pair, is_let_through in MATRIX.items()}


@pytest.mark.parametrize("method", SAFE)
def test_origin_of_what_only_shows_does_not_matter(app: Flask, method: str) -> None:
    """A link from anywhere may show a page: it changes nothing."""
    assert set(statuses(app, method).values()) == {200}


def test_origin_is_compared_with_the_configured_address_alone(app: Flask) -> None:
    """The Host header, which whoever rebinds a name controls, plays no part."""
    client = app.test_client()
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/act", headers=headers | {"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/act", headers=headers | {"Origin": HOME}).status_code == 200


def test_origin_refusal_says_what_happened(app: Flask) -> None:
    """People read a page, programs read JSON; neither learns more."""
    client = app.test_client()
    page = client.post("/act", headers={"Origin": "https://evil.example"})
    assert lxml.html.document_fromstring(page.text).xpath("//main/*/text()") == [
        "That came from another site",
        "The form was sent from a page that is not ours, so nothing was done. Open the page here and send it again.",
    ]
    answer = client.post("/act", headers={"Origin": "https://evil.example"}, json={})
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")


def test_origin_is_checked_before_anything_is_looked_up(app: Flask) -> None:
    """An address that is not there gives no other answer to another site than one that is."""
    headers = {"Origin": "https://evil.example"}
    assert [app.test_client().post(path, headers=headers).status_code for path in ("/act", "/nowhere")] == [403, 403]
