"""When two e-mail addresses are the same."""

from __future__ import annotations

from eventops.typed import mail_address


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
