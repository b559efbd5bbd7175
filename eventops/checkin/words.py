"""What the door says to people: a large word and a sentence for each verdict, in the language being spoken."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from eventops.agenda.events import spoken_language
from eventops.checkin.doors import Entrance

Words = dict[str, str]


def verdict_words() -> dict[str, Words]:
    """`word` and `sentence` for `admitted` and for each reason of a refusal; `refused` stands for any other."""
    return _named(
        admitted=(_("Welcome"), _("Let the guest in.")),
        already_in=(_("Already in"), _("This ticket has come in before. Ask the guest to wait at reception.")),
        refused=(_("Not admitted"), _("Send the guest to reception.")),
        unknown_code=(_("Unknown code"), _("This is no ticket of this event. Ask for the ticket in the letter.")),
        cancelled=(_("Cancelled"), _("This registration was cancelled. Send the guest to reception.")),
        not_confirmed=(_("Not confirmed"), _("This registration is not confirmed. Send the guest to reception.")),
        online_only=(_("Online ticket"), _("This guest signed up to take part online. Ask at reception for a seat.")),
        revoked=(_("Not valid"), _("This ticket is no longer valid. Send the guest to reception.")),
        not_admitted=(_("Not invited here"), _("This door is for invited guests. Send the guest to reception.")),
        wrong_time=(_("Wrong day"), _("The event is not today.")),
    )


def problem_words() -> dict[str, Words]:
    """The same for what keeps the scanner from a verdict."""
    return _named(
        problem=(_("Problem"), _("Try again, or send the guest to reception.")),
        no_answer=(_("No answer"), _("The network did not answer, and the scan is kept here. Try again.")),
        unauthorised=(_("No key"), _("This device may not scan, or no longer. Open the scanner anew at the desk.")),
        unreadable=(_("Not readable"), _("Type the code, or send the guest to reception.")),
    )


def line_words() -> Words:
    """What stands below the camera's picture in each state of the scanner."""
    return {
        "ready": _("Hold a ticket's QR code in front of the camera."),
        "checking": _("Checking the code."),
        "no_camera": _("There is no camera, or this page may not use it. Type the code."),
        "no_decoder": _("The camera cannot read codes at the moment. Type the code."),
    }


def first_scan_text(entrance: Entrance, first_scan_at: datetime, now: datetime) -> str:
    """When a ticket came in, on both clocks, with the date unless that is today."""
    clocks = entrance.clocks(first_scan_at, spoken_language())
    is_today = clocks.day == entrance.clocks(now, spoken_language()).day
    return str(_("First scan: %(time)s", time=clocks if is_today else clocks.with_day))


def _named(**said: tuple[str, str]) -> dict[str, Words]:
    return {name: {"word": word, "sentence": sentence} for name, (word, sentence) in said.items()}
