"""What somebody is about to do is what they were shown: the form carries a digest of it, which is asked for again."""

from __future__ import annotations

import hashlib
import json
from typing import Any


class NotAsSeen(Exception):
    """What would be done is not any more what the organiser looked at. Nothing was done."""


def digest(said: Any) -> str:
    """Stands for what is shown: the same for the same, and for nothing else."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def refuse_unseen(seen: str | None, now: str) -> None:
    """Raise NotAsSeen unless the digest that a form carries is the one of what would be done now."""
    if seen != now:
        raise NotAsSeen
