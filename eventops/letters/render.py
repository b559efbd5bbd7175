"""From a draft to the message: its templates in the recipient's language, its headers, its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import format_datetime
from functools import cache
from urllib.parse import urlsplit

from css_inline import CSSInliner
from flask import current_app

from eventops.config import settings
from eventops.languages import in_language, speaking
from eventops.letters import mime
from eventops.letters.kinds import Attachment, Draft, DueLetter, InlineImage

_LINKED = re.compile(r"(?<=\w)([.\u3002\uff0e\uff61])(?=\w)|(?<=:)(//)")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message, from whom and to whom. Both addresses are bare and in ASCII."""

    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Texts:
    """What the templates of a letter made of it."""

    subject: str
    plain: str
    html: str


def render(letter: DueLetter, draft: Draft, now: datetime) -> Envelope:
    """The message for a draft of `letter`, dated `now`. Every copy of a letter bears the same Message-ID.

    Raises UnsafeMessage for what must never be sent, and whatever the templates raise.
    """
    texts = _texts(letter, draft)
    html = mime.bundle("related", [_html_part(texts.html), *_images(letter, draft)])
    body = mime.bundle("alternative", [mime.text_part("plain", texts.plain), html])
    content = mime.bundle("mixed", [body, *map(_file, draft.attachments)])
    sender, recipient = settings().mail_from, mime.ascii_address(draft.email)
    message = _with_headers(content, letter, draft, texts.subject, now)
    return Envelope(mime.ascii_address(sender), recipient, mime.serialise(message))


def message_id(letter: DueLetter) -> str:
    """The letter's Message-ID, the same at each try: RFC 5322 section 3.6.4."""
    return f"<{letter.id.hex}@{host_name()}>"


def unlinked(name: str) -> str:
    """A person's name as texts show it: on one line, and nothing in it that mail programs turn into a link."""
    return _LINKED.sub(lambda found: f"{found[0]} ", mime.clean(name))


def host_name() -> str:
    """Ours in ASCII, as EVENTOPS_BASE_URL has it; an IPv6 address in brackets."""
    host = urlsplit(settings().base_url).hostname or ""
    return f"[{host}]" if ":" in host else mime.ascii_domain(host)


def _texts(letter: DueLetter, draft: Draft) -> Texts:
    words: dict[str, object] = {
        **draft.context,
        "name": unlinked(draft.name),
        "language": draft.language,
        "sender_name": draft.sender_name,
        "reply_to": draft.reply_to,
        "images": {image.name: f"cid:{_content_id(letter, image)}" for image in draft.inline},
        "in_language": in_language,
    }
    with speaking(draft.language):
        words["subject"] = subject = mime.clean(_template(letter.kind, "subject.txt", words))
        plain = _BLANK_LINES.sub("\n\n", _template(letter.kind, "body.txt", words)).strip() + "\n"
        html = _inliner().inline(_template(letter.kind, "body.html", words))
    return Texts(subject, plain, html)


def _template(kind: str, file: str, words: dict[str, object]) -> str:
    return current_app.jinja_env.get_template(f"letters/{kind}/{file}").render(words)


@cache
def _inliner() -> CSSInliner:
    """Writes the layout's stylesheet into its elements, as Outlook needs it; @media rules stay where they are."""
    return CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _html_part(html: str) -> Message:
    return mime.text_part("html", html)


def _content_id(letter: DueLetter, image: InlineImage) -> str:
    """RFC 2392 section 2: unique in the world."""
    return f"{image.name}.{letter.id.hex}@{host_name()}"


def _images(letter: DueLetter, draft: Draft) -> list[Message]:
    parts = []
    for image in draft.inline:
        written = mime.file_part(image.content_type, image.content)
        written["Content-ID"] = f"<{_content_id(letter, image)}>"
        written["Content-Disposition"] = "inline"
        parts.append(written)
    return parts


def _file(attachment: Attachment) -> Message:
    written = mime.file_part(attachment.content_type, attachment.content)
    name = mime.clean(attachment.filename)
    written.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return written


def _with_headers(content: Message, letter: DueLetter, draft: Draft, subject: str, now: datetime) -> Message:
    headers = {
        "From": mime.mailbox(draft.sender_name, settings().mail_from),
        "To": mime.mailbox(draft.name, draft.email),
        "Reply-To": mime.mailbox("", draft.reply_to) if draft.reply_to else None,
        "Subject": mime.unstructured(subject, "Subject"),
        "Date": format_datetime(now),
        "Message-ID": message_id(letter),
        "Auto-Submitted": "auto-generated",
        "Content-Language": draft.language,
        "MIME-Version": "1.0",
    }
    message = Message(policy=mime.AS_WRITTEN)
    for name, value in headers.items():
        if value:
            message[name] = value
    for name, value in content.items():
        message[name] = value
    message.set_payload(content.get_payload())
    return message
