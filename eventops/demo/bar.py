"""The bar on top of every page of the demo: what its clock shows, and where it may be moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from eventops import clock
from eventops.agenda.events import event_clocks, public_window, spoken_language
from eventops.agenda.models import Event
from eventops.agenda.public_pages import changes_at
from eventops.db import db
from eventops.times import TwoClocks, to_wall
from eventops.times.words import words_of, zone_words
from eventops.viewer import ANONYMOUS, seeing

OPENS_BEFORE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Stop:
    """A moment of the day that is worth seeing."""

    at: str
    """Wall time in the home zone, YYYY-MM-DDTHH:MM."""
    label: str
    past: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """What templates/_demo_bar.html shows."""

    clocks: TwoClocks
    stops: list[Stop]
    action: str
    back: str
    zone: str
    inbox_url: str


def demo_bar() -> Bar | None:
    """The bar as a stranger may see it: it goes by the public part alone."""
    with seeing(ANONYMOUS):
        event = db.session.scalar(select(Event).order_by(Event.starts_on))
    if event is None:
        return None
    now = clock.now()
    changes_at(now.replace(second=0, microsecond=0) + timedelta(minutes=1))  # the minute that the bar shows
    home = zone_words([event.home_zone], words_of(spoken_language()))
    return Bar(
        clocks=event_clocks(event, now.replace(second=0, microsecond=0)),
        stops=_stops(event, now),
        action=url_for("demo.move_clock"),
        back=request.path if request.method == "GET" else "/",
        zone=home,
        inbox_url=url_for("demo.inbox"),
    )


def _stops(event: Event, now: datetime) -> list[Stop]:
    window = public_window(event)
    if window is None:
        return []
    return [
        _stop(event, now, window.starts_at - OPENS_BEFORE, _("%(time)s – the stream opens")),
        _stop(event, now, window.starts_at, _("%(time)s – the public part begins")),
        _stop(event, now, window.ends_at, _("%(time)s – the public part ends")),
    ]


def _stop(event: Event, now: datetime, at: datetime, label: str) -> Stop:
    time = event_clocks(event, at, zone=event.home_zone).own
    wall = to_wall(at, event.home_zone).isoformat(timespec="minutes")
    return Stop(wall, label % {"time": time}, past=at <= now)
