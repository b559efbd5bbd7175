"""What happens when a code is scanned: it is judged, kept as a fact, and the door is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, or_, select

from eventops.checkin.doors import Entrance
from eventops.checkin.envelope import Envelope, Item, Malformed
from eventops.checkin.fold import Passing, fold
from eventops.checkin.models import Scan
from eventops.checkin.tickets import Holder, hold_tickets, rights_of
from eventops.db import db
from eventops.registration.models import Registration, Ticket


@dataclass(frozen=True, slots=True)
class Result:
    """What the door is told of one scan."""

    id: str
    verdict: str
    """admitted or refused."""
    reason: str | None
    """Why it is refused: one of models.REFUSALS."""
    name: str | None
    """Whose ticket it is, whatever the verdict; None for an unknown code."""
    first_scan_at: datetime | None
    """Of already_in: when the ticket came in, by the earliest entry known when this scan was judged.

    That is after this scan itself when its door was offline and another one told of a later entry first: a ticket is
    let in once, by whichever entry is uploaded first, and the record keeps both.
    """


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a scan was not taken. Nothing of it is kept."""

    id: str | None
    error: str
    """`conflict`, or `malformed: ` and what."""


class Upload(NamedTuple):
    """What came from a device at one door."""

    entrance: Entrance
    envelope: Envelope
    received_at: datetime


def record_scans(uploads: Sequence[Upload]) -> list[list[Result | Fault]]:
    """Judge and keep the scans of one event's uploads, in their order; for each upload what its door is told.

    A scan that is kept already gets the verdict it had. Call it inside write(): three statements, however many scans,
    and a fourth at a door that names closed sessions.
    Raises IntegrityError, and nothing is kept, when another transaction has just stored one of the ids.
    """
    batch = _Batch(uploads)
    results = [[batch.take(item, upload) for item in upload.envelope.items] for upload in uploads]
    batch.keep()
    return results


def find_result(door_id: UUID, scan_id: UUID) -> Result | None:
    """What the door was told of a scan that it made."""
    found = [kept for kept in _kept_before([scan_id], []) if kept.door_id == door_id]
    return _result(str(scan_id), found[0]) if found else None


class Kept(NamedTuple):
    """A scan as far as later ones are judged by it, and the name on its ticket."""

    id: UUID
    door_id: UUID
    ticket_id: UUID | None
    kind: str
    payload_hash: str
    effective_at: datetime
    verdict: str
    reason: str | None
    first_scan_at: datetime | None
    name: str | None = None


class _Batch:
    """Uploads being judged: what was known before them, and what they have added so far."""

    def __init__(self, uploads: Sequence[Upload]) -> None:
        items = [item for upload in uploads for item in upload.envelope.items if isinstance(item, Item)]
        self.holders = hold_tickets(uploads[0].entrance.event_id, {item.code for item in items})
        self.known: dict[UUID, Kept] = {}
        self.apart = uploads[0].entrance.apart
        self.passings: dict[tuple[UUID | None, UUID | None], list[Passing]] = defaultdict(list)
        self.rows: list[dict[str, Any]] = []
        tickets = {holder.ticket_id for holder in self.holders.values()}
        for kept in _kept_before({item.scan_id for item in items}, tickets):
            self._note(kept)
        asks_for_rights = any(upload.entrance.audiences is not None for upload in uploads)
        self.rights = rights_of(tickets) if asks_for_rights and tickets else {}

    def take(self, item: Item | Malformed, upload: Upload) -> Result | Fault:
        if isinstance(item, Malformed):
            return Fault(item.id, f"malformed: {item.what}")
        kept = self.known.get(item.scan_id) or self._judge(item, upload)
        if kept.door_id != upload.entrance.door_id or kept.payload_hash != item.payload_hash:
            return Fault(item.id, "conflict")
        return _result(item.id, kept)

    def keep(self) -> None:
        # In the order of their ids, so that two uploads with the same ids never wait for each other in a circle.
        if self.rows:
            db.session.connection().execute(_KEEP, sorted(self.rows, key=lambda row: row["id"]))

    def _judge(self, item: Item, upload: Upload) -> Kept:
        holder, entrance = self.holders.get(item.code), upload.entrance
        at = upload.envelope.effective_at(item, upload.received_at)
        inside_since = (
            fold(self.passings[self._inside_of(holder.ticket_id, entrance.door_id)]).since if holder else None
        )
        is_open = holder is not None and entrance.is_open_on(at, holder.has_admission)
        is_admitted = holder is not None and entrance.lets_in(self.rights.get(holder.ticket_id, ()))
        reason = refusal(holder, item.kind, is_open, inside_since is not None, is_admitted)
        kept = Kept(
            id=item.scan_id,
            door_id=entrance.door_id,
            ticket_id=holder.ticket_id if holder else None,
            kind=item.kind,
            payload_hash=item.payload_hash,
            effective_at=at,
            verdict="refused" if reason else "admitted",
            reason=reason,
            first_scan_at=inside_since if reason == "already_in" else None,
            name=holder.name if holder else None,
        )
        self._note(kept)
        self.rows.append(_row(kept, item, upload))
        return kept

    def _note(self, kept: Kept) -> None:
        self.known[kept.id] = kept
        # Who is in already was let in before: counting both makes the fold the same in whichever order they came.
        if kept.verdict == "admitted" or kept.reason == "already_in":
            place = self._inside_of(kept.ticket_id, kept.door_id)
            self.passings[place].append(Passing(kept.effective_at, kept.id, kept.kind))

    def _inside_of(self, ticket_id: UUID | None, door_id: UUID) -> tuple[UUID | None, UUID | None]:
        """The ticket, and of what it is inside: of the event, or of what one door leads to."""
        return ticket_id, door_id if door_id in self.apart else None


