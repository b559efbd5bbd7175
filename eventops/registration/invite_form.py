"""What organisers write to invite somebody, what invited people write to propose somebody else, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from eventops.languages import LANGUAGES
from eventops.registration.form import as_name
from eventops.typed import email_fault, fault_text, mail_address, name_fault

DAYS = 14
"""How long an answer is awaited, unless the organiser says otherwise."""
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class InviteForm:
    """The answers as they were given, right or wrong, without the spaces around them."""

    email: str = ""
    name: str = ""
    """May be empty: then whoever accepts is asked."""
    language: str = ""
    days: str = str(DAYS)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody who is to come instead, as written."""

    name: str = ""
    email: str = ""


def read_invite(fields: Mapping[str, str]) -> InviteForm:
    """The form among the fields that were posted. Ask `invite_complaints` about it before it is used."""
    return InviteForm(
        email=fields.get("invite_email", "").strip(" "),
        name=as_name(fields.get("invite_name", "")),
        language=fields.get("invite_language", ""),
        days=fields.get("invite_days", "").strip(" "),
    )


def invite_complaints(form: InviteForm) -> dict[str, str]:
    """What is wrong, by field, in the form's order and the language being spoken; empty when nothing is."""
    found = {
        "invite_email": fault_text(email_fault(form.email)),
        "invite_name": fault_text(name_fault(form.name)) if form.name else "",
        "invite_language": "" if form.language in LANGUAGES else _("Choose one of the languages."),
        "invite_days": "" if _is_days(form.days) else _("Write a number of days from 1 to %(most)s.", most=MOST_DAYS),
    }
    return {field: complaint for field, complaint in found.items() if complaint}


def read_proposal(fields: Mapping[str, str]) -> Proposal:
    """The proposal among the fields that were posted. Ask `proposal_complaints` about it before it is used."""
    return Proposal(as_name(fields.get("substitute_name", "")), fields.get("substitute_email", "").strip(" "))


def proposal_complaints(proposal: Proposal, invited_key: str) -> dict[str, str]:
    """As `invite_complaints`. `invited_key` is the case-folded address that was invited."""
    found = {
        "substitute_name": fault_text(name_fault(proposal.name)),
        "substitute_email": fault_text(email_fault(proposal.email)) or _about_another(proposal.email, invited_key),
    }
    return {field: complaint for field, complaint in found.items() if complaint}


def _is_days(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,3}", text)) and 1 <= int(text) <= MOST_DAYS


def _about_another(email: str, invited_key: str) -> str:
    is_same = (mail_address(email) or "").casefold() == invited_key
    return str(_("This is the invited address. Write somebody else's.")) if is_same else ""
