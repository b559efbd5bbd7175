"""The demo's conference with closed sessions that bear words of their own in every field, so that any leak is found.

Their hours and people are nothing public's either.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from eventops.languages import LANGUAGES
from tests.agenda.conferences import TEXT

CANARY = re.compile(r"zyq(alpha|beta|gamma|draft)[a-z]*", re.IGNORECASE)
"""What everything hidden bears: the word, then to which closed session it belongs or that it is a draft, then which
field it is."""
CLOSED_HOURS = re.compile(r"(?<![\d:])1[1-7][:.](?:07|13|17|43|47|53)(?!\d|:\d\d GMT)|T1[1-7](?:07|13|17|43|47|53)00")
"""The minutes at which closed sessions begin and end; nothing else does but for files, whose dates HTTP says so."""
HOURS = {"alpha": ("14:07", "14:43"), "beta": ("15:13", "15:47"), "gamma": ("15:17", "15:53")}
EVERYTHING = frozenset(HOURS)


def conference_with_canaries() -> str:
    """The demo's file, its closed sessions replaced by three that bear their words in every field."""
    content = yaml.safe_load(TEXT)
    content["sessions"] = [session for session in content["sessions"] if session["access"] == "public"]
    content["audiences"] = []
    for name in HOURS:
        content["rooms"].append({"id": f"closed-{name}", "name": canary(name, "room")})
        content["audiences"].append({"id": name, "name": canary(name, "audience")})
        content["sessions"].append(_closed_session(name))
    return yaml.safe_dump(content, allow_unicode=True)


def conference_without_closed() -> str:
    """The same file as if the closed sessions were none."""
    content = yaml.safe_load(conference_with_canaries())
    content["sessions"] = [session for session in content["sessions"] if session["access"] == "public"]
    content["rooms"] = [room for room in content["rooms"] if not room["id"].startswith("closed-")]
    content["audiences"] = []
    return yaml.safe_dump(content, allow_unicode=True)


def canary(session: str, field_name: str) -> str:
    """The word of one field."""
    return f"zyq{session}{field_name}"


def _closed_session(name: str) -> dict[str, Any]:
    start, end = HOURS[name]
    return {
        "id": name,
        "title": {code: canary(name, f"title{code}") for code in LANGUAGES},
        "abstract": {code: canary(name, f"abstract{code}") for code in LANGUAGES},
        "kind": "workshop",
        "language": "en",
        "room": f"closed-{name}",
        "access": "closed",
        "audiences": [name],
        "start_local": f"2024-05-07T{start}",
        "end_local": f"2024-05-07T{end}",
        "zone": "Europe/Helsinki",
        "speakers": [
            {
                "name": canary(name, "speaker"),
                "title": canary(name, "post"),
                "organisation": canary(name, "employer"),
                "country": "IS",
            }
        ],
    }
