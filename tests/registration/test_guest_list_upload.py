"""How much may be uploaded: five megabytes where lists are read, and no more than one anywhere else."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from eventops.db import db
from eventops.registration.guest_list_views import LARGEST_LIST
from eventops.registration.models import GuestList
from tests.apps import reading
from tests.registration.audience_desk import Desk, page

PEOPLE = b"name;email\nAino;aino@example.org\n"


def kept(desk: Desk) -> int:
    with reading(desk.app):
        return db.session.query(GuestList).count()


def padded(size: int) -> bytes:
    """A list of that many bytes."""
    lines = (b" " * 999 + b"\n") * (size // 1000 + 1)
    return (PEOPLE + lines)[:size]


def in_chunks(desk: Desk, data: bytes) -> TestResponse:
    """Upload without a length, as servers hand on what comes in chunks."""
    chunked = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    return desk.upload(data, environ_overrides=chunked)


def test_list_of_nearly_five_megabytes_is_read(desk: Desk) -> None:
    """At once, in chunks, or pasted."""
    data = padded(LARGEST_LIST - 20_000)
    answers = [desk.upload(data), in_chunks(desk, data), desk.paste(data.decode())]
    assert [answer.status_code for answer in answers] == [303] * 3
    assert kept(desk) == 3


@pytest.mark.parametrize("size", [LARGEST_LIST, 10_000_000])
def test_larger_upload_is_refused_with_the_limit(desk: Desk, size: int) -> None:
    """413, and the sentence names five megabytes."""
    for answer in (desk.upload(padded(size)), in_chunks(desk, padded(size)), desk.paste("a" * size)):
        assert answer.status_code == 413
        assert page(answer).xpath("//main//p/text()")[-1].strip() == "Send at most 5 megabytes."
    assert kept(desk) == 0


def test_other_forms_take_a_megabyte(desk: Desk) -> None:
    """Two are too many there."""
    answer = desk.grant("a" * 2_000_000)
    assert (answer.status_code, "Send at most 1 megabyte." in answer.text) == (413, True)