def _row(kept: Kept, item: Item, upload: Upload) -> dict[str, Any]:
    row = kept._asdict() | {"event_id": upload.entrance.event_id, "received_at": upload.received_at}
    del row["name"]
    return row | {"device_time": item.device_time, "shown": item.shown}


def refusal(holder: Holder | None, kind: str, is_open: bool, is_inside: bool, is_admitted: bool = True) -> str | None:
    """Why the door says no, or None. Whoever leaves with a known ticket is never refused.

    The day comes before the admission: on a day of closed sessions alone, everybody else hears what every door says.
    """
    if holder is None:
        return "unknown_code"
    if kind != "entry":
        return None
    if holder.state == "cancelled":
        return "cancelled"
    if holder.is_revoked:
        return "revoked"
    if holder.state != "confirmed":
        return "not_confirmed"
    if holder.attendance_mode == "online":
        return "online_only"
    if not is_open:
        return "wrong_time"
    if not is_admitted:
        return "not_admitted"
    return "already_in" if is_inside else None


# Made once, of bare tables, like those of tickets.py.
_scans, _tickets, _people = Scan.__table__.c, Ticket.__table__.c, Registration.__table__.c
_KEPT_ANY = select(*(_scans[name] for name in Kept._fields[:-1]), _people.name).select_from(
    Scan.__table__.outerjoin(Ticket.__table__, _tickets.id == _scans.ticket_id).outerjoin(
        Registration.__table__, _people.id == _tickets.registration_id
    )
)
_KEPT = _KEPT_ANY.where(
    or_(_scans.id.in_(bindparam("ids", expanding=True)), _scans.ticket_id.in_(bindparam("tickets", expanding=True)))
)
_KEPT_ONE = _KEPT_ANY.where(or_(_scans.id == bindparam("id"), _scans.ticket_id == bindparam("ticket")))
_KEEP = cast(Table, Scan.__table__).insert()


def _kept_before(ids: Collection[UUID], tickets: Collection[UUID]) -> list[Kept]:
    """Scans of these ids or tickets."""
    connection = db.session.connection()
    if len(ids) == len(tickets) == 1:
        rows = connection.execute(_KEPT_ONE, {"id": next(iter(ids)), "ticket": next(iter(tickets))})
    else:
        rows = connection.execute(_KEPT, {"ids": list(ids), "tickets": list(tickets)})
    return [Kept._make(row) for row in rows]


def _result(given_id: str, kept: Kept) -> Result:
    return Result(given_id, kept.verdict, kept.reason, kept.name, kept.first_scan_at)
