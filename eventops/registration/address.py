"""When two e-mail addresses are the same."""

from __future__ import annotations

from eventops.typed import mail_address


def email_key(typed: str) -> str:
    """What two spellings of one address have in common. Raises ValueError for what is not an address."""
    address = mail_address(typed)
    if address is None:
        raise ValueError("not an e-mail address")
    return address.casefold()
