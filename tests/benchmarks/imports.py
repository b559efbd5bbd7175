"""Importing a file of a thousand sessions, beside YAML's own library reading the same file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from time import perf_counter
from typing import Any

import yaml
from flask import Flask

from eventops import clock
from eventops.agenda.conference_file import read_conference
from eventops.agenda.conference_file.yaml_text import LOADER
from eventops.agenda.import_file import import_conference, update_conference
from eventops.db import write
from eventops.viewer import SYSTEM, seeing
from tests.benchmarks.load import Outcome

SESSIONS, ROOMS, DAYS = 1000, 20, 4
SPEAKERS = 300
HOME = "Europe/Helsinki"
FIRST = datetime(2024, 3, 29, 8, 0)  # noqa: DTZ001  # as clocks in HOME show it
_number = count()


@dataclass(frozen=True, slots=True)
class Importer:
    """The operator, with a file."""

    app: Flask

    def bring_in(self) -> Outcome:
        """Import a new event, then the same file with every session five minutes later."""
        slug = f"imported-{next(_number)}"
        texts = [_text(slug, timedelta()), _text(slug, timedelta(minutes=5))]
        with self.app.app_context(), seeing(SYSTEM):
            began = perf_counter()
            with write():
                event = import_conference(read_conference(texts[0]))
            between = perf_counter()
            with write():
                plan, _narrowed = update_conference(event, read_conference(texts[1]), clock.now())
            ended = perf_counter()
        if plan.difference.number("changed") != SESSIONS:
            raise RuntimeError(f"{plan.difference.number('changed')} of {SESSIONS} sessions were moved")
        return Outcome(seconds=ended - began, latencies=[between - began, ended - between])


def read_yaml_alone() -> Outcome:
    """The floor: the same two files become lists and maps."""
    outcome = Outcome()
    for text in [_text("floor", timedelta())] * 2:
        began = perf_counter()
        yaml.load(text, Loader=LOADER)  # noqa: S506  # it is a safe one
        outcome.latencies.append(perf_counter() - began)
    outcome.seconds = sum(outcome.latencies)
    return outcome


def _text(slug: str, later: timedelta) -> str:
    event = {"title": "A large conference", "slug": slug, "date": FIRST.date(), "home_zone": HOME}
    content = {
        "event": event | {"end_date": (FIRST + timedelta(days=DAYS - 1)).date(), "contact": "events@example.org"},
        "rooms": [{"id": f"room-{number}", "name": f"Room {number}"} for number in range(ROOMS)],
        "audiences": [{"id": "guests", "name": "Guests"}],
        "speakers": [
            {"id": f"speaker-{number}", "name": f"Speaker Number {number}", "bio": {"en": "Mentors *others*. " * 10}}
            for number in range(SPEAKERS)
        ],
        "sessions": [_session(number, later) for number in range(SESSIONS)],
    }
    return yaml.dump(content, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False)


def _session(number: int, later: timedelta) -> dict[str, Any]:
    day, within = divmod(number, SESSIONS // DAYS)
    slot, room = divmod(within, ROOMS)
    start = FIRST + timedelta(days=day, hours=slot) + later
    closed = {"access": "closed", "audiences": ["guests"]}
    return {
        "id": f"session-{number}",
        "title": {"en": f"Session {number}", "fi": f"Ohjelmaosuus {number}"},
        "abstract": {"en": "What **works**, and what does not.\n\n" * 12},
        "room": f"room-{room}",
        "start_local": start.isoformat(timespec="minutes"),
        "end_local": (start + timedelta(minutes=45)).isoformat(timespec="minutes"),
        "zone": HOME,
        **(closed if number % 10 == 0 else {"access": "public"}),
        "speakers": [{"id": f"speaker-{(number + one) % SPEAKERS}", "role": "speaker"} for one in range(2)],
        "links": [{"label": "Slides", "url": f"https://slides.example.org/{number}"}],
    }
