"""The mail of everybody in a test: queued by the application, sent over real SMTP, caught."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from flask import Flask

from eventops import clock
from eventops.demo.catcher import Catcher
from eventops.letters.deliver import deliver_due
from tests.apps import BASE_URL

_LINK = re.compile(rf"{BASE_URL}(/[^\s\"'<>]+)")


@dataclass(frozen=True)
class Letter:
    """One letter as it arrived."""

    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"].addresses[0].addr_spec)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def links(self) -> list[str]:
        """The paths of all links in it, in their order, each once."""
        return list(dict.fromkeys(_LINK.findall(self.text) + _LINK.findall(self.html)))

    @property
    def pictures(self) -> dict[str, bytes]:
        """By content id, or by file name where it is attached."""
        images = [part for part in self.message.walk() if part.get_content_maintype() == "image"]
        return {part.get_filename() or part["Content-ID"].strip("<>"): part.get_content() for part in images}

    def link(self, part: str) -> str:
        """The path of the one link that holds `part` and ends there or with a token."""
        (found,) = [path for path in self.links if re.search(rf"{part}[\w-]*$", path)]
        return found

    def _body(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass(frozen=True)
class Mailbox:
    """Gives what has arrived since it was last asked."""

    app: Flask
    catcher: Catcher
    seen: list[str]

    def deliver(self, now: datetime | None = None) -> list[Letter]:
        """Send what is due, and give it in the order of arrival."""
        with self.app.app_context():
            deliver_due(now or clock.now(), clock.real_now())
        new = [caught for caught in self.catcher.messages() if caught.id not in self.seen]
        self.seen.extend(caught.id for caught in new)
        return [Letter(BytesParser(policy=default).parsebytes(caught.raw)) for caught in new]

    def deliver_one(self, now: datetime | None = None) -> Letter:
        """The one letter that is due."""
        (letter,) = self.deliver(now)
        return letter
