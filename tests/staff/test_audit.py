"""The audit trail."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from eventops.db import db, write
from eventops.staff.audit import record
from eventops.staff.models import AuditEntry
from eventops.viewer import Viewer, seeing
from tests.apps import changing, reading
from tests.cast import SPRING, add_conference
from tests.staff.team import add_staff


def test_audit_keeps_who_did_what_to_what(app: Flask) -> None:
    """An entry names the account that acts, the subject and the event, all by id."""
    with changing(app):
        cast = add_conference()
    account_id = add_staff(app, "owner", cast.event_id)
    with app.app_context(), seeing(Viewer(event_id=cast.event_id, account_id=account_id, role="owner")), write():
        record("agenda.edit", cast.keynote_id, event_id=cast.event_id, now=SPRING, field="title", room=cast.door_id)
    with reading(app):
        entry = db.session.scalars(select(AuditEntry)).one()
        kept = (entry.action, entry.subject_id, entry.event_id, entry.account_id, entry.at, entry.details)
    details = {"field": "title", "room": str(cast.door_id)}
    assert kept == ("agenda.edit", cast.keynote_id, cast.event_id, account_id, SPRING, details)


@pytest.mark.parametrize("said", ["Anna Andersson", "anna@example.org", "Anna", "", "x" * 61])
def test_audit_refuses_what_might_be_about_a_person(app: Flask, said: str) -> None:
    """Free text does not get into the trail, as an action or as a detail."""
    with changing(app):
        for call in ({"action": "people.edit", "name": said}, {"action": said}):
            with pytest.raises(ValueError, match="ids, numbers and words of ours"):
                record(call.pop("action"), uuid4(), event_id=None, now=SPRING, **call)


def test_audit_entries_are_never_changed_nor_deleted(app: Flask) -> None:
    """What happened stays as it was written."""
    with changing(app):
        record("staff.disable", uuid4(), event_id=None, now=SPRING)

    def change() -> None:
        with changing(app):
            db.session.scalars(select(AuditEntry)).one().action = "staff.enable"

    def remove() -> None:
        with changing(app):
            db.session.delete(db.session.scalars(select(AuditEntry)).one())

    for act in (change, remove):
        with pytest.raises(RuntimeError, match="only ever added to"):
            act()
    with reading(app):
        assert list(db.session.scalars(select(AuditEntry.action))) == ["staff.disable"]


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET action = 'x.y'", "DELETE FROM audit_entries"])
def test_audit_entries_are_kept_by_the_database_itself(app: Flask, statement: str) -> None:
    """Whoever gets past the program, by a statement of their own say, finds the rows fixed."""
    with changing(app):
        record("staff.disable", uuid4(), event_id=None, now=SPRING)
    with pytest.raises(DBAPIError, match="only ever added to"), changing(app):
        db.session.execute(text(statement))
    with reading(app):
        assert list(db.session.scalars(select(AuditEntry.action))) == ["staff.disable"]
