"""Guards of requests: who may call, from where, and what every answer bears."""

from tests.gates.guard import Guard

ROUTES = "eventops/routes.py"
ORIGIN = "eventops/web/origin.py"
HEADERS = "eventops/web/headers.py"
LOGS = "eventops/logs.py"
MASKS = "tests/test_logs.py::test_mask_takes_out_what_belongs_to_somebody"


def _header(line: str) -> Guard:
    """A header that every answer bears."""
    name = line.split('"')[1]
    return Guard(
        f"header {name}",
        HEADERS,
        f"        {line}\n",
        "",
        "tests/web/test_headers.py::test_headers_stand_on_every_answer",
    )


def _masked(what: str, pattern: str) -> Guard:
    """A piece of a pattern of what logs do not repeat."""
    return Guard(f"log masks {what}", LOGS, pattern, "nothing like it", MASKS)


def _link_masked(what: str, word: str) -> Guard:
    """A kind of link that logs do not repeat."""
    return Guard(f"log masks {what}", LOGS, word, ")" if word.endswith(")") else "", MASKS)


GUARDS = (
    Guard(
        "routes are declared at the start",
        "eventops/__init__.py",
        "    check_declarations(app)\n",
        "",
        "tests/test_routes.py::test_route_without_a_declaration_stops_the_start",
    ),
    Guard(
        "undeclared route stops the start",
        ROUTES,
        "if found is None:\n        raise",
        "if found is None:\n        return Declaration(Caller.ANYONE)\n        raise",
        "tests/test_routes.py::test_route_without_a_declaration_stops_the_start",
    ),
    Guard(
        "route that nobody checks stops the start",
        ROUTES,
        "if declared.caller not in _enforcers:",
        "if False:",
        "tests/test_routes.py::test_route_for_callers_whom_nobody_checks_stops_the_start",
    ),
    Guard(
        "ability that nobody can have stops the start",
        ROUTES,
        "if declared.ability and declared.ability not in _abilities[declared.caller]:",
        "if False:",
        "tests/test_routes.py::test_route_with_a_misspelt_ability_stops_the_start",
    ),
    Guard(
        "each request is checked by its declaration",
        ROUTES,
        "see_as(enforcer(declaration))",
        "pass",
        "tests/test_routes.py::test_request_reads_as_the_viewer_that_its_enforcer_gives",
    ),
    Guard(
        "viewer leaves with the request",
        ROUTES,
        "            stop_seeing(token)",
        "            pass",
        "tests/test_routes.py::test_request_reads_as_the_viewer_that_its_enforcer_gives",
    ),
    Guard(
        "Origin",
        ORIGIN,
        'if origin not in (None, base_url) and not (origin == "null" and site == "same-origin"):',
        "if False:",
        "tests/test_origin.py::test_origin_of_a_change_is_checked",
    ),
    Guard(
        "Origin null",
        ORIGIN,
        '(origin == "null" and site == "same-origin")',
        '(origin == "null")',
        "tests/test_origin.py::test_origin_of_a_change_is_checked",
    ),
    Guard(
        "Sec-Fetch-Site",
        ORIGIN,
        'if site not in (None, "same-origin", "none"):',
        "if False:",
        "tests/test_origin.py::test_origin_of_a_change_is_checked",
    ),
    Guard(
        "addresses come from the settings",
        ROUTES,
        "settings().base_url + url_for(endpoint, _external=False, **values)",
        'request.host_url.rstrip("/") + url_for(endpoint, _external=False, **values)',
        "tests/test_routes.py::test_absolute_url_begins_with_the_configured_address",
    ),
    Guard(
        "forwarded addresses only from named proxies",
        "eventops/__init__.py",
        "if settings.trusted_proxies:\n        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies",
        "if True:\n        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies or 1",
        "tests/staff/test_sign_in.py::test_sign_in_believes_forwarded_addresses_of_trusted_proxies_only",
    ),
    _header('"X-Content-Type-Options": "nosniff",'),
    _header('"Referrer-Policy": "same-origin",'),
    _header('"Cross-Origin-Opener-Policy": "same-origin",'),
    _header('"Permissions-Policy": PERMISSIONS,'),
    _header('"Content-Security-Policy": POLICY,'),
    _header('"Cache-Control": "no-store",'),
    Guard(
        "header Strict-Transport-Security",
        HEADERS,
        "    if is_https:",
        "    if False:",
        "tests/web/test_headers.py::test_headers_stand_on_every_answer",
    ),
    Guard(
        "nothing inline",
        "eventops/headers.py",
        "script-src 'self'; style-src",
        "script-src 'self' 'unsafe-inline'; style-src",
        "tests/web/test_headers.py::test_headers_forbid_what_is_inline",
    ),
    Guard(
        "nobody frames a page",
        "eventops/headers.py",
        "; frame-ancestors 'none'",
        "",
        "tests/web/test_headers.py::test_headers_forbid_what_is_inline",
    ),
    Guard(
        "crash shows nothing of itself",
        "eventops/web/errors.py",
        "    return _answer(InternalServerError())",
        "    return Response(repr(error), 500)",
        "tests/web/test_errors.py::test_error_in_a_view_is_a_plain_page_and_is_logged",
    ),
    Guard(
        "bodies are limited",
        "eventops/web/errors.py",
        "request.max_content_length = request.max_form_memory_size = largest_body(current_app, request.endpoint)",
        "request.max_content_length = request.max_form_memory_size = 10**9",
        "tests/web/test_errors.py::test_error_of_a_body_too_large_is_an_answer",
    ),
    Guard("log is masked", LOGS, "text = pattern.sub(instead, text)", "pass", MASKS),
    _masked("rows that a database repeats", "Failing row contains "),
    _masked("users in URLs", "(?<=://)"),
    _masked("e-mail addresses", "(?:@|%40)"),
    _masked("ticket codes", "EO1[0-9A-Z*~$=]{20,}"),
    _link_masked("personal links", "my|"),
    _link_masked("links that confirm", "confirm|"),
    _link_masked("links of devices", "enrol|"),
    _link_masked("links of invitations", "invitation|"),
    _link_masked("links of invitations to a team", "invited|"),
    _link_masked("links of new passwords", "|reset)"),
    _masked("tokens of devices", "bearer "),
    _masked("tokens and passwords", "token|password"),
    _masked("networks", "ip="),
    Guard(
        "server's log keeps no query",
        LOGS,
        'path = environ["RAW_URI"].partition("?")[0]',
        'path = environ["RAW_URI"]',
        "tests/test_logs.py::test_server_log_keeps_the_request_and_not_who_sent_it",
    ),
)
