"""Who may call: a route that does not say so stops the start-up, and each request is checked before its view runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, abort

from eventops import create_app, rooms, routes
from eventops.routes import (
    Caller,
    Declaration,
    UndeclaredRoute,
    absolute_url,
    anyone,
    check_declarations,
    declaration_of,
    door_device,
    enforce,
    personal_link,
    problem,
    signing_in,
    staff,
)
from eventops.viewer import ANONYMOUS, SYSTEM, Viewer, current_viewer, seeing
from tests.apps import MakeApp, settings_for


def declared(mark: Callable[[Any], Any]) -> Callable[..., str]:
    """A view of its own that says who may call it."""

    def view(**_values: object) -> str:
        return repr(current_viewer())

    marked: Callable[..., str] = mark(view)
    return marked


@pytest.fixture
def bare_app(tmp_path: Any) -> Flask:
    """An application for what needs no tables."""
    return create_app(settings_for(f"sqlite:///{tmp_path}/bare.sqlite"))


def test_route_without_a_declaration_stops_the_start(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room with such a route keeps the whole application from starting, and the message names the route."""
    room = Blueprint("unfinished", __name__)
    room.add_url_rule("/unfinished", "page", lambda: "")
    monkeypatch.setattr(rooms, "ROOMS", (*rooms.ROOMS, room))
    with pytest.raises(UndeclaredRoute, match=r"^unfinished\.page does not say who may call it"):
        create_app(settings_for(f"sqlite:///{tmp_path}/bare.sqlite"))


def test_route_with_a_misspelt_ability_stops_the_start(bare_app: Flask) -> None:
    """An ability that no role can have would shut everybody out, or be forgotten."""
    bare_app.add_url_rule("/typo", view_func=declared(staff("edit_agneda")), endpoint="typo")
    with pytest.raises(UndeclaredRoute, match="typo demands 'edit_agneda', which nobody can have"):
        check_declarations(bare_app)


