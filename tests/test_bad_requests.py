"""Requests that no browser makes: methods, addresses, headers and bodies of any kind, and bodies that are too large."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from tests.apps import fresh_database
from tests.processes import serving
from tests.site import ODD, SITE_ON_POSTGRESQL, Site, form_of

TEN_MEGABYTES = b"name=" + b"a" * 10_000_000
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW")

RAW = (
    "%00",
    "%0d%0a",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
    "%2e%2e%2f",
    "%",
    "%zz",
    "%25",
    "%F0%9F%98%80",
    "a%00b",
    "+",
    ";a",
)
"""What stands in addresses that people shorten, programs break and mischief makes."""

HEADERS: dict[str, tuple[str, ...]] = {
    "Accept-Language": ("*", "", ";;;", "fi;q=x", "xx-YY", "\xff", "en," * 2000, "fi;q=" + "9" * 99, "-", "zh-Hant-TW"),
    "Host": ("evil.example", "", "localhost:99999", "\xff", "a" * 300, "[::1", "localhost@evil.example"),
    "Content-Type": (
        *("", "text/html; charset=nonsense", "multipart/form-data", "a/b; c", "application/json", "\xff"),
        *("multipart/form-data; boundary=", "multipart/form-data; boundary=x", "application/json; charset=x"),
    ),
    "Cookie": ("session=x", "form=x; form=y", "=;=", "\xff=\xff", "a" * 5000, "session=" + "A" * 500),
    "Authorization": (
        "Bearer",
        "Bearer ",
        "Bearer \xff",
        "Basic !!!",
        "Bearer a b",
        "\x00",
        "Negotiate x",
        "Digest a=b",
    ),
    "If-None-Match": ("*", '"', 'W/"x"', "\xff", '"a", "b"'),
    "If-Modified-Since": ("x", "Tue, 99 May 2024 99:99:99 GMT"),
    "Range": ("bytes=0-1", "bytes=-1", "bytes=9-1", "x"),
    "Referer": ("javascript:alert(1)", "\xff", "//evil.example"),
    "X-Forwarded-For": ("1.2.3.4, x", "\xff", "::1"),
    "Accept": ("x", "application/json", "*/*;q=x"),
    "Sec-Fetch-Site": ("\xff", "none", "same-origin"),
}
ONE_OF_EACH = (
    *("agenda.programme", "registration.sign_up", "registration.my_page", "agenda.edit", "staff.sign_in"),
    *("checkin.scans", "streams.join"),
)


def calls(site: Site, long: bool) -> list[tuple[Rule, str]]:
    """Each route with GET and POST, as far as it takes them; in short, of each kind of caller some."""
    rules = [rule for rule in site.rules if long or rule.endpoint in ONE_OF_EACH]
    return [(rule, method) for rule in rules for method in ("GET", "POST") if method in (rule.methods or ())]


def test_unknown_methods_are_refused(site: Site) -> None:
    """405 with the methods that there are, or the way to a page that there may be; nothing stored."""
    before = site.rows()
    # Looking and doing may be for different people, and then they are two routes of one address.
    taken = {
        rule.rule: {m for other in site.rules if other.rule == rule.rule for m in other.methods or ()}
        for rule in site.rules
    }
    for rule in site.rules:
        for method in METHODS:
            if method not in taken[rule.rule]:
                answer = site.client_for(rule).open(site.path(rule), method=method, headers=site.headers_for(rule))
                assert answer.status_code in (308, 405), (rule.endpoint, method)
                if answer.status_code == 405:
                    assert set(answer.headers["Allow"].split(", ")) == taken[rule.rule]
    assert site.rows() == before


@SITE_ON_POSTGRESQL
def test_odd_parts_of_addresses_are_missing_pages(site: Site, long: bool) -> None:
    """Each part of each address in turn: 404, or a way to the right address; never a 500, nothing stored."""
    before = site.rows()
    for rule in site.rules:
        for name in rule.arguments:
            for part in (*RAW, *ODD) if long else (*RAW[::2], *ODD[2::6]):
                path = "/" + site.path(rule, **{name: part.replace("?", "")}).lstrip("/")
                status = site.client_for(rule).get(path, headers=site.headers_for(rule)).status_code
                assert status in (302, 303, 307, 308, 400, 404, 405), (rule.endpoint, name, part[:20])
    assert site.rows() == before


@SITE_ON_POSTGRESQL
def test_odd_queries_change_nothing(site: Site, long: bool) -> None:
    """Whatever follows the question mark; in short each route is given some of it."""
    before = site.rows()
    queries = [f"state={part}&mode={part}&scan={part}&next={part}&published={part}&{part}" for part in RAW]
    queries += ["&&&", "=", "a=1&" * 3000, "%00=%ff", "[]=1", "scan=" + "0" * 5000]
    for number, rule in enumerate(site.rules):
        if "GET" in (rule.methods or ()):
            client, path = site.client_for(rule), site.path(rule)
            some = queries if long else queries[number % 5 :: 5]
            statuses = {client.get(f"{path}?{query}").status_code for query in some}
            assert (rule.endpoint, statuses) == (rule.endpoint, {client.get(path).status_code})
    assert site.rows() == before


@SITE_ON_POSTGRESQL
@pytest.mark.parametrize("name", HEADERS)
def test_odd_headers_cause_no_error(site: Site, long: bool, name: str) -> None:
    """Each header with each value, for looking and for doing."""
    for rule, method in calls(site, long):
        for value in HEADERS[name]:
            client = site.app.test_client() if name == "Cookie" else site.client_for(rule)
            headers = {**site.headers_for(rule), name: value}
            data = b"--x\r\n\xff" if name == "Content-Type" else None
            answer = client.open(site.path(rule), method=method, headers=headers, data=data)
            assert answer.status_code < 500, (rule.endpoint, method, value[:20])


def test_host_header_has_no_part_in_any_answer(site: Site) -> None:
    """Links begin with the configured address, whoever asks by which name."""
    named = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for rule, method in calls(site, long=True):
        headers = {**site.headers_for(rule), **named}
        answer = site.client_for(rule).open(site.path(rule), method=method, headers=headers)
        assert b"evil.example" not in answer.data + str(answer.headers).encode()


# ---- Anything at all -------------------------------------------------------------------------------

words = st.one_of(st.sampled_from(ODD), st.text(max_size=60))
FIELDS = (
    *("name", "email", "mode", "language", "privacy", "title_en", "title_fi", "start", "end", "zone", "room_id"),
    *("revision", "start_reading", "end_reading", "code", "password", "at", "back", "scans", "device_now"),
)
forms = st.dictionaries(st.sampled_from(FIELDS) | words, words | st.lists(words, max_size=3), max_size=8)
trees = st.recursive(st.none() | words, st.lists, max_leaves=9)
bodies = st.one_of(st.binary(max_size=2000), trees.map(json.dumps))
headers = st.dictionaries(st.sampled_from(sorted(HEADERS)), st.sampled_from([v for vs in HEADERS.values() for v in vs]))
types = st.sampled_from([None, *HEADERS["Content-Type"]])


def test_nothing_that_comes_in_is_an_error_of_ours(site: Site, long: bool) -> None:
    """Every route with every method, its parts, query, headers and body being whatever they may."""
    routes = [(rule, method) for rule in site.rules for method in METHODS]

    @settings(max_examples=5000 if long else 200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def answered(data: st.DataObject) -> None:
        rule, method = data.draw(st.sampled_from(routes))
        odd = data.draw(st.dictionaries(st.sampled_from(sorted(rule.arguments)), words)) if rule.arguments else {}
        path = "/" + site.path(rule, **{name: quote(value, safe="") for name, value in odd.items()}).lstrip("/")
        body: dict[str, Any] = {"data": form_of(site, **data.draw(forms))}
        if data.draw(st.booleans()):
            body = {"data": data.draw(bodies), "content_type": data.draw(types)}
        answer = data.draw(st.sampled_from([site.client_for(rule), site.app.test_client()])).open(
            path,
            method=method,
            query_string=data.draw(st.none() | forms),
            headers=data.draw(headers) | site.headers_for(rule),
            **body,
        )
        answer.close()
        assert answer.status_code < 500

    answered()


# ---- Over a real connection ------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A real server on an empty database."""
    folder = tmp_path_factory.mktemp("server")
    with fresh_database(request, request.param, folder) as database_url:
        served = serving(database_url, folder / "serve.log", "--workers", "1", "--threads", "4")
        with served as (base_url, _process):
            yield int(base_url.rsplit(":", 1)[1])
        assert "Traceback" not in (folder / "serve.log").read_text()


