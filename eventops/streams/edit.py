"""Adding streams to an event."""

from __future__ import annotations

from uuid import UUID, uuid4

from eventops.db import db
from eventops.plain_https import is_plain_https
from eventops.streams.models import Stream


class UnsafeAddress(ValueError):
    """The provider's address is not a plain https URL. The message does not repeat it."""


def add_stream(
    event_id: UUID,
    name: dict[str, str],
    provider_url: str,
    audience_id: UUID | None = None,
    *,
    opens_before_minutes: int = 15,
    closes_after_minutes: int = 30,
) -> Stream:
    """Add a stream of the event's public part or, with an audience, of that audience's closed sessions.

    Raises UnsafeAddress. Call it inside write().
    """
    if not is_plain_https(provider_url):
        raise UnsafeAddress("a stream's address must be a whole https:// URL, without user name or password")
    stream = Stream(
        id=uuid4(),
        event_id=event_id,
        audience_id=audience_id,
        name=name,
        provider_url=provider_url,
        opens_before_minutes=opens_before_minutes,
        closes_after_minutes=closes_after_minutes,
    )
    db.session.add(stream)
    db.session.flush()
    return stream
