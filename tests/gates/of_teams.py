"""Guards of teams: who is in them, invitations to them, and new passwords by letter."""

from tests.gates.guard import Guard

LINKS = "eventops/staff/links.py"
RESET = "eventops/staff/reset.py"
RESET_VIEWS = "eventops/staff/reset_views.py"
INVITATIONS = "eventops/staff/team_invitations.py"
INVITED = "eventops/staff/invited_views.py"
TEAM = "eventops/staff/team.py"
TEAM_VIEWS = "eventops/staff/team_views.py"
LETTERS = "eventops/staff/letters.py"
COMMAND = "eventops/staff_command.py"


def _reset(name: str, file: str, text: str, instead: str, test: str, database: str = "sqlite") -> Guard:
    """A guard of new passwords by letter."""
    return Guard(f"reset: {name}", file, text, instead, f"tests/staff/test_reset.py::test_{test}", database=database)


def _invited(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of invitations to a team."""
    return Guard(f"team invitation: {name}", file, text, instead, f"tests/staff/test_invited.py::test_{test}")


def _team(name: str, file: str, text: str, instead: str, test: str, database: str = "sqlite") -> Guard:
    """A guard of who is in a team."""
    return Guard(f"team: {name}", file, text, instead, f"tests/staff/test_team.py::test_{test}", database=database)


def _command(name: str, text: str, instead: str, test: str) -> Guard:
    """A guard of what the operator does on the server."""
    return Guard(
        f"command: {name}", "eventops/staff_command.py", text, instead, f"tests/test_staff_command.py::test_{test}"
    )


GUARDS = (
    Guard(
        "links of letters to staff are genuine",
        LINKS,
        "return content if len(content) == length and hmac.compare_digest(tag, _tag(purpose, content)) else None",
        "return content if len(content) == length else None",
        "tests/staff/test_reset.py::test_mangled_reset_links_are_missing_pages",
    ),
    _reset(
        "expires",
        RESET,
        "if opened is None or opened[1] <= real_now:",
        "if opened is None:",
        "reset_link_runs_out_after_an_hour_of_real_time",
    ),
    _reset(
        "once",
        RESET,
        "return account if account and is_mark_of(opened[2], account.password_hash) else None",
        "return account",
        "reset_link_works_once",
    ),
    _reset(
        "disabled account",
        RESET,
        "where(Account.id == opened[0], Account.disabled_at.is_(None))",
        "where(Account.id == opened[0])",
        "reset_link_of_a_disabled_account_is_dead",
    ),
    _reset(
        "two at once",
        RESET,
        "query.with_for_update() if hold else query",
        "query",
        "two_who_reset_at_once_are_one",
        database="postgresql",
    ),
    _reset(
        "ends sessions",
        RESET,
        "    end_sessions_of(account.id, real_now)\n",
        "",
        "reset_signs_out_everywhere_and_is_in_the_trail",
    ),
    _reset(
        "no letter to a disabled account",
        RESET,
        "Account.email == key_of(email), Account.disabled_at.is_(None), ~recent",
        "Account.email == key_of(email), ~recent",
        "disabled_account_is_sent_no_letter",
    ),
    _reset(
        "no letter to an account disabled meanwhile",
        LETTERS,
        "if account is None or account.disabled_at:",
        "if account is None:",
        "letter_waiting_for_an_account_disabled_meanwhile_is_not_sent",
    ),
    _reset(
        "letters are minutes apart",
        RESET,
        "Account.disabled_at.is_(None), ~recent)",
        "Account.disabled_at.is_(None))",
        "letters_to_one_account_are_minutes_apart",
    ),
    _reset(
        "throttle",
        RESET_VIEWS,
        'wait = begin_attempt(email, request.remote_addr, real_now, "reset")',
        "wait = real_now - real_now",
        "asking_is_slowed_down_and_signing_in_is_not",
    ),
    _invited(
        "expires",
        INVITATIONS,
        'return "open" if real_now < invitation.expires_at else "expired"',
        'return "open"',
        "invitation_runs_out_after_seven_days_of_real_time",
    ),
    _invited(
        "revoked",
        INVITATIONS,
        '    if invitation.revoked_at is not None:\n        return "revoked"\n',
        "",
        "revoked_invitation_opens_nothing",
    ),
    _invited(
        "once",
        INVITATIONS,
        '    if invitation.accepted_at is not None:\n        return "accepted"\n',
        "",
        "invitation_is_good_once",
    ),
    _invited(
        "of its address, on the page",
        INVITED,
        'else "join" if visitor == holder else "sign_in"',
        'else "join" if visitor else "sign_in"',
        "forwarded_invitation_lets_nobody_else_join",
    ),
    _invited(
        "of its address, when it counts",
        INVITATIONS,
        "    if account.email != invitation.email:\n        raise NotOpen\n",
        "",
        "forwarded_invitation_lets_nobody_else_join",
    ),
    _invited(
        "half sign-in does not join",
        INVITED,
        'return found[0] if found and found[1].stage == "whole" else None',
        "return found[0] if found else None",
        "half_sign_in_does_not_join",
    ),
    _invited(
        "takes no role away",
        INVITATIONS,
        "if role_in(account.id, invitation.event_id) is None:",
        "if True:",
        "invitation_takes_no_role_away",
    ),
    _invited(
        "of the event",
        TEAM_VIEWS,
        "if invitation is None or invitation.event_id != _event_id(slug):",
        "if invitation is None:",
        "invitations_of_another_event_are_not_there",
    ),
    _invited(
        "no letter after it was revoked",
        LETTERS,
        "if invitation is None or invitation.accepted_at or invitation.revoked_at:",
        "if invitation is None or invitation.accepted_at:",
        "letter_of_a_revoked_invitation_is_not_sent",
    ),
    _invited(
        "accepted stays",
        INVITATIONS,
        "    if invitation.accepted_at is not None:\n        raise NotOpen\n",
        "",
        "accepted_invitation_cannot_be_taken_back",
    ),
    _team(
        "last owner stays",
        TEAM,
        'if former == "owner" and is_last_owner(event_id, account_id):',
        "if False:",
        "last_owner_stays",
    ),
    _team(
        "disabled owner is none",
        TEAM,
        "Membership.account_id != account_id, Account.disabled_at.is_(None))",
        "Membership.account_id != account_id)",
        "last_owner_stays",
    ),
    _team(
        "one change at a time",
        TEAM,
        '    one_at_a_time(f"team {event_id}")',
        "    pass",
        "two_owners_cannot_oust_each_other_at_once",
        database="postgresql",
    ),
    _team(
        "people of the event",
        TEAM_VIEWS,
        "    if role_in(account_id, event_id) is None:\n        abort(404)\n",
        "",
        "people_of_another_event_are_nobody_here",
    ),
    _command(
        "an event keeps an owner",
        "if left_alone and not force:",
        "if False:",
        "disable_keeps_each_event_an_owner",
    ),
    _command(
        "another password ends sessions",
        "            end_sessions_of(account_id, clock.real_now())\n",
        "",
        "reset_sets_a_password_and_ends_sessions",
    ),
    _team("roles that there are", TEAM_VIEWS, "if role not in ROLES:", "if False:", "forged_forms_change_nothing"),
)
