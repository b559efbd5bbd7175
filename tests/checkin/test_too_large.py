"""A body that is too large, sent by a real client to the real servers: it gets its answer, not a broken connection."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.serving import make_server

from eventops import create_app
from eventops.db import db
from eventops.staff.devices import enrol
from tests.apps import changing, settings_for
from tests.cast import SPRING, Conference, add_conference
from tests.checkin.door import kept_scans

TEN_MEGABYTES = b" " * 10_000_000
SERVE = """
import sys
from eventops import create_app
from eventops.server import Server
from tests.apps import settings_for
Server(lambda: create_app(settings_for(sys.argv[1])), bind="fd://" + sys.argv[2], workers=1, threads=2).run()
"""


@pytest.fixture(scope="module")
def database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The servers differ and the databases do not: one is enough."""
    path = tmp_path_factory.mktemp("too_large") / "eventops.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def app(database: str) -> Iterator[Flask]:
    app = create_app(settings_for(database))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture(scope="module")
def token(app: Flask, cast: Conference) -> str:
    with changing(app):
        return enrol(cast.event_id, [cast.door_id], SPRING, datetime(2100, 1, 1, tzinfo=UTC))


@contextmanager
def gunicorn(database: str, _app: Flask) -> Iterator[int]:
    """The server of production; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-c", SERVE, database, str(listener.fileno())]
        with subprocess.Popen(command, pass_fds=[listener.fileno()]) as server:
            yield listener.getsockname()[1]
            server.terminate()
    assert server.returncode == 0


@contextmanager
def werkzeug(_database: str, app: Flask) -> Iterator[int]:
    """The server of development; its port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=[0.02])
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", params=[gunicorn, werkzeug], ids=["gunicorn", "werkzeug"])
def port(request: pytest.FixtureRequest, database: str, app: Flask) -> Iterator[int]:
    with request.param(database, app) as port:
        yield port


@contextmanager
def sent(
    port: int, cast: Conference, token: str, body: bytes, chunked: bool = False, path: str = ""
) -> Iterator[HTTPResponse]:
    """The answer to a whole body, in one piece or in chunks without a length, at the door unless elsewhere."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    pieces = iter([body[i : i + 65_536] for i in range(0, len(body), 65_536)]) if chunked else body
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(connection):
        address = path or f"/api/v1/doors/{cast.door_id}/scans"
        connection.request("POST", address, pieces, headers, encode_chunked=chunked)
        with connection.getresponse() as response:
            yield response


@pytest.mark.parametrize("chunked", [False, True], ids=["at once", "in chunks"])
def test_ten_megabytes_are_answered_413(app: Flask, port: int, cast: Conference, token: str, chunked: bool) -> None:
    """The client that sent everything reads why it was refused; nothing is stored, and the next upload is taken."""
    before = len(kept_scans(app))
    with sent(port, cast, token, TEN_MEGABYTES, chunked) as response:
        assert (response.status, response.getheader("Content-Type")) == (413, "application/problem+json")
        assert json.load(response)["status"] == 413
    assert len(kept_scans(app)) == before
    scan = {"id": str(uuid4()), "code": "EO1", "device_time": "2024-05-07T08:00:00Z", "kind": "entry"}
    with sent(port, cast, token, json.dumps({"scans": [scan]}).encode(), chunked) as response:
        assert json.load(response)["results"][0]["reason"] == "unknown_code"
    assert len(kept_scans(app)) == before + 1


@pytest.mark.parametrize("chunked", [False, True], ids=["at once", "in chunks"])
def test_ten_megabytes_that_nobody_wants_are_answered(port: int, cast: Conference, chunked: bool) -> None:
    """Where no view reads the body, the client that sent everything still reads its answer."""
    with sent(port, cast, "no token", TEN_MEGABYTES, chunked) as response:
        assert response.status == 401
    with sent(port, cast, "", TEN_MEGABYTES, chunked, "/en/nothing/at/all") as response:
        assert response.status == 404
