"""Who works on an event, in which role, and which roles demand a second factor there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from eventops.db import db, one_at_a_time
from eventops.staff.accounts import grant, role_in
from eventops.staff.audit import record
from eventops.staff.models import ROLES, Account, Membership, RoleDemand

ALWAYS_DEMANDING = "owner"
"""The role that demands a second factor in every event."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team."""

    account: Account
    role: str


class LastOwner(Exception):
    """The event would be left without an owner who can sign in."""


def members(event_id: UUID) -> list[Member]:
    """The team, by role and name; those whose account is disabled too."""
    query = (
        select(Account, Membership.role)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.event_id == event_id)
    )
    found = [Member(account, role) for account, role in db.session.execute(query)]
    return sorted(found, key=lambda member: (ROLES.index(member.role), member.account.name.casefold()))


def lock_team(event_id: UUID) -> None:
    """Inside write(): wait until nobody else is changing the event's team, whose owners might remove each other."""
    one_at_a_time(f"team {event_id}")


def change_role(event_id: UUID, account_id: UUID, role: str, now: datetime) -> None:
    """Give the account that role, its first in the event or another. Raises LastOwner."""
    lock_team(event_id)
    former = role_in(account_id, event_id)
    if role == former:
        return
    _leave_an_owner(event_id, account_id, former)
    grant(account_id, event_id, role, now)
    record("staff.change_role", account_id, event_id=event_id, now=now, role=role, was=former)


def remove(event_id: UUID, account_id: UUID, now: datetime) -> None:
    """Take the account out of the team; with its next request it has no role there. Raises LastOwner."""
    lock_team(event_id)
    former = role_in(account_id, event_id)
    if former is None:
        return
    _leave_an_owner(event_id, account_id, former)
    db.session.execute(delete(Membership).where(Membership.event_id == event_id, Membership.account_id == account_id))
    record("staff.remove_member", account_id, event_id=event_id, now=now, was=former)


def is_last_owner(event_id: UUID, account_id: UUID) -> bool:
    """Whether no owner but this account could sign in. To be sure for longer, `lock_team` first."""
    others = (
        select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.event_id == event_id, Membership.role == "owner")
        .where(Membership.account_id != account_id, Account.disabled_at.is_(None))
    )
    return db.session.scalar(others.limit(1)) is None


def events_owned(account_id: UUID) -> list[UUID]:
    """The events in which the account is an owner."""
    owned = select(Membership.event_id).where(Membership.account_id == account_id, Membership.role == "owner")
    return sorted(db.session.scalars(owned))


def demanding_roles(event_id: UUID) -> frozenset[str]:
    """The roles that demand a second factor in the event, the owner's always among them."""
    chosen = select(RoleDemand.role).where(RoleDemand.event_id == event_id)
    return frozenset({ALWAYS_DEMANDING, *db.session.scalars(chosen)})


def demand_second_factor(event_id: UUID, roles: Collection[str], now: datetime) -> None:
    """From now on these roles, and the owner's, demand a second factor; no others do."""
    lock_team(event_id)
    former, wanted = demanding_roles(event_id), frozenset({ALWAYS_DEMANDING, *roles})
    for role in ROLES:
        if role in wanted - former:
            db.session.add(RoleDemand(event_id=event_id, role=role))
            record("staff.demand_second_factor", None, event_id=event_id, now=now, role=role)
        elif role in former - wanted:
            db.session.execute(delete(RoleDemand).where(RoleDemand.event_id == event_id, RoleDemand.role == role))
            record("staff.waive_second_factor", None, event_id=event_id, now=now, role=role)


def _leave_an_owner(event_id: UUID, account_id: UUID, former: str | None) -> None:
    if former == "owner" and is_last_owner(event_id, account_id):
        raise LastOwner
