"""What the scripts of the grid and of a session's form say, in the language being spoken.

A name in braces is filled in by the script: clocks are words with their zones, sessions their titles.
"""

from __future__ import annotations

from uuid import UUID

from flask_babel import gettext as _

from eventops.agenda.grid.presence import Editor


def grid_words() -> dict[str, str]:
    """Every phrase, by what it is for."""
    return _labels() | _steps() | _answers()


def name_for(account_id: UUID | None, editor: Editor) -> str:
    """Who that is to the account: empty for oneself."""
    id, name = editor
    return "" if id is not None and id == account_id else name or _("Somebody else")


def changed_meanwhile(by: str) -> str:
    """That a session was changed since one began, by whom `name_for` says."""
    if not by:
        return str(_("You changed this session in another window meanwhile"))
    return str(_("%(name)s changed this session meanwhile", name=by))


def presence_words() -> dict[str, str]:
    """What a session's form says of others."""
    return {
        "on_this": _("{name} is on this session too."),
        "changed": _("{name} changed this session meanwhile. What you typed is kept here. This is what is stored now:"),
        "removed": _("{name} removed this session meanwhile. What you typed is kept here."),
        "own_changed": _(
            "You changed this session in another window meanwhile. What you typed here is kept. "
            "This is what is stored now:"
        ),
        "own_removed": _("You removed this session in another window meanwhile. What you typed here is kept."),
        "signed_out": _(
            "You are signed out, so nothing can be saved from here. "
            "Copy what you typed before you load the page again to sign in."
        ),
        "tray": _("Not scheduled"),
    }


def _labels() -> dict[str, str]:
    return {
        "no_room": _("No room"),
        "new": _("New session"),
        "closed": _("By invitation"),
        "placeholder": _("Placeholder"),
        "time_placeholder": _("Placeholder time"),
        "tray": _("Not scheduled"),
        "holds": _("Holds {count}"),
        "is_on": _("{name} is here"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "grid": _("Agenda as a grid"),
        "error": _("Conflict"),
        "advice": _("Advice"),
        "carrying": _("Moving {title}"),
    }


def _steps() -> dict[str, str]:
    """Said while a session is moved by keyboard."""
    return {
        "picked_up": _("Picked up {title}: {clocks}, {room}. Arrow keys move it."),
        "at": _("{clocks}, {room}"),
        "in_tray": _("In the tray"),
        "no_more": _("It cannot go further."),
        "put_back": _("Put back {title}: {clocks}, {room}"),
        "put_back_in_tray": _("Put {title} back into the tray"),
    }


def _answers() -> dict[str, str]:
    """Said when the server has answered, or when somebody else changed something."""
    return {
        "saved": _("Saved {title}: {clocks}, {room}"),
        "saved_in_tray": _("Saved {title} in the tray"),
        "refused": _("Not saved: the session cannot be put there."),
        "gone": _("Not saved: somebody else removed the session."),
        "failed": _("Not saved: the server did not answer. The session is where it was."),
        "signed_out": _("You are signed out. Load the page again to sign in."),
        "stale": _("Not saved: {name} changed {title} meanwhile. Choose between the two versions."),
        "own_stale": _("Not saved: you changed {title} in another window meanwhile. Choose between the two versions."),
        "stored_kept": _("{title} stays as it is stored now."),
        "news": _("{name} changed {title}: {clocks}, {room}"),
        "news_tray": _("{name} put {title} into the tray"),
        "news_removed": _("{name} removed {title}"),
    }
