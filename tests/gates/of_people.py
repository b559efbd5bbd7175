"""Guards of people: their links, what they are admitted to, streams, tickets, letters."""

from tests.gates.guard import Guard

LINKS = "eventops/registration/links.py"
TOKENS = "eventops/registration/tokens.py"
INVITED = "eventops/registration/invitations.py"
REGISTRATION_VIEWS = "eventops/registration/views.py"
LETTERS = "eventops/registration/letters.py"
JOIN = "eventops/streams/join.py"
STREAMS = "eventops/streams/views.py"
SCAN = "eventops/checkin/scan.py"
LINK_TESTS = "tests/registration/test_links.py"
JOIN_TESTS = "tests/streams/test_join.py"
LETTER_TESTS = "tests/registration/test_letters.py"
SCAN_TESTS = "tests/checkin/test_scan.py"
RESEND_TESTS = "tests/registration/test_resend.py"


def _refusal(condition: str, name: str, file: str, tests: str) -> Guard:
    """A reason to say no."""
    return Guard(name, file, f"    if {condition}:\n", "    if False:\n", tests)


GUARDS = (
    Guard(
        "link is genuine",
        TOKENS,
        "return hmac.compare_digest(self.tag, _tag(purpose, row, self.more))",
        "return True",
        LINK_TESTS,
    ),
    Guard(
        "personal link is looked at",
        LINKS,
        "return registration if registration and token.is_of(purpose, registration) else None",
        "return registration",
        LINK_TESTS,
    ),
    Guard("confirming link keeps its date", TOKENS, ".to_bytes(8) + more", ".to_bytes(8)", LINK_TESTS),
    _refusal("now >= link.expires_at", "confirming link expires", REGISTRATION_VIEWS, "tests/test_bad_links.py"),
    Guard(
        "link is of its event",
        LINKS,
        "Registration.id == token.id, Registration.event_id == event_id)",
        "Registration.id == token.id)",
        LINK_TESTS,
    ),
    Guard(
        "link is revoked",
        TOKENS,
        "row.link_version.to_bytes(8)",
        "(1).to_bytes(8)",
        LINK_TESTS,
    ),
    Guard(
        "link needs the secret key",
        TOKENS,
        'hmac.digest(settings().secret_key.encode(), b"eventops link " + purpose.encode(), "sha256")',
        'hmac.digest(b"", b"eventops link " + purpose.encode(), "sha256")',
        LINK_TESTS,
    ),
    _refusal("registration is None", "personal link is asked for", LINKS, "tests/test_bad_links.py"),
    Guard(
        "admission is the person's own",
        INVITED,
        "Admission.registration_id == registration_id, Admission.revoked_at.is_(None)",
        "Admission.revoked_at.is_(None)",
        "tests/test_who_sees.py",
    ),
    Guard(
        "admission is revoked",
        INVITED,
        "Admission.registration_id == registration_id, Admission.revoked_at.is_(None)",
        "Admission.registration_id == registration_id",
        "tests/test_who_sees.py",
    ),
    Guard(
        "admission is for the confirmed",
        INVITED,
        ' if registration.state == "confirmed" else frozenset()',
        "",
        "tests/test_who_sees.py::test_who_is_admitted_sees_by_their_own_standing_admission_alone",
        is_short=True,
    ),
    Guard(
        "admission is to an audience of the event",
        INVITED,
        "if audience is None or audience.event_id != registration.event_id:",
        "if audience is None:",
        "tests/registration/test_my_page.py tests/test_who_sees.py",
    ),
    _refusal('registration.state == "cancelled"', "join: cancelled", JOIN, "tests/streams/test_waiting_room.py"),
    _refusal('registration.state != "confirmed"', "join: not confirmed", JOIN, JOIN_TESTS),
    _refusal('registration.attendance_mode != "online"', "join: not online", JOIN, JOIN_TESTS),
    Guard(
        "join: before",
        JOIN,
        "return Closed(Phase.BEFORE, opening.opens_at)",
        "return Open(stream.provider_url)",
        JOIN_TESTS,
    ),
    Guard(
        "join: after",
        JOIN,
        "return Closed(Phase.AFTER, opening.closes_at)",
        "return Open(stream.provider_url)",
        JOIN_TESTS,
    ),
    Guard(
        "join: stream of the event",
        JOIN,
        "Stream.id == stream_id, Stream.event_id == event_id)",
        "Stream.id == stream_id)",
        JOIN_TESTS,
    ),
    Guard(
        "join: address in order",
        STREAMS,
        "    if not is_plain_https(visit.decision.url):",
        "    if False:",
        JOIN_TESTS,
    ),
    Guard(
        "join: the provider learns no link",
        STREAMS,
        ', "Referrer-Policy": "no-referrer"}',
        "}",
        JOIN_TESTS,
    ),
    Guard(
        "provider's address stands in no page",
        STREAMS,
        "return Response(status=303, headers=headers)",
        "return Response(visit.decision.url, status=303, headers=headers)",
        JOIN_TESTS,
    ),
    Guard(
        "provider's address is told by POST alone",
        STREAMS,
        '@blueprint.post(PATH + "/join")',
        '@blueprint.route(PATH + "/join", methods=["GET", "POST"])',
        JOIN_TESTS,
    ),
    Guard(
        "provider's address is not shown in logs",
        JOIN,
        "url: str = field(repr=False)",
        "url: str",
        JOIN_TESTS,
    ),
    Guard("door: cancelled", SCAN, 'if holder.state == "cancelled":', "if False:", SCAN_TESTS),
    Guard("door: revoked", SCAN, "if holder.is_revoked:", "if False:", SCAN_TESTS),
    Guard("door: not confirmed", SCAN, 'if holder.state != "confirmed":', "if False:", SCAN_TESTS),
    Guard("door: online", SCAN, 'if holder.attendance_mode == "online":', "if False:", SCAN_TESTS),
    Guard("door: wrong day", SCAN, "if not is_open:", "if False:", SCAN_TESTS),
    Guard("door: in already", SCAN, 'return "already_in" if is_inside else None', "return None", SCAN_TESTS),
    Guard(
        "door: ticket of the event",
        "eventops/checkin/tickets.py",
        '.where(_tickets.event_id == bindparam("event_id"), is_wanted)',
        ".where(is_wanted)",
        SCAN_TESTS,
    ),
    Guard(
        "door: closed days are for the admitted",
        "eventops/checkin/doors.py",
        "days = self.days if has_admission else self.public_days",
        "days = self.days",
        SCAN_TESTS,
    ),
    Guard(
        "cancelled ticket is not shown",
        REGISTRATION_VIEWS,
        'if person.state == "confirmed" and ticket is not None and ticket.revoked_at is None else None',
        "if ticket is not None else None",
        "tests/registration/test_my_page.py",
    ),
    Guard(
        "throttle: lost links",
        "eventops/registration/resend_page.py",
        "if wait := count_resend(request.remote_addr, clock.real_now()):",
        "if wait := None:",
        RESEND_TESTS,
    ),
    Guard(
        "lost link goes once in ten minutes",
        "eventops/registration/resend.py",
        ".where(is_theirs, ~is_just_sent)",
        ".where(is_theirs)",
        RESEND_TESTS,
    ),
    Guard(
        "lost link is of the event",
        "eventops/registration/resend.py",
        '        _people.event_id == bindparam("asked_at_event", type_=_people.event_id.type),\n',
        "",
        RESEND_TESTS,
    ),
    Guard(
        "letter to who is in another state is left out",
        LETTERS,
        'return person if person.state == state else Skip(f"is {person.state}")',
        "return person",
        LETTER_TESTS,
    ),
    Guard(
        "letter to who was erased is left out",
        LETTERS,
        "if person is None or person.email == ERASED:",
        "if person is None:",
        LETTER_TESTS,
    ),
    Guard(
        "letter says what its reader may see",
        LETTERS,
        "with seeing(viewer), speaking(row.language):",
        "with speaking(row.language):",
        LETTER_TESTS,
    ),
    Guard(
        "letter is shared among those with the same rights",
        LETTERS,
        'alike = ("event words", row.event_id, viewer.audiences, row.language, zone)',
        'alike = ("event words", row.event_id, row.language, zone)',
        LETTER_TESTS,
    ),
    Guard(
        "letter's headers are read back",
        "eventops/letters/mime.py",
        "if _headers(BytesParser(policy=compat32).parsebytes(data)) != _headers(message):",
        "if False:",
        "tests/letters/test_render.py",
    ),
    Guard(
        "letter's address is an address",
        "eventops/letters/mime.py",
        "if not _ADDRESS.fullmatch(written):",
        "if False:",
        "tests/letters/test_render.py",
    ),
)
