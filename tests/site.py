"""A site with one conference and everybody's keys to it, for tests that call every route as everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from eventops import clock, create_app
from eventops.agenda.models import Audience, Release, Session, Track
from eventops.agenda.pictures import Picture, add_picture
from eventops.db import db
from eventops.registration.guest_list import keep
from eventops.registration.guest_list_file import read_pasted
from eventops.registration.invitation_links import invitation_token
from eventops.registration.links import confirm_token, personal_token
from eventops.registration.models import Invitation, Registration, Substitute
from eventops.routes import Caller, declaration_of
from eventops.staff.devices import enrol
from eventops.staff.links import invitation_token as team_invitation_token
from eventops.staff.links import reset_token
from eventops.staff.models import Account, TeamInvitation
from tests.apps import changing, fresh_database, reading, settings_for
from tests.cast import SPRING, START, Conference, add_conference
from tests.day import standing_at
from tests.staff.team import add_staff, csrf_token, signed_in

_PART = re.compile(r"<(?:\w+:)?(\w+)>")
Rows = dict[str, list[str]]

ODD = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "..",
        "../../etc/passwd",
        "\r\nSet-Cookie: a=b",
        "\u202e",
        "\ufeff",
        "\U0010ffff",
        "😀",
    ),
    *("'", '"', "' OR 1=1 --", "%", "%s%n", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", "null", "-1", "1e400"),
    *("9" * 400, "a" * 7000, "é" * 3000, "2024-05-07T25:61", "0000-00-00T00:00", "9999-12-31T23:59", "Europe/Atlantis"),
)
"""What people, scanners and mischief put where something else belongs."""


@dataclass(frozen=True)
class Site:
    """An application, what is in it, and who may do what."""

    app: Flask
    cast: Conference
    owner: FlaskClient
    csrf: str
    """The CSRF token of the owner's browser."""
    personal: dict[str, str]
    """Tokens of the personal links, by who they are of."""
    confirm: str
    """The token that confirms the pending person's address, for a day from START."""
    device: str
    """The token of a device at the door."""
    owner_id: UUID
    team_invitation_id: UUID
    invited: str
    """The token of that invitation's link."""
    reset: str
    """The token with which the owner may set a new password."""
    list_id: UUID
    """A list of guests that was read and not applied."""
    invitation: str
    """The token of an invitation to the closed part that awaits its answer."""
    invitation_id: UUID
    substitute_id: UUID
    """Who is proposed to come instead of the invited person."""
    parts: dict[str, UUID]
    """A room, a track, a speaker and an image."""

    @property
    def rules(self) -> list[Rule]:
        """Every route but that of static files."""
        return [rule for rule in self.app.url_map.iter_rules() if rule.endpoint != "static"]

    @property
    def posts(self) -> list[Rule]:
        """The routes that take POST."""
        return [rule for rule in self.rules if "POST" in (rule.methods or ())]

    def values(self, rule: Rule) -> dict[str, str]:
        """What stands in a route's address when everything in it exists."""
        streams = rule.endpoint.startswith("streams.")
        tokens = {
            "registration.confirm": self.confirm,
            "registration.invitation": self.invitation,
            "staff.invited": self.invited,
            "staff.reset": self.reset,
        }
        known = {
            "language": "fi",
            "slug": self.cast.slug,
            "token": tokens.get(rule.endpoint, self.personal["invited online"]),
            "account_id": str(self.owner_id),
            "invitation_id": str(self.team_invitation_id if rule.endpoint.startswith("staff.") else self.invitation_id),
            "substitute_id": str(self.substitute_id),
            **{f"{name}_id": str(id) for name, id in self.parts.items()},
            "session_id": str(self.cast.keynote_id),
            "door_id": str(self.cast.door_id),
            "who": "online",
            "number": "1",
            "page": "en/conference/",
            "link_id": str(UUID(int=1)),
            "device_id": str(UUID(int=2)),
            "audience_id": str(self.cast.audience_id),
            "list_id": str(self.list_id),
            "registration_id": str(self.cast.people["invited onsite"]),
            "stream_id": str(self.cast.public_stream_id if streams else self.cast.closed_stream_id),
        }
        return {name: known[name] for name in rule.arguments}

    def path(self, rule: Rule, **values: str) -> str:
        """The address of a route; parts are filled in as they are, without quoting."""
        filled = self.values(rule) | values
        return _PART.sub(lambda part: filled[part[1]], rule.rule)

    def client_for(self, rule: Rule) -> FlaskClient:
        """A browser that may call the route."""
        return self.owner if self.caller(rule) in (Caller.STAFF, Caller.SIGNING_IN) else self.app.test_client()

    def headers_for(self, rule: Rule) -> dict[str, str]:
        """What a program that may call the route sends."""
        return {"Authorization": f"Bearer {self.device}"} if self.caller(rule) is Caller.DOOR else {}

    def caller(self, rule: Rule) -> Caller:
        return declaration_of(self.app, rule.endpoint).caller

    def rows(self, *left_out: str) -> Rows:
        """Everything that is stored, by table."""
        with reading(self.app):
            tables = [table for table in db.metadata.sorted_tables if table.name not in left_out]
            return {t.name: sorted(map(repr, db.session.execute(select(t)))) for t in tables}


