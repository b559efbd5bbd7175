"""What each kind of visitor can reach of the played day: walked through once, then looked at by many tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from flask.testing import FlaskClient

from eventops.languages import LANGUAGES
from tests.crawl import Answer, ask, crawl
from tests.day import BASE_URL, PlayedDay

NOWHERE = UUID("00000000-0000-4000-8000-00000000dead")
STAFF_ROLES = ("owner", "editor", "reception", "door", "observer")
Dump = dict[str, list[tuple[object, ...]]]


@dataclass
class Visit:
    """One visitor's browser, and all that it was given."""

    client: FlaskClient
    email: str = ""
    """A guest's; empty for everybody else."""
    starts: list[str] = field(default_factory=list)
    """What the visitor was told of; everything else was found from there."""
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def pages(self) -> list[Answer]:
        """The HTML that is shown: no redirects, and no letters in the demo's inbox."""
        shown = (a for a in self.answers.values() if a.is_page and not a.header("Location"))
        return [answer for answer in shown if not answer.address.endswith("/letter")]

    @property
    def languages(self) -> set[str]:
        """In how many languages the visitor read pages."""
        return {a.address.split("/")[1] for a in self.pages} & set(LANGUAGES)


def in_demo(path: str) -> bool:
    """Whether a path is of the demo's own pages, which no other installation has."""
    return "demo" in path.split("/")


def _is_left_out(who: str, path: str) -> bool:
    """What is the same for others, who look at it; and the demo's pages.

    Pages of sessions are the same for all: strangers look at them. Looking as somebody else is the same for all who
    may: the owner does, in two languages. The other roles read the desk in those two, the owner in five.
    """
    first = path.split("/")[1]
    if "/view-as/" in path:
        shown = path.split("/view-as/")[1].split("/")[1:2]
        of_anybody = "/view-as/anybody/en/" in path or "/sessions/" not in path
        return (who, first) != ("owner", "en") or not of_anybody or shown in (["sv"], ["da"], ["nb"])
    if "/sessions/" in path and who != "stranger":
        return True
    return in_demo(path) or (who in STAFF_ROLES[1:] and first in ("sv", "da", "nb"))


def walk(day: PlayedDay, staff: dict[str, FlaskClient]) -> dict[str, Visit]:
    """Everybody's visit, by who they are: strangers, the scanner, each guest, each role of the staff."""
    anybody = day.app.test_client()
    visits = {
        "stranger": Visit(anybody, starts=public_addresses(day.slug)),
        "scanner": Visit(anybody, starts=scanner_addresses(day)),
    }
    for guest in day.said["attendees"]:
        urls = [guest["personal_url"], *(stream["waiting_url"] for stream in guest["streams"])]
        visits[guest["name"]] = Visit(anybody, guest["email"], [url.removeprefix(BASE_URL) for url in urls])
    for role, client in staff.items():
        visits[role] = Visit(client, starts=[f"/en/desk/{day.slug}/", "/en/desk/", "/en/sign-in"])
    for who, visit in visits.items():
        visit.answers = crawl(visit.client, visit.starts, BASE_URL, leave_out=partial(_is_left_out, who))
    return visits


def public_addresses(slug: str) -> list[str]:
    """Where strangers begin: what they are told of, what programs fetch, and what is not there."""
    pages = ["", "agenda.ics", "agenda.json", "sign-up", "sign-up/sent", "privacy", "confirm/x", "my/x", "nothing"]
    pages += [f"my/x/streams/{NOWHERE}", "my/x/ticket.png", "my/x/agenda.ics"]
    listed = [f"/{language}/{slug}/{page}" for language in LANGUAGES for page in pages]
    chosen = ["/", f"/{slug}/", f"/{slug}/sign-up", "/fi/nothing/", "/sv/nothing/agenda.ics", "/nb/nothing/agenda.json"]
    tools = [
        "/robots.txt",
        "/sitemap.xml",
        "/favicon.ico",
        "/static/",
        "/static/nothing.js",
        "/api/v1/",
        "/de/",
        "/admin",
    ]
    return [*listed, *chosen, *tools]


def scanner_addresses(day: PlayedDay) -> list[str]:
    """The scanner's page, of a door that is and of one that is not."""
    doors = [day.said["doors"][0]["id"], str(NOWHERE)]
    return [f"/{language}/door/{door}" for language in LANGUAGES for door in doors]


def demo_pages(day: PlayedDay) -> Visit:
    """The demo's inbox with every mail, in five languages."""
    visit = Visit(day.app.test_client(), starts=[f"/{language}/demo/inbox" for language in LANGUAGES])
    visit.answers = crawl(visit.client, visit.starts, BASE_URL, leave_out=lambda path: not in_demo(path))
    return visit


def dump(database: Path) -> Dump:
    """Every row of every table, in a fixed order."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


def heads(visit: Visit) -> dict[str, Answer]:
    """What HEAD gives at each address that GET gave something at."""
    return {address: ask(visit.client, address, "HEAD") for address in visit.answers}


@dataclass
class Seen:
    """What everybody was given, and the database before and after."""

    visits: dict[str, Visit]
    before: Dump
    after: Dump

    def guests(self) -> Iterator[tuple[str, Visit]]:
        return ((who, visit) for who, visit in self.visits.items() if visit.email)

    def pages(self) -> Iterator[tuple[str, Answer]]:
        return ((who, page) for who, visit in self.visits.items() for page in visit.pages)

    def answers(self) -> Iterator[tuple[str, Answer]]:
        return ((who, answer) for who, visit in self.visits.items() for answer in visit.answers.values())
