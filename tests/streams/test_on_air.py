"""What a stream shows now, and next."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from eventops.agenda.models import Audience, PublishedSession
from eventops.streams.models import Stream
from eventops.streams.on_air import broadcast, on_now, up_next
from tests.cast import START

WORKSHOP = Audience(id=uuid4())
BOARD = Audience(id=uuid4())


def session(name: str, starts: int, ends: int, *audiences: Audience, **content: str) -> PublishedSession:
    """A session from and to so many minutes after the start; closed when it has audiences."""
    return PublishedSession(
        access="closed" if audiences else "public",
        starts_at=START + timedelta(minutes=starts),
        ends_at=START + timedelta(minutes=ends),
        content={"title": {"en": name}, "kind": "talk", "attendance_mode": "mixed"} | content,
        audiences=list(audiences),
    )


SESSIONS = [
    session("doors", -30, 0, kind="doors"),
    session("welcome", 0, 15),
    session("lift tour", 0, 30, attendance_mode="onsite"),
    session("talk", 15, 60),
    session("chat", 15, 60, attendance_mode="online"),
    session("workshop", 60, 120, WORKSHOP),
    session("board", 60, 120, BOARD, WORKSHOP),
]


def names(sessions: list[PublishedSession]) -> list[str]:
    return [session.content["title"]["en"] for session in sessions]


def stream(audience_id: UUID | None = None) -> Stream:
    return Stream(audience_id=audience_id)


def test_broadcast_of_the_public_stream_is_the_public_part() -> None:
    """Without the closed sessions that its viewer may see elsewhere, and without what only fills the building."""
    assert names(broadcast(stream(), SESSIONS)) == ["welcome", "talk", "chat"]


def test_broadcast_of_an_audiences_stream_is_its_closed_sessions() -> None:
    """A session of two audiences is on either's stream."""
    assert names(broadcast(stream(WORKSHOP.id), SESSIONS)) == ["workshop", "board"]
    assert names(broadcast(stream(BOARD.id), SESSIONS)) == ["board"]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_on_now_is_what_has_begun_and_not_ended() -> None:
    """A session that ends gives way at that instant to the one that begins."""
    shown = broadcast(stream(), SESSIONS)
    assert names(on_now(shown, at(-1))) == []
    assert names(on_now(shown, at(0))) == ["welcome"]
    assert names(on_now(shown, at(15))) == ["talk", "chat"]
    assert names(on_now(shown, at(60))) == []


def test_up_next_is_all_that_starts_next_together() -> None:
    """Two at once are both named; after the last there is nothing."""
    shown = broadcast(stream(), SESSIONS)
    assert names(up_next(shown, at(-1))) == ["welcome"]
    assert names(up_next(shown, at(0))) == ["talk", "chat"]
    assert names(up_next(shown, at(15))) == []
