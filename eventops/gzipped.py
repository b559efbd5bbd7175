"""Answers in gzip (RFC 1952) for those who take it, as all browsers do."""

from __future__ import annotations

import gzip
from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

LEVEL = 9
"""What is packed once is sent often."""


def gzipped(content: bytes) -> bytes:
    """The same bytes for the same content, whenever it is packed."""
    return gzip.compress(content, LEVEL, mtime=0)


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether who sends that Accept-Encoding (RFC 9110 section 12.5.3; empty for none) takes gzip."""
    return parse_accept_header(accept_encoding, Accept).quality("gzip") > 0
