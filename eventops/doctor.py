"""`eventops doctor`: what is well, and what is to be done about the rest."""

from __future__ import annotations

import os
import smtplib
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from eventops import create_app
from eventops.config import Settings, UnsafeSettings, settings
from eventops.db import db, write
from eventops.folders import folder
from eventops.letters.render import host_name
from eventops.letters.smtp import Postman
from eventops.times import parse_wall, to_instant, utc_text
from eventops.viewer import SYSTEM, seeing

MAIL_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_well: bool
    words: str
    """What was found; where it is not well, what to do."""

    def line(self) -> str:
        """One line for the terminal."""
        return f"{'ok  ' if self.is_well else 'MEND'}  {self.what}: {self.words}"


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look at everything that eventops stands on. Nothing is changed."""
    findings = [_zone_data()]
    try:
        found = Settings.from_environ(environ)
    except UnsafeSettings as error:
        return [*findings, *(Finding("settings", False, line) for line in str(error).splitlines())]
    findings.append(Finding("settings", True, f"complete, for {found.base_url}"))
    findings += _folders(found)
    if not all(finding.is_well for finding in findings):
        return findings
    app = create_app(found)
    with app.app_context(), seeing(SYSTEM):
        findings += _database(app)
        findings.append(_mail_server())
        db.session.remove()
        db.engine.dispose()
    return findings


def _zone_data() -> Finding:
    """Finnish clocks by this machine's zone data, in winter and summer, after 2037 too."""
    system = next((path for path in zoneinfo.TZPATH if (Path(path) / "Europe/Helsinki").is_file()), None)
    source = system or "the tzdata package"
    version = _system_version(system) if system else metadata.version("tzdata")
    noons = [f"{year}-{month}-01 12:00" for year in (2024, 2040) for month in ("01", "07")]
    hours = [utc_text(to_instant(parse_wall(noon), "Europe/Helsinki"))[11:16] for noon in noons]
    if hours != ["10:00", "09:00"] * 2:
        return Finding("zone data", False, f"{source} does not know summer time in every year; install the full tzdata")
    return Finding("zone data", True, f"{source}, version {version}")


def _system_version(path: str) -> str:
    for name in ("+VERSION", "tzdata.zi", "version"):
        file = Path(path) / name
        if file.is_file():
            return file.read_text(errors="replace").splitlines()[0].removeprefix("# version ").strip()
    return "unknown"


def _folders(found: Settings) -> Iterator[Finding]:
    if not found.is_sqlite:
        return
    database = Path(found.database_url.removeprefix("sqlite:///")).absolute()
    folder_is_writable = database.parent.is_dir() and os.access(database.parent, os.W_OK)
    if folder_is_writable and (not database.exists() or os.access(database, os.W_OK)):
        yield Finding("folder", True, f"{database.parent} can be written to")
    else:
        yield Finding("folder", False, f"{database} cannot be written; give this user the right to write there")


def _database(app: Flask) -> Iterator[Finding]:
    try:
        with write():
            db.session.execute(text("SELECT 1"))
        revision = MigrationContext.configure(db.session.connection()).get_current_revision()
        missing = set(db.metadata.tables) - set(inspect(db.session.connection()).get_table_names())
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Finding("database", False, f"{reason}; look at EVENTOPS_DATABASE_URL and whether the server runs")
        return
    yield Finding("database", True, f"{db.engine.dialect.name} answers and takes writes")
    head = ScriptDirectory(app.extensions["migrate"].directory or folder("migrations")).get_current_head()
    if revision != head:
        yield Finding("tables", False, "not up to date; run `eventops migrate`, or `eventops init` to begin")
    elif missing:
        yield Finding("tables", False, f"lost: {', '.join(sorted(missing))}; restore a backup of the database")
    else:
        yield Finding("tables", True, f"up to date ({head})")


def _mail_server() -> Finding:
    server = settings().mail_server
    where = f"{server.host}:{server.port}"
    with closing(Postman(server, host_name(), MAIL_TIMEOUT)) as postman:
        try:
            postman.greet()
        except (OSError, smtplib.SMTPException) as error:
            return Finding("mail server", False, f"{where} does not take letters: {error}; look at EVENTOPS_MAIL_URL")
    return Finding("mail server", True, f"{where} takes letters")
