"""The roster that a door keeps: who comes in, and nothing of who they are."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, update

from eventops.agenda.models import Audience, Session
from eventops.checkin.doors import find_entrance, open_door, recent_entrance
from eventops.checkin.models import Door
from eventops.checkin.roster import FLAGS, roster
from eventops.db import db
from eventops.inside import ask_as
from eventops.registration.invitations import admit, revoke
from eventops.registration.models import Registration, Ticket
from eventops.staff.devices import enrol
from eventops.viewer import SYSTEM, Viewer, seeing
from tests.apps import changing
from tests.cast import CANARY, SPRING, START, Conference, add_conference
from tests.checkin.door import at_door
from tests.day import standing_at

ORDINARY = {
    "onsite": "admitted",
    "online": "online_only",
    "invited onsite": "admitted",
    "invited online": "online_only",
    "cancelled": "cancelled",
}


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def workshop_door(app: Flask, cast: Conference) -> UUID:
    with changing(app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        return open_door(cast.event_id, f"Door {CANARY}", START, sessions=[workshop]).id


class Device:
    """A device at some doors, and the roster that it synced last."""

    def __init__(self, app: Flask, cast: Conference, *door_ids: UUID) -> None:
        self.app, self.cast = app, cast
        with changing(app):
            self.token = enrol(cast.event_id, door_ids, SPRING, START + timedelta(days=1))

    def sync(self, door_id: UUID, etag: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-None-Match": etag} if etag else {})
        with standing_at(START):
            return self.app.test_client().get(f"/api/v1/doors/{door_id}/roster", headers=headers)

    def flags(self, door_id: UUID) -> dict[str, str]:
        """What the roster says of each person's code, as a door looks it up."""
        found = self.sync(door_id).json
        by_hash = {each: flag for flag, tickets in found["tickets"].items() for each in tickets}
        assert set(found["tickets"]) == set(FLAGS)
        return {who: by_hash[hashed(found["salt"], code)] for who, code in self.cast.codes.items()}


def hashed(salt: str, code: str) -> str:
    return urlsafe_b64encode(sha256((salt + code).encode()).digest()[:16]).decode().rstrip("=")


@pytest.fixture
def device(app: Flask, cast: Conference, workshop_door: UUID) -> Device:
    return Device(app, cast, cast.door_id, workshop_door)


def test_roster_says_of_each_ticket_what_the_door_would(device: Device, cast: Conference, workshop_door: UUID) -> None:
    """By the code's hash alone; at a closed door, who is not admitted there."""
    assert device.flags(cast.door_id) == ORDINARY
    assert device.flags(workshop_door) == ORDINARY | {"onsite": "not_admitted"}


def test_roster_admits_by_the_doors_own_audiences(
    app: Flask, device: Device, cast: Conference, workshop_door: UUID
) -> None:
    """Who is admitted to other closed sessions is not admitted there."""
    with changing(app):
        audience = Audience(id=uuid4(), event_id=cast.event_id, name="Others")
        db.session.add(audience)
        db.session.flush()
        admit(db.session.get_one(Registration, cast.people["onsite"]), audience.id, SPRING)
    assert device.flags(workshop_door)["onsite"] == "not_admitted"


def test_roster_names_nobody_and_nothing(app: Flask, device: Device, cast: Conference, workshop_door: UUID) -> None:
    """No name, address, code, id, session or audience is in it, and its order says nothing."""
    for door_id in (cast.door_id, workshop_door):
        answer = device.sync(door_id)
        assert set(answer.json) == {"as_of", "salt", "tickets"}
        assert answer.json["as_of"] == "2024-05-07T08:00:00Z"
        assert all(tickets == sorted(tickets) for tickets in answer.json["tickets"].values())
        secrets = [*cast.codes.values(), *map(str, cast.people.values()), str(cast.audience_id), str(cast.workshop_id)]
        secrets += [CANARY, "example.org", "Onsite", "Cancelled", "Room 1"]
        assert [secret for secret in secrets if secret in answer.text] == []


