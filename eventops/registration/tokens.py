"""What stands in links that speak for somebody: personal links, confirm links, invitations.

Each holds the id of a row and a keyed hash (HMAC-SHA256, RFC 2104, its first 160 bits) over that id and the row's
link version: raising the version ends every link printed before. Both are whole numbers of base64 groups, so that
each character of a link counts.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

from eventops.config import settings
from eventops.registration.models import Invitation, Registration

Linked = Registration | Invitation
"""Rows that have links."""

_TAG = 20
_ID = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that has the right form. Whether it is genuine, the row that it names can say."""

    id: UUID
    more: bytes
    """What else stands in it."""
    tag: bytes

    def is_of(self, purpose: str, row: Linked) -> bool:
        """Whether it was made for that purpose and this row, under its present link version."""
        return hmac.compare_digest(self.tag, _tag(purpose, row, self.more))


def make_token(purpose: str, row: Linked, more: bytes = b"") -> str:
    """48 characters, and four for every three bytes of `more`."""
    return urlsafe_b64encode(row.id.bytes + more + _tag(purpose, row, more)).decode("ascii")


def parse_token(text: str, more: int = 0) -> Token | None:
    """The token that `text` is, with `more` bytes beside id and tag; None for anything else."""
    if not _TOKEN.fullmatch(text) or len(text) % 4:
        return None
    raw = urlsafe_b64decode(text)
    if len(raw) != _ID + more + _TAG:
        return None
    return Token(UUID(bytes=raw[:_ID]), raw[_ID:-_TAG], raw[-_TAG:])


def _tag(purpose: str, row: Linked, more: bytes) -> bytes:
    # A key for each purpose: a link for one never opens the other.
    key = hmac.digest(settings().secret_key.encode(), b"eventops link " + purpose.encode(), "sha256")
    return hmac.digest(key, row.id.bytes + row.link_version.to_bytes(8) + more, "sha256")[:_TAG]
