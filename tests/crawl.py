"""Walks through a site as a browser could: every link, GET form, picture and script, in HTML, JSON and iCalendar."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import lxml.html
from flask.testing import FlaskClient

_LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src"}
_URL = re.compile(r"https?://[^\s\"'<>\\]+")
_FOLDED = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one address gave; redirects are answers of their own."""

    address: str
    status: int
    headers: tuple[tuple[str, str], ...]
    """All of them in their order, without Date."""
    body: bytes

    @property
    def content_type(self) -> str:
        return self.header("Content-Type").split(";")[0]

    @property
    def is_page(self) -> bool:
        return self.content_type == "text/html" and bool(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def everything(self) -> str:
        """Address, headers and body in one text, in which a word can be looked for."""
        lines = [self.address, *(f"{name}: {value}" for name, value in self.headers)]
        return "\n".join([*lines, self.body.decode(errors="replace")])

    def header(self, name: str) -> str:
        """The header's value; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


class Endless(AssertionError):
    """More addresses were found than a site of this kind has."""


def ask(client: FlaskClient, address: str, method: str = "GET", **options: Any) -> Answer:
    """One request, not following redirects."""
    got = client.open(address, method=method, **options)
    headers = tuple((name, value) for name, value in got.headers if name != "Date")
    answer = Answer(address, got.status_code, headers, got.data)
    got.close()
    return answer


def crawl(
    client: FlaskClient,
    start: Iterable[str],
    base_url: str,
    limit: int = 1500,
    leave_out: Callable[[str], bool] = lambda _path: False,
) -> dict[str, Answer]:
    """Every answer that can be reached from `start` by GET, by address without host. Raises Endless past `limit`.

    `leave_out` says of a path that it is not to be asked for.
    """
    answers: dict[str, Answer] = {}
    waiting = deque(start)
    while waiting:
        address = waiting.popleft()
        if address in answers or leave_out(urlsplit(address).path):
            continue
        if len(answers) >= limit:
            raise Endless(f"more than {limit} addresses, the last {address}")
        answers[address] = ask(client, address)
        waiting += links(answers[address], base_url)
    return answers


def links(answer: Answer, base_url: str) -> list[str]:
    """The addresses of the same site that an answer leads to, without host and fragment, in their order."""
    here = base_url + answer.address
    found = [answer.header("Location")] if answer.header("Location") else []
    found += _named(answer)
    whole = (urldefrag(urljoin(here, url)).url for url in found)
    return list(dict.fromkeys(url.removeprefix(base_url) for url in whole if url.startswith(base_url + "/")))


def _named(answer: Answer) -> Iterator[str]:
    if answer.is_page:
        yield from page_links(answer.text)
    elif answer.content_type in ("application/json", "text/calendar", "text/plain", "application/problem+json"):
        yield from _URL.findall(_FOLDED.sub("", answer.text).replace("\\;", ";").replace("\\,", ","))


def page_links(html: str) -> Iterator[str]:
    """Whatever a page links to, loads, or sends a GET form to, as written in it."""
    page = lxml.html.document_fromstring(html)
    for element in page.iter(*_LINKS):
        if address := element.get(_LINKS[str(element.tag)]):
            yield address
    for form in page.forms:
        if form.method == "GET":
            yield f"{form.action or ''}?{urlencode(form.form_values())}"
