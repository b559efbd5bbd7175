"""A door for tests: scans made at it, and the answers to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select

from eventops.checkin.doors import find_entrance
from eventops.checkin.envelope import Envelope, Item, Malformed
from eventops.checkin.models import Scan
from eventops.checkin.scan import Fault, Result
from eventops.checkin.uploads import upload
from eventops.db import db
from eventops.viewer import Viewer, seeing
from tests.apps import reading
from tests.cast import START, Conference


@contextmanager
def at_door(app: Flask, event_id: UUID) -> Iterator[None]:
    """Inside, the database is read as a device at a door of the event."""
    with app.app_context(), seeing(Viewer(event_id=event_id, role="door")):
        yield


def made(code: str, at: datetime = START, scan_id: UUID | None = None, kind: str = "entry", shown: str = "") -> Item:
    """A scan as a device made it, with an id of its own unless one is given."""
    given = {"id": str(scan_id or uuid4()), "code": code, "device_time": at.isoformat(), "kind": kind}
    return Item.model_validate(given | ({"shown": shown} if shown else {}))


def tell(
    app: Flask, cast: Conference, *items: Item | Malformed, now: datetime = START, door_id: UUID | None = None
) -> list[Result | Fault]:
    """What the main entrance, or another door, is told of the scans."""
    with at_door(app, cast.event_id):
        entrance = find_entrance(door_id or cast.door_id)
        assert entrance is not None
        return upload(entrance, Envelope(items), now)


def outcomes(results: list[Result | Fault]) -> list[str | None]:
    """The gist of each: the reason of a refusal, the error of a fault, or `admitted`."""
    return [result.error if isinstance(result, Fault) else result.reason or result.verdict for result in results]


def kept_scans(app: Flask) -> list[Scan]:
    """All scans in the database, by id."""
    with reading(app):
        return list(db.session.scalars(select(Scan).order_by(Scan.id)))
