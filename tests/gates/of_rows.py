"""Guards of rows: who sees what, and that looking changes nothing."""

from tests.gates.guard import Guard

PROTECTED = "eventops/protected.py"
VISIBLE = "eventops/agenda/visibility.py"
STREAMS = "eventops/streams/models.py"
SHAPES = "tests/test_protected.py::test_protected_stranger_gets_what_is_public_by_every_shape_of_query"
SEEN = "tests/test_who_sees.py::test_who_sees_which_rows_is_as_the_table_says"
TABLES = "tests/test_query_shapes.py::test_protected_tables_are_those_of_the_list"


def _protected(name: str, text: str, instead: str) -> Guard:
    """A table of invitations that only staff of the event read."""
    return Guard(f"{name} is protected", "eventops/registration/models.py", f"in {text}:", f"in {instead}:", TABLES)


GUARDS = (
    Guard(
        "viewer filter",
        PROTECTED,
        "state.statement = state.statement.options(*_filters(viewer))",
        "pass",
        SHAPES,
        is_short=True,
    ),
    Guard(
        "viewer filter on what is loaded anew",
        PROTECTED,
        "state.statement = state.statement.where(visible_to(model, viewer))  # type: ignore[attr-defined]",
        "pass",
        "tests/test_protected.py::test_protected_object_is_loaded_anew_for_its_viewer",
    ),
    Guard(
        "viewer filter on what memory holds",
        "eventops/db.py",
        "if mapper.class_ in asked_each_time and not (viewer and viewer.is_system):",
        "if False:",
        SHAPES,
    ),
    Guard(
        "cursor check: no viewer",
        PROTECTED,
        "    if viewer is None:\n        raise NotFiltered",
        "    if viewer is None:\n        return\n        raise NotFiltered",
        "tests/test_protected.py::test_protected_nobody_in_particular_gets_nothing_by_any_shape_of_query",
    ),
    Guard("cursor check: not filtered", PROTECTED, "if found.unfiltered:", "if False:", SHAPES),
    Guard(
        "cursor check: written by visitors",
        PROTECTED,
        "if found.written and not viewer.is_staff:",
        "if False:",
        SHAPES,
    ),
    Guard("cursor check is there", "eventops/__init__.py", "    guard(app)\n", "", SHAPES),
    Guard(
        "mark is of its own SELECT",
        "eventops/marks.py",
        "next(self.numbers) if following in _QUERIES else self.scopes[-1]",
        "self.scopes[-1]",
        "tests/test_protected.py::test_marks_count_in_their_own_select_under_their_own_name",
    ),
    Guard(
        "desk is for staff",
        VISIBLE,
        "return model.event_id == viewer.event_id if viewer.is_staff else false()",
        "return model.event_id == viewer.event_id",
        SEEN,
    ),
    Guard(
        "desk is for staff of the event",
        VISIBLE,
        "return model.event_id == viewer.event_id if viewer.is_staff else false()",
        "return model.event_id.is_not(None) if viewer.is_staff else false()",
        SEEN,
    ),
    Guard(
        "unpublished event is unknown to strangers",
        VISIBLE,
        "else (Event.published_at.is_not(None))",
        "else (Event.id.is_not(None))",
        SEEN,
    ),
    Guard(
        "unpublished event is unknown to others' people",
        VISIBLE,
        "or_(Event.published_at.is_not(None), Event.id == viewer.event_id)",
        "Event.id.is_not(None)",
        SEEN,
    ),
    Guard(
        "audience is known to its members alone",
        VISIBLE,
        "else Audience.id.in_(viewer.audiences)",
        "else Audience.id.is_not(None)",
        SEEN,
    ),
    Guard(
        "closed session is of the staff's own event",
        VISIBLE,
        'return or_(PublishedSession.access == "public", PublishedSession.event_id == viewer.event_id)',
        "return PublishedSession.id.is_not(None)",
        SEEN,
    ),
    Guard(
        "closed session is unknown to strangers",
        VISIBLE,
        'if not viewer.audiences:\n        return PublishedSession.access == "public"',
        "if not viewer.audiences:\n        return PublishedSession.id.is_not(None)",
        SEEN,
    ),
    Guard(
        "closed session is for its own audience",
        VISIBLE,
        "published_session_audiences.c.audience_id.in_(viewer.audiences)",
        "published_session_audiences.c.audience_id.is_not(None)",
        SEEN,
    ),
    Guard(
        "closed session is of the member's own event",
        VISIBLE,
        "and_(PublishedSession.event_id == viewer.event_id, PublishedSession.id.in_(admitted))",
        "PublishedSession.id.in_(admitted)",
        SEEN,
    ),
    Guard(
        "closed stream is unknown to strangers",
        STREAMS,
        "public = Stream.audience_id.is_(None)",
        "public = Stream.id.is_not(None)",
        SEEN,
    ),
    Guard(
        "closed stream is for its own audience",
        STREAMS,
        "Stream.audience_id.in_(viewer.audiences)",
        "Stream.audience_id.is_not(None)",
        SEEN,
    ),
    Guard(
        "closed stream is of the member's own event",
        STREAMS,
        "and_(Stream.event_id == viewer.event_id, Stream.audience_id.in_(viewer.audiences))",
        "Stream.audience_id.in_(viewer.audiences)",
        SEEN,
    ),
    Guard(
        "door is protected",
        "eventops/checkin/models.py",
        "protect(Door, lambda viewer: of_their_event(Door, viewer))\n",
        "",
        TABLES,
    ),
    Guard(
        "door's sessions are protected",
        "eventops/checkin/models.py",
        "protect_table(door_sessions.name)\n",
        "",
        TABLES,
    ),
    Guard(
        "links of sessions are protected",
        VISIBLE,
        "    protect_table(table.name)",
        "    pass",
        TABLES,
    ),
    _protected("Invitation", "(Invitation, Substitute, GuestList)", "(Substitute, GuestList)"),
    _protected("Substitute", "(Invitation, Substitute, GuestList)", "(Invitation, GuestList)"),
    _protected("GuestList", "(Invitation, Substitute, GuestList)", "(Invitation, Substitute)"),
    Guard(
        "GET opens no write()",
        "eventops/db.py",
        'if has_request_context() and request.method in ("GET", "HEAD", "OPTIONS"):',
        "if False:",
        "tests/test_db.py::test_get_cannot_open_write",
    ),
    Guard(
        "GET only reads, on SQLite",
        "eventops/db.py",
        "PRAGMA query_only=ON",
        "PRAGMA query_only=OFF",
        "tests/test_db.py::test_database_refuses_what_is_written_outside_write",
    ),
    Guard(
        "GET only reads, on PostgreSQL",
        "eventops/db.py",
        " -c default_transaction_read_only=on",
        "",
        "tests/test_db.py::test_database_refuses_what_is_written_outside_write",
        database="postgresql",
    ),
)
