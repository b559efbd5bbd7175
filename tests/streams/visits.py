"""Visits to streams: who comes, when, by which address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import time_machine
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventops.db import db
from eventops.registration.links import personal_token
from eventops.registration.models import Registration
from tests.apps import reading
from tests.cast import END, START, Conference

WORKSHOP_START = datetime(2024, 5, 7, 12, 0, tzinfo=UTC)
WORKSHOP_END = WORKSHOP_START + timedelta(hours=1)
NOWHERE = uuid4()
"""The id of no stream."""


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """The clock stands still at `instant`."""
    with time_machine.travel(instant, tick=False):
        yield


def moment(stream: str, written: str) -> datetime:
    """The instant of "start-15:01" or "end+30:00", in minutes and seconds around the programme of a stream."""
    edges = (WORKSHOP_START, WORKSHOP_END) if stream == "closed" else (START, END)
    edge, _, offset = written.replace("+", " +").replace("-", " -").partition(" ")
    minutes, _, seconds = offset.lstrip("+-").partition(":")
    away = timedelta(minutes=int(minutes or 0), seconds=int(seconds or 0))
    return edges[edge == "end"] + (-away if offset.startswith("-") else away)


def stream_id(cast: Conference, stream: str) -> UUID:
    return {"public": cast.public_stream_id, "closed": cast.closed_stream_id, "missing": NOWHERE}[stream]


def token_of(app: Flask, registration_id: UUID) -> str:
    with reading(app):
        return personal_token(db.session.get_one(Registration, registration_id))


def waiting_url(app: Flask, cast: Conference, who: str, stream: str, language: str = "en") -> str:
    """The path of the person's waiting room."""
    token = token_of(app, cast.people[who])
    return f"/{language}/{cast.slug}/my/{token}/streams/{stream_id(cast, stream)}"


def everything(response: TestResponse) -> str:
    """Headers and body as one text."""
    return f"{response.status}\n{response.headers}\n{response.get_data(as_text=True)}"


def row_counts(app: Flask) -> dict[str, int]:
    """How many rows each table has."""
    with reading(app):
        return {
            table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in db.metadata.sorted_tables
        }
