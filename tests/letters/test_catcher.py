"""The SMTP server of the demo and the tests."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eventops import clock
from eventops.demo.catcher import Catcher, Caught

RAW = b"Subject: =?utf-8?q?H=C3=A4lsning?=\r\nTo: x@example.org\r\n\r\n.dot\r\n\xff\xfe\xc3\xa4 8 bit\r\n"


def send(catcher: Catcher, *recipients: str, raw: bytes = RAW) -> None:
    with smtplib.SMTP("127.0.0.1", int(catcher.url.rpartition(":")[2])) as client:
        client.sendmail("events@example.org", recipients, raw, mail_options=["BODY=8BITMIME"])


@pytest.fixture
def tuesday() -> Iterator[datetime]:
    """The demo's clock stands in May 2024, and back at the real time afterwards."""
    moment = datetime(2024, 5, 7, 7, 20, tzinfo=UTC)
    clock.move_to(moment)
    yield moment
    clock.follow_real_time()


def test_catcher_keeps_messages_byte_for_byte(tuesday: datetime) -> None:
    """One for each recipient, oldest first, with the demo's time."""
    with Catcher() as catcher:
        send(catcher, "a@example.org", "b@example.org")
        send(catcher, "c@example.org")
    first, second, third = catcher.messages()
    assert [first.to, second.to, third.to] == ["a@example.org", "b@example.org", "c@example.org"]
    assert len({first.id, second.id, third.id}) == 3
    assert {caught.raw for caught in catcher.messages()} == {RAW}
    assert first.subject == "Hälsning"
    assert timedelta(0) <= first.received_at - tuesday < timedelta(minutes=1)


def test_catcher_with_a_folder_outlives_its_process(tmp_path: Path) -> None:
    """What was caught before is there after a restart, and ids go on."""
    with Catcher(tmp_path / "inbox") as before:
        send(before, "a@example.org")
    with Catcher(tmp_path / "inbox") as after:
        send(after, "b@example.org")
    assert after.messages()[0] == before.messages()[0]
    assert [caught.id for caught in after.messages()] == ["000001", "000002"]
    assert Catcher(tmp_path / "inbox").messages() == after.messages()


def test_catcher_starts_again_at_the_same_address() -> None:
    """Its address is in the settings of whoever sends to it."""
    catcher = Catcher()
    with catcher:
        url = catcher.url
    with catcher:
        assert catcher.url == url
        send(catcher, "a@example.org")
    catcher.stop()
    assert len(catcher.messages()) == 1


def test_catcher_taken_port_is_an_error() -> None:
    """It says so at once."""
    with Catcher() as first, pytest.raises(OSError, match="in use"):
        Catcher(port=int(first.url.rpartition(":")[2])).start()


def test_caught_without_subject_has_an_empty_one() -> None:
    """Anything may arrive."""
    assert Caught("000001", "a@example.org", datetime.now(UTC), b"\r\n").subject == ""
