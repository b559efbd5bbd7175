"""What a stream shows now, and next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from eventops.agenda.models import PublishedSession
from eventops.streams.models import Stream


def broadcast(stream: Stream, sessions: Sequence[PublishedSession]) -> list[PublishedSession]:
    """Those of the sessions that the stream shows: what is only for people in the building is left out."""
    return [session for session in sessions if _is_shown(stream, session)]


def _is_shown(stream: Stream, session: PublishedSession) -> bool:
    if session.content["kind"] == "doors" or session.content["attendance_mode"] == "onsite":
        return False
    if stream.audience_id is None:
        return session.access == "public"
    return session.access == "closed" and stream.audience_id in {audience.id for audience in session.audiences}


def on_now(sessions: Sequence[PublishedSession], now: datetime) -> list[PublishedSession]:
    """Those that run at `now` (UTC)."""
    return [session for session in sessions if session.starts_at <= now < session.ends_at]


def up_next(sessions: Sequence[PublishedSession], now: datetime) -> list[PublishedSession]:
    """Those that start next after `now` (UTC): several when they start together."""
    start = min((session.starts_at for session in sessions if session.starts_at > now), default=None)
    return [session for session in sessions if session.starts_at == start]
