"""CSRF tokens: on every form for staff, and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.routing import Rule

from eventops.db import db
from eventops.registration.links import personal_token
from eventops.registration.models import Registration
from eventops.routes import Caller, declaration_of
from tests.apps import MakeApp, changing, reading
from tests.cast import Conference, add_conference
from tests.staff.team import (
    PASSWORD,
    add_staff,
    code,
    csrf_token,
    page_of,
    sign_in,
    signed_in,
    type_code,
    type_password,
)

HTTPS = "https://events.example.org"
FOR_STAFF = (Caller.STAFF, Caller.SIGNING_IN, Caller.HALF_SIGNED_IN)


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with an owner."""
    with changing(app):
        cast = add_conference()
    add_staff(app, "owner", cast.event_id)
    return cast


def paths(app: Flask, cast: Conference, method: str, *callers: Caller) -> list[str]:
    """An address of each route that takes `method` and is for one of `callers`."""
    with reading(app):
        token = personal_token(db.session.get_one(Registration, cast.people["onsite"]))
    known: dict[str, Any] = {"language": "en", "slug": cast.slug, "token": token, "filename": "favicon.svg"}
    known |= {"session_id": cast.keynote_id, "door_id": cast.door_id, "stream_id": cast.public_stream_id}

    def path(rule: Rule) -> str:
        with app.test_request_context():
            return app.url_for(rule.endpoint, **{name: known.get(name, UUID(int=1)) for name in rule.arguments})

    rules = [r for r in app.url_map.iter_rules() if declaration_of(app, r.endpoint).caller in callers]
    return sorted(path(rule) for rule in rules if rule.methods and method in rule.methods)


def refused_as_stale(response: Any) -> bool:
    heading = page_of(response).xpath("string(//h1)") if response.mimetype == "text/html" else ""
    return (response.status_code, heading) == (403, "This form is too old")


def test_csrf_every_form_for_staff_needs_its_token(app: Flask, cast: Conference) -> None:
    """Whatever staff may post is refused in plain words without the token, or with one that is not this browser's."""
    client = signed_in(app, "owner@example.org")
    other = csrf_token(app.test_client())
    posts = [*paths(app, cast, "POST", Caller.STAFF, Caller.SIGNING_IN), "/en/sign-out"]
    assert len(posts) >= 6
    for form in (
        {},
        {"csrf_token": ""},
        {"csrf_token": "forged"},
        {"csrf_token": "\0\u00e5" * 50},
        {"csrf_token": other},
    ):
        accepted = [path for path in posts if not refused_as_stale(client.post(path, data=form))]
        assert accepted == [], form


def test_csrf_second_step_needs_its_token(app: Flask, cast: Conference) -> None:
    """Who has typed the password only is asked for it as well, and may go on afterwards."""
    add_staff(app, "owner", cast.event_id, "new@example.org", factor=False)
    for email, path in (("owner@example.org", "code"), ("new@example.org", "second-factor")):
        client = app.test_client()
        assert type_password(client, email).location == f"/en/sign-in/{path}"
        for address in (f"/en/sign-in/{path}", "/en/sign-out"):
            for form in ({}, {"csrf_token": "forged"}, {"csrf_token": csrf_token(app.test_client())}):
                assert refused_as_stale(client.post(address, data={"code": code(), **form})), (address, form)
        assert type_code(client, "000000", f"/en/sign-in/{path}").status_code == 401


def test_csrf_token_of_this_browser_is_taken(app: Flask, cast: Conference) -> None:
    """With the token that the page bears, the form is taken; the header serves scripts."""
    client = signed_in(app, "owner@example.org")
    token = csrf_token(client, "/en/desk/conference/")
    assert client.post("/en/desk/conference/leak-check", data={"csrf_token": token}).status_code == 200
    assert client.post("/en/desk/conference/leak-check", headers={"X-CSRFToken": token}).status_code == 200


def test_csrf_token_is_asked_of_staff_alone(app: Flask, cast: Conference) -> None:
    """No form of visitors, attendees and doors needs a token."""
    client = app.test_client()
    others = [caller for caller in Caller if caller not in FOR_STAFF]
    posts = paths(app, cast, "POST", *others)
    assert len(posts) >= 5
    assert [path for path in posts if refused_as_stale(client.post(path))] == []


def test_csrf_sets_no_cookie_on_anybody_elses_pages(app: Flask, cast: Conference) -> None:
    """Pages of visitors, attendees and doors set no cookie and are the same whatever cookies come along."""
    others = [caller for caller in Caller if caller not in FOR_STAFF]
    asked = [*paths(app, cast, "GET", *others), "/en/nothing/here", "/", "/conference/"]
    assert len(asked) >= 15
    staff = signed_in(app, "owner@example.org")
    for path in asked:
        for client in (app.test_client(), staff):
            response = client.get(path, buffered=True)
            cookies, vary = response.headers.getlist("Set-Cookie"), response.headers.get("Vary", "")
            assert (cookies, "Cookie" in vary) == ([], False), path


def test_csrf_page_without_a_form_sets_no_cookie(app: Flask, cast: Conference) -> None:
    """Staff who are sent to sign in first get the cookie there, with the form."""
    client = app.test_client()
    assert client.get("/en/desk/").headers.getlist("Set-Cookie") == []
    assert [c.split("=")[0] for c in client.get("/en/sign-in").headers.getlist("Set-Cookie")] == ["form"]


@pytest.fixture
def https_app(make_app: MakeApp) -> Flask:
    """The application as it stands behind a proxy that ends HTTPS, with an editor."""
    app = make_app(base_url=HTTPS, trusted_proxies=1)
    with changing(app):
        event_id = add_conference().event_id
    add_staff(app, "editor", event_id)
    return app


def test_csrf_needs_no_referrer(https_app: Flask) -> None:
    """A browser that sends no Referer signs in all the same: Origin is checked instead."""
    client = https_app.test_client()
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    [token] = page_of(client.get("/en/sign-in", base_url=HTTPS, headers=proxied)).xpath(
        "//input[@name='csrf_token']/@value"
    )
    form = {"email": "editor@example.org", "password": PASSWORD, "csrf_token": token}
    assert client.post("/en/sign-in", base_url=HTTPS, headers=proxied, data=form).status_code == 303
    assert client.get("/en/desk/conference/", base_url=HTTPS, headers=proxied).status_code == 200


def test_csrf_token_ends_with_its_session(app: Flask, cast: Conference) -> None:
    """A token from before signing in is not taken after it."""
    client = app.test_client()
    before = csrf_token(client)
    assert sign_in(client, "owner@example.org").status_code == 303
    assert refused_as_stale(client.post("/en/desk/conference/publish", data={"csrf_token": before}))
