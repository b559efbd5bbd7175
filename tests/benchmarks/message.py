"""The floor of letters: the standard library's way to build the message that a letter is, each time from its texts."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

_OF_PARTS = ("content-type", "content-transfer-encoding", "mime-version")


@dataclass(frozen=True, slots=True)
class Texts:
    """What a letter says: its headers, and both its bodies."""

    headers: tuple[tuple[str, str], ...]
    plain: str
    html: str


def take_apart(data: bytes) -> Texts:
    """The texts of a message. RuntimeError for one that has other parts than these two."""
    message = BytesParser(policy=SMTP).parsebytes(data)
    parts = [part for part in message.walk() if not part.is_multipart()]
    if [part.get_content_type() for part in parts] != ["text/plain", "text/html"]:
        raise RuntimeError("the letter has other parts than its floor")
    headers = tuple((name, str(value)) for name, value in message.items() if name.lower() not in _OF_PARTS)
    return Texts(headers, parts[0].get_content(), parts[1].get_content())


def build(texts: Texts) -> EmailMessage:
    """The message of these texts, with quoted-printable bodies as ours has them."""
    message = EmailMessage(policy=SMTP)
    for name, value in texts.headers:
        message[name] = value
    message.set_content(texts.plain, cte="quoted-printable")
    message.add_alternative(texts.html, subtype="html", cte="quoted-printable")
    return message
