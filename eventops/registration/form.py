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
        # Spaces only: any other blank at an end is a complaint and not a slip.
        name=unicodedata.normalize("NFC", fields.get("name", "")).strip(" "),
        email=fields.get("email", "").strip(" "),
        mode=fields.get("mode", ""),
        language=fields.get("language", ""),
        privacy=bool(fields.get("privacy")),
    )


def complaints(form: SignUpForm) -> dict[str, str]:
    """What is wrong, by field, in the form's order and the language being spoken; empty when nothing is."""
    found = {
        "name": _about_name(form.name),
        "email": about_email(form.email),
        "mode": "" if form.mode in ATTENDANCE_MODES else _("Choose whether you come in person or take part online."),
        "language": "" if form.language in LANGUAGES else _("Choose one of the languages."),
        "privacy": "" if form.privacy else _("Tick the box if you agree. We cannot register you without it."),
    }
    return {field: complaint for field, complaint in found.items() if complaint}


def _about_name(name: str) -> str:
    if any(c in _DIRECTION or unicodedata.category(c) in _NEVER_IN_NAMES for c in name):
        return str(_("Write the name on one line, without tabs or other invisible characters."))
    if not any(unicodedata.category(c)[0] in "LNPS" for c in name):
        return str(_("Write your name."))
    if len(name) > LONGEST_NAME:
        return _too_long(LONGEST_NAME)
    return ""


def about_email(email: str) -> str:
    """What is wrong with an address as typed, without the spaces around it; empty when nothing is."""
    if not email:
        return str(_("Write your e-mail address."))
    if len(email) > LONGEST_EMAIL:
        return _too_long(LONGEST_EMAIL)
    if mail_address(email) is None:
        return str(_("Write one whole e-mail address, like anna@example.org."))
    return ""


def _too_long(longest: int) -> str:
    return str(_("This is too long: write at most %(longest)s characters.", longest=longest))
