"""Who sees which rows: two conferences, the second one not published, looked at by everybody of both."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import Audience, Event, PublishedSession, Session
from eventops.checkin.models import Door
from eventops.db import db
from eventops.registration.invitations import admit, revoke, viewer_of
from eventops.registration.models import Registration
from eventops.streams.models import Stream
from eventops.viewer import ANONYMOUS, Viewer, seeing
from tests.apps import changing, reading
from tests.cast import SPRING, Conference, add_conference

# o: seen; -: not. Of each pair the first is of the published event, the second of the unpublished one.
TABLE = """
                       event  keynote  workshop  audience  public_stream  closed_stream  door  desk
stranger               o-     oo       --        --        oo             --             --    --
guest                  o-     oo       --        --        oo             --             --    --
member                 o-     oo       o-        o-        oo             o-             --    --
member_of_another      o-     oo       --        --        oo             --             --    --
member_elsewhere       oo     oo       --        o-        oo             --             --    --
member_of_unpublished  oo     oo       -o        -o        oo             -o             --    --
observer               o-     oo       o-        o-        o-             o-             o-    o-
owner                  o-     oo       o-        o-        o-             o-             o-    o-
door                   o-     oo       o-        o-        o-             o-             o-    o-
owner_of_unpublished   oo     oo       -o        -o        -o             -o             -o    -o
"""
COLUMNS, *LINES = [line.split() for line in TABLE.strip().splitlines()]
Pair = tuple[Conference, Conference]


@pytest.fixture
def both(app: Flask) -> Pair:
    """The published conference and the unpublished one, which is otherwise the same."""
    with changing(app):
        pair = add_conference(), add_conference("unpublished")
        db.session.get_one(Event, pair[1].event_id).published_at = None
    return pair


def viewers(both: Pair, another: UUID) -> dict[str, Viewer]:
    """Everybody, by the names in the table; `another` is an audience of the published event, without sessions."""
    here, there = both

    def member(event: Conference, audience_id: UUID) -> Viewer:
        return Viewer(event_id=event.event_id, registration_id=uuid4(), audiences=frozenset({audience_id}))

    return {
        "stranger": ANONYMOUS,
        "guest": Viewer(event_id=here.event_id, registration_id=uuid4()),
        "member": member(here, here.audience_id),
        "member_of_another": member(here, another),
        "member_elsewhere": member(there, here.audience_id),
        "member_of_unpublished": member(there, there.audience_id),
        **{role: Viewer(event_id=here.event_id, role=role) for role in ("observer", "owner", "door")},
        "owner_of_unpublished": Viewer(event_id=there.event_id, role="owner"),
    }


def rows(event: Conference) -> dict[str, tuple[Any, UUID]]:
    """One row of each kind, by the names in the table: its model and its id."""
    return {
        "event": (Event, event.event_id),
        "keynote": (PublishedSession, event.keynote_id),
        "workshop": (PublishedSession, event.workshop_id),
        "audience": (Audience, event.audience_id),
        "public_stream": (Stream, event.public_stream_id),
        "closed_stream": (Stream, event.closed_stream_id),
        "door": (Door, event.door_id),
        "desk": (Session, event.keynote_id),
    }


def sees(model: Any, id: UUID) -> bool:
    return db.session.scalar(select(model.id).where(model.id == id)) is not None


def test_who_sees_which_rows_is_as_the_table_says(app: Flask, both: Pair) -> None:
    """Each viewer asks for each row by its id, and gets those that the table gives, and no other."""
    with changing(app):
        another = Audience(event_id=both[0].event_id, name="Another")
        db.session.add(another)
        db.session.flush()
        everybody = viewers(both, another.id)
    found = []
    for who, viewer in everybody.items():
        with app.app_context(), seeing(viewer):
            pairs = ["".join("o" if sees(*rows(event)[name]) else "-" for event in both) for name in COLUMNS]
        found.append([who, *pairs])
    assert found == LINES


def test_who_is_admitted_sees_by_their_own_standing_admission_alone(app: Flask, both: Pair) -> None:
    """Confirmed, admitted and not revoked: whoever lacks one of the three sees as a guest."""
    cast, _unpublished = both
    with changing(app):
        for who in ("pending", "cancelled", "online"):
            admit(db.session.get_one(Registration, cast.people[who]), cast.audience_id, SPRING)
        revoke(db.session.get_one(Registration, cast.people["online"]), cast.audience_id, SPRING)
    with reading(app):
        people = {who: db.session.get_one(Registration, id) for who, id in cast.people.items()}
        found = {who: viewer_of(person) for who, person in people.items()}
    audiences = {who: viewer.audiences for who, viewer in found.items() if viewer.audiences}
    assert audiences == dict.fromkeys(("invited onsite", "invited online"), frozenset({cast.audience_id}))
    assert {viewer.event_id for viewer in found.values()} == {cast.event_id}


def test_who_is_admitted_to_another_event_is_refused(app: Flask, both: Pair) -> None:
    """An audience of one event admits nobody who is registered for another."""
    here, there = both
    with changing(app), pytest.raises(ValueError, match="not of this event"):
        admit(db.session.get_one(Registration, here.people["online"]), there.audience_id, SPRING)
