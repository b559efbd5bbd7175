"""Device tokens: what opens a door's endpoint, and what does not."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from eventops import clock
from eventops.checkin.models import Door
from eventops.db import db
from eventops.routes import door_device
from eventops.staff.devices import enrol, revoke
from eventops.staff.models import AuditEntry, DeviceToken
from eventops.viewer import current_viewer
from tests.apps import MakeApp, changing, reading
from tests.cast import Conference, add_conference

DAY = timedelta(days=1)


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An application with one more route for doors, which says whom it let in."""
    app = make_app()

    @door_device
    def who(door_id: str) -> dict[str, Any]:
        viewer = current_viewer()
        assert viewer
        return {"event": str(viewer.event_id), "role": viewer.role, "device": str(g.device.id)}

    app.add_url_rule("/api/doors/<uuid:door_id>", view_func=who, methods=["GET", "POST"])
    return app


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


def enrolled(app: Flask, cast: Conference, expires_in: timedelta = DAY, **more: Any) -> str:
    now = clock.now()
    with changing(app):
        return enrol(cast.event_id, [more.pop("door_id", cast.door_id)], now, now + expires_in, **more)


def knock(client: FlaskClient, cast: Conference, authorization: str) -> Any:
    headers = {"Authorization": authorization} if authorization else {}
    return client.get(f"/api/doors/{cast.door_id}", headers=headers)


def test_device_reads_as_its_events_door(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """The token lets the device in at its door, as the role `door` of its event."""
    token = enrolled(app, cast)
    response = knock(client, cast, f"Bearer {token}")
    with reading(app):
        device = db.session.scalars(select(DeviceToken)).one()
    assert response.json == {"event": str(cast.event_id), "role": "door", "device": str(device.id)}
    assert device.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert knock(client, cast, f"bearer {token}").status_code == 200


def test_device_gets_the_token_that_is_given(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """The demo keeps a token over a new day; otherwise each is its own."""
    kept = secrets.token_urlsafe()
    assert enrolled(app, cast, token=kept) == kept
    assert knock(client, cast, f"Bearer {kept}").status_code == 200
    assert enrolled(app, cast) != enrolled(app, cast)


def test_device_is_refused_alike_whatever_is_wrong(app: Flask, client: FlaskClient, cast: Conference) -> None:
    """Unknown, expired, revoked, another door's, another event's, malformed: one and the same 401."""
    with changing(app):
        other = add_conference("another")
        side_door = Door(id=uuid4(), event_id=cast.event_id, name="Side entrance")
        db.session.add(side_door)
    expired = enrolled(app, cast, expires_in=timedelta(0))
    revoked = enrolled(app, cast)
    with changing(app):
        hashed = hashlib.sha256(revoked.encode()).hexdigest()
        revoke(db.session.scalars(select(DeviceToken.id).where(DeviceToken.token_hash == hashed)).one(), clock.now())
    wrong = ["guessed", expired, revoked, enrolled(app, cast, door_id=side_door.id), enrolled(app, other), "\u00e5" * 9]
    answers = [knock(client, cast, f"Bearer {token}") for token in wrong]
    assert {(a.status_code, a.data, a.mimetype, a.headers["WWW-Authenticate"]) for a in answers} == {
        (401, answers[0].data, "application/problem+json", 'Bearer error="invalid_token"')
    }


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic dTpw", "Basic %%%", "Token abc"])
def test_device_without_a_token_is_asked_for_one(
    app: Flask, client: FlaskClient, cast: Conference, authorization: str
) -> None:
    """401 with the challenge that names the scheme (RFC 6750 section 3), as problem+json."""
    response = knock(client, cast, authorization)
    assert (response.status_code, response.mimetype, response.headers["WWW-Authenticate"]) == (
        401,
        "application/problem+json",
        "Bearer",
    )
    assert response.json == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Enrol this device at the door again: on the desk, under Doors.",
    }


def test_device_is_asked_for_its_token_where_scans_go(client: FlaskClient, cast: Conference) -> None:
    """The address that scans are sent to is guarded so."""
    response = client.post(f"/api/v1/doors/{cast.door_id}/scans", json={"scans": []})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_devices_leave_a_trail(app: Flask, cast: Conference) -> None:
    """Enrolling and revoking are kept in the audit trail, by ids alone."""
    enrolled(app, cast)
    with changing(app):
        device_id = db.session.scalars(select(DeviceToken.id)).one()
        revoke(device_id, clock.now())
    with reading(app):
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.at))
        kept = [(entry.action, entry.subject_id, entry.event_id, entry.details) for entry in entries]
    assert kept == [
        ("staff.enrol_device", device_id, cast.event_id, {"doors": 1}),
        ("staff.revoke_device", device_id, cast.event_id, {}),
    ]
