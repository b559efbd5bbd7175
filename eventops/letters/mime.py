"""The form of a message: headers in ASCII, parts within parts, and a guard against what a header could smuggle in."""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from email.header import Header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32, compat32
from functools import lru_cache
from typing import Any

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
_ONE_LINE = 60
_PLAIN_PHRASE = re.compile(rf"[A-Za-z0-9 -]{{1,{_ONE_LINE}}}")
_QUOTABLE = re.compile(rf'[^"\\\x00-\x1f\x7f-\U0010ffff]{{1,{_ONE_LINE}}}')
_LONGEST = 300


class UnsafeMessage(Exception):
    """A message would not be read as it was meant. The text names no person."""


class _AsWritten(Compat32):
    """Writes each header as it stands: everything here is in ASCII and folded before it becomes a header."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


AS_WRITTEN = _AsWritten(linesep="\r\n")


def clean(text: str) -> str:
    """`text` on one line of at most 300 characters, without controls, and without what turns its direction around.

    What looks like an encoded word (RFC 2047) is broken up, since a reader would decode it.
    """
    visible = _INVISIBLE.sub("", _BREAKS.sub(" ", text))
    return " ".join(visible.split()).replace("=?", "= ?")[:_LONGEST].strip()


@lru_cache(maxsize=512)
def ascii_domain(domain: str) -> str:
    """A domain by IDNA (RFC 3490). Raises UnicodeError for what is none."""
    return domain.encode("idna").decode("ascii")


def ascii_address(address: str) -> str:
    """A bare address as mail servers take it, its domain by IDNA. Raises UnsafeMessage for what is not one."""
    local, _, domain = address.rpartition("@")
    try:
        written = f"{local}@{ascii_domain(domain)}"
    except UnicodeError:
        raise UnsafeMessage("the address cannot be written") from None
    if not _ADDRESS.fullmatch(written):
        raise UnsafeMessage("the address cannot be written")
    return written


@lru_cache(maxsize=512)
def unstructured(text: str, header: str) -> str:
    """A text as the value of `header`: RFC 5322 section 2.2.1, folded encoded words (RFC 2047) where needed."""
    text = clean(text)
    if text.isascii() and len(text) <= _ONE_LINE:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def mailbox(name: str, address: str) -> str:
    """A name and an address as the value of From, To or Reply-To: RFC 5322 section 3.4. Raises UnsafeMessage."""
    name, address = clean(name), ascii_address(address)
    if not name:
        return address
    return f"{_phrase(name)}\r\n <{address}>" if len(name) > _ONE_LINE // 2 else f"{_phrase(name)} <{address}>"


@lru_cache(maxsize=512)
def _phrase(name: str) -> str:
    """Words, a quoted string or encoded words. What would need a backslash is encoded: readers differ on those."""
    if _PLAIN_PHRASE.fullmatch(name):
        return name
    if _QUOTABLE.fullmatch(name):
        return f'"{name}"'
    return Header(name, "utf-8", header_name="Reply-To").encode(linesep="\r\n")


def part(content_type: str) -> Message:
    """An empty part of a message, or a whole one."""
    message = Message(policy=AS_WRITTEN)
    message["Content-Type"] = content_type
    return message


def text_part(subtype: str, text: str) -> Message:
    """A text, quoted-printable: no line is too long and no byte above 127, whatever the server can take."""
    written = part(f'text/{subtype}; charset="utf-8"')
    written["Content-Transfer-Encoding"] = "quoted-printable"
    written.set_payload(b2a_qp(text.encode(), istext=True).decode("ascii"))
    return written


def file_part(content_type: str, content: bytes) -> Message:
    """A file, in base64 with lines of 76 characters."""
    written = part(content_type)
    written["Content-Transfer-Encoding"] = "base64"
    lines = [b2a_base64(content[i : i + 57]).decode("ascii") for i in range(0, len(content), 57)]
    written.set_payload("".join(lines))
    return written


def bundle(subtype: str, parts: Sequence[Message]) -> Message:
    """A multipart of `parts`; of a single one, that part itself.

    The boundary begins with "=_", which neither quoted-printable nor base64 can hold (RFC 2045 section 6.7), so that
    it need not be random.
    """
    if len(parts) == 1:
        return parts[0]
    kind = f'{subtype}; type="{parts[0].get_content_type()}"' if subtype == "related" else subtype
    whole = part(f'multipart/{kind};\r\n boundary="=_{subtype}"')
    whole.set_payload(list(parts))
    return whole


def serialise(message: Message) -> bytes:
    """The message as it goes over the wire, once it was read back header for header as it was meant.

    Raises UnsafeMessage: a line break that got into a header would be another header (CVE-2024-6923).
    """
    data = message.as_bytes()
    if _headers(BytesParser(policy=compat32).parsebytes(data)) != _headers(message):
        raise UnsafeMessage("a header would be read as another")
    return data


def _headers(message: Message) -> list[list[tuple[str, Any]]]:
    return [list(each.raw_items()) for each in message.walk()]