SITE_ON_POSTGRESQL = pytest.mark.parametrize("site", ["postgresql"], indirect=True)
"""For a test of odd input, of which PostgreSQL takes less than SQLite, where others of its kind run on both."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site on the morning of the conference, one for the tests of a module on each database.

    Tests leave it as they find it, or change what no other looks at.
    """
    folder = tmp_path_factory.mktemp("site")
    with fresh_database(request, request.param, folder) as database_url, standing_at(START):
        app = create_app(settings_for(database_url))
        yield open_site(app)
        with app.app_context():
            db.engine.dispose()


def open_site(app: Flask) -> Site:
    """Fill an empty database. Call it while the clock shows START."""
    with changing(app):
        cast = add_conference()
    owner_id = add_staff(app, "owner", cast.event_id)
    owner = signed_in(app, "owner@example.org")
    with changing(app):
        db.session.add(Release(event_id=cast.event_id, number=1, made_at=SPRING, sessions=[]))
        device = enrol(cast.event_id, [cast.door_id], START, START + timedelta(days=1))
        people = {who: _person(id) for who, id in cast.people.items()}
        personal = {who: personal_token(person) for who, person in people.items()}
        confirm = confirm_token(people["pending"], START + timedelta(days=1))
        audience = db.session.get_one(Audience, cast.audience_id)
        list_id = keep(audience, read_pasted("Aino Esimerkki <aino@example.org>"), START, None).id
        team_invitation_id = _invited_to_the_team(cast.event_id, owner_id)
        password_hash = db.session.get_one(Account, owner_id).password_hash
        reset = reset_token(owner_id, password_hash, clock.real_now() + timedelta(days=1))
        invited = team_invitation_token(team_invitation_id)
        invitation, substitute = add_invitation(cast)
        closed_part = invitation_token(invitation), invitation.id, substitute.id
        parts = add_parts(cast)
    token = csrf_token(owner, f"/en/desk/{cast.slug}/")
    team = owner_id, team_invitation_id, invited, reset
    return Site(app, cast, owner, token, personal, confirm, device, *team, list_id, *closed_part, parts)


def _invited_to_the_team(event_id: UUID, owner_id: UUID) -> UUID:
    """Somebody invited, without a letter."""
    invitation = TeamInvitation(
        id=uuid4(),
        event_id=event_id,
        email="ida@example.org",
        role="editor",
        language="en",
        invited_by=owner_id,
        created_at=clock.real_now(),
        expires_at=clock.real_now() + timedelta(days=7),
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation.id


def add_invitation(
    cast: Conference, email: str = "freja@example.org", name: str = "Freja Eksempel"
) -> tuple[Invitation, Substitute]:
    """Somebody is invited to the closed part, with twelve hours from START to answer, and proposes Per."""
    invitation = Invitation(
        id=uuid4(),
        event_id=cast.event_id,
        audience_id=cast.audience_id,
        name=name,
        email=email,
        email_key=email,
        language="da",
        by_letter=True,
        granted_through="invitation",
        created_at=SPRING,
        expires_at=START + timedelta(hours=12),
        letters=1,
        link_version=1,
    )
    db.session.add(invitation)
    db.session.flush()
    substitute = Substitute(
        id=uuid4(),
        event_id=cast.event_id,
        invitation_id=invitation.id,
        name="Per Eksempel",
        email="per@example.org",
        proposed_at=SPRING,
    )
    db.session.add(substitute)
    db.session.flush()
    return invitation, substitute


def add_parts(cast: Conference) -> dict[str, UUID]:
    """A room and a speaker that sessions have, a track that none has, and a picture."""
    keynote, workshop = (db.session.get_one(Session, id) for id in (cast.keynote_id, cast.workshop_id))
    track = Track(id=uuid4(), event_id=cast.event_id, name={"en": "Track"}, position=1)
    picture = add_picture(cast.event_id, Picture("image/png", 1, 1, b"drawn"))
    db.session.add(track)
    db.session.flush()
    assert keynote.room_id
    return {
        "room": keynote.room_id,
        "track": track.id,
        "speaker": workshop.speakers[0].id,
        "image": picture.id,
    }


def _person(id: UUID) -> Registration:
    return db.session.get_one(Registration, id)


def form_of(site: Site, **fields: Any) -> dict[str, Any]:
    """A form as the owner's browser sends it."""
    return {"csrf_token": site.csrf, **fields}