def test_rosters_of_two_doors_share_no_hash(device: Device, cast: Conference, workshop_door: UUID) -> None:
    """Each door has a salt of its own, so that what one device lost says nothing at another door."""
    rosters = [device.sync(door_id).json for door_id in (cast.door_id, workshop_door)]
    hashes = [{each for tickets in found["tickets"].values() for each in tickets} for found in rosters]
    assert (len(hashes[0]), len(hashes[1]), hashes[0] & hashes[1]) == (5, 5, set())


def test_roster_is_sent_again_only_when_it_changed(
    app: Flask, device: Device, cast: Conference, workshop_door: UUID
) -> None:
    """304 without a body to who has it; revoking a ticket or an admission changes it at once, where it counts."""
    etags = {door_id: device.sync(door_id).headers["ETag"] for door_id in (cast.door_id, workshop_door)}
    for door_id, etag in etags.items():
        again = device.sync(door_id, etag)
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    with changing(app):
        revoke(db.session.get_one(Registration, cast.people["invited onsite"]), cast.audience_id, START)
    assert device.sync(cast.door_id, etags[cast.door_id]).status_code == 304
    assert device.sync(workshop_door, etags[workshop_door]).status_code == 200
    assert device.flags(workshop_door)["invited onsite"] == "not_admitted"
    with changing(app):
        db.session.execute(update(Ticket).where(Ticket.code == cast.codes["onsite"]).values(revoked_at=START))
    assert device.sync(cast.door_id, etags[cast.door_id]).status_code == 200
    assert device.flags(cast.door_id)["onsite"] == "revoked"


def test_roster_is_for_the_doors_own_devices(app: Flask, client: FlaskClient, device: Device, cast: Conference) -> None:
    """401 without a token, and at a door of another event, whose tickets are in no roster but its own."""
    with changing(app):
        other = add_conference("another")
    assert client.get(f"/api/v1/doors/{cast.door_id}/roster").status_code == 401
    assert device.sync(other.door_id).status_code == 401
    assert sum(map(len, device.sync(cast.door_id).json["tickets"].values())) == len(cast.codes)


def test_roster_of_many_tickets_is_one_statement(app: Flask, cast: Conference, long: bool) -> None:
    """However many there are; how long 20,000 take is printed by the long form."""
    number = 20_000 if long else 200
    with changing(app):
        add_tickets(cast, number)
    statements: list[str] = []
    with at_door(app, cast.event_id):
        entrance = find_entrance(cast.door_id)
        assert entrance
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        begun = time.perf_counter()
        made = roster(entrance)
        seconds = time.perf_counter() - begun
    assert (len(statements), len(made["tickets"]["admitted"])) == (1, number + 2)
    print(f"{number} tickets: {seconds * 1000:.0f} ms, {len(str(made)) / 1000:.0f} kB")


def add_tickets(cast: Conference, number: int) -> None:
    """As many more guests in the room, each with a ticket."""
    given = {"event_id": cast.event_id, "attendance_mode": "onsite", "language": "fi", "zone": "Europe/Helsinki"}
    given |= {"state": "confirmed", "created_at": SPRING, "privacy_accepted_at": SPRING, "link_version": 1}
    people = [
        given | {"id": UUID(int=n), "name": "G", "email": f"{n}@x.y", "email_key": f"{n}@x.y"} for n in range(number)
    ]
    tickets = [
        {"id": UUID(int=n), "event_id": cast.event_id, "registration_id": UUID(int=n), "issued_at": SPRING}
        | {"code": f"EO1MANY{n:024d}", "short_code": f"{n:06d}"}
        for n in range(number)
    ]
    db.session.execute(insert(Registration), people)
    db.session.execute(insert(Ticket), tickets)


def test_what_was_seen_in_a_transaction_is_kept_nowhere(app: Flask, cast: Conference) -> None:
    """The leak check looks at rosters inside one that may be undone; devices hear nothing of it."""

    class Undone(Exception):
        pass

    with suppress(Undone), changing(app):
        db.session.get_one(Door, cast.door_id).name = "Another name"
        db.session.flush()
        device = Viewer(event_id=cast.event_id, role="door")
        assert ask_as(lambda _declaration: device, f"/api/v1/doors/{cast.door_id}/roster").status_code == 200
        raise Undone
    with app.test_request_context(), seeing(SYSTEM):
        entrance = recent_entrance(cast.door_id)
    assert entrance is not None
    assert entrance.name == "Main entrance"
