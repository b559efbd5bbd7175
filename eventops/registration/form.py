"""What somebody wrote into the sign-up form, and what is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from eventops.languages import LANGUAGES
from eventops.registration.address import LONGEST as LONGEST_EMAIL
from eventops.registration.address import mail_address
from eventops.registration.models import ATTENDANCE_MODES

LONGEST_NAME = 200

# Overrides and isolates of text direction: with them a name can make a line read as something else.
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NEVER_IN_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, half characters, line and paragraph separators."""


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """The answers as they were given, right or wrong, without the spaces around them."""

    name: str = ""
    email: str = ""
    mode: str = ""
    language: str = ""
    privacy: bool = False


def read_form(fields: Mapping[str, str]) -> SignUpForm:
    """The form among the fields that were posted. Ask `complaints` about it before it is used."""
    return SignUpForm(
        name=as_name(fields.get("name", "")),
        email=fields.get("email", "").strip(" "),
        mode=fields.get("mode", ""),
        language=fields.get("language", ""),
        privacy=bool(fields.get("privacy")),
    )


def as_name(typed: str) -> str:
    """A name as it is stored and complained about."""
    # Spaces only: any other blank at an end is a complaint and not a slip.
    return unicodedata.normalize("NFC", typed).strip(" ")


def complaints(form: SignUpForm) -> dict[str, str]:
    """What is wrong, by field, in the form's order and the language being spoken; empty when nothing is."""
    found = {
        "name": fault_text(name_fault(form.name)),
        "email": fault_text(email_fault(form.email)),
        "mode": "" if form.mode in ATTENDANCE_MODES else _("Choose whether you come in person or take part online."),
        "language": "" if form.language in LANGUAGES else _("Choose one of the languages."),
        "privacy": "" if form.privacy else _("Tick the box if you agree. We cannot register you without it."),
    }
    return {field: complaint for field, complaint in found.items() if complaint}


def name_fault(name: str) -> str:
    """What is wrong with a name: `name_lines`, `name_missing`, `name_long`, or nothing."""
    if any(c in _DIRECTION or unicodedata.category(c) in _NEVER_IN_NAMES for c in name):
        return "name_lines"
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        return "name_missing"
    return "name_long" if len(name) > LONGEST_NAME else ""


def email_fault(email: str) -> str:
    """What is wrong with an address: `email_missing`, `email_long`, `email_malformed`, or nothing."""
    if not email:
        return "email_missing"
    if len(email) > LONGEST_EMAIL:
        return "email_long"
    return "email_malformed" if mail_address(email) is None else ""


def fault_text(fault: str) -> str:
    """What to do about a fault that somebody finds in their own name or address; empty without one."""
    if not fault:
        return ""
    texts = {
        "name_lines": _("Write the name on one line, without tabs or other invisible characters."),
        "name_missing": _("Write your name."),
        "name_long": _too_long(LONGEST_NAME),
        "email_missing": _("Write your e-mail address."),
        "email_long": _too_long(LONGEST_EMAIL),
        "email_malformed": _("Write one whole e-mail address, like anna@example.org."),
    }
    return str(texts[fault])


def _too_long(longest: int) -> str:
    return str(_("This is too long: write at most %(longest)s characters.", longest=longest))
