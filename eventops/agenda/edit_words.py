"""What is said of an edit of the desk that can be taken back, in the language being spoken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from eventops.agenda.events import spoken_language
from eventops.agenda.journal import next_steps
from eventops.agenda.models import Edit
from eventops.languages import in_language


def steps(event_id: UUID, account_id: UUID | None) -> dict[str, Any]:
    """What the buttons say: `undo` and `redo`, each empty where there is nothing to take back or to make again.

    Beside them the number of the edit that each means: `undo_edit` and `redo_edit`, None where there is none.
    """
    return in_words(*next_steps(event_id, account_id))


def in_words(back: Edit | None, forth: Edit | None) -> dict[str, Any]:
    """The same of edits that are known."""
    return {
        "undo": _("Undo: %(change)s", change=_change(back)) if back else "",
        "redo": _("Redo: %(change)s", change=_change(forth)) if forth else "",
        "undo_edit": back.number if back else None,
        "redo_edit": forth.number if forth else None,
    }


def _change(edit: Edit) -> str:
    """What was done to what: "moved Keynote speech", "changed 3 items"."""
    names = [_name(change) for change in edit.changes]
    many = ngettext("%(num)s item", "%(num)s items", len(names))
    phrases = {
        "move": _("moved %(what)s", what=names[0] if len(names) == 1 else many),
        "add": _("added %(what)s", what=names[0] if len(names) == 1 else many),
        "remove": _("removed %(what)s", what=names[0] if len(names) == 1 else many),
    }
    changed = _("changed %(what)s", what=names[0] if len(names) == 1 else many)
    return str(phrases.get(edit.what, changed))


def _name(change: dict[str, Any]) -> str:
    state = change["after"] or change["before"]
    given = state["title"] if change["kind"] == "session" else state["name"]
    return given if isinstance(given, str) else in_language(given, spoken_language()).text
