"""`eventops demo`: one process that plays the conference."""

from __future__ import annotations

import json
import os
import shutil
import sys
from datetime import datetime
from pathlib import Path
from socket import socket
from tempfile import mkdtemp
from typing import Any

import click
from flask import Flask

from eventops.agenda.conference_file import ConferenceFile
from eventops.beginning import read_file
from eventops.demo.day import Day
from eventops.demo.moves import instant_of
from eventops.demo.seed import default_start
from eventops.demo.state import Folder
from eventops.server import Server, listen

OWN_FILE = Path(__file__).parent / "conference.yaml"


def play(port: int, data: Path | None, at: str | None, conference: Path | None, as_json: bool, reset: bool) -> None:
    """Set up the day, serve it until SIGTERM or Ctrl-C. Raises ClickException for what cannot be played."""
    file = read_file(conference or OWN_FILE)
    start = _instant(at, file)
    try:
        listener = listen(port)
    except OSError as error:
        raise click.ClickException(f"Port {port} cannot be used ({error.strerror}). Try --port 0.") from error
    folder = Folder(data or Path(mkdtemp(prefix="eventops-demo-")))
    if reset:
        folder.clear()
    parent = os.getpid()
    try:
        _serve(listener, folder, file, start, as_json)
    finally:
        # The server's child comes by here as well when it ends.
        if data is None and os.getpid() == parent:
            shutil.rmtree(folder.path)


def _serve(listener: socket, folder: Folder, file: ConferenceFile, start: datetime | None, as_json: bool) -> None:
    day = Day(folder, file, f"http://127.0.0.1:{listener.getsockname()[1]}")
    if start is None and not day.is_set_up:
        start = default_start(file)

    def make_app() -> Flask:
        day.start(start)
        return day.app

    def when_ready(worker: Any) -> None:
        # A worker that took the place of one that died has nothing new to say.
        if worker.age == 1:
            _announce(day, as_json)

    Server(
        make_app,
        bind=f"fd://{listener.fileno()}",
        workers=1,
        threads=32,
        post_worker_init=when_ready,
        worker_exit=lambda _server, _worker: day.stop(),
    ).run()


def _instant(at: str | None, file: ConferenceFile) -> datetime | None:
    if at is None:
        return None
    try:
        return instant_of(at, file.event.home_zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from error


def _announce(day: Day, as_json: bool) -> None:
    said = day.contract()
    if as_json:
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
    click.echo(_welcome(said), err=True)


def _welcome(said: dict[str, Any]) -> str:
    owner = next(person for person in said["staff"] if person["role"] == "owner")
    door = said["doors"][0]
    guests = "\n".join(
        f"    {guest['name']} ({guest['mode']}, {guest['language']}, {guest['state']})\n      {guest['personal_url']}"
        for guest in said["attendees"]
    )
    return f"""
eventops demo: {said["event"]}, the clock shows {said["now"]}

  Anybody      {said["urls"]["programme"]}
               {said["urls"]["signup"]}
  Organiser    {said["urls"]["sign_in"]}   {owner["email"]}  {owner["password"]}
  Door         {said["url"]}/door/{door["id"]}#token={door["token"]}
  Letters      {said["inbox"]}
  Guests
{guests}

  The bar on top of every page moves the clock. People are made up; placeholders are marked.
  Phones scan and work offline over HTTPS only: to try a phone, put a proxy with HTTPS in front.
  Ctrl-C ends the demo.
"""
