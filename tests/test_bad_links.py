"""Links that ran out, were mangled on the way, or are somebody else's: the right page, and nothing stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from eventops.db import db
from eventops.registration.models import Registration
from tests.apps import changing
from tests.cast import START, add_conference
from tests.day import standing_at
from tests.site import Site


def mangled(token: str) -> Iterator[str]:
    """The token as it may arrive when something went wrong on the way, or somebody tries others."""
    for place in range(0, len(token), 5):
        other = "A" if token[place] != "A" else "B"
        yield token[:place] + other + token[place + 1 :]
    yield from (token[:-1], token[1:], token[:-4], token + "A", token + "AAAA", token * 2, token.swapcase())
    yield from (token + ".", token + "=", f"={token}", "A" * len(token), "x", "-" * 48, "_" * 56)


def test_mangled_links_are_missing_pages(site: Site) -> None:
    """Each other token, for looking and for doing, is the same 404 as a page that never was."""
    before = site.rows()
    client = site.app.test_client()
    personal = f"/en/{site.cast.slug}/my/%s"
    stream = f"{personal}/streams/{site.cast.public_stream_id}"
    links = {
        personal: site.personal["online"],
        f"/en/{site.cast.slug}/confirm/%s": site.confirm,
        f"/en/{site.cast.slug}/invitation/%s": site.invitation,
    }
    missing = client.get("/en/nothing/").data
    for shape, token in links.items():
        assert client.get(shape % token).status_code == 200
        for other in mangled(token):
            answer = client.get(shape % other)
            assert (other, answer.status_code, answer.data) == (other, 404, missing)
            assert client.post(shape % other).status_code in (404, 405)
    for other in mangled(site.personal["online"]):
        for shape in (f"{personal}/cancel", f"{stream}/join"):
            assert client.post(shape % other).status_code == 404
    assert site.rows() == before


def test_links_of_one_event_open_nothing_in_another(site: Site) -> None:
    """Nor does a link for one purpose serve for another."""
    with changing(site.app):
        other = add_conference("another")
    client = site.app.test_client()
    before = site.rows()
    for path in (
        f"/en/{other.slug}/my/{site.personal['online']}",
        f"/en/{other.slug}/confirm/{site.confirm}",
        f"/en/{other.slug}/invitation/{site.invitation}",
        f"/en/{site.cast.slug}/my/{site.confirm}",
        f"/en/{site.cast.slug}/my/{site.invitation}",
        f"/en/{site.cast.slug}/invitation/{site.personal['online']}",
        f"/en/{site.cast.slug}/confirm/{site.personal['pending']}",
    ):
        assert [client.get(path).status_code, client.post(f"{path}").status_code in (404, 405)] == [404, True]
    assert site.rows() == before


def test_expired_link_says_so(site: Site) -> None:
    """410 with what to do next; nobody is confirmed by it."""
    before = site.rows()
    client = site.app.test_client()
    with standing_at(START + timedelta(days=1)):
        for answer in (client.get(path := f"/en/{site.cast.slug}/confirm/{site.confirm}"), client.post(path)):
            assert (answer.status_code, "This link no longer works" in answer.text) == (410, True)
    assert site.rows() == before


def test_revoked_links_are_missing_pages(site: Site) -> None:
    """Raising the link version ends all links of a person, and of nobody else."""
    with changing(site.app):
        db.session.get_one(Registration, site.cast.people["cancelled"]).link_version += 1
    client = site.app.test_client()
    statuses = {who: client.get(f"/en/{site.cast.slug}/my/{token}").status_code for who, token in site.personal.items()}
    assert statuses == {who: 404 if who == "cancelled" else 200 for who in site.personal}
