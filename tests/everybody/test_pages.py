"""What pages, feeds and letters say, and to whom: the whole of the demo's morning, seen by everybody in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import lxml.html
import pytest
from sqlalchemy import select

from eventops.db import db
from eventops.languages import LANGUAGES
from eventops.letters.kinds import Draft, DueLetter, draft
from eventops.letters.models import Letter as Queued
from eventops.letters.render import render
from eventops.registration.models import Invitation, Registration
from eventops.staff.models import TeamInvitation
from eventops.staff.reset import letter_key, read_letter_key
from eventops.times import reader_zone
from tests.apps import changing
from tests.bare_times import bare_times, visible_text
from tests.crawl import Answer, ask, page_links
from tests.day import (
    BASE_URL,
    NOW,
    Letter,
    PlayedDay,
    standing_at,
)
from tests.english import english_in, english_in_text
from tests.walks import STAFF_ROLES, Seen, demo_pages, dump, heads


@pytest.fixture(scope="module")
def translated_letters(day: PlayedDay) -> list[tuple[str, str, Letter]]:
    """Kind, language and letter: each letter of the day once more, its reader having chosen each language."""
    found = []
    with changing(day.app):
        rows = db.session.scalars(select(Queued)).all()
        for language in LANGUAGES:
            _choose(language, day.day.file.event.home_zone, rows)
            found += [(row.kind, language, letter) for row in rows if (letter := _written(row))]
        db.session.rollback()
    return found


def _choose(language: str, home_zone: str, rows: Sequence[Queued]) -> None:
    """Let everybody read that language."""
    for person in db.session.scalars(select(Registration)):
        person.language, person.zone = language, reader_zone(language, home_zone)
    for invitation in [*db.session.scalars(select(Invitation)), *db.session.scalars(select(TeamInvitation))]:
        invitation.language = language
    for row in rows:
        if row.kind == "staff_reset":
            row.key = letter_key(language, read_letter_key(row.key)[1])
    db.session.flush()


def _written(row: Queued) -> Letter | None:
    due = DueLetter(**{name: getattr(row, name) for name in DueLetter.__slots__})
    made = draft(due, NOW)
    return Letter(made.email, NOW, render(due, made, NOW).data) if isinstance(made, Draft) else None


def test_everybody_meets_pages_in_five_languages(seen: Seen) -> None:
    """The walk reached something: each visitor read pages in each language, and no page failed."""
    languages = {who: {"en", "fi"} if who in STAFF_ROLES[1:] else set(LANGUAGES) for who in seen.visits}
    assert {who: visit.languages for who, visit in seen.visits.items()} == languages
    assert {answer.status for _who, answer in seen.answers()} == {200, 302, 303, 308, 403, 404}


def test_guests_and_staff_find_no_dead_link(seen: Seen) -> None:
    """Whoever begins at a page of theirs is never led to one that is not there."""
    visits = [(who, visit) for who, visit in seen.visits.items() if who not in ("stranger", "scanner")]
    dead = [
        (who, answer.address, answer.status)
        for who, visit in visits
        for answer in visit.answers.values()
        if answer.status > 303 and answer.address not in visit.starts
    ]
    assert dead == []


def test_pages_show_no_bare_time(seen: Seen, day: PlayedDay) -> None:
    """On every page of everybody, the demo's inbox among them, each time says whose time it is."""
    pages = [*seen.pages(), *(("inbox", page) for page in demo_pages(day).pages)]
    bare = [(who, page.address, times) for who, page in pages if (times := bare_times(visible_text(page.text)))]
    assert bare == []


def test_letters_of_the_day_show_no_bare_time(letters: list[Letter]) -> None:
    """Subject, text and HTML of what was really sent."""
    assert [found for letter in letters if (found := _bare(letter))] == []


def test_each_kind_of_letter_in_each_language_shows_no_bare_time(
    translated_letters: list[tuple[str, str, Letter]], day: PlayedDay
) -> None:
    """Every kind that there is, in five languages."""
    kinds = {folder.name for folder in (Path(day.app.template_folder or "") / "letters").iterdir() if folder.is_dir()}
    written = {(kind, language) for kind, language, _letter in translated_letters}
    assert written == {(kind, language) for kind in kinds for language in LANGUAGES}
    assert [found for *_kind, letter in translated_letters if (found := _bare(letter))] == []


def _bare(letter: Letter) -> list[str]:
    texts = letter.texts
    return [time for name, text in texts.items() for time in bare_times(visible_text(text) if name == "html" else text)]


def test_looking_changes_nothing(seen: Seen, day: PlayedDay) -> None:
    """GET of every page of everybody, then HEAD, leave every row of every table as it was."""
    assert seen.after == seen.before
    before = dump(day.day.folder.database)
    for visit in seen.visits.values():
        for address, answer in heads(visit).items():
            assert (answer.status, answer.body) == (visit.answers[address].status, b"")
    assert dump(day.day.folder.database) == before


