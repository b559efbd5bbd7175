"""`eventops doctor`: what is well, and what is to be done about the rest."""

from __future__ import annotations

import os
import smtplib
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from eventops import create_app
from eventops.config import Settings, UnsafeSettings
from eventops.db import db
from eventops.folders import folder
from eventops.letters.smtp import connect
from eventops.times import to_instant
from eventops.viewer import SYSTEM, seeing


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    is_well: bool
    words: str
    """What was found; where it is not well, what to do."""

    def line(self) -> str:
        return f"{'ok  ' if self.is_well else 'MEND'}  {self.what}: {self.words}"
