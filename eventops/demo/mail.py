"""Caught mails as a person reads them."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser


@dataclass(frozen=True, slots=True)
class Mail:
    """One caught mail, taken apart."""

    id: str
    sender: str
    to: str
    subject: str
    received_at: datetime
    text: str
    html: str
    """With its pictures inside, as data: URLs."""
    files: list[str]


def open_mail(id: str, raw: bytes, received_at: datetime) -> Mail:
    """Take a raw message apart."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    return Mail(
        id=id,
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        received_at=received_at,
        text=_body(message, "plain"),
        html=_with_pictures(message, _body(message, "html")),
        files=[part.get_filename() or "" for part in message.iter_attachments() if part.get_filename()],
    )


def file_of(raw: bytes, name: str) -> tuple[str, bytes] | None:
    """Content type and content of an attachment by its name."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    for part in message.iter_attachments():
        if part.get_filename() == name:
            return part.get_content_type(), bytes(part.get_payload(decode=True))
    return None


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def _with_pictures(message: EmailMessage, html: str) -> str:
    pictures = {}
    for part in message.walk():
        if part.get_content_maintype() == "image" and part["Content-ID"]:
            content = base64.b64encode(part.get_content()).decode("ascii")
            pictures[part["Content-ID"].strip("<> ")] = f"data:{part.get_content_type()};base64,{content}"
    return re.sub(r"cid:([^\"'\s>]+)", lambda found: pictures.get(found[1], "about:blank"), html)
