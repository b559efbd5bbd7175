"""Which rooms there are, and who answers the questions that lower rooms ask of higher ones."""

from __future__ import annotations

from flask import Flask

# Desks add their routes to their room's blueprint, visibility protects tables, letters register their kinds.
from eventops.agenda import desk as _agenda_desk  # noqa: F401
from eventops.agenda import visibility as _visibility  # noqa: F401
from eventops.agenda.events import event_id_of
from eventops.agenda.views import blueprint as agenda
from eventops.checkin import desk as _checkin_desk  # noqa: F401
from eventops.checkin.views import blueprint as checkin
from eventops.registration import letters as _registration_letters  # noqa: F401
from eventops.registration import resend_page as _resend_page  # noqa: F401
from eventops.registration.links import admit_by_link
from eventops.registration.stream_links import answer_stream_links
from eventops.registration.views import blueprint as registration
from eventops.reminders import letters as _reminder_letters  # noqa: F401
from eventops.routes import Caller, enforce
from eventops.staff.views import blueprint as staff
from eventops.staff.which_event import answer_event_of_slug
from eventops.streams.mine import my_streams
from eventops.streams.views import blueprint as streams

ROOMS = (staff, agenda, registration, checkin, streams)


def init_rooms(app: Flask) -> None:
    """Open every room, and introduce those who answer to those who ask."""
    for room in ROOMS:
        app.register_blueprint(room)
    enforce(Caller.PERSONAL, admit_by_link)
    answer_event_of_slug(event_id_of)
    answer_stream_links(my_streams)
