"""The standing characters themselves."""

from flask import Flask
from sqlalchemy import select

from eventops.agenda.models import PublishedSession
from eventops.db import db
from eventops.viewer import ANONYMOUS, Viewer, seeing
from tests.apps import changing
from tests.cast import add_conference


def test_cast_closed_session_is_seen_by_its_audience_alone(app: Flask) -> None:
    """A stranger reads the keynote only; somebody of the audience reads the workshop too."""
    with changing(app):
        cast = add_conference()
    invited = Viewer(event_id=cast.event_id, audiences=frozenset({cast.audience_id}))
    with app.app_context():
        with seeing(ANONYMOUS):
            assert set(db.session.scalars(select(PublishedSession.id))) == {cast.keynote_id}
        with seeing(invited):
            assert set(db.session.scalars(select(PublishedSession.id))) == {cast.keynote_id, cast.workshop_id}
