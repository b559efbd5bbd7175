"""Which provider's addresses are taken."""

import pytest
from flask import Flask

from eventops.db import db
from eventops.plain_https import is_plain_https
from eventops.streams.edit import UnsafeAddress, add_stream
from eventops.streams.models import Stream
from tests.apps import changing, reading
from tests.cast import PROVIDER, add_conference

PLAIN = [
    PROVIDER,
    "https://zoom.example.org/j/85012345678?pwd=aB3.x~_-&uname=",
    "https://meet.example.org:8443/Room#config.prejoinPageEnabled=false",
    "https://example.org",
    "https://[2001:db8::1]/live",
    "https://example.org/@channel/live",
    "https://xn--sndning-5wa.example.org/%C3%A4",
]
UNSAFE = [
    "",
    "stream.example.org/live",
    "//stream.example.org/live",
    "http://stream.example.org/live",
    "HTTP://stream.example.org/live",
    "javascript:alert(1)",
    "data:text/html,hello",
    "rtmps://stream.example.org/live",
    "https:stream.example.org",
    "https:/stream.example.org",
    "https:///stream.example.org",
    "https://",
    "https://?live",
    "https://:443/live",
    "https://stream.example.org:port/live",
    "https://stream.example.org:99999/live",
    "https://[2001:db8::1/live",
    "https://anna@stream.example.org/live",
    "https://anna:secret@stream.example.org/live",
    "https://stream.example.org%2f@evil.example/",
    "https://stream.example.org%2f.evil.example/",
    "https://stream.example.org\\@evil.example/",
    "https://stream.example.org/live\r\nSet-Cookie: a=b",
    "https://stream.example.org/live\n",
    "https://stream.example.org/\x00",
    "https://stream.example.org/\x7f",
    "https://stream.example.org/a live one",
    " https://stream.example.org/live",
    "https://stream.example.org/\u2028",
    "https://sändning.example.org/",
    "https://stream.example.org/\"onclick='",
    "https://stream.example.org/" + "a" * 2000,
]


@pytest.mark.parametrize("url", PLAIN)
def test_address_plain_https_is_taken(url: str) -> None:
    """Ports, queries, fragments, an @ in the path: all of it is what providers give."""
    assert is_plain_https(url)


@pytest.mark.parametrize("url", UNSAFE)
def test_address_anything_else_is_not(url: str) -> None:
    """No other scheme, no user name, no control characters, nothing that two programs could read in two ways."""
    assert not is_plain_https(url)


def test_add_stream_refuses_an_unsafe_address_and_does_not_repeat_it(app: Flask) -> None:
    """Nothing is stored, and the message could be logged."""
    with changing(app):
        cast = add_conference()
        for url in ("http://stream.example.org/live", "https://anna@stream.example.org/", "x\r\ny"):
            with pytest.raises(UnsafeAddress) as refused:
                add_stream(cast.event_id, {"en": "Stream"}, url)
            assert url not in str(refused.value)
    with reading(app):
        assert db.session.query(Stream).count() == 2


def test_add_stream_opens_15_minutes_before_and_closes_30_after(app: Flask) -> None:
    """The margins that are used when none are given."""
    with changing(app):
        cast = add_conference()
        added = add_stream(cast.event_id, {"en": "Workshop"}, PROVIDER, cast.audience_id)
    with reading(app):
        stream = db.session.get_one(Stream, added.id)
        assert (stream.event_id, stream.audience_id, stream.name, stream.provider_url) == (
            cast.event_id,
            cast.audience_id,
            {"en": "Workshop"},
            PROVIDER,
        )
        assert (stream.opens_before_minutes, stream.closes_after_minutes) == (15, 30)
