"""Guards of the agenda desk: what closes there closes at once, and nobody's edit is lost."""

from tests.gates.guard import Guard

DESK = "eventops/agenda"
PAGE = "tests/agenda/test_session_page.py"
LATE = "tests/agenda/test_late.py"
CHANGED = "eventops/registration/programme_changed.py"
TOLD = "tests/registration/test_programme_changed.py"

GUARDS = (
    Guard(
        "what closes by undo closes at once",
        f"{DESK}/undo_views.py",
        "publishing.narrow(sessions, now, signed_in_account()) > 0",
        "False",
        "tests/agenda/test_journal.py::test_closing_by_undo_takes_effect_at_once",
    ),
    Guard(
        "what closes by a file closes at once",
        f"{DESK}/import_file.py",
        "narrow(perhaps_closed, now)",
        "0",
        "tests/test_import_command.py::test_import_command_says_what_it_closes_at_once",
    ),
    Guard(
        "photo is of a session that one may see",
        f"{DESK}/session_page.py",
        '    if str(image_id) not in [speaker["photo"] for speaker in session.content["speakers"]]:',
        "    if False:",
        f"{PAGE}::test_photo_is_there_for_as_long_as_a_visible_session_names_it",
    ),
    Guard(
        "logo is one of the event's",
        f"{DESK}/views.py",
        '    if str(image_id) not in [organiser.get("logo") for organiser in event.organisers]:',
        "    if False:",
        f"{PAGE}::test_logo_is_there_for_as_long_as_the_event_names_it",
    ),
    Guard(
        "shift that leaks is refused",
        f"{DESK}/late_views.py",
        "    refuse_leaks(event)\n",
        "",
        f"{LATE}::test_shift_that_would_show_a_closed_session_is_not_made",
    ),
    Guard(
        "settings that leak are refused",
        f"{DESK}/settings_views.py",
        "                refuse_leaks(event)\n",
        "",
        "tests/agenda/test_settings.py::test_settings_that_would_show_a_closed_session_are_refused",
    ),
    Guard(
        "what is undone is as it was left",
        f"{DESK}/journal.py",
        "if thing is None or state(thing) != change[left]:",
        "if thing is None:",
        "tests/agenda/test_journal.py::test_what_somebody_changed_since_is_not_undone",
    ),
    Guard(
        "drag is of the revision that it began from",
        f"{DESK}/grid/move.py",
        "    if wanted.revision != session.revision:",
        "    if False:",
        "tests/agenda/test_move.py",
    ),
    Guard(
        "what is published was looked at",
        f"{DESK}/release_views.py",
        '    if request.form.get("seen") != _digest(found):',
        "    if False:",
        f"{TOLD}::test_publishing_what_nobody_looked_at_is_refused",
    ),
    Guard(
        "letter of changes is by the rights of its reader",
        CHANGED,
        "if snapshot.is_for(viewer.audiences)]",
        "]",
        f"{TOLD}::test_who_loses_the_right_before_the_letter_goes_learns_nothing",
    ),
    Guard(
        "letter of changes is silent on what closes",
        CHANGED,
        "    if change.after is None and _is_closed_to(audiences, change.session_id):",
        "    if False:",
        f"{TOLD}::test_closing_a_public_session_cancels_it_for_those_who_lose_it",
    ),
)
