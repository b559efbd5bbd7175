"""Logs name no person and open no door: addresses, codes, links and tokens are masked wherever they turn up."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from flask import Flask
from gunicorn.config import Config
from sqlalchemy.exc import IntegrityError

from eventops.db import db, write
from eventops.logs import ServerLog, init_logs, mask
from eventops.registration.models import Registration
from eventops.server import Server, serve_options
from eventops.viewer import SYSTEM, seeing
from tests.apps import MakeApp, changing
from tests.cast import CANARY, PEOPLE, PROVIDER, START, add_conference
from tests.day import standing_at
from tests.registration.stored import FORM
from tests.site import form_of, open_site
from tests.staff.team import PASSWORD

TOKEN = "dG9rZW4gb2Ygc29tZWJvZHkgZWxzZQ-_x"
CODE = "EO1ABCDEFGHJKMNPQRSTVWXYZ0123456789*~"


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Logging is left as it was."""
    loggers = [logging.getLogger(name) for name in (None, "gunicorn.access", "gunicorn.error")]
    kept = [(logger, logger.handlers[:], logger.level) for logger in loggers]
    yield
    for logger, handlers, level in kept:
        logger.handlers[:], logger.level = handlers, level


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("sent to anna.andersson+day@mail.example.org.", "sent to <address>."),
        ("email=anna%40example.org&x=1", "email=<address>&x=1"),
        ("('o'brien@example.org', 'åsa@exämple.fi')", "('<address>', '<address>')"),
        ("to root@localhost", "to <address>"),
        (f"scanned {CODE} twice", "scanned <code> twice"),
        (f"typed {CODE.lower()}", "typed <code>"),
        (f"GET /fi/day/my/{TOKEN} HTTP/1.1", "GET /fi/day/my/<link> HTTP/1.1"),
        (f"/nb/day/invitation/{TOKEN}", "/nb/day/invitation/<link>"),
        (f"/sv/day/my/{TOKEN}/ticket.png", "/sv/day/my/<link>/ticket.png"),
        (f"/da/day/my/{TOKEN}/streams/1/join?x=1", "/da/day/my/<link>/streams/1/join?x=1"),
        (f"https://e.example.org/nb/day/confirm/{TOKEN}", "https://e.example.org/nb/day/confirm/<link>"),
        (f"/en/sign-in/invited/{TOKEN}", "/en/sign-in/invited/<link>"),
        (f"/fi/sign-in/reset/{TOKEN}", "/fi/sign-in/reset/<link>"),
        (f"POST /en/door/enrol/{TOKEN} 422", "POST /en/door/enrol/<link> 422"),
        (f"next=%2Fen%2Fday%2Fmy%2F{TOKEN}", "next=%2Fen%2Fday%2Fmy%2F<link>"),
        ('"/en/day/my/mangled%20link" 404', '"/en/day/my/<link>" 404'),
        (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer <token>"),
        (f"/en/door/1#token={TOKEN}", "/en/door/1#token=<secret>"),
        (f"csrf_token={TOKEN}&password=hunter2", "csrf_token=<secret>&password=<secret>"),
        (
            f"Cookie: __Host-eventops={TOKEN}; __Host-form={TOKEN}",
            "Cookie: __Host-eventops=<secret>; __Host-form=<secret>",
        ),
        ("smtp://user:pa$word@mail.example.org:25", "smtp://<user>@mail.example.org:25"),
        ("DETAIL:  Key (event_id, name)=(1, Anna) already exists.", "DETAIL:  Key (event_id, name)=<row>"),
        ("DETAIL:  Failing row contains (1, Anna Andersson).", "DETAIL:  Failing row contains <row>"),
        ("Invalid request from ip=192.0.2.7: line", "Invalid request from ip=<network> line"),
        ("released 3 sessions of /en/day/ at 11:00", "released 3 sessions of /en/day/ at 11:00"),
    ],
)
def test_mask_takes_out_what_belongs_to_somebody(said: str, kept: str) -> None:
    """Each kind of secret is replaced by its kind; everything else stays."""
    assert mask(said) == kept


@pytest.mark.parametrize("piece", ["a", "%40", "x'", "a.", "my", "token"])
def test_mask_comes_to_an_end_with_odd_text(piece: str) -> None:
    """Work grows with the text and not with its square, or an address of 8 kB would hold a server up for seconds."""
    text = f"GET /{piece * 100_000}"
    assert mask(text) == text


def test_logs_mask_a_whole_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """What an error says is masked like any other text, its cause included."""
    init_logs("info")
    try:
        try:
            raise KeyError(f"/en/day/my/{TOKEN}")
        except KeyError as error:
            raise ValueError(CODE) from error
    except ValueError:
        logging.getLogger("eventops").exception("could not serve %s", "anna@example.org")
    said = capsys.readouterr().err
    assert [secret for secret in (TOKEN, CODE, "anna@") if secret in said] == []
    assert [kind for kind in ("<link>", "<code>", "<address>") if kind not in said] == []


