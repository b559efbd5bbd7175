"""Which rooms there are, and who answers the questions that lower rooms ask of higher ones."""

from __future__ import annotations

from flask import Flask

from eventops.agenda import desk as _agenda_desk  # noqa: F401
from eventops.agenda import late_views as _late_views  # noqa: F401
from eventops.agenda import part_views as _part_views  # noqa: F401
from eventops.agenda import release_views as _release_views  # noqa: F401
from eventops.agenda import session_page as _session_page  # noqa: F401
from eventops.agenda import session_views as _session_views  # noqa: F401
from eventops.agenda import settings_views as _settings_views  # noqa: F401
from eventops.agenda import undo_views as _undo_views  # noqa: F401
from eventops.agenda import visibility as _visibility  # noqa: F401
from eventops.agenda.affected import answer_affected
from eventops.agenda.attendance import answer_attendance
from eventops.agenda.events import event_id_of, words_of_event

# Desks add their routes to their room's blueprint, visibility protects tables, letters register their kinds.
from eventops.agenda.grid import beat_views as _beat_views  # noqa: F401
from eventops.agenda.grid import move_views as _move_views  # noqa: F401
from eventops.agenda.leaks import answer_leaks
from eventops.agenda.views import blueprint as agenda
from eventops.checkin import desk as _checkin_desk  # noqa: F401
from eventops.checkin import devices as _devices  # noqa: F401
from eventops.checkin import enrolment as _enrolment  # noqa: F401
from eventops.checkin.views import blueprint as checkin
from eventops.opening.views import blueprint as opening
from eventops.oversight.leak_check import check
from eventops.oversight.views import blueprint as oversight
from eventops.registration import audience_views as _audience_views  # noqa: F401
from eventops.registration import guest_list_views as _guest_list_views  # noqa: F401
from eventops.registration import invitation_desk as _invitation_desk  # noqa: F401
from eventops.registration import invitation_letters as _invitation_letters  # noqa: F401
from eventops.registration import invitation_views as _invitation_views  # noqa: F401
from eventops.registration import letters as _registration_letters  # noqa: F401
from eventops.registration import resend_page as _resend_page  # noqa: F401
from eventops.registration.expected import expected_people
from eventops.registration.invitation_links import admit_invited
from eventops.registration.links import admit_by_link
from eventops.registration.programme_changed import People
from eventops.registration.stream_links import answer_stream_links
from eventops.registration.views import blueprint as registration
from eventops.reminders import letters as _reminder_letters  # noqa: F401
from eventops.reports.views import blueprint as reports
from eventops.routes import Caller, enforce
from eventops.staff import account as _account  # noqa: F401
from eventops.staff import invited_views as _invited_views  # noqa: F401
from eventops.staff import letters as _staff_letters  # noqa: F401
from eventops.staff import reset_views as _reset_views  # noqa: F401
from eventops.staff import second_step as _second_step  # noqa: F401
from eventops.staff import team_views as _team_views  # noqa: F401
from eventops.staff.views import blueprint as staff
from eventops.staff.which_event import answer_for_events
from eventops.streams.for_whom import audiences_with_stream
from eventops.streams.mine import my_streams
from eventops.streams.views import blueprint as streams

ROOMS = (staff, agenda, registration, checkin, streams, opening, oversight, reports)


def init_rooms(app: Flask) -> None:
    """Open every room, and introduce those who answer to those who ask."""
    for room in ROOMS:
        app.register_blueprint(room)
    enforce(Caller.PERSONAL, admit_by_link)
    enforce(Caller.INVITED, admit_invited)
    answer_for_events(event_id_of, words_of_event)
    answer_stream_links(my_streams)
    answer_affected(People())
    answer_leaks(check)
    answer_attendance(expected_people, audiences_with_stream)
