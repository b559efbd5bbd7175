"""What a demo keeps in its folder, so that a restart finds the same day, the same links and the same credentials."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field

from eventops.demo.people import STAFF


class Kept(BaseModel):
    """demo.json: made once, and lost by --reset."""

    secret_key: str = Field(default_factory=lambda: secrets.token_urlsafe(32))
    passwords: dict[str, str] = Field(default_factory=lambda: {role: secrets.token_urlsafe(9) for role in STAFF})
    door_token: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    now: datetime | None = None
    """Where the demo's clock stood last; None until the day has been set up."""
    morning_at: datetime | None = None
    """Where it stood when everybody had signed up."""
    morning_mails: int = 0
    """How many mails had arrived by then."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A demo's files."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "eventops.sqlite"

    @property
    def morning(self) -> Path:
        """The database as it was when everybody had signed up: the day begins anew from here."""
        return self.path / "morning.sqlite"

    @property
    def inbox(self) -> Path:
        return self.path / "inbox"

    def read(self) -> Kept:
        """What is kept, or something new."""
        file = self.path / "demo.json"
        return Kept.model_validate_json(file.read_text()) if file.exists() else Kept()

    def write(self, kept: Kept) -> None:
        """Keep it, whole or not at all."""
        self.path.mkdir(parents=True, exist_ok=True)
        new = self.path / "demo.json.new"
        new.touch(mode=0o600)
        new.write_text(kept.model_dump_json(indent=1))
        new.replace(self.path / "demo.json")

    def clear(self) -> None:
        """Remove a demo's files and nothing else."""
        (self.path / "demo.json").unlink(missing_ok=True)
        self.clear_day()

    def clear_day(self) -> None:
        """Remove all but the credentials."""
        for name in ("eventops.sqlite", "morning.sqlite"):
            for file in self.path.glob(f"{name}*"):
                file.unlink()
        shutil.rmtree(self.inbox, ignore_errors=True)
