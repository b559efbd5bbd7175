"""What people type: names, e-mail addresses, lines and longer texts, and what is wrong with them."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import gettext as _

LONGEST_NAME = 200
LONGEST_TEXT = 20_000
"""Characters of a text of several lines."""
LARGEST_NUMBER = 1_000_000
"""Of people."""
LONGEST_EMAIL = 254
"""Characters in an address (RFC 5321 section 4.5.3.1.3, less its angle brackets)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")

# Overrides and isolates of text direction: with them a name can make a line read as something else.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEVER_IN_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, half characters, line and paragraph separators."""


def mail_address(typed: str) -> str | None:
    """The address as mail servers take it, its domain in ASCII (RFC 3490); None when it is not one address.

    The local part is a dot-atom (RFC 5322 section 3.2.3) of at most 64 characters; quoted ones are not taken.
    """
    if len(typed) > LONGEST_EMAIL or not typed.isprintable():
        return None
    local, _at, domain = typed.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if len(local) > 64 or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    address = f"{local}@{domain}"
    return address if len(address) <= LONGEST_EMAIL else None


def name_fault(name: str) -> str:
    """What is wrong with a name: `name_lines`, `name_missing`, `name_long`, or nothing."""
    if any(c in _DIRECTION or unicodedata.category(c) in _NEVER_IN_NAMES for c in name):
        return "name_lines"
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        return "name_missing"
    return "name_long" if len(name) > LONGEST_NAME else ""


def text_fault(text: str, longest: int, is_one_line: bool = True) -> str:
    """What is wrong with a text that may be empty: `text_lines`, `text_invisible`, `text_long`, or nothing.

    Where it may have several lines they end in a bare line feed, and tabs are taken too.
    """
    taken = frozenset() if is_one_line else frozenset("\n\t")
    if any(c in _DIRECTION or unicodedata.category(c) in _NEVER_IN_NAMES for c in text if c not in taken):
        return "text_lines" if is_one_line else "text_invisible"
    return "text_long" if len(text) > longest else ""


def plain_lines(text: str) -> str:
    """A text of several lines as it is stored: lines end in a bare line feed, and nothing empty stands around them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def email_fault(email: str) -> str:
    """What is wrong with an address: `email_missing`, `email_long`, `email_malformed`, or nothing."""
    if not email:
        return "email_missing"
    if len(email) > LONGEST_EMAIL:
        return "email_long"
    return "email_malformed" if mail_address(email) is None else ""


def fault_text(fault: str, longest: int = LONGEST_NAME) -> str:
    """What to do about a fault that somebody finds in their own name or address, or a text of theirs; else empty."""
    if not fault:
        return ""
    texts = {
        "name_lines": _("Write the name on one line, without tabs or other invisible characters."),
        "name_missing": _("Write your name."),
        "name_long": _too_long(LONGEST_NAME),
        "email_missing": _("Write your e-mail address."),
        "email_long": _too_long(LONGEST_EMAIL),
        "text_lines": _("Write this on one line, without tabs or other invisible characters."),
        "text_invisible": _("There are invisible characters in this text. Write it anew instead of pasting it."),
        "text_long": _too_long(longest),
        "email_malformed": _("Write one whole e-mail address, like anna@example.org."),
    }
    return str(texts[fault])


def about_name(name: str) -> str:
    """What is wrong with a person's name, in words; empty when nothing is."""
    return fault_text(name_fault(name))


def about_email(email: str) -> str:
    """What is wrong with an e-mail address, in words; empty when nothing is."""
    return fault_text(email_fault(email))


def _too_long(longest: int) -> str:
    return str(_("This is too long: write at most %(longest)s characters.", longest=longest))
