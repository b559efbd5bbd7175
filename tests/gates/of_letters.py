"""Guards of what reaches people: streams, tickets, letters."""

from tests.gates.guard import Guard

REGISTRATION_VIEWS = "eventops/registration/views.py"
LETTERS = "eventops/registration/letters.py"
RESEND = "eventops/registration/resend.py"
JOIN = "eventops/streams/join.py"
STREAMS = "eventops/streams/views.py"


def _refusal(condition: str, name: str, tests: str) -> Guard:
    """A reason not to let somebody into a stream."""
    return Guard(f"join: {name}", JOIN, f"    if {condition}:\n", "    if False:\n", tests)


GUARDS = (
    _refusal(
        'registration.state == "cancelled"',
        "cancelled",
        "tests/streams/test_waiting_room.py::test_refusal_names_the_reason_and_no_stream",
    ),
    _refusal(
        'registration.state != "confirmed"', "not confirmed", "tests/streams/test_join.py::test_join_follows_the_matrix"
    ),
    _refusal(
        'registration.attendance_mode != "online"',
        "not online",
        "tests/streams/test_join.py::test_join_follows_the_matrix",
    ),
    Guard(
        "join: before",
        JOIN,
        "return Closed(Phase.BEFORE, opening.opens_at)",
        "return Open(stream.provider_url)",
        "tests/streams/test_join.py::test_join_follows_the_matrix",
    ),
    Guard(
        "join: after",
        JOIN,
        "return Closed(Phase.AFTER, opening.closes_at)",
        "return Open(stream.provider_url)",
        "tests/streams/test_join.py::test_join_follows_the_matrix",
    ),
    Guard(
        "join: stream of the event",
        JOIN,
        "Stream.id == stream_id, Stream.event_id == event_id)",
        "Stream.id == stream_id)",
        "tests/streams/test_join.py::test_join_knows_no_stream_of_another_event",
    ),
    Guard(
        "join: address in order",
        STREAMS,
        "    if not is_plain_https(visit.decision.url):",
        "    if False:",
        "tests/streams/test_join.py::test_join_checks_the_address_again",
    ),
    Guard(
        "join: the provider learns no link",
        STREAMS,
        ', "Referrer-Policy": "no-referrer"}',
        "}",
        "tests/streams/test_join.py::test_join_sends_on_without_leaving_a_trace",
    ),
    Guard(
        "provider's address stands in no page",
        STREAMS,
        "return Response(status=303, headers=headers)",
        "return Response(visit.decision.url, status=303, headers=headers)",
        "tests/streams/test_join.py::test_join_follows_the_matrix",
    ),
    Guard(
        "provider's address is told by POST alone",
        STREAMS,
        '@blueprint.post(PATH + "/join")',
        '@blueprint.route(PATH + "/join", methods=["GET", "POST"])',
        "tests/streams/test_join.py::test_join_takes_nothing_but_post",
    ),
    Guard(
        "provider's address is not shown in logs",
        JOIN,
        "url: str = field(repr=False)",
        "url: str",
        "tests/streams/test_join.py::test_join_that_is_open_does_not_repeat_the_address_where_it_is_written_out",
    ),
    Guard(
        "cancelled ticket is not shown",
        REGISTRATION_VIEWS,
        'if person.state == "confirmed" and ticket is not None and ticket.revoked_at is None else None',
        "if ticket is not None else None",
        "tests/registration/test_my_page.py::test_ticket_shows_to_who_is_confirmed_and_has_a_valid_one",
    ),
    Guard(
        "throttle: lost links",
        "eventops/registration/resend_page.py",
        "if wait := count_resend(request.remote_addr, clock.real_now()):",
        "if wait := None:",
        "tests/registration/test_resend.py::test_network_that_asks_too_often_has_to_wait",
    ),
    Guard(
        "lost link goes once in ten minutes",
        RESEND,
        ".where(is_theirs, ~is_just_sent)",
        ".where(is_theirs)",
        "tests/registration/test_resend.py::test_link_is_sent_once_in_ten_minutes",
    ),
    Guard(
        "lost link is not for who cancelled",
        RESEND,
        '        or_(_people.state == "confirmed", and_(_people.state == "pending", _CONFIRM_UNTIL > _NOW)),\n',
        "",
        "tests/registration/test_resend.py::test_others_get_no_letter",
    ),
    Guard(
        "lost link is of the event",
        RESEND,
        '        _people.event_id == bindparam("asked_at_event", type_=_people.event_id.type),\n',
        "",
        "tests/registration/test_resend.py::test_link_is_of_the_event_that_was_asked",
    ),
    Guard(
        "letter to who is in another state is left out",
        LETTERS,
        'return person if person.state == state else Skip(f"is {person.state}")',
        "return person",
        "tests/registration/test_letters.py::test_ticket_and_link_do_not_reach_who_has_cancelled",
    ),
    Guard(
        "letter to who was erased is left out",
        LETTERS,
        "if person is None or person.email == ERASED:",
        "if person is None:",
        "tests/registration/test_letters.py::test_letter_to_who_was_erased_is_left_out",
    ),
    Guard(
        "letter says what its reader may see",
        LETTERS,
        "with seeing(viewer), speaking(row.language):",
        "with speaking(row.language):",
        "tests/registration/test_letters.py::test_confirmation_names_closed_sessions_to_the_invited_alone",
    ),
    Guard(
        "letter is shared among those with the same rights",
        LETTERS,
        'alike = ("event words", row.event_id, viewer.audiences, row.language, zone)',
        'alike = ("event words", row.event_id, row.language, zone)',
        "tests/registration/test_letters.py::test_letters_delivered_together_share_nothing_across_rights",
    ),
    Guard(
        "letter's headers are read back",
        "eventops/letters/mime.py",
        "if _headers(BytesParser(policy=compat32).parsebytes(data)) != _headers(message):",
        "if False:",
        "tests/letters/test_render.py::test_serialise_refuses_header_that_would_be_read_as_another",
    ),
    Guard(
        "letter's address is an address",
        "eventops/letters/mime.py",
        "if not _ADDRESS.fullmatch(written):",
        "if False:",
        "tests/letters/test_render.py::test_render_refuses_what_is_no_address",
    ),
)
