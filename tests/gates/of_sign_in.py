"""Guards of signing in: sessions, passwords, forms, cookies, the way on."""

from tests.gates.guard import Guard

SIGN_IN = "eventops/staff/sign_in.py"
VIEWS = "eventops/staff/views.py"
ACCOUNTS = "eventops/staff/accounts.py"
THROTTLE = "eventops/staff/throttle.py"
SIGNING_IN = "tests/staff/test_sign_in.py"
KNOWN = "tests/staff/test_known_browser.py"
KNOWN_BROWSER = "eventops/staff/known_browser.py"

GUARDS = (
    Guard(
        "role is asked for",
        SIGN_IN,
        "if role is None:\n        abort(404)",
        'if role is None:\n        role = "observer"',
        f"{SIGNING_IN}::test_desk_of_another_event_is_as_missing_as_none",
    ),
    Guard(
        "event without a role is as missing",
        SIGN_IN,
        "if role is None:\n        abort(404)",
        "if role is None:\n        abort(403)",
        f"{SIGNING_IN}::test_desk_of_another_event_is_as_missing_as_none",
    ),
    Guard(
        "ability is asked for",
        SIGN_IN,
        "if declaration.ability and not can(role, declaration.ability):",
        "if False:",
        f"{SIGNING_IN}::test_desk_refuses_to_change_what_the_role_may_only_see",
    ),
    Guard(
        "role counts in its own event",
        ACCOUNTS,
        ".where(Membership.account_id == account_id, Membership.event_id == event_id)\n    return",
        ".where(Membership.account_id == account_id)\n    return",
        f"{SIGNING_IN}::test_desk_of_another_event_is_as_missing_as_none",
    ),
    Guard(
        "disabled account is out",
        SIGN_IN,
        ", *_alive(now), Account.disabled_at.is_(None))",
        ", *_alive(now))",
        f"{SIGNING_IN}::test_session_of_a_disabled_account_opens_nothing",
    ),
    Guard(
        "ended session is out",
        SIGN_IN,
        "expires_at > now, SignInSession.ended_at.is_(None)",
        "expires_at > now,",
        f"{SIGNING_IN}::test_sign_in_again_replaces_the_browsers_session",
    ),
    Guard(
        "session expires",
        SIGN_IN,
        "SignInSession.expires_at > now, SignInSession.ended_at.is_(None)",
        "SignInSession.ended_at.is_(None),",
        f"{SIGNING_IN}::test_sign_in_ends_after_twelve_hours_of_real_time",
    ),
    Guard(
        "disabling ends sessions",
        SIGN_IN,
        "or now\n    end_sessions_of(account_id, now)\n",
        "or now\n",
        f"{SIGNING_IN}::test_disabling_an_account_ends_its_sessions_at_once",
    ),
    Guard(
        "session from before signing in is replaced",
        SIGN_IN,
        "    end_session(former_token, now)\n",
        "",
        f"{SIGNING_IN}::test_sign_in_again_replaces_the_browsers_session",
    ),
    Guard(
        "form token from before signing in is replaced",
        VIEWS,
        "    keep_token(response, token)\n    forget_token()\n",
        "    keep_token(response, token)\n",
        f"{SIGNING_IN}::test_sign_in_again_replaces_the_browsers_session",
    ),
    Guard(
        "signing out ends the session",
        VIEWS,
        "        end_session(token_at_hand(), clock.real_now())",
        "        pass",
        f"{SIGNING_IN}::test_sign_out_ends_the_session",
    ),
    Guard(
        "only hashes of sessions are stored",
        SIGN_IN,
        "return hashlib.sha256(token.encode()).hexdigest()",
        "return token",
        f"{SIGNING_IN}::test_sign_in_stores_only_the_hash_of_its_token",
    ),
    Guard(
        "form token",
        "eventops/staff/csrf.py",
        '            abort(403, "stale_form")',
        "            pass",
        "tests/staff/test_csrf.py::test_csrf_every_form_for_staff_needs_its_token",
    ),
    Guard(
        "form token is asked of those who sign in",
        "eventops/staff/csrf.py",
        "Caller.STAFF, Caller.SIGNING_IN, Caller.HALF_SIGNED_IN",
        "Caller.STAFF, Caller.HALF_SIGNED_IN",
        "tests/staff/test_csrf.py::test_csrf_every_form_for_staff_needs_its_token",
    ),
    Guard(
        "form token is asked of half sign-ins",
        "eventops/staff/csrf.py",
        "Caller.STAFF, Caller.SIGNING_IN, Caller.HALF_SIGNED_IN",
        "Caller.STAFF, Caller.SIGNING_IN",
        "tests/staff/test_csrf.py::test_csrf_second_step_needs_its_token",
    ),
    Guard(
        "password is verified",
        ACCOUNTS,
        "except (VerificationError, InvalidHashError):\n        return False",
        "except (VerificationError, InvalidHashError):\n        return account is not None",
        "tests/staff/test_accounts.py::test_password_is_verified_to_the_letter",
    ),
    Guard(
        "unknown address takes as long",
        ACCOUNTS,
        "    stand_in = _nobodys_hash()\n",
        "    stand_in = _nobodys_hash()\n    if account is None:\n        return False\n",
        f"{SIGNING_IN}::test_sign_in_answers_known_and_unknown_addresses_alike",
    ),
    Guard(
        "disabled account takes as long",
        VIEWS,
        "if not verified(account, password) or account is None or account.disabled_at:",
        "if account is None or account.disabled_at or not verified(account, password):",
        f"{SIGNING_IN}::test_sign_in_answers_known_and_unknown_addresses_alike",
    ),
    Guard(
        "disabled account cannot sign in",
        VIEWS,
        """ or account.disabled_at:
        return None
    found, new_hash = account.password_hash, new_hash_if_outdated(account, password)
    with write():
        # Locked: who disables the account or changes its password at this moment ends this session too.
        account = db.session.get_one(Account, account.id, with_for_update=True)
        if account.password_hash != found or account.disabled_at:
""",
        """:
        return None
    found, new_hash = account.password_hash, new_hash_if_outdated(account, password)
    with write():
        account = db.session.get_one(Account, account.id, with_for_update=True)
        if account.password_hash != found:
""",
        f"{SIGNING_IN}::test_disabling_an_account_ends_its_sessions_at_once",
    ),
    Guard(
        "throttle: account",
        THROTTLE,
        "max(_account_wait(_failures(account, now), now), of_network)",
        "of_network",
        f"{SIGNING_IN}::test_sign_in_is_slowed_down_with_plain_words",
    ),
    Guard(
        "throttle: network",
        THROTTLE,
        "max(_account_wait(_failures(account, now), now), of_network)",
        "_account_wait(_failures(account, now), now)",
        "tests/staff/test_throttle.py::test_throttle_counts_networks_as_they_are_given_out",
    ),
    Guard(
        "throttle: strangers do not shut a known browser out",
        THROTTLE,
        'return _keyed(f"{what} browser {browser}" if browser else f"{what} account {key_of(email)}")',
        'return _keyed(f"{what} account {key_of(email)}")',
        f"{KNOWN}::test_known_browser_does_not_wait_for_what_strangers_fail",
    ),
    Guard(
        "throttle: known browsers' own failures",
        THROTTLE,
        "max(_account_wait(_failures(account, now), now), of_network)",
        "of_network",
        f"{KNOWN}::test_known_browser_waits_for_its_own_failures",
    ),
    Guard(
        "throttle: browsers are known for one account",
        KNOWN_BROWSER,
        'account is not None and hmac.compare_digest(read["tag"], _tag(account, read["said"]))',
        "account is not None",
        f"{KNOWN}::test_browser_is_known_for_one_account_alone",
    ),
    Guard(
        "throttle: browsers are known for half a year",
        KNOWN_BROWSER,
        ' or now.timestamp() >= int(read["at"]) + LASTS.total_seconds():',
        ":",
        f"{KNOWN}::test_browser_is_known_for_half_a_year",
    ),
    Guard(
        "throttle: no browser is known for another password or second factor",
        KNOWN_BROWSER,
        "{account.id} {account.password_hash} {account.totp_secret}",
        "{account.id}",
        f"{KNOWN}::test_no_browser_stays_known_when_the_password_or_the_factor_changes",
    ),
    Guard(
        "throttle: letters make no browser known for codes",
        KNOWN_BROWSER,
        'what not in PROOFS[read["proof"]] or ',
        "",
        f"{KNOWN}::test_letter_makes_a_browser_known_for_the_password_alone",
    ),
    Guard(
        "throttle: half sign-ins make no browser known",
        VIEWS,
        '    if stage == "whole":\n        remember_browser',
        "    if stage:\n        remember_browser",
        f"{KNOWN}::test_half_sign_in_makes_no_browser_known",
    ),
    Guard(
        "throttle: at once, in all processes",
        THROTTLE,
        "    one_at_a_time(account, network)\n",
        "",
        "tests/staff/test_throttle.py::test_throttle_waits_for_an_attempt_that_is_being_counted",
        database="postgresql",
    ),
    Guard(
        "throttle: sign-ups",
        "eventops/registration/views.py",
        "if wait := count_sign_up(request.remote_addr, clock.real_now()):",
        "if wait := None:",
        "tests/registration/test_sign_up.py::test_network_that_signs_up_too_many_has_to_wait",
    ),
    Guard(
        "throttle keeps no addresses",
        THROTTLE,
        'return hmac.digest(settings().secret_key.encode(), text.encode(), "sha256").hex()',
        "return text[-64:]",
        "tests/staff/test_throttle.py::test_throttle_keeps_neither_addresses_nor_networks",
    ),
    Guard(
        "cookie of this host",
        SIGN_IN,
        '"__Host-eventops" if settings().is_https',
        '"eventops" if settings().is_https',
        f"{SIGNING_IN}::test_sign_in_cookies_belong_to_the_host_under_https",
    ),
    Guard(
        "cookie is kept from scripts",
        SIGN_IN,
        "response.set_cookie(cookie_name(), token, secure=secure, httponly=True,",
        "response.set_cookie(cookie_name(), token, secure=secure,",
        f"{SIGNING_IN}::test_sign_in_cookie_is_kept_from_scripts_and_other_sites",
    ),
    Guard(
        "cookie travels over HTTPS alone",
        SIGN_IN,
        "response.set_cookie(cookie_name(), token, secure=secure,",
        "response.set_cookie(cookie_name(), token,",
        f"{SIGNING_IN}::test_sign_in_cookies_belong_to_the_host_under_https",
    ),
    Guard(
        "cookie is kept from other sites",
        SIGN_IN,
        'token, secure=secure, httponly=True, samesite="Lax")',
        "token, secure=secure, httponly=True)",
        f"{SIGNING_IN}::test_sign_in_cookie_is_kept_from_scripts_and_other_sites",
    ),
    Guard(
        "way on after signing in is ours",
        SIGN_IN,
        'safe_target(request.args.get("next", ""))',
        'request.args.get("next", "")',
        f"{SIGNING_IN}::test_desk_form_without_a_session_leads_to_sign_in_alone",
    ),
    Guard(
        "way on: plain path",
        SIGN_IN,
        "if not _TARGET.fullmatch(target):",
        "if not target:",
        f"{SIGNING_IN}::test_sign_in_leads_on_to_pages_of_ours_alone",
    ),
    Guard(
        "way on: for staff",
        SIGN_IN,
        'return target if is_for_staff or endpoint == "staff.invited" else None',
        "return target",
        f"{SIGNING_IN}::test_sign_in_leads_on_to_pages_of_ours_alone",
    ),
    Guard(
        "way on: a page that there is",
        SIGN_IN,
        "except HTTPException:\n        return None",
        "except HTTPException:\n        return target",
        f"{SIGNING_IN}::test_sign_in_leads_on_to_pages_of_ours_alone",
    ),
)
