"""What a device may send, and how what it may not send is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventops.checkin.envelope import Envelope, Item, Malformed, MalformedEnvelope, read_envelope, read_item
from tests.cast import START

GOOD: dict[str, Any] = {
    "id": "0d6c1f3e-8f0a-4f3c-9a55-6a0f6d8a1c11",
    "code": "EO1",
    "device_time": "2024-05-07T11:00:00+03:00",
    "kind": "entry",
}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*GOOD, "shown", ""]), inner),
    max_leaves=8,
)


def good(**changed: object) -> Item:
    item = read_item(GOOD | changed)
    assert isinstance(item, Item), item
    return item


def bad(**changed: object) -> Malformed:
    item = read_item(GOOD | changed)
    assert isinstance(item, Malformed), item
    return item


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-07T08:00:00Z",
        "2024-05-07T08:00Z",
        "2024-05-07 08:00:00.000Z",
        "2024-05-07T11:00:00+03:00",
        "2024-05-07T11:00:00+0300",
        "2024-05-07T04:30:00,000000000-03:30",
    ],
)
def test_item_reads_an_instant_in_any_offset(written: str) -> None:
    """Devices write the same instant in many ways; it is one instant, and one payload."""
    item = good(device_time=written)
    assert (item.device_time, item.payload_hash) == (START, good().payload_hash)


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-07T08:00:00",
        "2024-05-07",
        "2024-02-30T08:00:00Z",
        "2024-05-07T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "２０２４-05-07T08:00:00Z",
        "2024-05-07T08:00:00Z\n",
        "\ud800",
        "",
        1715068800,
        None,
    ],
)
def test_item_without_an_instant_is_malformed(written: object) -> None:
    """A time without an offset names no instant, and is not guessed."""
    assert bad(device_time=written).what.startswith("device_time: ")


@pytest.mark.parametrize("code", ["", "\x00", "\ud800", "🦭" * 8192, "a" * 8192, "\N{RIGHT-TO-LEFT OVERRIDE}"])
def test_item_takes_any_text_as_a_code(code: str) -> None:
    """What a camera read is never the device's fault."""
    assert good(code=code).code == code
    assert len(good(code=code).payload_hash) == 64


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "not-a-uuid"),
        ("id", "0d6c1f3e8f0a4f3c9a556a0f6d8a1c11"),
        ("id", 7),
        ("code", 7),
        ("code", None),
        ("code", "a" * 8193),
        ("kind", "walk"),
        ("kind", None),
        ("kind", []),
        ("shown", 7),
        ("shown", "a" * 101),
        ("shown", "\x00"),
        ("shown", "\ud800"),
    ],
)
def test_item_with_a_bad_field_is_malformed(field: str, value: object) -> None:
    """The device is told which field is wrong, without what stood in it."""
    assert bad(**{field: value}).what.startswith(f"{field}: ")


@pytest.mark.parametrize("field", list(GOOD))
def test_item_lacking_a_field_is_malformed(field: str) -> None:
    """Every field but `shown` is needed."""
    item = read_item({name: value for name, value in GOOD.items() if name != field})
    assert isinstance(item, Malformed)
    assert item.what == f"{field}: Field required"


@pytest.mark.parametrize(
    ("given_id", "echoed"),
    [(GOOD["id"], GOOD["id"]), ("short", "short"), ("x" * 101, None), (7, None), (None, None), ({}, None)],
)
def test_malformed_item_keeps_its_id_where_that_is_a_short_text(given_id: object, echoed: str | None) -> None:
    """The device finds its own item again, and cannot make the server repeat a long text."""
    assert bad(id=given_id, code=7).id == echoed


def test_item_id_is_one_whatever_its_case() -> None:
    """An id is echoed as written and means the same in capitals."""
    capitals = good(id=GOOD["id"].upper())
    assert (capitals.id, capitals.scan_id) == (GOOD["id"].upper(), good().scan_id)


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "EO2"), ("device_time", "2024-05-07T08:00:01Z"), ("kind", "exit"), ("shown", "admitted")],
)
def test_payload_hash_covers_every_field_but_the_id(field: str, value: str) -> None:
    """Whatever else changes is another payload."""
    assert good(**{field: value}).payload_hash != good().payload_hash
    assert good(id=str(uuid4())).payload_hash == good().payload_hash
    assert good(shown=None).payload_hash == good().payload_hash


@given(anything)
def test_item_of_any_json_is_read_or_malformed(given: object) -> None:
    """Nothing that JSON can say makes reading fail, and the complaint can be sent back."""
    item = read_item(given)
    assert isinstance(item, Item) or json.dumps([item.id, item.what])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"EO1",
        b"null",
        b"[]",
        b'"scans"',
        b"{}",
        b'{"scans": null}',
        b'{"scans": {}}',
        b'{"scans": "abc"}',
        b'{"scans": []}',
        json.dumps({"scans": [GOOD] * 201}).encode(),
        json.dumps({"scans": [GOOD], "device_now": "2024-05-07T11:00:00"}).encode(),
        json.dumps({"scans": [GOOD], "device_now": 1715068800}).encode(),
        json.dumps({"scans": [GOOD], "device_now": "now"}).encode(),
        b"[" * 500_000,
        b'{"scans": ' + b"[" * 500_000,
        b'{"scans": [' + b"1" * 5000 + b"]}",
    ],
)
def test_envelope_that_cannot_be_read_is_refused_whole(body: bytes) -> None:
    """A body that is no envelope is an error of its own, however odd."""
    with pytest.raises(MalformedEnvelope):
        read_envelope(body)


def test_envelope_reads_each_item_by_itself() -> None:
    """One bad item stands in its place among good ones."""
    body = {"scans": [GOOD, 7, GOOD | {"kind": 1}], "device_now": None}
    assert read_envelope(json.dumps(body).encode()) == Envelope(
        (good(), Malformed(None, "not an object"), bad(kind=1)), None
    )


@pytest.mark.parametrize(
    ("device_now", "effective_at"),
    [
        (None, START),
        (START + timedelta(minutes=10), START),
        (START + timedelta(minutes=15), START - timedelta(minutes=5)),
        (START - timedelta(hours=1), START + timedelta(minutes=10)),
        (datetime(1, 1, 1, tzinfo=UTC), START + timedelta(minutes=10)),
        (datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_effective_time_is_corrected_by_the_device_clock(device_now: datetime | None, effective_at: datetime) -> None:
    """A clock that is ahead or behind is set right, and no scan lies after its upload."""
    now = START + timedelta(minutes=10)
    assert Envelope((), device_now).effective_at(good(), now) == effective_at