def send(port: int, path: str, body: Any, **options: Any) -> HTTPResponse:
    """A whole body to a path, and the answer as a client reads it that sends all before it reads."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection):
        connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"}, **options)
        answer = connection.getresponse()
        answer.read()
        return answer


DOOR = "/api/v1/doors/00000000-0000-4000-8000-000000000000/scans"


@pytest.mark.parametrize("chunked", [False, True], ids=["whole", "in chunks"])
@pytest.mark.parametrize(("path", "status"), [("/en/conference/sign-up", 413), ("/en/sign-in", 413), (DOOR, 401)])
def test_ten_megabytes_are_answered(port: int, path: str, status: int, chunked: bool) -> None:
    """Signing up, signing in, and a door without a key: the client that sent all of it reads why it was refused."""
    pieces = (TEN_MEGABYTES[i : i + 65536] for i in range(0, len(TEN_MEGABYTES), 65536))
    assert send(port, path, pieces if chunked else TEN_MEGABYTES, encode_chunked=chunked).status == status


@pytest.mark.parametrize(
    "line",
    [
        b"GET /" + b"a" * 9000 + b" HTTP/1.1",
        b"GET /en/%00/ HTTP/1.1",
        b"GET /en/%ff%fe/?%ff=%00 HTTP/1.1",
        b"GET /%c0%af%c0%ae/ HTTP/1.1",
        b"GET /en/\xc3\xa5/ HTTP/1.1",
        b"GET //evil.example/ HTTP/1.1",
        b"GET /\\evil.example/ HTTP/1.1",
        b"GET http://evil.example/en/ HTTP/1.1",
        b"GET * HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"BREW /en/ HTTP/1.1",
        b"GET /en/ HTTP/9.9",
        b"GET /en/",
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"GET /en/ HTTP/1.1\r\nContent-Length: -1",
        b"GET /en/ HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
        b"GET /en/ HTTP/1.1\r\nA: " + b"a" * 70_000,
        b"GET /en/ HTTP/1.1\r\nno colon",
        b"GET /en/ HTTP/1.1\r\nHost: a\r\nHost: b",
        b"POST /en/sign-in HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 0",
    ],
    ids=lambda line: line[:40].decode("ascii", "replace"),
)
def test_broken_requests_are_answered(port: int, line: bytes) -> None:
    """Never a 500, and the server goes on."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(line + (b"\r\nHost: x" if b"Host" not in line else b"") + b"\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    status = int(answer.split(b" ", 2)[1]) if answer else 0
    assert status == 0 or status in range(200, 500) or status in (501, 505), answer[:200]
    assert not re.search(rb"\r\nLocation: (?!/[a-z]{2}/)", answer)