def test_links_in_letters_work_however_often_they_are_looked_at(spare: PlayedDay) -> None:
    """Mail scanners and previews use nothing up, confirm nobody and cancel nobody; then the person may."""
    before = dump(spare.day.folder.database)
    client = spare.app.test_client()
    links = {link: letter.received_at for letter in spare.letters() for link in _links(letter)}
    assert {link.split("/")[3] for link in links} >= {"confirm", "my"}
    for link, received_at in links.items():
        with standing_at(received_at):
            assert [(link, ask(client, link, method).status) for method in ("GET", "HEAD") * 3] == [(link, 200)] * 6
    assert dump(spare.day.folder.database) == before
    (confirm,) = {link for letter in spare.letters() if letter.to == "ola@example.org" for link in _links(letter)}
    with standing_at(links[confirm]):
        assert ask(client, confirm, "POST").status == 303


def _links(letter: Letter) -> list[str]:
    texts = letter.texts
    written = [*page_links(texts["html"]), *re.findall(r"https?://[^\s<>\"]+", texts["plain"])]
    return [link.removeprefix(BASE_URL) for link in written if link.startswith(BASE_URL + "/")]


def test_letters_link_to_our_own_pages_alone(letters: list[Letter]) -> None:
    """And load nothing: pictures come with the letter."""
    for letter in letters:
        links = [link for link in page_links(letter.texts["html"]) if not link.startswith((BASE_URL + "/", "mailto:"))]
        assert [link for link in links if not link.startswith("cid:")] == []


def test_strangers_get_no_cookie(seen: Seen) -> None:
    """Nor is anything theirs alone: the same answer may be kept for all. Only signing in needs a cookie."""
    for who in ("stranger", "scanner"):
        for answer in seen.visits[who].answers.values():
            if not answer.address.split("?")[0].endswith("/sign-in"):
                assert (answer.address, answer.header("Set-Cookie")) == (answer.address, "")
                assert "cookie" not in answer.header("Vary").lower()


def test_answers_bear_the_security_headers(seen: Seen) -> None:
    """Every answer to everybody, pages with a policy that allows nothing inline and nothing from elsewhere."""
    for who, answer in seen.answers():
        where = (who, answer.address)
        assert (where, answer.header("X-Content-Type-Options")) == (where, "nosniff")
        assert (where, answer.header("Referrer-Policy")) == (where, "same-origin")
        assert (where, answer.header("Cross-Origin-Opener-Policy")) == (where, "same-origin")
        assert answer.header("Permissions-Policy"), where
        assert answer.header("Cache-Control"), where
        policy = answer.header("Content-Security-Policy")
        assert policy.startswith("default-src 'none'; "), where
        assert not re.search(r"'unsafe-inline'|'unsafe-eval'|http:|\*", policy), where
        assert "frame-ancestors 'none'" in policy, where


def test_pages_are_whole_and_load_nothing_from_elsewhere(seen: Seen) -> None:
    """Language, one title, one main heading; no inline script or style; nothing of any other site."""
    faults = {(who, page.address): found for who, page in seen.pages() if (found := _faults(page))}
    assert faults == {}


def _faults(page: Answer) -> list[str]:
    document = lxml.html.document_fromstring(page.text)
    counts = {
        "lang": document.get("lang") in LANGUAGES,
        "title": len(document.xpath("//head/title[normalize-space()]")) == 1,
        "h1": len(document.xpath("//h1[normalize-space()]")) == 1,
        "main": len(document.xpath("//main")) == 1,
        "viewport": bool(document.xpath("//meta[@name='viewport']")),
        "unique ids": len(ids := document.xpath("//@id")) == len(set(ids)),
        "labels": not document.xpath("//img[not(@alt)]"),
        "no inline script": not document.xpath(
            "//script[not(@src) and @type != 'application/ld+json' and @type != 'application/json']"
        )
        and not document.xpath("//script[not(@src) and not(@type)]"),
        "no inline style": not document.xpath("//style | //@style"),
        "no handlers": not document.xpath("//@*[starts-with(name(), 'on')]"),
    }
    loaded = document.xpath(
        "//script/@src | //img/@src | //iframe/@src | //link[@rel='stylesheet' or @rel='icon']/@href"
    )
    elsewhere = [url for url in loaded if not url.startswith("/")]
    return [name for name, is_well in counts.items() if not is_well] + elsewhere


@pytest.mark.parametrize("language", ["fi", "sv", "da", "nb"])
def test_pages_show_no_english_in_other_languages(seen: Seen, day: PlayedDay, language: str) -> None:
    """But for what is marked as English, and the event's own title where nothing can be marked."""
    names = day.day.file.event.title.values()
    found: dict[str, set[str]] = {}
    for _who, page in seen.pages():
        if page.address.startswith(f"/{language}/"):
            for words in english_in(page.text, language, names):
                found.setdefault(words, set()).add(page.address)
    assert {words: sorted(addresses)[:3] for words, addresses in found.items()} == {}


@pytest.mark.parametrize("language", ["fi", "sv", "da", "nb"])
def test_letters_show_no_english_in_other_languages(
    translated_letters: list[tuple[str, str, Letter]], day: PlayedDay, language: str
) -> None:
    """Subject, text and HTML of every kind; the event's own title stays as it is."""
    names = day.day.file.event.title.values()
    found: dict[str, set[str]] = {}
    for kind, spoken, letter in translated_letters:
        if spoken == language:
            texts = letter.texts
            words = english_in(texts["html"], language, names)
            words |= english_in_text(f"{texts['subject']}\n{texts['plain']}", language, names)
            found.setdefault(kind, set()).update(words)
    assert {kind: words for kind, words in found.items() if words} == {}