def test_route_for_callers_whom_nobody_checks_stops_the_start(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of caller without an enforcer is as good as no declaration."""
    monkeypatch.delitem(routes._enforcers, Caller.DOOR)
    with pytest.raises(UndeclaredRoute, match="is for a door's device, and nobody checks that"):
        check_declarations(bare_app)


@pytest.mark.parametrize(
    ("mark", "declaration"),
    [
        (anyone, Declaration(Caller.ANYONE)),
        (signing_in, Declaration(Caller.SIGNING_IN)),
        (personal_link, Declaration(Caller.PERSONAL)),
        (door_device, Declaration(Caller.DOOR)),
        (staff(), Declaration(Caller.STAFF)),
        (staff("publish"), Declaration(Caller.STAFF, "publish")),
    ],
)
def test_route_says_who_may_call_it(bare_app: Flask, mark: Any, declaration: Declaration) -> None:
    """Each decorator is a declaration, and leaves the view as it is."""
    bare_app.add_url_rule("/declared", view_func=declared(mark), endpoint="declared")
    assert declaration_of(bare_app, "declared") == declaration


def test_every_route_is_declared(bare_app: Flask) -> None:
    """Of the real routes, those of the desk ask for staff, those of doors for a device, personal ones for the link."""
    expected = {"desk": Caller.STAFF, "my": Caller.PERSONAL, "api": Caller.DOOR}
    found = {}
    for rule in bare_app.url_map.iter_rules():
        kinds = [kind for part, kind in expected.items() if f"/{part}/" in rule.rule]
        if kinds:
            found[rule.endpoint] = (declaration_of(bare_app, rule.endpoint).caller, kinds[0])
    assert len(found) >= 14
    assert [endpoint for endpoint, (declared_for, kind) in found.items() if declared_for != kind] == []


def test_request_reads_as_the_viewer_that_its_enforcer_gives(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The enforcer sees the declaration; what it gives is the viewer in the view, and nobody is left afterwards."""
    asked: list[Declaration] = []

    def enforcer(declaration: Declaration) -> Viewer:
        asked.append(declaration)
        return Viewer(role="editor")

    monkeypatch.setitem(routes._enforcers, Caller.STAFF, enforcer)
    bare_app.add_url_rule("/desk", view_func=declared(staff("publish")), endpoint="the desk")
    bare_app.add_url_rule("/all", view_func=declared(anyone), endpoint="all")
    client = bare_app.test_client()
    assert client.get("/desk").text == repr(Viewer(role="editor"))
    assert asked == [Declaration(Caller.STAFF, "publish")]
    assert client.get("/all").text == repr(ANONYMOUS)
    assert current_viewer() is None


def test_request_that_is_refused_never_reaches_its_view(bare_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an enforcer aborts with is the answer, for every method."""

    def refuse(_declaration: Declaration) -> Viewer:
        abort(403)

    monkeypatch.setitem(routes._enforcers, Caller.STAFF, refuse)
    reached: list[str] = []

    @staff("publish")
    def act() -> str:
        reached.append("act")
        return ""

    bare_app.add_url_rule("/act", view_func=act, methods=["GET", "POST", "PUT", "DELETE"])
    client = bare_app.test_client()
    methods = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
    assert [client.open("/act", method=method).status_code for method in methods] == [403] * 6
    assert reached == []


def test_request_does_not_read_as_who_asked_before(bare_app: Flask) -> None:
    """A request in a thread that works as the system reads as its own viewer, and the thread goes on as it was."""
    bare_app.add_url_rule("/all", view_func=declared(anyone), endpoint="all")
    with seeing(SYSTEM):
        assert bare_app.test_client().get("/all").text == repr(ANONYMOUS)
        assert current_viewer() is SYSTEM


def test_request_that_crashes_leaves_no_viewer_behind(bare_app: Flask) -> None:
    """After an error in a view the thread reads as nobody."""

    @anyone
    def crash() -> str:
        raise LookupError("on purpose")

    bare_app.add_url_rule("/crash", view_func=crash)
    assert bare_app.test_client().get("/crash").status_code == 500
    assert current_viewer() is None


def test_enforcer_of_a_kind_of_caller_is_the_last_one_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that registers itself again takes its own place."""
    for kept in ("_enforcers", "_abilities"):
        monkeypatch.setattr(f"eventops.routes.{kept}", {})
    viewers = [ANONYMOUS, Viewer(role="door")]
    for viewer in viewers:
        enforce(Caller.DOOR, lambda _declaration, viewer=viewer: viewer)  # type: ignore[misc]
    assert routes._enforcers[Caller.DOOR](Declaration(Caller.DOOR)) == viewers[-1]


def test_problem_is_json_of_its_own_type(bare_app: Flask) -> None:
    """RFC 9457: status and title, and detail where there is one."""
    answers = [problem(409, "Conflict"), problem(422, "Malformed", "The body is no JSON.")]
    assert [(a.status_code, a.mimetype, a.get_json(force=True)) for a in answers] == [
        (409, "application/problem+json", {"type": "about:blank", "title": "Conflict", "status": 409}),
        (
            422,
            "application/problem+json",
            {"type": "about:blank", "title": "Malformed", "status": 422, "detail": "The body is no JSON."},
        ),
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_absolute_url_begins_with_the_configured_address(make_app: MakeApp) -> None:
    """Neither the Host header nor a proxy's word gets into a letter's links."""
    app = make_app(base_url="https://events.example.org", trusted_proxies=1)

    @anyone
    def link() -> str:
        return absolute_url("agenda.programme", slug="day", language="fi")

    app.add_url_rule("/link", view_func=link)
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "192.0.2.7"}
    assert app.test_client().get("/link", headers=headers).text == "https://events.example.org/fi/day/"
    with app.app_context():
        assert absolute_url("staff.sign_in", language="en") == "https://events.example.org/en/sign-in"
