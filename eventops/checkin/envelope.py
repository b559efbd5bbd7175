"""What a door's device sends: an envelope of scans, each read by itself so that a bad one spoils no other."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationError

MOST_SCANS = 200
LONGEST_CODE = 8192
LONGEST_SHOWN = 100
LONGEST_ECHO = 100

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class MalformedEnvelope(ValueError):
    """Nothing in the body can be read. The message says what is wrong and repeats nothing of it."""


def _instant(given: object) -> datetime:
    if not isinstance(given, str) or not _INSTANT.fullmatch(given):
        raise ValueError("must be an ISO 8601 instant with its offset, such as 2024-05-07T08:00:00Z")
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("there is no such instant") from None


def _id(given: object) -> str:
    if not isinstance(given, str) or not _UUID.fullmatch(given):
        raise ValueError("must be a UUID")
    return given


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be a plain word")
    return text


Instant = Annotated[datetime, BeforeValidator(_instant)]


class Item(BaseModel):
    """One scan as the device sent it. What it says beyond these is not looked at."""

    model_config = ConfigDict(strict=True, frozen=True)

    id: Annotated[str, BeforeValidator(_id)]
    """As written by the device, which looks for its answer by it."""
    code: Annotated[InstanceOf[str], Field(max_length=LONGEST_CODE)]
    """Any text: an instance, since text with half a surrogate pair is no text to pydantic."""
    device_time: Instant
    """By the device's own clock, in UTC."""
    kind: Literal["entry", "exit", "void"]
    shown: Annotated[str, Field(max_length=LONGEST_SHOWN), AfterValidator(_printable)] | None = None

    @property
    def scan_id(self) -> UUID:
        return UUID(self.id)

    @property
    def payload_hash(self) -> str:
        """SHA-256, in hexadecimal, of everything but the id, as JSON with sorted keys and times in UTC."""
        payload = {
            "code": self.code,
            "device_time": self.device_time.isoformat(),
            "kind": self.kind,
            "shown": self.shown,
        }
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Malformed:
    """An item that cannot be read, in the place where it stood."""

    id: str | None
    """What was given as its id where that is a short text."""
    what: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One upload of a door's device."""

    items: tuple[Item | Malformed, ...]
    device_now: datetime | None = None
    """The device's own clock at the upload, in UTC."""

    def effective_at(self, item: Item, now: datetime) -> datetime:
        """When the item was scanned, by our clock: never after `now`, which is when it was received."""
        offset = now - self.device_now if self.device_now else timedelta(0)
        try:
            return min(now, item.device_time + offset)
        except OverflowError:
            return now if offset > timedelta(0) else datetime.min.replace(tzinfo=UTC)


class _Outer(BaseModel):
    model_config = ConfigDict(strict=True)

    device_now: Instant | None = None
    scans: Annotated[list[Any], Field(min_length=1, max_length=MOST_SCANS)]


def read_envelope(body: bytes) -> Envelope:
    """The envelope in a request's body, whatever its content type says. Raises MalformedEnvelope."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedEnvelope("the body is not JSON") from None
    if not isinstance(given, dict):
        raise MalformedEnvelope("the body is not a JSON object")
    try:
        outer = _Outer.model_validate(given)
    except ValidationError as error:
        raise MalformedEnvelope(_complaint(error)) from None
    return Envelope(tuple(read_item(item) for item in outer.scans), outer.device_now)


def read_item(given: object) -> Item | Malformed:
    """One scan, or why it cannot be read."""
    if not isinstance(given, dict):
        return Malformed(None, "not an object")
    try:
        return Item.model_validate(given)
    except ValidationError as error:
        return Malformed(_echo(given.get("id")), _complaint(error))


def _echo(given: object) -> str | None:
    return given if isinstance(given, str) and len(given) <= LONGEST_ECHO else None


def _complaint(error: ValidationError) -> str:
    """The first thing wrong, without what was given, which may be a code."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}"
