"""Which addresses of elsewhere are taken, and later sent out."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 2000

# What RFC 3986 appendix A lets stand in a URI. No space, control character, quote or backslash among it.
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def is_plain_https(url: str) -> bool:
    """Whether `url` is an https URL of a host (RFC 3986), at most 2000 characters, without user or password.

    What a browser and a server could read in two ways is not plain: control characters, spaces, backslashes, and
    anything else outside of ASCII are to be percent-encoded, names of hosts to be in their ASCII form.
    """
    if len(url) > LONGEST or not _CHARACTERS.fullmatch(url) or not url.startswith("https://"):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname) and not {"@", "%"} & set(parts.netloc)
