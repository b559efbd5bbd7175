"""What is said of a list of guests and of each row in it, in the language being spoken."""

from __future__ import annotations

from flask_babel import gettext as _

from eventops.registration.guest_list import Guest
from eventops.registration.guest_list_file import MOST_ROWS
from eventops.registration.words import invitation_label, state_label
from eventops.typed import LONGEST_EMAIL, LONGEST_NAME


def refusal_text(reason: str, row: int) -> str:
    """Why a whole list is refused, and what to do."""
    texts = {
        "nobody": _("Paste a list or choose a file that has one."),
        "both": _("Paste a list or choose a file, not both at once."),
        "binary": _("This is no text. Save the list as .xlsx or as CSV and choose that file."),
        "broken_table": _(
            "In line %(row)s a quotation mark is not closed or stands in the wrong place. Mend the line and try again.",
            row=row,
        ),
        "old_workbook": _(
            "This workbook is of an old kind or has a password. Save it as .xlsx without a password, or as CSV."
        ),
        "workbook_encrypted": _("This file has a password. Save it without one, or as CSV."),
        "not_a_workbook": _("This is not a workbook that can be read. Save the list as .xlsx or as CSV."),
        "workbook_too_large": _(
            "There is more in this workbook than a list of people. Save its first sheet by itself, or as CSV."
        ),
        "too_many": _(
            "A list may have at most %(most)s people, and row %(row)s is one more. Divide the list.",
            most=MOST_ROWS,
            row=row,
        ),
    }
    return str(texts[reason])


def guest_text(guest: Guest) -> str:
    """What there is to know of one row."""
    if guest.kind == "invalid":
        return fault_in_list(guest.fault)
    if guest.kind == "twice":
        return str(_("The same address as in row %(row)s, which counts.", row=guest.first))
    if guest.kind == "told":
        return invitation_label(guest.state)
    if guest.registration is not None and guest.registration.state != "confirmed":
        return state_label(guest.registration.state)
    return ""


def fault_in_list(fault: str) -> str:
    """What is wrong with a row that cannot be used."""
    texts = {
        "formula": _("It holds a formula, or begins like one. Write the name or address itself."),
        "name_lines": _("The name has line breaks or invisible characters."),
        "name_missing": _("The name has no letters."),
        "name_long": _("The name has more than %(longest)s characters.", longest=LONGEST_NAME),
        "email_missing": _("There is no e-mail address."),
        "email_long": _("The e-mail address has more than %(longest)s characters.", longest=LONGEST_EMAIL),
        "email_malformed": _("This is not one whole e-mail address."),
    }
    return str(texts[fault])