def test_logs_mask_what_structlog_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Bound values are masked too, and one line is written."""
    init_logs("info")
    structlog.get_logger("eventops.letters").info("delivered", to="anna@example.org", link=f"/en/day/my/{TOKEN}/")
    [line] = capsys.readouterr().err.splitlines()
    assert line.partition("INFO ")[2] == (
        "eventops.letters: event='delivered' to='<address>' link='/en/day/my/<link>/' level='info'"
    )


@pytest.mark.parametrize("changed", [{"state": "unheard of"}, {"email_key": "onsite@example.org"}])
def test_logs_of_a_refused_row_do_not_repeat_it(
    app: Flask, capsys: pytest.CaptureFixture[str], changed: dict[str, str]
) -> None:
    """Neither the driver's message nor SQLAlchemy's shows what somebody typed."""
    with changing(app):
        cast = add_conference()
    init_logs("info")
    with app.app_context(), seeing(SYSTEM):
        person = db.session.get_one(Registration, cast.people["onsite"])
        columns = {column.key: getattr(person, column.key) for column in Registration.__table__.columns}
        typed = {"id": cast.event_id, "name": "Anna Andersson", "email_key": "anna", **changed}
        try:
            with write():
                db.session.add(Registration(**columns | typed))
        except IntegrityError:
            logging.getLogger("eventops").exception("nothing stored")
    said = capsys.readouterr().err
    assert "IntegrityError" in said
    assert [word for word in ("Anna", "@example.org") if word in said] == []


def test_logs_that_cannot_be_written_do_not_repeat_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A line that cannot be formatted is reported without what it would have said."""
    init_logs("info")
    logging.getLogger("eventops.letters").info("%d letters", "anna@example.org")
    assert capsys.readouterr().err == "a line of eventops.letters could not be logged\n"


def server_log(**more: Any) -> ServerLog:
    """gunicorn's log as `eventops serve` has it: requests on standard output, the rest on standard error."""
    config = Config()
    for name, value in {"accesslog": "-", "errorlog": "-", **more}.items():
        config.set(name, value)
    return ServerLog(config)


def test_server_log_keeps_the_request_and_not_who_sent_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Method, path, status, size and seconds stay; network, browser, referrer and query do not."""
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/fi/day/my/{TOKEN}/ticket.png?q=Anna",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_REFERER": f"https://e.example.org/fi/day/my/{TOKEN}",
        "HTTP_USER_AGENT": "Browser/1",
    }
    response = SimpleNamespace(status="200 OK", sent=5120, headers=[])
    log = server_log(access_log_format='%(h)s "%(r)s" "%(f)s" "%(a)s"')
    log.access(response, SimpleNamespace(headers=[]), environ, timedelta(seconds=1.25))
    [line] = capsys.readouterr().out.splitlines()
    assert line.partition("] ")[2] == "GET /fi/day/my/<link>/ticket.png 200 5120 1.250000s"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (f"/fi/day/%6dy/{TOKEN}", "/fi/day/my/<link>"),
        (f"/fi/day/c%6Fnfirm%2f{TOKEN}", "/fi/day/confirm/<link>"),
        (f"/fi/day/my/{TOKEN}%2F{TOKEN}/ticket.png", "/fi/day/my/<link>/ticket.png"),
        (f"/fi/day/my%20/{TOKEN}%0Aadmitted%20%22", None),
        ("/en/%61nna@example.org/%C3%A5", "/en/<address>/%C3%A5"),
        ("/fi/day/my", "/fi/day/my"),
    ],
)
def test_server_log_masks_what_is_spelled_otherwise(
    capsys: pytest.CaptureFixture[str], path: str, kept: str | None
) -> None:
    """A path is read as the server reads it, and still written on one line."""
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": path, "SERVER_PROTOCOL": "HTTP/1.1"}
    response = SimpleNamespace(status="200 OK", sent=5120, headers=[])
    server_log().access(response, SimpleNamespace(headers=[]), environ, timedelta(seconds=1.25))
    [line] = capsys.readouterr().out.splitlines()
    assert line.partition("] ")[2] == f"GET {kept or path} 200 5120 1.250000s"


def test_server_log_masks_errors_too(capsys: pytest.CaptureFixture[str]) -> None:
    """What gunicorn itself has to say of a request is masked as well, after a reload too."""
    log = server_log()
    log.setup(log.cfg)
    log.warning("Invalid request from ip=%s: /en/day/confirm/%s", "192.0.2.7", TOKEN)
    [line] = capsys.readouterr().err.splitlines()
    assert line.partition("[WARNING] ")[2] == "Invalid request from ip=<network> /en/day/confirm/<link>"


def test_server_is_served_with_the_masked_log(app: Flask) -> None:
    """`eventops serve` and the demo hand gunicorn this log."""
    assert Server(lambda: app, **serve_options("127.0.0.1:0", 1, 1)).cfg.logger_class is ServerLog


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_logs_at_their_most_talkative_tell_nothing_of_anybody(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every route is called by whoever may, a mistake among it: no name, address, link, code, token or closed title."""
    with standing_at(START):
        site = open_site(make_app(log_level="debug"))
        for rule in site.rules:
            client, headers = site.client_for(rule), site.headers_for(rule)
            client.get(site.path(rule), headers=headers)
            client.post(site.path(rule), headers=headers, data=form_of(site, **FORM))
        logging.getLogger("eventops").debug("said at the end")
    said = capsys.readouterr().err
    people = [who.title() for who in PEOPLE] + [FORM["name"], FORM["email"], "@example.org"]
    keys = [*site.personal.values(), *site.cast.codes.values(), site.confirm, site.device, site.csrf, PASSWORD]
    assert [secret for secret in (*people, *keys, CANARY, PROVIDER) if secret in said] == []
    assert "said at the end" in said
