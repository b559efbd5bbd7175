"""E-mail addresses: what is taken for one, and when two are the same."""

from __future__ import annotations

import re

LONGEST = 254
"""Characters in an address (RFC 5321 section 4.5.3.1.3, less its angle brackets)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")


def mail_address(typed: str) -> str | None:
    """The address as mail servers take it, its domain in ASCII (RFC 3490); None when it is not one address.

    The local part is a dot-atom (RFC 5322 section 3.2.3) of at most 64 characters; quoted ones are not taken.
    """
    if len(typed) > LONGEST or not typed.isprintable():
        return None
    local, _, domain = typed.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    address = f"{local}@{domain}"
    return address if len(address) <= LONGEST else None


def masked(address: str) -> str:
    """The address as its owner knows it again and nobody else: `f…@example.org`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def email_key(typed: str) -> str:
    """What two spellings of one address have in common. Raises ValueError for what is not an address."""
    address = mail_address(typed)
    if address is None:
        raise ValueError("not an e-mail address")
    return address.casefold()
