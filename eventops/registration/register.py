"""Signing up, confirming the address, cancelling. Call each inside write(); each may be called twice."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import NamedTuple, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from eventops.agenda.events import last_day, public_window
from eventops.agenda.models import Event
from eventops.db import db
from eventops.letters.outbox import queue
from eventops.registration.address import email_key
from eventops.registration.form import SignUpForm
from eventops.registration.grants import take_up_grants
from eventops.registration.links import CONFIRM_WITHIN, event_of
from eventops.registration.models import Registration
from eventops.registration.ticket import issue
from eventops.registration.tokens import Linked
from eventops.times import reader_zone, to_instant

LETTERS_AFTER = (timedelta(minutes=10), timedelta(hours=1))
"""How long after signing up, signing up again sends the same person another letter; then once a day."""


def sign_up_ends_at(event: Event) -> datetime:
    """Until when people may sign up and confirm: the end of the public part."""
    window = public_window(event)
    return window.ends_at if window else day_ends_at(event)


def day_ends_at(event: Event) -> datetime:
    """When the event's last day is over, in its home zone. Then there is nothing left to cancel or to write about."""
    midnight = datetime.combine(last_day(event) + timedelta(days=1), time())
    return to_instant(midnight, event.home_zone, "earlier")


class _Stored(NamedTuple):
    """What signing up needs to know of a registration; making the whole of it would take longer than storing it."""

    id: UUID
    event_id: UUID
    state: str
    created_at: datetime


def sign_up(event: Event, form: SignUpForm, now: datetime) -> UUID:
    """Register the person, or take up the registration that the address has; a letter follows in either case.

    Nobody is registered before the address is confirmed, so until then the latest form counts, but letters go to the
    address as it was first spelt, and who has cancelled has done so. Who is confirmed stays as they are, whoever fills
    in a form with their address. `form` has no complaints, and sign-up has not ended. Gives the registration's id.
    """
    person = _registered(event, form, now)
    key = _letter_key(person, now)
    if person.state == "confirmed":
        _write_to(person, "already_registered", key, now, day_ends_at(event))
    else:
        _write_to(person, "confirm_address", key, now, min(now + CONFIRM_WITHIN, sign_up_ends_at(event)))
    return person.id


def confirm(registration: Registration, now: datetime) -> None:
    """The person has shown that the address is theirs: they get their ticket and a letter with it."""
    lock(registration)
    if registration.state != "pending":
        return
    registration.state, registration.confirmed_at, registration.cancelled_at = "confirmed", now, None
    issue(registration, now)
    take_up_grants(registration, now)
    _write_to(registration, "confirmed", letter_stamp(now), now, day_ends_at(event_of(registration)))


def register_invited(event: Event, form: SignUpForm, now: datetime) -> tuple[Registration, bool]:
    """Register the person at whose address an invitation arrived, which is proof enough; and was it done just now?

    Who is confirmed already keeps their name, and from now on takes part in the way and language that they say.
    """
    stored, answers = _registered(event, form, now), _answers(event, form, now)
    person = db.session.get_one(Registration, stored.id, populate_existing=True)
    if is_new := person.state != "confirmed":
        # Whatever spelling of the address somebody signed up with, this one is known to arrive.
        answers |= {"state": "pending", "email": form.email}
    else:
        del answers["name"]
    for field, answer in answers.items():
        setattr(person, field, answer)
    confirm(person, now)
    return person, is_new


def tell_admitted(person: Registration, audience_id: UUID, now: datetime) -> None:
    """Write to somebody confirmed that they are now admitted to the audience's sessions; once a day at most."""
    key = f"{audience_id} {now.astimezone(UTC).date()}"
    _write_to(person, "admitted", key, now, day_ends_at(event_of(person)))


def cancel(registration: Registration, now: datetime) -> None:
    """The person does not come: the ticket is revoked, and a letter says so."""
    lock(registration)
    if registration.state == "cancelled":
        return
    registration.state, registration.cancelled_at = "cancelled", now
    if registration.ticket is not None:
        registration.ticket.revoked_at = now
    db.session.flush()
    _write_to(registration, "cancelled", letter_stamp(now), now, day_ends_at(event_of(registration)))


def letter_stamp(instant: datetime | None) -> str:
    """The key of the letter about what happened at `instant`; empty where it never did."""
    return instant.astimezone(UTC).isoformat() if instant else ""


def _registered(event: Event, form: SignUpForm, now: datetime) -> _Stored:
    """The registration that the address has at the event from now on; nobody else changes it meanwhile."""
    row = {"id": uuid4(), "event_id": event.id, "email_key": email_key(form.email), "state": "pending"}
    row |= {"email": form.email, "created_at": now, "link_version": 1, **_answers(event, form, now)}
    connection = db.session.connection()
    return _Stored._make(connection.execute(_upsert(connection.dialect.name), row).one())


@cache
def _upsert(database: str) -> ReturningInsert[UUID, UUID, str, datetime]:
    """One statement for known and unknown addresses, whatever their state. Made once: that takes longer than its work.

    A new registration, or the answers of one that is not confirmed yet; one that is stays as it is.
    """
    table = cast(Table, Registration.__table__)
    statement = (sqlite.insert if database == "sqlite" else postgresql.insert)(table)
    old, new = table.c, statement.excluded
    changed = {name: case((old.state == "confirmed", old[name]), else_=new[name]) for name in _ANSWERS}
    changed["state"] = case((old.state == "cancelled", "pending"), else_=old.state)
    changed["created_at"] = case((old.state == "cancelled", new.created_at), else_=old.created_at)
    by_address = statement.on_conflict_do_update(index_elements=["event_id", "email_key"], set_=changed)
    return by_address.returning(*(old[name] for name in _Stored._fields))


_ANSWERS = ("name", "attendance_mode", "language", "zone", "privacy_accepted_at")


def _answers(event: Event, form: SignUpForm, now: datetime) -> dict[str, object]:
    return {
        "name": form.name,
        "attendance_mode": form.mode,
        "language": form.language,
        "zone": reader_zone(form.language, event.home_zone),
        "privacy_accepted_at": now,
    }


def lock(row: Linked) -> None:
    """Read the row anew and let nobody else change it before this transaction ends."""
    db.session.flush()  # or refresh() would drop what the caller has just changed
    db.session.refresh(row, with_for_update=True)


def _letter_key(person: _Stored, now: datetime) -> str:
    """The same as long as the person is to get no other letter of the kind."""
    return f"{letter_stamp(person.created_at)} {_step(now - person.created_at)}"


def _step(passed: timedelta) -> int:
    """Which letter it is the turn of, so long after signing up. What is before counts as that moment.

    Of two forms sent at once, the second may have been read a moment before the first.
    """
    return sum(passed >= pause for pause in LETTERS_AFTER) + max(passed // timedelta(days=1), 0)


def _write_to(person: Registration | _Stored, kind: str, key: str, now: datetime, expires_at: datetime) -> None:
    queue(
        event_id=person.event_id,
        recipient_type="registration",
        recipient_id=person.id,
        kind=kind,
        key=key,
        now=now,
        expires_at=expires_at,
    )
