"""What a new password must be."""

from __future__ import annotations

import unicodedata

from flask_babel import gettext as _

SHORTEST = 12
LONGEST = 1000


def complaints(new: str, again: str) -> dict[str, str]:
    """What is wrong with a new password that was typed twice, by field: `new`, `again`.

    Length alone counts, as NIST SP 800-63B-4 section 3.1.1.2 has it; å is one letter however it is typed.
    """
    length = len(unicodedata.normalize("NFC", new))
    if length < SHORTEST:
        return {"new": _("Take %(number)s characters or more. A few words in a row are easy to keep.", number=SHORTEST)}
    if length > LONGEST:
        return {"new": _("That is too long for a password.")}
    return {} if new == again else {"again": _("This is not the same as above.")}
