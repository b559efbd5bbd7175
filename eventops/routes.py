"""Who may call each route. A view says it by a decorator; a view that does not stops the start-up.

The rooms below the door of the web know nothing of each other, so what a declaration demands is carried out by
the room that can: it registers itself with `enforce`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from flask import Flask, Response, abort, g, json, request, url_for

from eventops.config import settings
from eventops.viewer import ANONYMOUS, Viewer, see_as, stop_seeing

MAX_BODY = 1_000_000
"""Bytes that a route takes unless it says otherwise."""


class Caller(Enum):
    """Kinds of caller. A route names exactly one."""

    ANYONE = "anyone"
    PERSONAL = "who holds the personal link"
    INVITED = "who holds an invitation's link"
    SIGNING_IN = "who is about to sign in as staff"
    HALF_SIGNED_IN = "who signed in by the password, and may owe more"
    STAFF = "staff with an ability"
    DOOR = "a door's device"


@dataclass(frozen=True, slots=True)
class Declaration:
    caller: Caller
    ability: str = ""
    """For staff: what the role must be able to do; empty means any account that is signed in.

    For who may owe more: the stage at which they must be; empty means any, and the whole sign-in too.
    """


class UndeclaredRoute(Exception):
    """A route does not say who may call it. The message names it."""


View = TypeVar("View", bound=Callable[..., object])
Enforcer = Callable[[Declaration], Viewer]
"""Checks the request at hand against a declaration. Gives the viewer, or aborts with the right status."""

STAND_IN = "eventops.stand_in"
"""Where a request made by ourselves (see inside.py) has the enforcer that stands in for all others."""

_enforcers: dict[Caller, Enforcer] = dict.fromkeys((Caller.ANYONE, Caller.SIGNING_IN), lambda _declaration: ANONYMOUS)
_abilities: dict[Caller, frozenset[str]] = {}


def enforce(caller: Caller, enforcer: Enforcer, abilities: frozenset[str] = frozenset()) -> None:
    """Register who checks routes for `caller`, and which abilities those may demand."""
    _enforcers[caller] = enforcer
    _abilities[caller] = abilities


def declare(caller: Caller, ability: str = "") -> Callable[[View], View]:
    """Say who may call the decorated view."""

    def mark(view: View) -> View:
        view.declaration = Declaration(caller, ability)  # type: ignore[attr-defined]
        return view

    return mark


anyone = declare(Caller.ANYONE)
signing_in = declare(Caller.SIGNING_IN)
personal_link = declare(Caller.PERSONAL)
invitation_link = declare(Caller.INVITED)
door_device = declare(Caller.DOOR)


def half_signed_in(stage: str = "") -> Callable[[View], View]:
    """Say that who stands at that stage of signing in may call the decorated view."""
    return declare(Caller.HALF_SIGNED_IN, stage)


def staff(ability: str = "") -> Callable[[View], View]:
    """Say that staff whose role has `ability` may call the decorated view."""
    return declare(Caller.STAFF, ability)


def takes(size: int) -> Callable[[View], View]:
    """Say that what is posted to the decorated view may have `size` bytes instead of MAX_BODY."""

    def mark(view: View) -> View:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return mark


def largest_body(app: Flask, endpoint: str | None) -> int:
    """How many bytes may be posted to `endpoint`; to no endpoint as many as to most."""
    return getattr(app.view_functions.get(endpoint or ""), "largest_body", MAX_BODY)


def declaration_of(app: Flask, endpoint: str) -> Declaration:
    """What the view behind `endpoint` declares. Raises UndeclaredRoute."""
    found = getattr(app.view_functions[endpoint], "declaration", None)
    if found is None:
        raise UndeclaredRoute(f"{endpoint} does not say who may call it: add a declaration of eventops.routes")
    return found  # type: ignore[no-any-return]


def check_declarations(app: Flask) -> None:
    """Raise UndeclaredRoute for the first route of `app` that does not say who may call it, or whom nobody checks."""
    anyone(app.view_functions["static"])
    for rule in app.url_map.iter_rules():
        declared = declaration_of(app, rule.endpoint)
        if declared.caller not in _enforcers:
            raise UndeclaredRoute(f"{rule.endpoint} is for {declared.caller.value}, and nobody checks that")
        if declared.ability and declared.ability not in _abilities[declared.caller]:
            raise UndeclaredRoute(f"{rule.endpoint} demands {declared.ability!r}, which nobody can have")


def init_routes(app: Flask) -> None:
    """Check every request by its route's declaration before the view runs, and read as the viewer it gives."""

    @app.before_request
    def admit() -> None:
        g.viewer_token = see_as(ANONYMOUS)
        if "\0" in request.path:
            abort(404)  # PostgreSQL takes no NUL in a text
        if request.endpoint is not None:
            declaration = declaration_of(app, request.endpoint)
            enforcer = request.environ.get(STAND_IN) or _enforcers[declaration.caller]
            see_as(enforcer(declaration))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        token = g.pop("viewer_token", None)
        if token is not None:
            stop_seeing(token)


def problem(status: int, title: str, detail: str = "") -> Response:
    """An error as JSON: application/problem+json, RFC 9457 section 3."""
    body = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def absolute_url(endpoint: str, **values: object) -> str:
    """The address of a page as letters, calendars and redirects to a browser name it.

    It begins with the configured EVENTOPS_BASE_URL: the Host header of a request plays no part.
    """
    return settings().base_url + url_for(endpoint, _external=False, **values)  # type: ignore[arg-type]
