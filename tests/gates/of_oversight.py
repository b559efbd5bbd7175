"""Guards of what is published, of looking as somebody else, and of the leak check."""

from tests.gates.guard import Guard

SESSION = "eventops/agenda/session_views.py"
RELEASE = "eventops/agenda/release_views.py"
DATA = "eventops/agenda/data.py"
EDIT = "eventops/agenda/edit.py"
PUBLISH = "eventops/agenda/publish.py"
CALENDAR = "eventops/agenda/calendar.py"
DATA = "eventops/agenda/data.py"
PROGRAMME = "eventops/agenda/programme.py"
GUISES = "eventops/oversight/guises.py"
VIEWS = "eventops/oversight/views.py"
LEAKS = "eventops/oversight/leak_check.py"


def _closed(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of closed sessions among what is published."""
    return Guard(name, file, text, instead, f"tests/agenda/test_by_invitation.py::test_{test}")


def _view_as(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of looking as somebody else."""
    return Guard(f"view as: {name}", file, text, instead, f"tests/oversight/test_view_as.py::test_view_as_{test}")


def _leaks(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of the leak check."""
    return Guard(f"leak check: {name}", file, text, instead, f"tests/oversight/test_leak_check.py::test_{test}")


GUARDS = (
    _closed(
        "closing a session takes effect at once",
        SESSION,
        "is_narrowed = narrow([session], now, signed_in_account()) > 0",
        "is_narrowed = False",
        "closing_a_session_takes_effect_at_once",
    ),
    _closed(
        "closing a session forgets what was kept of it",
        SESSION,
        "    if is_narrowed:\n        forget_renderings()\n",
        "",
        "closing_a_session_takes_effect_at_once",
    ),
    _closed(
        "taking an audience away takes effect at once",
        PUBLISH,
        'if row.access == "closed" and {a.id for a in wanted} == {a.id for a in row.audiences}:',
        'if row.access == "closed":',
        "taking_an_audience_away_takes_effect_at_once",
    ),
    _closed(
        "block that is taken away is gone at once",
        PUBLISH,
        "    if block is not None:\n        db.session.delete(block)\n",
        "",
        "taking_the_block_away_takes_effect_at_once",
    ),
    Guard(
        "entrances seen in a transaction are kept nowhere",
        "eventops/checkin/doors.py",
        "if is_inside():",
        "if False:",
        "tests/checkin/test_roster.py::test_what_was_seen_in_a_transaction_is_kept_nowhere",
    ),
    Guard(
        "closing a session waits for who publishes",
        PUBLISH,
        '    one_at_a_time(f"publish {event_id}")',
        "    pass",
        "tests/agenda/test_by_invitation.py::test_closing_a_session_while_somebody_publishes_it_closes_it",
        database="postgresql",
    ),
    _closed(
        "opening a session waits",
        PUBLISH,
        ' if row.access == "public" or audience in row.audiences]',
        "]",
        "taking_an_audience_away_takes_effect_at_once",
    ),
    _closed(
        "block is by choice",
        PUBLISH,
        'return session.access == "closed" and session.shows_block',
        'return session.access == "closed"',
        "block_is_a_change_to_publish",
    ),
    _closed(
        "block names no session, on pages",
        PROGRAMME,
        "id=block.id,",
        "id=block.session_id,",
        "block_shows_its_hours_and_nothing_else",
    ),
    _closed(
        "block names no session, in calendars",
        CALENDAR,
        'entry.add("uid", str(session.id))',
        'entry.add("uid", str(getattr(session, "session_id", session.id)))',
        "block_shows_its_hours_and_nothing_else",
    ),
    _closed(
        "block names no session, to programs",
        DATA,
        '"id": str(session.id),',
        '"id": str(getattr(session, "session_id", session.id)),',
        "block_shows_its_hours_and_nothing_else",
    ),
    _closed(
        "block counts only its own moves",
        PUBLISH,
        "elif (block.starts_at, block.ends_at) != (snapshot.starts_at, snapshot.ends_at):",
        "else:",
        "block_counts_only_its_own_moves",
    ),
    _closed(
        "closed session is neutral in calendars",
        CALENDAR,
        'return session.access == "public" or bool(session.content.get("in_calendars"))',
        "return True",
        "calendar_of_a_closed_session_is_neutral_unless_asked",
    ),
    _closed(
        "closed session has an audience",
        EDIT,
        "    elif not named:",
        "    elif False:",
        "session_form_refuses_what_nobody_could_see",
    ),
    _closed(
        "closed session's audience is of the event",
        EDIT,
        "if len(named) != len(set(form.audience_ids)):",
        "if False:",
        "session_form_refuses_an_audience_of_elsewhere",
    ),
    Guard(
        "what is kept for strangers was made for strangers",
        "eventops/agenda/public_pages.py",
        "if asked is None or response.status_code != 200 or is_inside():",
        "if response.status_code != 200 or is_inside():",
        "tests/agenda/test_kept_pages.py::test_page_for_staff_or_guests_is_not_kept",
    ),
    _view_as(
        "kept from strangers",
        "eventops/agenda/public_pages.py",
        "response.status_code != 200 or is_inside():",
        "response.status_code != 200:",
        "is_kept_from_everybody_else",
    ),
    _view_as(
        "kept by nobody",
        VIEWS,
        '    answer.headers["Cache-Control"] = "no-store"\n',
        "",
        "is_kept_from_everybody_else",
    ),
    _view_as(
        "comes from inside alone",
        "eventops/routes.py",
        'STAND_IN = "eventops.stand_in"',
        'STAND_IN = "HTTP_EVENTOPS_STAND_IN"',
        "is_asked_for_by_no_header",
    ),
    _view_as(
        "public and personal pages alone",
        GUISES,
        "if declaration.caller is Caller.PERSONAL and self.person:",
        "if self.person:",
        "only_looks",
    ),
    _view_as(
        "strangers have no page",
        GUISES,
        "if declaration.caller is Caller.PERSONAL and self.person:",
        "if declaration.caller is Caller.PERSONAL:",
        "only_looks",
    ),
    _view_as(
        "of the event",
        GUISES,
        'if (request.view_args or {}).get("slug") != self.event.slug:',
        "if False:",
        "only_looks",
    ),
    _view_as(
        "public pages are strangers'",
        GUISES,
        "return ANONYMOUS",
        "return self.viewer",
        "shows_what_that_viewer_gets",
    ),
    _view_as(
        "for the event's team",
        VIEWS,
        '@staff("see_agenda")\ndef view_as',
        "@staff()\ndef view_as",
        "is_for_the_event_s_team",
    ),
    _view_as(
        "the desk stays the account's",
        "eventops/inside.py",
        "        g.__dict__.clear()\n        g.__dict__.update(outer)\n",
        "        pass\n",
        "leaves_the_desk_as_it_was",
    ),
    Guard(
        "restricted: people are for who may see people",
        VIEWS,
        'return bool(viewer and viewer.role and can(viewer.role, "see_people"))',
        "return True",
        "tests/oversight/test_restricted.py::test_restricted_tells_observers_no_names",
    ),
    _leaks("publishing asks", RELEASE, "            refuse_leaks(event)\n", "", "publishing_refuses_what_would_leak"),
    _leaks(
        "what would leak is not published",
        RELEASE,
        "            refuse_leaks(event)\n",
        "        refuse_leaks(event)\n",
        "publishing_refuses_what_would_leak",
    ),
    _leaks(
        "finds",
        LEAKS,
        'dict.fromkeys(wanted.findall(text.replace(normal(address), ""))) if wanted else {}',
        "dict[str, None]()",
        "leak_check_names_address_word_and_reader",
    ),
    _leaks(
        "who may read what",
        "eventops/oversight/closed_words.py",
        "found = [phrase for phrase, who in self.phrases.items() if not who & audiences]",
        "found = [phrase for phrase, who in self.phrases.items() if not audiences]",
        "leak_check_knows_who_may_read_what",
    ),
    _leaks(
        "reads letters",
        LEAKS,
        "        yield from _letters(event, words, now)\n",
        "",
        "leak_check_finds_nothing_where_nothing_leaks",
    ),
    _leaks(
        "reads rosters",
        LEAKS,
        "        yield from _rosters(event, addresses, words)\n",
        "",
        "leak_check_finds_nothing_where_nothing_leaks",
    ),
    _leaks(
        "command says no",
        "eventops/leak_command.py",
        "return leaks == 0",
        "return True",
        "leak_check_command_says_what_leaks",
    ),
)
