"""Errors: a page that says what to do, or problem+json, with the right status and nothing about what exists."""

from __future__ import annotations

from typing import Any

import lxml.html
import pytest
from flask import Flask, Response, abort, request
from flask.testing import FlaskClient

from eventops.db import db
from eventops.languages import LANGUAGES
from eventops.routes import MAX_BODY, anyone
from eventops.staff.models import Account
from eventops.web.errors import DRAIN
from tests.apps import MakeApp

SECRET = "what the error said"


def add_routes(app: Flask) -> None:
    @anyone
    def fail(status: int) -> str:
        abort(status, SECRET)

    @anyone
    def crash() -> str:
        raise LookupError(SECRET)

    @anyone
    def take() -> str:
        return str(len(request.get_data()) + len(request.form))

    @anyone
    def look_up() -> str:
        return str(db.session.query(Account).filter_by(name=request.args["name"]).count())

    app.add_url_rule("/<language:language>/fail/<int:status>", view_func=fail)
    app.add_url_rule("/<language:language>/crash", view_func=crash)
    app.add_url_rule("/<language:language>/take", view_func=take, methods=["POST"])
    app.add_url_rule("/<language:language>/look-up", view_func=look_up)


@pytest.fixture
def client(bare_app: Flask) -> FlaskClient:
    """A browser, and routes that fail in every way."""
    add_routes(bare_app)
    return bare_app.test_client()


def words(response: Any) -> list[str]:
    found = lxml.html.document_fromstring(response.text).xpath("//main/*/text()")
    return [str(text) for text in found]


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (400, "That could not be understood"),
        (401, "Please sign in"),
        (403, "You may not open this"),
        (404, "There is no such page"),
        (409, "Something changed meanwhile"),
        (413, "That is too large"),
        (429, "Too many attempts"),
        (500, "Something went wrong here"),
        (503, "Something went wrong here"),
    ],
)
def test_error_page_says_what_to_do_and_not_what_happened(client: FlaskClient, status: int, title: str) -> None:
    """The status is kept; the page has a heading and one sentence or two of advice, and not the error's own words."""
    response = client.get(f"/en/fail/{status}")
    heading, advice = words(response)
    assert (response.status_code, heading) == (status, title)
    assert advice.endswith(".")
    assert SECRET not in response.text


def test_error_pages_speak_the_language_of_their_address(client: FlaskClient) -> None:
    """Each language has its own words for the same error."""
    headings = {language: words(client.get(f"/{language}/fail/404"))[0] for language in LANGUAGES}
    assert len(set(headings.values())) == len(LANGUAGES)


def test_error_answers_programs_in_json(client: FlaskClient) -> None:
    """Below /api, for .json, and for what was sent as JSON: problem+json with the status."""
    asked = [
        client.get("/api/nothing"),
        client.get("/en/nothing/at/all.json"),
        client.post("/en/nothing/here", json={}),
    ]
    found = [(a.status_code, a.mimetype, a.get_json()["title"], a.get_json()["status"]) for a in asked]
    assert found == [(404, "application/problem+json", "Not Found", 404)] * 3


def test_error_of_a_missing_page_is_always_the_same(client: FlaskClient) -> None:
    """Whatever was looked for, by whichever method: the same bytes and headers."""
    paths = ["/en/nothing/here", "/en/day/sign-up-not", "/en/%00/", "/en/a/b/c/d/e", "/en/fail/404"]
    found = [client.get(path) for path in paths]
    answers = [(response.status_code, response.data, sorted(response.headers)) for response in found]
    assert answers == [answers[0]] * len(paths)


def test_error_in_a_view_is_a_plain_page_and_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """500 with kind words; what happened stands in the log alone."""
    response = client.get("/en/crash")
    assert (response.status_code, words(response)[0]) == (500, "Something went wrong here")
    assert SECRET not in response.text
    assert [record.getMessage() for record in caplog.records] == ["a view failed"]


def test_error_of_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    """405 bears Allow (RFC 9110 section 15.5.6)."""
    response = client.post("/en/fail/400")
    assert (response.status_code, sorted(response.headers["Allow"].split(", "))) == (405, ["GET", "HEAD", "OPTIONS"])


def test_error_of_a_body_too_large_is_an_answer(client: FlaskClient) -> None:
    """A megabyte is taken; more is refused with 413 after it was read, up to a limit, so that the answer arrives."""
    assert client.post("/en/take", data=b"x" * MAX_BODY).text == str(MAX_BODY)
    for body in ({"data": b"x" * (MAX_BODY + 1)}, {"data": b"x" * 10_000_000}, {"data": {"field": "x" * MAX_BODY}}):
        response = client.post("/en/take", **body)
        assert (response.status_code, words(response)[0]) == (413, "That is too large")
    assert DRAIN >= 10_000_000


@pytest.mark.parametrize(
    "body",
    [
        {"data": b"\xff\xfe\0", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"", "content_type": "multipart/form-data"},
        {"data": b"a=1&" * 2000, "content_type": "application/x-www-form-urlencoded"},
        {"data": b"{", "content_type": "application/json"},
        {"data": b"", "content_type": "text/html; charset=unheard-of"},
    ],
)
def test_error_of_a_body_of_any_bytes_is_never_ours(client: FlaskClient, body: dict[str, Any]) -> None:
    """What cannot be parsed is read as nothing or refused, and is no crash."""
    assert client.post("/en/take", **body).status_code < 500


def test_error_of_what_the_database_cannot_take_is_the_callers(make_app: MakeApp) -> None:
    """A NUL that reaches a query is looked for in vain or refused as unreadable, and is no crash."""
    app = make_app()
    add_routes(app)
    response = app.test_client().get("/en/look-up?name=%00")
    with app.app_context():
        dialect = db.engine.dialect.name
    assert response.status_code == {"sqlite": 200, "postgresql": 400}[dialect]


def test_error_with_a_response_of_its_own_is_that_response(bare_app: Flask) -> None:
    """A view may abort with a whole answer, and it is left as it is."""

    @anyone
    def refuse() -> str:
        abort(Response("my own", 418, {"X-Own": "yes"}))

    bare_app.add_url_rule("/refuse", view_func=refuse)
    response = bare_app.test_client().get("/refuse")
    assert (response.status_code, response.text, response.headers["X-Own"]) == (418, "my own", "yes")
