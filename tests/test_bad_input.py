"""What people type, forge and mangle: a clear answer with the right status, never a 500, and nothing stored."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import lxml.html
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from eventops import clock
from eventops.db import db
from eventops.demo.catcher import Catcher
from eventops.letters.deliver import deliver_due
from eventops.registration.models import Registration
from tests.apps import MakeApp, reading
from tests.cast import START
from tests.day import message_of, standing_at, texts_of
from tests.forms import publish_desk, send_form
from tests.site import ODD, SITE_ON_POSTGRESQL, Site, form_of, open_site

EVIL = "https://evil.example"
SIGN_UP = {"name": "Aino Esimerkki", "email": "aino@example.org", "mode": "onsite", "language": "fi", "privacy": "yes"}


def faults(page: str) -> list[str]:
    """What a form that was sent back complains of."""
    return [text.text_content() for text in lxml.html.document_fromstring(page).xpath("//*[@class='field-error']")]


def sign_up(site: Site, **answers: str) -> TestResponse:
    """Send the sign-up form with some answers of one's own."""
    return site.app.test_client().post(f"/en/{site.cast.slug}/sign-up", data={**SIGN_UP, **answers})


def edit_keynote(site: Site, **answers: str) -> TestResponse:
    """Send the keynote's form as it is but for some answers."""
    return send_form(site.owner, f"/en/desk/{site.cast.slug}/agenda/{site.cast.keynote_id}", **answers)


# ---- Who may send a form ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "https://localhost"},
        {"Origin": "http://localhost:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": EVIL, "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_forged_origin_is_refused_at_every_route(site: Site, headers: dict[str, str]) -> None:
    """A form of another site is answered 403 wherever it is sent and whoever's browser sends it."""
    before = site.rows()
    for rule in site.posts:
        answer = site.client_for(rule).post(
            site.path(rule), data=form_of(site, **SIGN_UP), headers={**site.headers_for(rule), **headers}
        )
        assert (rule.endpoint, answer.status_code) == (rule.endpoint, 403)
    assert site.rows() == before


def test_staff_forms_need_the_token_of_their_browser(site: Site) -> None:
    """Without it, or with another's, 403 and nothing done."""
    before = site.rows()
    for rule in site.posts:
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "x" * 91}, {"csrf_token": site.csrf[::-1]}):
            if site.client_for(rule) is site.owner:
                answer = site.owner.post(site.path(rule), data=token)
                assert (rule.endpoint, answer.status_code) == (rule.endpoint, 403)
    assert site.rows() == before


# ---- What people type ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Aino\r\nBcc: all@example.org", "Aino\nSubject: x", "A\x0bB", "A\x85B", "A\u2028B", "\x00"]
)
def test_line_breaks_in_names_are_refused(site: Site, name: str) -> None:
    """422 with the complaint beside the field, and nobody is registered."""
    before = site.rows()
    answer = sign_up(site, name=name)
    assert (answer.status_code, faults(answer.text)) == (
        422,
        ["Error: Write the name on one line, without tabs or other invisible characters."],
    )
    assert site.rows() == before


@pytest.mark.parametrize(
    "email",
    ["a@example.org\r\nBcc: all@example.org", "a@example.org, b@example.org", "a@b", "<a@example.org>", "\x00@a.b"],
)
def test_addresses_that_are_not_one_are_refused(site: Site, email: str) -> None:
    """422, and no letter goes anywhere."""
    before = site.rows()
    answer = sign_up(site, email=email)
    assert (answer.status_code, len(faults(answer.text))) == (422, 1)
    assert site.rows() == before


@pytest.mark.parametrize("title", ["Keynote\r\nBcc: all@example.org", "A\x00B", "A\u2028B", "t" * 201])
def test_line_breaks_in_titles_are_refused(site: Site, title: str) -> None:
    """What becomes a subject is one line: 422, and the session stays as it is."""
    before = site.rows()
    answer = edit_keynote(site, title_en=title)
    assert (answer.status_code, len(faults(answer.text))) == (422, 1)
    assert site.rows() == before


@SITE_ON_POSTGRESQL
def test_odd_answers_in_the_session_form_store_nothing(site: Site) -> None:
    """Unknown zones, times that are none, rooms that are not there, revisions that never were: 422 or 412."""
    before = site.rows()
    for field in ("zone", "start", "end", "room_id", "revision"):
        for value in (v for v in ODD if v and not v.startswith("9999")):
            assert (field, value, edit_keynote(site, **{field: value}).status_code) in [
                (field, value, 412 if field == "revision" else 422)
            ]
    assert site.rows() == before


