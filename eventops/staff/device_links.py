"""Links by which devices are enrolled at doors, each with a PIN that is told apart from it.

Link and PIN are made of the row's id and keyed hashes (HMAC-SHA256, RFC 2104) of it, under a key for each purpose: so
nothing secret is stored, and an organiser's screen can show both again. Ten wrong PINs in a row end a link.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, Update, select, update

from eventops.config import settings
from eventops.db import db
from eventops.staff.audit import record
from eventops.staff.devices import forget_recent
from eventops.staff.models import DeviceLink, DeviceToken
from eventops.viewer import current_viewer

TRIES = 10
"""Wrong PINs in a row that end a link."""

_ID, _TAG = 16, 20
_TOKEN = re.compile(r"[A-Za-z0-9_-]{48}")


def make_link(event_id: UUID, door_ids: Iterable[UUID], now: datetime, expires_at: datetime) -> DeviceLink:
    """One more link to the doors. Call it inside write()."""
    viewer = current_viewer()
    link = DeviceLink(
        id=uuid4(),
        event_id=event_id,
        door_ids=[str(door_id) for door_id in door_ids],
        created_by=viewer.account_id if viewer else None,
        created_at=now,
        expires_at=expires_at,
    )
    db.session.add(link)
    record("staff.make_device_link", link.id, event_id=event_id, now=now, doors=len(link.door_ids))
    return link


def links_of(event_id: UUID) -> list[DeviceLink]:
    """The event's links, the newest first."""
    query = select(DeviceLink).where(DeviceLink.event_id == event_id)
    return list(db.session.scalars(query.order_by(DeviceLink.created_at.desc(), DeviceLink.id)))


def find_link(event_id: UUID, link_id: UUID) -> DeviceLink | None:
    """The event's link of that id, whether it still works or not."""
    return db.session.scalar(select(DeviceLink).where(DeviceLink.id == link_id, DeviceLink.event_id == event_id))


def link_token(link: DeviceLink) -> str:
    """What stands in the link: 48 characters."""
    return urlsafe_b64encode(link.id.bytes + _keyed_hash("token", link)[:_TAG]).decode("ascii")


def link_pin(link: DeviceLink) -> str:
    """Its PIN: six digits."""
    return f"{int.from_bytes(_keyed_hash('pin', link)) % 10**6:06}"


def is_working(link: DeviceLink, now: datetime) -> bool:
    """Whether a device can be enrolled by it."""
    return link.revoked_at is None and link.expires_at > now and link.wrong_pins < TRIES


def read_link(token: str, now: datetime) -> DeviceLink | None:
    """The link of that token, if it works; None for any other token, all alike."""
    raw = urlsafe_b64decode(token) if _TOKEN.fullmatch(token) else None
    link = db.session.get(DeviceLink, UUID(bytes=raw[:_ID])) if raw else None
    if link is None or not hmac.compare_digest(token, link_token(link)):
        return None
    return link if is_working(link, now) else None


def try_pin(link: DeviceLink, pin: str, now: datetime) -> bool | None:
    """Whether the PIN is the link's; None where the link has ended meanwhile. Call it inside write().

    Each try takes one of those that are left before it is looked at, and a right one gives all back: the row stays
    locked until the transaction ends, so tries made at once are counted one after the other.
    """
    is_open = (DeviceLink.revoked_at.is_(None), DeviceLink.expires_at > now, DeviceLink.wrong_pins < TRIES)
    if not _updated(update(DeviceLink).where(_is(link), *is_open).values(wrong_pins=DeviceLink.wrong_pins + 1)):
        return None
    is_right = hmac.compare_digest(pin.encode(), link_pin(link).encode())
    if is_right:
        _updated(update(DeviceLink).where(_is(link)).values(wrong_pins=0))
    return is_right


def revoke_link(link: DeviceLink, now: datetime) -> None:
    """End the link and the devices that were enrolled by it; twice is as once. Call it inside write()."""
    if not _updated(update(DeviceLink).where(_is(link), DeviceLink.revoked_at.is_(None)).values(revoked_at=now)):
        return
    of_link = update(DeviceToken).where(DeviceToken.link_id == link.id, DeviceToken.revoked_at.is_(None))
    devices = _updated(of_link.values(revoked_at=now))
    forget_recent()
    record("staff.revoke_device_link", link.id, event_id=link.event_id, now=now, devices=devices)


def _is(link: DeviceLink) -> ColumnElement[bool]:
    return DeviceLink.id == link.id


def _updated(statement: Update) -> int:
    """How many rows it changed."""
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount


def _keyed_hash(purpose: str, link: DeviceLink) -> bytes:
    key = hmac.digest(settings().secret_key.encode(), b"eventops device link " + purpose.encode(), "sha256")
    return hmac.digest(key, link.id.bytes, "sha256")
