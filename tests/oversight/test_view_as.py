"""Looking at the public face as somebody else: what each kind of viewer gets, marked, and nothing more than a look."""

from __future__ import annotations

import lxml.html
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventops.db import db
from eventops.registration.models import Registration
from eventops.routes import STAND_IN
from eventops.viewer import current_viewer
from tests.apps import reading
from tests.cast import CANARY
from tests.crawl import page_links
from tests.site import Site
from tests.staff.team import add_staff, signed_in

PUBLIC = ("en/conference/", "en/conference/sign-up", "fi/conference/privacy")


def look(site: Site, who: str, page: str, client: FlaskClient | None = None) -> TestResponse:
    return (client or site.owner).get(f"/en/desk/{site.cast.slug}/view-as/{who}/{page}")


def kinds(site: Site) -> list[str]:
    """Every kind of viewer that the desk offers."""
    page = lxml.html.document_fromstring(site.owner.get("/en/desk/conference/restricted").text)
    return [link.get("href").split("/")[5] for link in page.xpath("//section[h2[@id='view-title']]//a")]


def test_view_as_offers_every_kind_of_viewer(site: Site) -> None:
    """A stranger, the registered, and the members of each audience, in person and online."""
    audience = site.cast.audience_id
    assert kinds(site) == ["anybody", "onsite", "online", f"{audience}-onsite", f"{audience}-online"]


def test_view_as_shows_what_that_viewer_gets(site: Site) -> None:
    """Only members of the audience see the closed session, on their page and in their calendar's hours."""
    seen = {who: look(site, who, "en/conference/my/example").text for who in kinds(site)}
    assert {who: (f"Workshop {CANARY}" in page, "Keynote speech" in page) for who, page in seen.items()} == {
        "anybody": (False, False),
        "onsite": (False, True),
        "online": (False, True),
        f"{site.cast.audience_id}-onsite": (True, True),
        f"{site.cast.audience_id}-online": (True, True),
    }
    assert f"Workshop {CANARY}" not in look(site, f"{site.cast.audience_id}-online", "en/conference/").text
    feed = look(site, f"{site.cast.audience_id}-online", "en/conference/my/example/agenda.ics")
    assert (feed.status_code, feed.text.count("BEGIN:VEVENT"), feed.mimetype) == (200, 2, "text/calendar")


@pytest.mark.parametrize("page", PUBLIC)
def test_view_as_anybody_is_the_page_that_anybody_gets(site: Site, page: str) -> None:
    """Byte for byte, but for the mark and the links, which stay within."""
    prefix = f"/en/desk/{site.cast.slug}/view-as/anybody"
    shown, real = look(site, "anybody", page).text, site.app.test_client().get(f"/{page}").text
    marked = lxml.html.document_fromstring(shown)
    [mark] = marked.xpath("//section[@class='viewing-as']")
    words = {"en": "You are looking as: Anybody", "fi": "Katsot kuin: Kuka tahansa"}[page[:2]]
    assert words in " ".join(mark.text_content().split())
    start = shown.index('<section class="viewing-as"')
    unmarked = shown[:start] + shown[shown.index("</section>", start) + len("</section>") :]
    assert unmarked.replace(prefix, "").split() == real.split()
    links = [link for link in page_links(unmarked) if link.startswith("/") and not link.startswith("/static/")]
    assert [link for link in links if not link.startswith(prefix)] == []


def test_view_as_follows_its_own_links(site: Site) -> None:
    """From the programme to the form to the other languages, one stays that viewer."""
    shown = look(site, "online", "en/conference/my/example")
    links = [link for link in page_links(shown.text) if "/view-as/" in link]
    answers = {link: site.owner.get(link) for link in links}
    assert {link: answer.status_code for link, answer in answers.items()} == dict.fromkeys(links, 200)
    pages = [answer for answer in answers.values() if answer.mimetype == "text/html"]
    assert len(pages) > 5
    assert [page for page in pages if "viewing-as" not in page.text] == []


def test_view_as_only_looks(site: Site) -> None:
    """No form can be sent, nobody is made, and a guise opens no page for staff, doors or others' links."""
    before = _people(site)
    for page in ("en/conference/sign-up", "en/conference/my/example/cancel"):
        path = f"/en/desk/{site.cast.slug}/view-as/online/{page}"
        assert site.owner.post(path, data={"csrf_token": site.csrf}).status_code == 405
    for page in ("en/desk/conference/", "en/desk/conference/people", "en/sign-in", "en/nothing/my/example"):
        assert look(site, f"{site.cast.audience_id}-online", page).status_code == 404
    assert look(site, "anybody", "en/conference/my/example").status_code == 404
    assert _people(site) == before


def _people(site: Site) -> list[tuple[object, ...]]:
    with reading(site.app):
        rows = db.session.scalars(db.select(Registration).order_by(Registration.id))
        return [(row.id, row.state, row.name) for row in rows]


def test_view_as_is_kept_from_everybody_else(site: Site) -> None:
    """What is looked at is stored nowhere: the next stranger gets the public page, and no cache keeps the look."""
    stranger = site.app.test_client()
    real = stranger.get("/en/conference/").data
    answer = look(site, f"{site.cast.audience_id}-online", "en/conference/")
    assert (answer.headers["Cache-Control"], "ETag" in answer.headers) == ("no-store", False)
    assert stranger.get("/en/conference/").data == real


def test_view_as_is_for_the_event_s_team(site: Site) -> None:
    """Who does not see the agenda on the desk does not see it so; unknown kinds of viewers are not found."""
    add_staff(site.app, "door", site.cast.event_id)
    door = signed_in(site.app, "door@example.org")
    assert look(site, "anybody", "en/conference/", door).status_code == 403
    assert look(site, "anybody", "en/conference/", site.app.test_client()).status_code == 303
    for who in ("nobody", f"{site.cast.audience_id}", f"{site.cast.keynote_id}-online"):
        assert look(site, who, "en/conference/").status_code == 404


@pytest.mark.parametrize("name", [STAND_IN, "Eventops-Stand-In", "X-Stand-In"])
def test_view_as_is_asked_for_by_no_header(site: Site, name: str) -> None:
    """Whatever a request says of itself, it is let in as whoever sent it."""
    stranger = site.app.test_client()
    assert stranger.get("/en/desk/conference/people", headers={name: "owner"}).status_code == 303
    assert stranger.get("/en/conference/my/example", headers={name: "online"}).status_code == 404


def test_view_as_leaves_the_desk_as_it_was(site: Site) -> None:
    """The page inside has nothing of the account that looks, and the account goes on as before."""
    shown = look(site, "online", "en/conference/my/example").text
    assert current_viewer() is None
    assert ("Åsa Öberg" in shown, "desk-bar" in shown, "Example Person" in shown) == (False, False, True)
    assert "Åsa Öberg" in site.owner.get("/en/desk/conference/").text
