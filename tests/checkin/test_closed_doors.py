"""Doors of closed sessions: only who is admitted to one of these comes in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, event, select, update

from eventops.agenda.models import Audience, Event, PublicWindow, PublishedSession, Session
from eventops.checkin.doors import open_door
from eventops.checkin.models import Door
from eventops.db import db
from eventops.registration.invitations import admit, revoke
from eventops.registration.models import Registration
from tests.apps import changing, reading
from tests.cast import CANARY, SPRING, START, Conference, add_conference
from tests.checkin.door import made, outcomes, tell
from tests.staff.team import add_staff, csrf_token, page_of, signed_in

WELCOME = ["admitted"]
_seconds = count()


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def workshop_door(app: Flask, cast: Conference) -> UUID:
    return door_of(app, cast, cast.workshop_id)


def door_of(app: Flask, cast: Conference, *session_ids: UUID) -> UUID:
    with changing(app):
        sessions = [db.session.get_one(Session, id) for id in session_ids]
        return open_door(cast.event_id, "Room 1", START, sessions=sessions).id


def scan(app: Flask, cast: Conference, who: str, door_id: UUID, kind: str = "entry") -> list[str | None]:
    """What the door says a second after the scan before."""
    at = START + timedelta(seconds=next(_seconds))
    return outcomes(tell(app, cast, made(cast.codes[who], at=at, kind=kind), now=at, door_id=door_id))


def test_closed_door_admits_who_is_admitted_to_its_sessions(app: Flask, cast: Conference, workshop_door: UUID) -> None:
    """Others with a good ticket are told that they are not admitted here; the main entrance is for all."""
    told = tell(app, cast, *map(made, cast.codes.values()), door_id=workshop_door)
    assert dict(zip(cast.codes, outcomes(told), strict=True)) == {
        "onsite": "not_admitted",
        "online": "online_only",
        "invited onsite": "admitted",
        "invited online": "online_only",
        "cancelled": "cancelled",
    }
    assert scan(app, cast, "onsite", cast.door_id) == WELCOME


def test_closed_door_is_for_its_own_audiences(app: Flask, cast: Conference, workshop_door: UUID) -> None:
    """Being admitted to another audience opens another door."""
    with changing(app):
        other = Audience(id=uuid4(), event_id=cast.event_id, name="The board")
        db.session.add(other)
        db.session.flush()
        admit(db.session.get_one(Registration, cast.people["onsite"]), other.id, SPRING)
    assert scan(app, cast, "onsite", workshop_door) == ["not_admitted"]


def test_revoked_admission_is_refused_at_the_next_scan(app: Flask, cast: Conference, workshop_door: UUID) -> None:
    """Nobody who was admitted a moment ago is let in on that; whoever is admitted now is."""
    assert scan(app, cast, "invited onsite", workshop_door) == WELCOME
    assert scan(app, cast, "invited onsite", workshop_door, "exit") == WELCOME
    with changing(app):
        revoke(db.session.get_one(Registration, cast.people["invited onsite"]), cast.audience_id, START)
        admit(db.session.get_one(Registration, cast.people["onsite"]), cast.audience_id, START)
    assert scan(app, cast, "invited onsite", workshop_door) == ["not_admitted"]
    assert scan(app, cast, "onsite", workshop_door) == WELCOME


def test_inside_the_event_is_not_inside_the_closed_door(app: Flask, cast: Conference, workshop_door: UUID) -> None:
    """Who passed the main entrance comes in once more at the workshop's, once; leaving it is not leaving the event."""
    assert scan(app, cast, "invited onsite", cast.door_id) == WELCOME
    assert scan(app, cast, "invited onsite", workshop_door) == WELCOME
    assert scan(app, cast, "invited onsite", workshop_door) == ["already_in"]
    assert scan(app, cast, "invited onsite", workshop_door, "exit") == WELCOME
    assert scan(app, cast, "invited onsite", cast.door_id) == ["already_in"]
    assert scan(app, cast, "invited onsite", workshop_door) == WELCOME


def test_door_of_public_sessions_is_like_any_other(app: Flask, cast: Conference) -> None:
    """Only closed sessions make a door a closed one."""
    keynote_door = door_of(app, cast, cast.keynote_id)
    assert scan(app, cast, "onsite", keynote_door) == WELCOME
    assert scan(app, cast, "onsite", cast.door_id) == ["already_in"]


def test_door_of_public_and_closed_sessions_is_closed(app: Flask, cast: Conference) -> None:
    """One closed session is enough."""
    assert scan(app, cast, "onsite", door_of(app, cast, cast.keynote_id, cast.workshop_id)) == ["not_admitted"]


