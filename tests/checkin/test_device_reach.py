"""A device's key opens the door's endpoints and nothing else, however it is held out."""

from __future__ import annotations

import re
from typing import Any

from eventops.routes import Caller
from eventops.staff.sign_in import cookie_name
from tests.site import Site

_CSRF = re.compile(rb'name="csrf_token" value="[^"]*"')


def test_devices_key_opens_the_doors_endpoints_alone(site: Site) -> None:
    """At every other route it changes nothing of the answer, as a bearer token or as the cookie of who signed in."""
    before = site.rows()
    with site.app.app_context():
        cookie = cookie_name()
    for rule in site.rules:
        if site.caller(rule) is Caller.DOOR:
            continue
        for method in ("GET", "POST"):
            if method not in (rule.methods or ()):
                continue
            plain = _ask(site, rule, method)
            bearer = _ask(site, rule, method, headers={"Authorization": f"Bearer {site.device}"})
            as_cookie = _ask(site, rule, method, headers={"Cookie": f"{cookie}={site.device}"})
            assert (rule.endpoint, method, bearer) == (rule.endpoint, method, plain)
            assert (rule.endpoint, method, as_cookie) == (rule.endpoint, method, plain)
    assert site.rows() == before


def test_devices_key_opens_no_endpoint_as_a_cookie(site: Site) -> None:
    """The door's endpoints take it in the Authorization header and nowhere else."""
    doors = [rule for rule in site.rules if site.caller(rule) is Caller.DOOR]
    assert len(doors) >= 2
    with site.app.app_context():
        headers = {"Cookie": f"{cookie_name()}={site.device}"}
    for rule in doors:
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        path = site.path(rule)
        client = site.app.test_client(use_cookies=False)
        assert client.open(f"{path}?access_token={site.device}", method=method, headers=headers).status_code == 401


def _ask(site: Site, rule: Any, method: str, headers: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    client = site.app.test_client(use_cookies=False)
    path = site.path(rule, token=site.device)  # as a personal link's too
    answer = client.open(path, method=method, headers=headers, data={})
    return answer.status_code, answer.headers.get("Location", ""), _CSRF.sub(b"", answer.data)
