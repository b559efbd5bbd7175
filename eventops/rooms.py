"""Which rooms there are, and who answers the questions that lower rooms ask of higher ones."""

from __future__ import annotations

from flask import Flask

from eventops.agenda import views as agenda_views
from eventops.agenda import visibility as _agenda  # noqa: F401
from eventops.checkin import models as _checkin  # noqa: F401
from eventops.letters import models as _letters  # noqa: F401
from eventops.registration import models as _registration  # noqa: F401
from eventops.reminders import models as _reminders  # noqa: F401
from eventops.staff import models as _staff  # noqa: F401
from eventops.streams import models as _streams  # noqa: F401


def init_rooms(app: Flask) -> None:
    """Open every room: its tables' protection, its routes, its kinds of letter."""
    app.register_blueprint(agenda_views.blueprint)
