"""What stands in links of letters to staff: to join a team, and to set a new password.

Each holds what it speaks of and a keyed hash over it (HMAC-SHA256, RFC 2104, its first 160 bits). All are whole
numbers of base64 groups, so that each character of a link counts.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

from eventops.config import settings

_TAG = 20
_ID = 16
_EXPIRY = 6
_MARK = 9
"""Bytes of the keyed hash of a password's hash: one in 2^72 is taken for another."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,100}")


def invitation_token(invitation_id: UUID) -> str:
    """What stands in the link of an invitation to a team: 48 characters."""
    return _sealed("team invitation", invitation_id.bytes)


def read_invitation_token(token: str) -> UUID | None:
    """The id of the invitation whose link this is; None for a mangled one."""
    content = _opened("team invitation", token, _ID)
    return UUID(bytes=content) if content else None


def reset_token(account_id: UUID, password_hash: str, expires_at: datetime) -> str:
    """What stands in a link that sets another password than the one hashed, until `expires_at`: 68 characters."""
    expiry = int(expires_at.timestamp()).to_bytes(_EXPIRY)
    return _sealed("reset", account_id.bytes + expiry + _mark(password_hash))


def read_reset_token(token: str) -> tuple[UUID, datetime, bytes] | None:
    """(whose password it resets, until when, the mark of the former password); None for a mangled one."""
    content = _opened("reset", token, _ID + _EXPIRY + _MARK)
    if content is None:
        return None
    expiry = int.from_bytes(content[_ID : _ID + _EXPIRY])
    return UUID(bytes=content[:_ID]), datetime.fromtimestamp(expiry, UTC), content[_ID + _EXPIRY :]


def is_mark_of(mark: bytes, password_hash: str) -> bool:
    """Whether the password is still the one that a reset link was made to replace."""
    return hmac.compare_digest(mark, _mark(password_hash))


def _mark(password_hash: str) -> bytes:
    return hmac.digest(_key("password"), password_hash.encode(), "sha256")[:_MARK]


def _sealed(purpose: str, content: bytes) -> str:
    return urlsafe_b64encode(content + _tag(purpose, content)).decode("ascii")


def _opened(purpose: str, token: str, length: int) -> bytes | None:
    if not _TOKEN.fullmatch(token) or len(token) % 4:
        return None
    raw = urlsafe_b64decode(token)
    content, tag = raw[:-_TAG], raw[-_TAG:]
    return content if len(content) == length and hmac.compare_digest(tag, _tag(purpose, content)) else None


def _tag(purpose: str, content: bytes) -> bytes:
    return hmac.digest(_key(purpose), content, "sha256")[:_TAG]


def _key(purpose: str) -> bytes:
    # A key for each purpose: a link for one never opens the other.
    return hmac.digest(settings().secret_key.encode(), b"eventops staff link " + purpose.encode(), "sha256")
