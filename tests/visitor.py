"""Somebody with a browser without scripts, over a real connection: follows redirects, keeps cookies, fills in forms."""

from __future__ import annotations

from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

import lxml.html


class Visitor:
    """`page` is the page at hand, `url` its address, `status` how it was answered."""

    def __init__(self) -> None:
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.url = ""
        self.status = 0
        self.page: Any = None

    def get(self, url: str) -> Visitor:
        """Open an address."""
        return self._open(Request(urljoin(self.url, url)))

    def submit(self, button: str, **answers: str) -> Visitor:
        """Fill in the form with that button, leave its other fields as they are, and press it."""
        (form,) = (f for f in self.page.forms if button in [b.text_content().strip() for b in f.iter("button")])
        fields = dict(form.form_values()) | answers
        where = urljoin(self.url, form.action or self.url)
        return self._open(Request(where, urlencode(fields).encode(), {"Origin": _origin(where)}))

    @property
    def heading(self) -> str:
        """What the page is called."""
        return " ".join(str(self.page.xpath("string(//h1)")).split())

    @property
    def text(self) -> str:
        """All that it says."""
        return " ".join(str(self.page.text_content()).split())

    def _open(self, request: Request) -> Visitor:
        try:
            with self._opener.open(request, timeout=30) as answer:
                self.url, self.status, body = answer.url, answer.status, answer.read()
        except HTTPError as refused:
            with refused:
                self.url, self.status, body = refused.url or "", refused.code, refused.read()
        self.page = lxml.html.document_fromstring(body or b"<p>")
        return self


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])
