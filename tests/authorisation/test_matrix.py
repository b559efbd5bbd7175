"""Who may call what: every route, every method, every caller, as table.txt has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from eventops import create_app
from eventops.agenda.models import Event
from eventops.db import db
from tests.apps import changing, settings_for
from tests.authorisation.callers import World, open_world
from tests.authorisation.table import Line, read_table
from tests.cast import START
from tests.day import standing_at
from tests.walks import dump

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SLASHED = [("GET", "/<language:language>/sign-out")]
"""With a slash behind it the address could be that of an event, and leads there: to a page that is not."""

STEPS = {"/en/sign-in": "in", "/en/sign-in/code": "code", "/en/sign-in/second-factor": "set_up"}
"""Where whoever is not signed in is led to, or not wholly: the table's words for it."""


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The conference at its beginning, and everybody's keys."""
    path = tmp_path_factory.mktemp("authorisation") / "eventops.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    with standing_at(START):
        app = create_app(settings_for(f"sqlite:///{path}"))
        yield open_world(app)
        with app.app_context():
            db.engine.dispose()


def rules(world: World) -> dict[tuple[str, str], Rule]:
    """Every route by method and endpoint; HEAD and OPTIONS follow from the others."""
    found = {}
    for rule in world.app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            found[method, rule.endpoint] = rule
    return found


def missing_and_unknown(world: World, section: str, needs_slug: bool = False) -> list[str]:
    """What to do so that the table and the routes say the same."""
    routes = {key: rule for key, rule in rules(world).items() if not needs_slug or "slug" in rule.arguments}
    lines = {(line.method, line.endpoint) for line in read_table(section)}
    missing = [f"add to [{section}] a line for: {' '.join(key)}" for key in sorted(routes.keys() - lines)]
    unknown = [f"[{section}] has a line without a route: {' '.join(key)}" for key in sorted(lines - routes.keys())]
    return missing + unknown


def shown(response: TestResponse) -> list[tuple[str, str]]:
    """Status and headers, as far as two answers to one question have them alike."""
    headers = [(name, "" if name == "Set-Cookie" else value) for name, value in response.headers if name != "Date"]
    return [("status", str(response.status_code)), *sorted(headers)]


def test_table_has_a_line_for_each_route_and_no_other(world: World) -> None:
    """A route that is not in the table fails here, and the message says which line to add."""
    assert missing_and_unknown(world, "published") == []
    assert missing_and_unknown(world, "unpublished", needs_slug=True) == []


def test_everybody_is_answered_as_the_table_says(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Every cell is asked for, each on the same rows; HEAD gives what GET gives, without its body."""
    lines = read_table("published")
    found = answers(world, lines)
    with capsys.disabled():
        every = [*lines, *read_table("unpublished")]
        cells, routes = sum(len(line.answers) for line in every), {(line.method, line.endpoint) for line in every}
        print(f"\n  authorisation: {cells} cells: {len(every)} lines for {len(routes)} routes by method")
    assert found == {line.name: line.answers for line in lines}


def test_unpublished_event_is_known_to_its_staff_alone(world: World) -> None:
    """Whatever strangers, guests with their links and others' staff ask for, there is no such event."""
    lines = read_table("unpublished")
    with world.database() as put_back:
        with changing(world.app):
            db.session.scalars(select(Event).where(Event.slug == world.cast.slug)).one().published_at = None
        world.forget()
        found = answers(world, lines)
        put_back()
    assert found == {line.name: line.answers for line in lines}


def answers(world: World, lines: list[Line]) -> dict[str, dict[str, str]]:
    """What each caller is answered at each line, all on the rows that there are now."""
    routes, found = rules(world), {}
    with world.database() as put_back:
        for line in lines:
            if rule := routes.get((line.method, line.endpoint)):
                found[line.name] = {caller: answer(world, line, rule, caller, put_back) for caller in line.answers}
    return found


def answer(world: World, line: Line, rule: Rule, caller: str, put_back: Callable[[], None]) -> str:
    """A cell, in the words of the table."""
    got = world.ask(caller, rule, line.method, line)
    if line.method == "GET":
        head = world.ask(caller, rule, "HEAD", line)
        assert (line.name, caller, shown(head), head.data) == (line.name, caller, shown(got), b"")
    else:
        put_back()
    step = STEPS.get(urlsplit(got.location or "").path) if got.status_code == 303 else None
    return step or str(got.status_code)


def test_nobody_may_use_a_method_that_a_route_does_not_declare(world: World) -> None:
    """405 for everybody, whoever they are; OPTIONS tells nothing and does nothing."""
    declared: dict[str, set[str]] = {}
    for rule in world.app.url_map.iter_rules():
        declared.setdefault(rule.rule, set()).update(rule.methods or ())
    before, wrong = dump(_file(world)), []
    for rule in {rule.rule: rule for rule in world.app.url_map.iter_rules()}.values():
        for method in {*METHODS, "OPTIONS"} - (declared[rule.rule] - {"OPTIONS"}):
            statuses = {who: undeclared(world, who, rule, method) for who in world.callers}
            wrong += [(method, rule.rule, who, status) for who, status in statuses.items() if status != 405]
    assert wrong == []
    assert dump(_file(world)) == before


def undeclared(world: World, who: str, rule: Rule, method: str) -> int:
    """The status of a method that does nothing: 405, as is what OPTIONS gives, as long as it tells nothing."""
    got = world.ask(who, rule, method)
    if method == "OPTIONS" and got.status_code < 500 and not (got.status_code == 200 and got.data):
        return 405
    if got.status_code == 308 and (method, rule.rule) in SLASHED:
        return 405 if world.app.test_client().get(got.location).status_code == 404 else 308
    return got.status_code


def _file(world: World) -> Path:
    with world.app.app_context():
        return Path(str(db.engine.url.database))
