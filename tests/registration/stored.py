"""What is stored, for tests that say what must not change."""

from __future__ import annotations

from uuid import UUID

from flask import Flask
from sqlalchemy import select

from eventops.db import db
from eventops.letters.models import Letter
from eventops.registration.models import Registration
from tests.apps import reading

FORM = {"name": "Åsa Öberg", "email": "asa@example.org", "mode": "onsite", "language": "sv", "privacy": "yes"}
"""A form without mistakes."""


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with reading(app):
        return {
            table.name: sorted((tuple(row) for row in db.session.execute(select(table))), key=repr)
            for table in db.metadata.sorted_tables
        }


def person(app: Flask, email: str) -> Registration:
    """The registration of an address, with its ticket."""
    with reading(app):
        found = db.session.scalars(select(Registration).where(Registration.email == email)).one()
        _ = found.ticket
        return found


def person_by_id(app: Flask, id: UUID) -> Registration:
    """The registration of an id, with its ticket."""
    with reading(app):
        found = db.session.get_one(Registration, id)
        _ = found.ticket
        return found


def letters(app: Flask) -> list[tuple[str, str]]:
    """Kind and state of every letter, in the order in which they were queued."""
    with reading(app):
        query = select(Letter.kind, Letter.state).order_by(Letter.queued_at, Letter.kind)
        return [(kind, state) for kind, state in db.session.execute(query)]