@pytest.mark.parametrize("model", [Session, PublishedSession])
def test_session_that_is_closed_anywhere_closes_its_door(
    app: Flask, cast: Conference, model: type[Session | PublishedSession]
) -> None:
    """On the desk alone, or still as it is published: until it is public in both, nobody uninvited comes in."""
    with changing(app):
        db.session.execute(update(model).where(model.id == cast.keynote_id).values(access="closed"))
    assert scan(app, cast, "onsite", door_of(app, cast, cast.keynote_id)) == ["not_admitted"]


def test_closed_door_says_wrong_time_before_it_says_more(app: Flask, cast: Conference, workshop_door: UUID) -> None:
    """Where nothing public happens on a day, strangers hear what every door says."""
    with changing(app):
        db.session.execute(delete(PublicWindow).where(PublicWindow.event_id == cast.event_id))
        db.session.execute(
            update(PublishedSession).where(PublishedSession.id == cast.keynote_id).values(access="closed")
        )
        db.session.get_one(Event, cast.event_id).starts_on = SPRING.date()
    assert scan(app, cast, "onsite", workshop_door) == ["wrong_time"]
    assert scan(app, cast, "invited onsite", workshop_door) == WELCOME


def test_only_closed_doors_ask_more(app: Flask, cast: Conference, workshop_door: UUID) -> None:
    """Three statements for an upload at an ordinary door beside a closed one, four at the closed one itself."""
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = {}
    for door_id in (cast.door_id, workshop_door):
        statements.clear()
        tell(app, cast, made(cast.codes["onsite"]), made(cast.codes["invited onsite"]), door_id=door_id)
        found[door_id] = sum("tickets" in statement or "scans" in statement for statement in statements)
    assert found == {cast.door_id: 3, workshop_door: 4}


# ---- On the desk ------------------------------------------------------------------------------------


@pytest.fixture
def _the_day() -> Iterator[None]:
    with time_machine.travel(START, tick=False):
        yield


@pytest.mark.usefixtures("_the_day")
def test_door_is_opened_on_the_desk(app: Flask, cast: Conference) -> None:
    """With the sessions that were chosen, which those who may not read the agenda do not see."""
    doors = f"/en/desk/{cast.slug}/doors"
    for role in ("reception", "door"):
        add_staff(app, role, cast.event_id)
    desk = signed_in(app, "reception@example.org")
    choices = page_of(desk.get(doors)).xpath("//input[@name='sessions']/@value")
    assert choices == [str(cast.keynote_id), str(cast.workshop_id)]
    sent = desk.post(
        doors, data={"csrf_token": csrf_token(desk, doors), "name": " Room 1 ", "sessions": str(cast.workshop_id)}
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, doors)
    with reading(app):
        door = db.session.scalars(select(Door).where(Door.name == "Room 1")).one()
        assert [session.id for session in door.sessions] == [cast.workshop_id]
    assert scan(app, cast, "onsite", door.id) == ["not_admitted"]
    assert CANARY in desk.get(doors).text
    volunteers = signed_in(app, "door@example.org").get(doors).text
    assert ("Room 1" in volunteers, CANARY in volunteers) == (True, False)


@pytest.mark.usefixtures("_the_day")
@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": " "}, "Give the door a name, as people at the venue know it."),
        ({"name": "a\nb"}, "Write the name in one line of at most 200 characters."),
        ({"name": "a" * 201}, "Write the name in one line of at most 200 characters."),
        ({"name": "Room 1", "sessions": str(UUID(int=7))}, "Choose sessions of this list."),
        ({"name": "Room 1", "sessions": "nonsense"}, "Choose sessions of this list."),
    ],
)
def test_door_that_cannot_be_opened_is_asked_for_again(
    app: Flask, cast: Conference, typed: dict[str, str], complaint: str
) -> None:
    """422 with the complaint beside its field and the rest kept; no door is added."""
    doors = f"/en/desk/{cast.slug}/doors"
    add_staff(app, "owner", cast.event_id)
    desk = signed_in(app, "owner@example.org")
    sent = desk.post(doors, data={"csrf_token": csrf_token(desk, doors), **typed})
    faults = [fault.text_content() for fault in page_of(sent).xpath("//p[@class='field-error']")]
    assert (sent.status_code, faults) == (422, [f"Error: {complaint}"])
    with reading(app):
        assert list(db.session.scalars(select(Door.name))) == ["Main entrance"]
