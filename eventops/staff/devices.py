"""The tokens by which a door's devices call the door's endpoints."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from flask import Response, abort, g, request
from sqlalchemy import Row, bindparam, select, update

from eventops import clock
from eventops.db import db, write
from eventops.recent import Recent
from eventops.routes import Declaration, problem
from eventops.staff.audit import record
from eventops.staff.models import DeviceToken
from eventops.viewer import Viewer

LONGEST_NAME = 60
"""Characters of what a device is called."""

NAMED_FOR = timedelta(days=30)
"""After it expired."""

_recent: Recent[str, Row[UUID, UUID, list[str], datetime]] = Recent("devices")
"""Devices by their token's hash."""


def enrol(
    event_id: UUID,
    door_ids: Iterable[UUID],
    now: datetime,
    expires_at: datetime,
    *,
    name: str = "",
    link_id: UUID | None = None,
    token: str | None = None,
) -> str:
    """The token of one more device at the doors; `token` if it is given. Only its hash is kept."""
    token = token or secrets.token_urlsafe(32)
    device = DeviceToken(
        id=uuid4(),
        event_id=event_id,
        door_ids=[str(door_id) for door_id in door_ids],
        link_id=link_id,
        name=name,
        token_hash=_hashed(token),
        created_at=now,
        expires_at=expires_at,
    )
    db.session.add(device)
    by_link = {"link": link_id} if link_id else {}
    record("staff.enrol_device", device.id, event_id=event_id, now=now, doors=len(device.door_ids), **by_link)
    return token


def devices_of(event_id: UUID) -> list[DeviceToken]:
    """The event's devices, the newest first, those that are let in no more too."""
    query = select(DeviceToken).where(DeviceToken.event_id == event_id)
    return list(db.session.scalars(query.order_by(DeviceToken.created_at.desc(), DeviceToken.id)))


def find_device(event_id: UUID, device_id: UUID) -> DeviceToken | None:
    """The event's device of that id."""
    return db.session.scalar(select(DeviceToken).where(DeviceToken.id == device_id, DeviceToken.event_id == event_id))


def revoke(device_id: UUID, now: datetime) -> None:
    """From now on the device's token opens nothing; at the latest a second later. Twice is as once."""
    device = db.session.get_one(DeviceToken, device_id, with_for_update=True)
    if device.revoked_at is not None:
        return
    device.revoked_at = now
    forget_recent()
    record("staff.revoke_device", device_id, event_id=device.event_id, now=now)


def forget_names(now: datetime) -> None:
    """Drop what devices were called that expired a month ago, in a write() of its own: it may say whose they were."""
    with write():
        old = DeviceToken.expires_at <= now - NAMED_FOR
        db.session.execute(update(DeviceToken).where(old, DeviceToken.name != "").values(name=""))


def forget_recent() -> None:
    """Let this process ask anew which devices are let in."""
    _recent.forget()


def admit_device(_declaration: Declaration) -> Viewer:
    """A device of the door that the address names, by `Authorization: Bearer` (RFC 6750 section 2.1).

    Aborts with 401 for a token that is missing, unknown, expired, revoked or for other doors: all alike.
    """
    authorization = request.authorization
    token = authorization.token if authorization and authorization.type == "bearer" else None
    device = _device(token, clock.now()) if token else None
    if device is None or str((request.view_args or {}).get("door_id")) not in device.door_ids:
        abort(_unauthorized(is_token_given=bool(token)))
    g.device = device
    return Viewer(event_id=device.event_id, role="door")


# Made once, of the bare table: a door in a queue asks this all the time, and making it takes longer than asking.
_devices = DeviceToken.__table__.c
_UNREVOKED = select(_devices.id, _devices.event_id, _devices.door_ids, _devices.expires_at).where(
    _devices.token_hash == bindparam("token_hash"), _devices.revoked_at.is_(None)
)


def _device(token: str, now: datetime) -> Row[UUID, UUID, list[str], datetime] | None:
    """(id, event_id, door_ids, expires_at) of the device that the token was given to, if it is good."""
    token_hash = _hashed(token)
    device = _recent.get(token_hash)
    if device is None and (found := db.session.execute(_UNREVOKED, {"token_hash": token_hash}).first()):
        device = _recent.keep(token_hash, found)
    return device if device and device.expires_at > now else None


def _unauthorized(is_token_given: bool) -> Response:
    answer = problem(401, "Unauthorized", "Enrol this device at the door again: on the desk, under Doors.")
    challenge = 'Bearer error="invalid_token"' if is_token_given else "Bearer"
    answer.headers["WWW-Authenticate"] = challenge
    return answer


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
