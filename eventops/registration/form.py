"""What somebody wrote into the sign-up form, and what is wrong with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from eventops.languages import LANGUAGES
from eventops.registration.models import ATTENDANCE_MODES
from eventops.typed import about_email, about_name


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
        "name": about_name(form.name),
        "email": about_email(form.email),
        "mode": "" if form.mode in ATTENDANCE_MODES else _("Choose whether you come in person or take part online."),
        "language": "" if form.language in LANGUAGES else _("Choose one of the languages."),
        "privacy": "" if form.privacy else _("Tick the box if you agree. We cannot register you without it."),
    }
    return {field: complaint for field, complaint in found.items() if complaint}
