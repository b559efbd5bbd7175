"""Guards of the second factor, of half sign-ins, and of one's own account."""

from tests.gates.guard import Guard

FACTOR = "eventops/staff/second_factor.py"
RECOVERY = "eventops/staff/recovery.py"
STEP = "eventops/staff/second_step.py"
SIGN_IN = "eventops/staff/sign_in.py"
ACCOUNT = "eventops/staff/account.py"


def _code(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of codes themselves."""
    return Guard(name, file, text, instead, f"tests/staff/test_second_factor.py::test_{test}")


def _step(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of the second step of signing in."""
    return Guard(name, file, text, instead, f"tests/staff/test_second_step.py::test_{test}")


def _account(name: str, text: str, instead: str, test: str) -> Guard:
    """A guard of the page of one's own account."""
    return Guard(name, ACCOUNT, text, instead, f"tests/staff/test_account.py::test_{test}")


GUARDS = (
    _code(
        "code is looked at",
        FACTOR,
        "[step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]",
        "list(steps)",
        "codes_of_the_steps_beside_are_taken_and_no_others",
    ),
    _code("code is of now", FACTOR, "DRIFT = 1\n", "DRIFT = 2\n", "codes_of_the_steps_beside_are_taken_and_no_others"),
    _code(
        "code is taken once",
        FACTOR,
        "or_(Account.totp_step.is_(None), Account.totp_step < step)",
        "Account.id.is_not(None)",
        "code_is_taken_once",
    ),
    _code(
        "code is not of a disabled account",
        FACTOR,
        "Account.id == account_id, Account.disabled_at.is_(None), condition",
        "Account.id == account_id, condition",
        "code_of_a_disabled_account_is_not_taken",
    ),
    _code(
        "secret that cannot be read is not passed over",
        FACTOR,
        "    if step is None:\n        return False\n",
        "    if step is None:\n        return not secret\n",
        "secret_is_kept_encrypted_and_never_passed_over",
    ),
    _code(
        "factor takes the place of none, or of the former",
        FACTOR,
        "Account.totp_secret.is_not(None) if anew else Account.totp_secret.is_(None)",
        "Account.id.is_not(None)",
        "factor_is_set_up_where_there_is_none_and_moved_where_there_is",
    ),
    _code(
        "factor is demanded of owners",
        FACTOR,
        'or_(Membership.role == "owner", RoleDemand.role.is_not(None))',
        "RoleDemand.role.is_not(None)",
        "factor_is_demanded_of_owners_and_by_events",
    ),
    _code(
        "factor is demanded of roles",
        FACTOR,
        'or_(Membership.role == "owner", RoleDemand.role.is_not(None))',
        'Membership.role == "owner"',
        "factor_is_demanded_of_owners_and_by_events",
    ),
    _code(
        "recovery code is used once",
        RECOVERY,
        "where(*this_one, RecoveryCode.used_at.is_(None)).values",
        "where(*this_one).values",
        "recovery_codes_are_ten_and_each_good_once",
    ),
    _code(
        "only hashes of recovery codes are stored",
        RECOVERY,
        'return hmac.digest(key, account_id.bytes + code.encode(), "sha256").hex()',
        "return code",
        "recovery_codes_are_ten_and_each_good_once",
    ),
    _code(
        "recovery codes made anew end the former",
        RECOVERY,
        "    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))\n",
        "",
        "recovery_codes_made_anew_end_the_former",
    ),
    _step(
        "half sign-in opens nothing",
        SIGN_IN,
        'if _stage_at_hand() != "whole":',
        "if _stage_at_hand() is None:",
        "half_sign_in_opens_nothing_else",
    ),
    _step(
        "half sign-in is at its own stage",
        SIGN_IN,
        'if stage is None or declaration.ability not in ("", stage):',
        "if stage is None:",
        "half_sign_in_opens_nothing_else",
    ),
    _step(
        "half sign-in is short",
        SIGN_IN,
        '"code": timedelta(minutes=10)',
        '"code": timedelta(hours=10)',
        "half_sign_in_ends_by_itself",
    ),
    _step(
        "code is asked for",
        SIGN_IN,
        '    if account.totp_secret is not None:\n        return "code"\n',
        "",
        "second_step_is_asked_for_after_the_right_password",
    ),
    _step(
        "factor is to be set up first",
        SIGN_IN,
        'return "set_up" if is_demanded(account.id) else "whole"',
        'return "whole"',
        "owner_without_a_second_factor_sets_it_up_first",
    ),
    _step(
        "factor that is demanded meanwhile is to be set up",
        SIGN_IN,
        "return None if lacks_factor else (account, session)",
        "return account, session",
        "editor_who_becomes_an_owner_must_set_it_up",
    ),
    _step(
        "code is typed at the second step",
        STEP,
        "begin_session_here(account, now) if is_taken(account, typed, now) else",
        "begin_session_here(account, now) if account else",
        "second_step_refuses_a_wrong_code",
    ),
    _step(
        "factor that is set up first shows its code",
        STEP,
        'step_of(offer["secret"], normal_code(request.form.get("code", "")), now)',
        'step_of(offer["secret"], normal_code(request.form.get("code", "")), now) or 0',
        "owner_without_a_second_factor_sets_it_up_first",
    ),
    _step(
        "throttle: codes",
        STEP,
        'begin_attempt_here(account.email, "code")',
        "clock.real_now()",
        "second_step_is_slowed_down_and_never_locked",
    ),
    _step(
        "secret is offered to one browser",
        FACTOR,
        'hmac.digest(_key(b"offered"), session_id.bytes, "sha256")',
        'hmac.digest(_key(b"offered"), b"", "sha256")',
        "secret_is_offered_to_one_browser",
    ),
    _account(
        "password is asked for again: factor",
        ' | _password_errors("password")',
        "",
        "factor_is_not_set_up_otherwise",
    ),
    _account(
        "factor shows its code",
        'step = step_of(secret, normal_code(request.form.get("code", "")), now)',
        'step = step_of(secret, normal_code(request.form.get("code", "")), now) or 0',
        "factor_is_not_set_up_otherwise",
    ),
    _account(
        "factor that is moved shows the former's code",
        "if is_anew and not is_taken(",
        "if False and not is_taken(",
        "factor_is_moved_with_a_code_of_the_former_phone",
    ),
    _account(
        "password is asked for again: removing the factor",
        'if errors := _password_errors("remove_password"):',
        "if errors := dict[str, str]():",
        "factor_is_removed_where_nobody_demands_it",
    ),
    _account(
        "factor that is removed shows its code",
        'if is_right := is_taken(g.account, request.form.get("remove_code", ""), now):',
        "if is_right := True:",
        "factor_is_removed_where_nobody_demands_it",
    ),
    _account(
        "factor that is demanded stays",
        "if g.account.totp_secret is None or is_demanded(g.account.id):",
        "if g.account.totp_secret is None:",
        "factor_that_is_demanded_stays",
    ),
    _account(
        "password is asked for again: recovery codes",
        'if errors := _password_errors("codes_password"):',
        "if errors := dict[str, str]():",
        "recovery_codes_are_made_anew_with_a_code_and_the_password",
    ),
    _account(
        "code is asked for again: recovery codes",
        'is_right = is_taken(g.account, request.form.get("codes_code", ""), now)',
        "is_right = True",
        "recovery_codes_are_made_anew_with_a_code_and_the_password",
    ),
    _account(
        "password is asked for again: another password",
        '_password_errors("present") | complaints(',
        "complaints(",
        "password_that_cannot_be_changed_says_why",
    ),
    _account(
        "throttle: password asked for again",
        "now = begin_attempt_here(g.account.email)\n",
        "now = clock.real_now()\n",
        "password_is_asked_for_slowly",
    ),
    _account(
        "another password ends sessions",
        "        end_sessions_of(g.account.id, now)\n        token",
        "        token",
        "password_is_changed_and_everybody_else_is_out",
    ),
    Guard(
        "session that is ended is one's own",
        SIGN_IN,
        "(SignInSession.id == session_id) & (SignInSession.account_id == account_id)",
        "SignInSession.id == session_id",
        "tests/staff/test_account.py::test_session_of_another_browser_can_be_ended",
    ),
)
