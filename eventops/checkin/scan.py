"""What happens when a code is scanned: it is judged, kept as a fact, and the door is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError

from eventops.checkin.doors import Entrance
from eventops.checkin.envelope import Envelope, Item, Malformed
from eventops.checkin.fold import Passing, fold
from eventops.checkin.models import Scan
from eventops.checkin.tickets import Holder, hold_tickets
from eventops.db import db, write
from eventops.registration.models import Registration, Ticket

_TRIES = 5


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


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a scan was not taken. Nothing of it is kept."""

    id: str | None
    error: str
    """`conflict`, or `malformed: ` and what."""


def upload(entrance: Entrance, envelope: Envelope, now: datetime) -> list[Result | Fault]:
    """Record an envelope in a transaction of its own.

    When another upload stores a scan of the same id meanwhile, everything is judged again with that one in sight.
    """
    for _ in range(_TRIES - 1):
        try:
            with write():
                return record_scans(entrance, envelope, now)
        except IntegrityError:
            continue
    with write():
        return record_scans(entrance, envelope, now)


def record_scans(entrance: Entrance, envelope: Envelope, now: datetime) -> list[Result | Fault]:
    """Judge and keep the envelope's scans, in its order; a scan that is kept already gets the verdict it had.

    Call it inside write(): three statements, however many scans. Raises IntegrityError, and nothing is kept, when
    another transaction has just stored one of the ids.
    """
    batch = _Batch(entrance, envelope, now)
    results = [batch.take(item) for item in envelope.items]
    batch.keep()
    return results


def find_result(door_id: UUID, scan_id: UUID) -> Result | None:
    """What the door was told of a scan that it made."""
    found = db.session.execute(_kept().where(Scan.id == scan_id, Scan.door_id == door_id)).first()
    return _result(str(scan_id), found[0], found[1]) if found else None


class _Batch:
    """An envelope being judged: what was known before it, and what it has added so far."""

    def __init__(self, entrance: Entrance, envelope: Envelope, now: datetime) -> None:
        items = [item for item in envelope.items if isinstance(item, Item)]
        self.entrance, self.envelope, self.now = entrance, envelope, now
        self.holders = hold_tickets(entrance.event_id, {item.code for item in items})
        self.known: dict[UUID, tuple[Scan, str | None]] = {}
        self.passings: dict[UUID | None, list[Passing]] = defaultdict(list)
        self.new: list[Scan] = []
        tickets = {holder.ticket_id for holder in self.holders.values()}
        for scan, name in _scans_before({item.scan_id for item in items}, tickets):
            self._note(scan, name)

    def take(self, item: Item | Malformed) -> Result | Fault:
        if isinstance(item, Malformed):
            return Fault(item.id, f"malformed: {item.what}")
        if item.scan_id not in self.known:
            self._judge(item)
        scan, name = self.known[item.scan_id]
        if scan.door_id != self.entrance.door_id or scan.payload_hash != item.payload_hash:
            return Fault(item.id, "conflict")
        return _result(item.id, scan, name)

    def keep(self) -> None:
        # In the order of their ids, so that two uploads with the same ids never wait for each other in a circle.
        self.new.sort(key=lambda scan: scan.id)
        db.session.add_all(self.new)
        db.session.flush()

    def _judge(self, item: Item) -> None:
        holder = self.holders.get(item.code)
        at = self.envelope.effective_at(item, self.now)
        inside_since = fold(self.passings[holder.ticket_id]).since if holder else None
        reason = refusal(holder, item.kind, self.entrance.is_open_on(at), inside_since is not None)
        scan = Scan(
            id=item.scan_id,
            event_id=self.entrance.event_id,
            door_id=self.entrance.door_id,
            ticket_id=holder.ticket_id if holder else None,
            kind=item.kind,
            payload_hash=item.payload_hash,
            device_time=item.device_time,
            effective_at=at,
            received_at=self.now,
            shown=item.shown,
            verdict="refused" if reason else "admitted",
            reason=reason,
            first_scan_at=inside_since if reason == "already_in" else None,
        )
        self.new.append(scan)
        self._note(scan, holder.name if holder else None)

    def _note(self, scan: Scan, name: str | None) -> None:
        self.known[scan.id] = scan, name
        # Who is in already was let in before: counting both makes the fold the same in whichever order they came.
        if scan.verdict == "admitted" or scan.reason == "already_in":
            self.passings[scan.ticket_id].append(Passing(scan.effective_at, scan.id, scan.kind))


def refusal(holder: Holder | None, kind: str, is_open: bool, is_inside: bool) -> str | None:
    """Why the door says no, or None. Whoever leaves with a known ticket is never refused."""
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
    return "already_in" if is_inside else None


def _scans_before(ids: Iterable[UUID], tickets: Iterable[UUID]) -> list[tuple[Scan, str | None]]:
    """Scans of these ids or tickets, each with the name on its ticket."""
    rows = db.session.execute(_kept().where(or_(Scan.id.in_(ids), Scan.ticket_id.in_(tickets))))
    return [(row[0], row[1]) for row in rows]


def _kept() -> Select[Scan, str]:
    return (
        select(Scan, Registration.name)
        .outerjoin(Ticket, Ticket.id == Scan.ticket_id)
        .outerjoin(Registration, Registration.id == Ticket.registration_id)
    )


def _result(given_id: str, scan: Scan, name: str | None) -> Result:
    return Result(given_id, scan.verdict, scan.reason, name, scan.first_scan_at)
