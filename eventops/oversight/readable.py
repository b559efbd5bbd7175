"""What can be read in an answer or a letter, in one form: no markup, no folding, no escapes."""

from __future__ import annotations

import json
import re
from email.message import Message
from html import unescape
from urllib.parse import unquote

from flask import Response

from eventops.oversight.closed_words import normal

_TAG = re.compile(r"<[^>]*>")
_FOLD = re.compile(r"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\([\\;,])")


def readable(answer: Response) -> str:
    """All of an answer, headers included, in normal form; of a picture its headers alone."""
    headers = "\n".join(unquote(value) for _, value in answer.headers)
    return normal(f"{headers}\n{_plain(answer.mimetype or '', answer.get_data())}")


def readable_letter(message: Message) -> str:
    """Headers and parts of a letter, decoded, in normal form."""
    pieces = [str(value) for value in message.values()]
    for part in message.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            pieces.append(_plain(part.get_content_type(), content))
    return normal("\n".join(pieces))


def _plain(kind: str, content: bytes) -> str:
    if kind.startswith("image/"):
        return ""
    text = content.decode("utf-8", "replace")
    if kind == "text/html":
        whole = unescape(text)
        return f"{whole}\n{unescape(_TAG.sub('', text))}"
    if kind == "text/calendar":
        return _ESCAPE.sub(r"\1", _FOLD.sub("", text).replace("\\n", " ").replace("\\N", " "))
    if kind.endswith("json"):
        return json.dumps(json.loads(text), ensure_ascii=False)
    return text
