"""The floor of letters: the message that a letter is, built each time by the standard library from its contents."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP

_OF_PARTS = ("content-type", "content-transfer-encoding", "mime-version")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter says and shows."""

    headers: tuple[tuple[str, str], ...]
    plain: str
    html: str
    picture: bytes
    picture_id: str
    """Content-ID, with its angle brackets."""


def take_apart(data: bytes) -> Contents:
    """The contents of a message. RuntimeError for one of other parts than two texts and a picture."""
    message = BytesParser(policy=SMTP).parsebytes(data)
    parts = [part for part in message.walk() if not part.is_multipart()]
    if [part.get_content_type() for part in parts] != ["text/plain", "text/html", "image/png"]:
        raise RuntimeError("the letter has other parts than its floor")
    headers = tuple((name, str(value)) for name, value in message.items() if name.lower() not in _OF_PARTS)
    plain, html, picture = (part.get_content() for part in parts)
    return Contents(headers, plain, html, picture, str(parts[2]["Content-ID"]))


def build(contents: Contents) -> EmailMessage:
    """The message of these contents, its texts quoted-printable as ours are."""
    message = EmailMessage(policy=SMTP)
    for name, value in contents.headers:
        message[name] = value
    message.set_content(contents.plain, cte="quoted-printable")
    message.add_alternative(contents.html, subtype="html", cte="quoted-printable")
    html = message.get_payload()[1]  # type: ignore[index]
    html.add_related(contents.picture, "image", "png", cid=contents.picture_id)  # type: ignore[union-attr]
    return message
