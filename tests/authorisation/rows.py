"""What addresses name, in either event, and what is posted about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.agenda.models import Audience, Release
from eventops.db import db
from eventops.registration.guest_list import keep
from eventops.registration.guest_list_file import read_pasted
from eventops.registration.invitation_links import invitation_token
from eventops.staff.device_links import link_pin, link_token, make_link
from eventops.staff.devices import devices_of, enrol
from eventops.staff.links import invitation_token as team_token
from eventops.staff.links import reset_token
from eventops.staff.models import Account, SignInSession
from eventops.staff.sign_in import begin_session
from eventops.staff.team_invitations import invite
from tests.apps import changing
from tests.cast import START, Conference
from tests.registration.invited import ACCEPT
from tests.registration.stored import FORM
from tests.site import add_invitation, add_parts

NOWHERE = UUID("00000000-0000-4000-8000-00000000dead")


@dataclass(frozen=True)
class Rows:
    """One of each, of one event."""

    ids: dict[str, str]
    """By what they are of."""
    links: dict[str, str]
    """The tokens that stand in links, by what whoever holds the link may do."""
    pin: str
    """Of the link for devices."""


def add_rows(app: Flask, cast: Conference, owner_id: UUID, other_email: str) -> Rows:
    """Add what the conference has not yet. The team invites `other_email`, who has an account, and somebody new."""
    with changing(app):
        now, until = clock.real_now(), START + timedelta(days=1)
        owner, audience = db.session.get_one(Account, owner_id), db.session.get_one(Audience, cast.audience_id)
        invitation, substitute = add_invitation(cast, f"freja@{cast.slug}.example.org")
        link = make_link(cast.event_id, [cast.door_id], START, until)
        enrol(cast.event_id, [cast.door_id], START, until)
        new, known = (
            invite(cast.event_id, email, "editor", "en", owner_id, START, now).id
            for email in (f"ida@{cast.slug}.example.org", other_email)
        )
        begin_session(owner_id, now)
        db.session.add(Release(event_id=cast.event_id, number=1, made_at=START, sessions=[]))
        ids = {
            "session": cast.keynote_id,
            **add_parts(cast),
            "door": cast.door_id,
            "stream": cast.public_stream_id,
            "audience": cast.audience_id,
            "registration": cast.people["invited onsite"],
            "list": keep(audience, read_pasted("Aino Esimerkki <aino@example.org>"), START, None).id,
            "invitation": invitation.id,
            "substitute": substitute.id,
            "link": link.id,
            "device": devices_of(cast.event_id)[0].id,
            "account": owner_id,
            "team_invitation": new,
            "browser": db.session.scalars(select(SignInSession.id).where(SignInSession.account_id == owner_id)).one(),
        }
        links = {
            "answer": invitation_token(invitation),
            "enrol": link_token(link),
            "reset": reset_token(owner_id, owner.password_hash, now + timedelta(hours=1)),
            "join": team_token(new),
            "join_as_other_owner": team_token(known),
        }
        return Rows({name: str(id) for name, id in ids.items()}, links, link_pin(link))


def parts(here: Conference, ours: Rows, there: Conference, theirs: Rows, observer_id: UUID) -> dict[str, str]:
    """What stands in addresses, by the names of their parts, and what a line of the table may name instead."""
    return {
        "language": "en",
        "slug": here.slug,
        "filename": "favicon.svg",
        "who": "anybody",
        "number": "1",
        "page": f"en/{here.slug}/",
        **{f"{name}_id": id for name, id in ours.ids.items()},
        "account_id": str(observer_id),
        # Instead:
        **ours.ids,
        **{f"their_{name}": id for name, id in theirs.ids.items()},
        **{f"link_to_{name}": token for name, token in ours.links.items()},
        "nowhere": str(NOWHERE),
        "none": "404",
        "workshop": str(here.workshop_id),
        "closed": str(here.closed_stream_id),
        "member": f"{here.audience_id}-online",
        "their_member": f"{there.audience_id}-online",
        "my_page": f"en/{here.slug}/my/example",
        "their_my_page": f"en/{there.slug}/my/example",
        "desk": f"en/desk/{here.slug}/",
    }


def forms(ours: Rows) -> Mapping[str, dict[str, Any]]:
    """What is posted to which endpoint; an empty form to any other."""
    scan = {"id": str(NOWHERE), "code": "EO1NOBODY", "device_time": START.isoformat(), "kind": "entry"}
    fields = {
        "agenda.run_late": {"minutes": "10"},
        "registration.sign_up": FORM,
        "registration.resend": {"email": FORM["email"]},
        "registration.invitation": ACCEPT,
        "registration.add_audience": {"name": "Panel"},
        "registration.rename_audience": {"name": "Panel"},
        "registration.grant": {"email": FORM["email"], "language": "sv"},
        "registration.read_list": {"people": FORM["email"]},
        "registration.guest_list": {"how": "admit"},
        "registration.invite": {"invite_email": FORM["email"], "invite_language": "sv", "invite_days": "14"},
        "checkin.add_door": {"name": "Side entrance"},
        "checkin.desk_door": {"code": "EO1NOBODY"},
        "checkin.add_link": {"doors": ours.ids["door"]},
        "checkin.enrol_by_link": {"pin": ours.pin, "name": ""},
        "staff.forgotten": {"email": FORM["email"]},
        "staff.invite_to_team": {"email": FORM["email"], "role": "editor", "language": "sv"},
        "staff.change_role": {"role": "reception"},
    }
    hours = {"start": "2024-05-07T09:00:00Z", "end": "2024-05-07T10:00:00Z"}
    sent = {
        "agenda.beat": {"since": 0, "on": ours.ids["session"], "was_on": None},
        "agenda.move": {**hours, "room_id": None, "is_scheduled": True, "revision": 0},
        "checkin.scans": {"scans": [scan]},
    }
    return {name: {"data": data} for name, data in fields.items()} | {n: {"json": body} for n, body in sent.items()}