def test_html_in_names_and_titles_is_only_text(make_app: MakeApp) -> None:
    """It is shown as it was typed, on pages and in letters, and is never part of them."""
    html = "<b onclick=x>&amp;</b><script>alert(1)</script>"
    with standing_at(START - timedelta(days=9)), Catcher() as catcher:
        site = open_site(make_app(mail_url=catcher.url))
        sign_up(site, name=html, language="en")
        with site.app.app_context():
            deliver_due(clock.now(), clock.real_now())
        letter = texts_of(message_of(catcher.messages()[0].raw))
        (link,) = lxml.html.document_fromstring(letter["html"]).xpath("//a[contains(@href, '/confirm/')]/@href")
        assert edit_keynote(site, title_en=html).status_code == 303
        publish_desk(site.owner, site.cast.slug)
        client = site.app.test_client()
        pages = [client.get(path).text for path in (urlsplit(link).path, f"/en/{site.cast.slug}/")]
        pages += [site.owner.get(f"/en/desk/{site.cast.slug}/{room}").text for room in ("", "people")]
        for text in [*pages, letter["html"]]:
            page = lxml.html.document_fromstring(text)
            assert page.xpath("//*[@onclick] | //script[contains(., 'alert')]") == []
            assert "alert(1)" in page.text_content()
        assert html in pages[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def test_repeated_fields_are_one_answer(site: Site) -> None:
    """The first of several counts, or the form is refused; nobody signs up twice."""
    fields = MultiDict(
        [*SIGN_UP.items(), ("mode", "online"), ("email", "b@example.org"), ("name", "B"), ("privacy", "")]
    )
    answer = site.app.test_client().post(f"/en/{site.cast.slug}/sign-up", data=fields)
    assert answer.status_code == 303
    with reading(site.app):
        people = db.session.scalars(select(Registration).where(Registration.email_key == "aino@example.org")).all()
        assert [(person.name, person.attendance_mode) for person in people] == [("Aino Esimerkki", "onsite")]
    assert "b@example.org" not in str(site.rows())


# ---- The door --------------------------------------------------------------------------------------


def scan(site: Site, body: bytes) -> TestResponse:
    """What a device at the door is told."""
    path, headers = f"/api/v1/doors/{site.cast.door_id}/scans", {"Authorization": f"Bearer {site.device}"}
    return site.app.test_client().post(path, data=body, headers=headers, content_type="application/json")


CODES = st.one_of(
    st.text(max_size=7000),
    st.binary(max_size=7000).map(lambda code: code.decode("latin-1")),
    st.text(st.characters(categories=["Cs"]), max_size=20),
    st.sampled_from(ODD),
)


def test_codes_of_any_bytes_are_refused(site: Site, long: bool) -> None:
    """Up to 7 kB of anything, 200 at once: an unknown code each, and the next guest is let in."""

    @settings(max_examples=300 if long else 15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(CODES, min_size=1, max_size=100))
    def refused(codes: list[str]) -> None:
        time = START.isoformat()
        scans = [{"id": str(uuid4()), "code": code, "device_time": time, "kind": "entry"} for code in codes]
        answer = scan(site, json.dumps({"scans": scans}).encode())
        # 100 codes of 7 kB, escaped, may be more than a body may hold.
        assert answer.status_code in (200, 413)
        if answer.status_code == 200:
            reasons = {(result["verdict"], result["reason"]) for result in answer.get_json()["results"]}
            assert reasons == {("refused", "unknown_code")}

    refused()
    guest = {"id": str(uuid4()), "code": site.cast.codes["onsite"], "device_time": START.isoformat(), "kind": "entry"}
    assert scan(site, json.dumps({"scans": [guest]}).encode()).get_json()["results"][0]["verdict"] == "admitted"


def test_typed_codes_of_any_kind_are_answered(site: Site) -> None:
    """At the desk, without a scanner: the verdict's page, or the complaint beside the field."""
    path = f"/en/desk/{site.cast.slug}/doors/{site.cast.door_id}"
    for code in (*ODD, "x" * 7000, "\ud800"):
        answer = site.owner.post(path, data=form_of(site, code=code.encode("utf-8", "surrogatepass")))
        assert (code[:20], answer.status_code) in [(code[:20], status) for status in (303, 422)]
        if answer.status_code == 303:
            assert "Unknown code" in site.owner.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"\xff\xfe",
            b"null",
            b"[]",
            b"7",
            b'"scans"',
            b"{}",
            b'{"scans": {}}',
            b'{"scans": []}',
            b"{" * 100_000,
        ),
        b'{"scans": [' + b",".join([b"{}"] * 201) + b"]}",
        b'{"scans": [{}], "device_now": "2024-05-07T11:00"}',
    ],
)
def test_malformed_envelopes_are_refused_whole(site: Site, body: bytes) -> None:
    """422 as problem+json, and nothing of it is kept."""
    before = site.rows()
    answer = scan(site, body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert site.rows() == before
