"""Enrolling devices: the organiser's link and PIN, the volunteer's phone, and what it may do afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
import time_machine
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from eventops.checkin.doors import open_door
from eventops.db import db, write
from eventops.staff.device_links import TRIES, link_pin, link_token, try_pin
from eventops.staff.devices import forget_names
from eventops.staff.models import AuditEntry, DeviceLink, DeviceToken
from eventops.viewer import ANONYMOUS, SYSTEM, seeing
from tests.apps import changing, reading
from tests.cast import START, Conference, add_conference
from tests.staff.team import add_staff, csrf_token, page_of, signed_in

MIDNIGHT = START + timedelta(hours=13)
"""After the event's last day, in Finland."""
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    """It is 11:00 Finnish time on the day."""
    with time_machine.travel(START, tick=False):
        yield


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        return add_conference()


@pytest.fixture
def side_door(app: Flask, cast: Conference) -> UUID:
    with changing(app):
        return open_door(cast.event_id, "Side entrance", START).id


class Desk:
    """An organiser's browser."""

    def __init__(self, app: Flask, cast: Conference, role: str = "owner") -> None:
        add_staff(app, role, cast.event_id)
        self.client, self.devices = signed_in(app, f"{role}@example.org"), f"/en/desk/{cast.slug}/devices"

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": csrf_token(self.client, self.devices), **fields})

    def make_link(self, *door_ids: UUID) -> str:
        """The path of a new link's page."""
        made = self.post(self.devices, doors=[str(door_id) for door_id in door_ids])
        assert made.status_code == 303
        return made.headers["Location"]

    def read(self, path: str) -> tuple[str, str]:
        """The address and the PIN that the QR code on a link's page holds."""
        picture = Image.open(BytesIO(self.client.get(f"{path}/qr.png").data)).convert("L")
        [code] = zxingcpp.read_barcodes(picture)
        parts = urlsplit(code.text)
        return parts.path, parse_qs(parts.fragment)["pin"][0]

    def rows(self) -> list[list[str]]:
        """What the page says of each link and each device."""
        rows = page_of(self.client.get(self.devices)).xpath("//table[@class='data']/tbody/tr")
        return [[" ".join(cell.text_content().split()) for cell in row.xpath("th | td/div")] for row in rows]


@pytest.fixture
def desk(app: Flask, cast: Conference) -> Desk:
    return Desk(app, cast)


def may_scan(client: FlaskClient, door_id: UUID, token: str) -> bool:
    """Whether the door's endpoint lets the device in."""
    path, headers = f"/api/v1/doors/{door_id}/roster", {"Authorization": f"Bearer {token}"}
    return client.get(path, headers=headers).status_code == 200


def token_in(answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return urlsplit(answer.headers["Location"]).fragment.removeprefix("token=")


def faults(answer: TestResponse) -> list[str]:
    return [fault.text_content() for fault in page_of(answer).xpath("//p[@class='field-error']")]


def test_device_is_enrolled_by_the_qr_code_on_the_organisers_screen(
    app: Flask, client: FlaskClient, cast: Conference, desk: Desk, side_door: UUID
) -> None:
    """Link and PIN open the scanner of the link's one door, until the event ends, and no other door."""
    page = desk.make_link(cast.door_id)
    address, pin = desk.read(page)
    shown = desk.client.get(page).text
    assert (address in shown, f"{pin[:3]} {pin[3:]}" in shown) == (True, True)
    asked = client.post(address, data={"pin": pin})
    assert (asked.status_code, "The Potential of Civil Society" in asked.text, "Main entrance" in asked.text) == (
        200,
        True,
        True,
    )
    answer = client.post(address, data={"pin": pin, "name": ""}, headers={"User-Agent": PHONE})
    where = urlsplit(answer.headers["Location"])
    assert (answer.status_code, where.path, where.query) == (303, f"/en/door/{cast.door_id}", "")
    assert "Set-Cookie" not in answer.headers
    token = token_in(answer)
    assert [may_scan(client, door_id, token) for door_id in (cast.door_id, side_door)] == [True, False]
    with reading(app):
        device = db.session.scalars(select(DeviceToken)).one()
        assert (device.name, device.expires_at, device.door_ids) == ("Chrome, Android", MIDNIGHT, [str(cast.door_id)])
    with time_machine.travel(MIDNIGHT, tick=False):
        assert not may_scan(client, cast.door_id, token)


def test_device_of_several_doors_chooses_where_it_begins(
    client: FlaskClient, cast: Conference, desk: Desk, side_door: UUID
) -> None:
    """After the PIN it is asked which door it stands at; its key is good at all of the link's."""
    address, pin = desk.read(desk.make_link(cast.door_id, side_door))
    asked = client.post(address, data={"pin": pin})
    options = page_of(asked).xpath("//select[@name='door']/option")
    assert (asked.status_code, [option.text for option in options]) == (200, ["Main entrance", "Side entrance"])
    wrong = client.post(address, data={"pin": pin, "name": "", "door": str(uuid4())})
    assert (wrong.status_code, faults(wrong)) == (422, ["Error: Choose one of the doors."])
    answer = client.post(address, data={"pin": f" {pin[:3]} {pin[3:]} ", "name": "", "door": str(side_door)})
    assert urlsplit(answer.headers["Location"]).path == f"/en/door/{side_door}"
    assert [may_scan(client, door_id, token_in(answer)) for door_id in (cast.door_id, side_door)] == [True, True]


def test_device_is_called_what_the_volunteer_typed(
    app: Flask, client: FlaskClient, cast: Conference, desk: Desk
) -> None:
    """In one line of at most 60 characters; what is longer comes back, and enrols nothing."""
    address, pin = desk.read(desk.make_link(cast.door_id))
    for name in ("x" * 61, "Phone\n2"):
        answer = client.post(address, data={"pin": pin, "name": name})
        assert (answer.status_code, faults(answer)) == (
            422,
            ["Error: Write the name in one line of at most 60 characters."],
        )
    assert client.post(address, data={"pin": pin, "name": "å" * 60}).status_code == 303
    with reading(app):
        assert list(db.session.scalars(select(DeviceToken.name))) == ["å" * 60]


def test_enrolment_page_says_nothing_of_the_event(client: FlaskClient, cast: Conference, desk: Desk) -> None:
    """The PIN field and no cookie; a link that never was, ran out or was revoked is the same 404."""
    page = desk.make_link(cast.door_id)
    address, pin = desk.read(page)
    answer = client.get(address)
    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    for word in ("Civil Society", "Main entrance", pin, str(cast.event_id), str(cast.door_id)):
        assert word not in answer.text
    missing = client.get("/en/nothing/").data
    for other in (
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        "/en/door/enrol/x",
        f"/en/door/enrol/{'A' * 48}",
    ):
        assert [(a.status_code, a.data) for a in (client.get(other), client.post(other, data={"pin": pin}))] == [
            (404, missing)
        ] * 2
    with time_machine.travel(MIDNIGHT, tick=False):
        assert (client.get(address).data, client.post(address, data={"pin": pin}).status_code) == (missing, 404)
    desk.post(f"{page}/revoke")
    assert (client.get(address).data, client.post(address, data={"pin": pin}).status_code) == (missing, 404)
    assert desk.client.get(f"{page}/qr.png").status_code == 404
    assert pin[:3] + " " + pin[3:] not in desk.client.get(page).text


def test_nothing_secret_is_stored_of_a_link(app: Flask, cast: Conference, desk: Desk) -> None:
    """Neither its token nor its PIN: both are made of its id again each time."""
    page = desk.make_link(cast.door_id)
    address, pin = desk.read(page)
    assert desk.read(page) == (address, pin)
    with reading(app):
        stored = str(db.session.execute(select(DeviceLink.__table__)).all())
    assert (pin in stored, address.rpartition("/")[2] in stored) == (False, False)


def test_ten_wrong_pins_in_a_row_end_a_link(app: Flask, client: FlaskClient, cast: Conference, desk: Desk) -> None:
    """Each is said beside the field; a right one forgives; after ten even the right one finds nothing."""
    page = desk.make_link(cast.door_id)
    address, pin = desk.read(page)
    wrong = "000000" if pin != "000000" else "111111"
    for _ in range(TRIES - 1):
        answer = client.post(address, data={"pin": wrong})
        assert (answer.status_code, faults(answer)) == (
            422,
            ["Error: That is not the PIN. Look again at the organiser's screen."],
        )
    assert client.post(address, data={"pin": pin}).status_code == 200
    for unread in ("", "12345", "1234567", "١٢٣٤٥٦", "abcdef"):
        assert faults(client.post(address, data={"pin": unread})) == ["Error: Type the six digits of the PIN."]
    for _ in range(TRIES):
        assert client.post(address, data={"pin": wrong}).status_code == 422
    assert [client.post(address, data={"pin": given}).status_code for given in (pin, wrong)] == [404, 404]
    assert client.get(address).status_code == 404
    assert desk.rows()[0][2] == "Ended by wrong PINs"
    assert "Ended by wrong PINs" in desk.client.get(page).text


def test_tries_made_at_once_are_no_more_than_ten(app: Flask, cast: Conference, desk: Desk) -> None:
    """Twenty at the same moment: ten are looked at, and the others find the link ended."""
    link_id = UUID(desk.make_link(cast.door_id).rpartition("/")[2])
    found: list[bool | None] = []
    ready = Barrier(20)

    def guess() -> None:
        with app.app_context(), seeing(ANONYMOUS):
            link = db.session.get_one(DeviceLink, link_id)
            wrong = "000000" if link_pin(link) != "000000" else "111111"
            db.session.rollback()
            ready.wait()
            with write():
                found.append(try_pin(link, wrong, START))

    threads = [Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (found.count(False), found.count(None)) == (TRIES, TRIES)


def test_revoking_a_link_ends_its_devices(app: Flask, client: FlaskClient, cast: Conference, desk: Desk) -> None:
    """Those that came by it and no others, with their next request; twice is as once."""
    pages = [desk.make_link(cast.door_id) for _ in range(2)]
    tokens = [token_in(client.post(address, data={"pin": pin, "name": ""})) for address, pin in map(desk.read, pages)]
    assert "also ends every device" in desk.client.get(pages[0]).text
    for _ in range(2):
        assert desk.post(f"{pages[0]}/revoke").status_code == 303
    assert [may_scan(client, cast.door_id, token) for token in tokens] == [False, True]
    with reading(app):
        revoked = select(func.count()).where(AuditEntry.action == "staff.revoke_device_link")
        assert db.session.scalar(revoked) == 1


def test_organiser_sees_the_devices_and_revokes_one(
    app: Flask, client: FlaskClient, cast: Conference, desk: Desk, side_door: UUID
) -> None:
    """Which, where, when, how it came, and whether it still scans; whoever it is, with the next request."""
    address, pin = desk.read(desk.make_link(cast.door_id))
    by_link = token_in(client.post(address, data={"pin": pin, "name": " Phone 2 "}, headers={"User-Agent": PHONE}))
    desk.post(f"/en/desk/{cast.slug}/doors/{side_door}/enrol")
    time = "Tuesday 7 May 2024 11:00 Finnish time 10:00 Danish and Norwegian time"
    link = "Link of Tuesday 7 May 2024, 11:00 Finnish time (10:00 Danish and Norwegian time)"
    phone = ["Phone 2", "Main entrance", time, link, "Works"]
    own = ["Unknown device", "Side entrance", time, "Opened at the desk", "Works"]
    [first, *devices] = desk.rows()
    assert (first[:-1], sorted(row[:-1] for row in devices)) == ([time, "Main entrance", "Works"], [phone, own])
    assert sorted(row[-1].partition(" The ")[0] for row in devices) == ["Revoke: Phone 2", "Revoke: Unknown device"]
    with reading(app):
        device_id = db.session.scalars(select(DeviceToken.id).where(DeviceToken.link_id.is_not(None))).one()
    for _ in range(2):
        revoked = desk.post(f"{desk.devices}/{device_id}/revoke")
        assert "Its link still enrols devices" in desk.client.get(revoked.headers["Location"]).text
    assert sorted(row[:-1] for row in desk.rows()[1:]) == [[*phone[:-1], "Revoked"], own]
    assert not may_scan(client, cast.door_id, by_link)


def test_link_is_made_for_doors_of_the_event_while_it_lasts(
    app: Flask, cast: Conference, desk: Desk, side_door: UUID
) -> None:
    """Without a door 422, once the event is over 409 with a sentence; nothing is stored."""
    with changing(app):
        other = add_conference("another")
    for doors in ([], ["nonsense"], [str(other.door_id)]):
        answer = desk.post(desk.devices, doors=doors)
        assert (answer.status_code, faults(answer)) == (422, ["Error: Choose at least one door."])
    with time_machine.travel(MIDNIGHT, tick=False):
        late = Desk(app, cast, "reception").post(desk.devices, doors=[str(cast.door_id)])
    assert (late.status_code, "No device scans after its last day" in late.text) == (409, True)
    with reading(app):
        assert db.session.scalar(select(func.count()).select_from(DeviceLink)) == 0


def test_links_and_devices_of_other_events_are_not_found(app: Flask, cast: Conference, desk: Desk) -> None:
    """Each event's desk reaches its own alone."""
    page = desk.make_link(cast.door_id)
    desk.post(f"/en/desk/{cast.slug}/doors/{cast.door_id}/enrol")
    with changing(app):
        other = add_conference("another")
        device_id = db.session.scalars(select(DeviceToken.id)).one()
    add_staff(app, "owner", other.event_id, "other@example.org")
    stranger = signed_in(app, "other@example.org")
    theirs = f"/en/desk/{other.slug}/devices"
    form = {"csrf_token": csrf_token(stranger, theirs)}
    link = f"{theirs}/links/{page.rpartition('/')[2]}"
    assert [stranger.get(path).status_code for path in (link, f"{link}/qr.png", page)] == [404, 404, 404]
    for path in (f"{link}/revoke", f"{theirs}/{device_id}/revoke", f"{page}/revoke"):
        assert stranger.post(path, data=form).status_code == 404
    with reading(app):
        assert [
            *db.session.scalars(select(DeviceLink.revoked_at)),
            *db.session.scalars(select(DeviceToken.revoked_at)),
        ] == [
            None,
            None,
        ]


def test_link_of_another_purpose_is_none(app: Flask, cast: Conference, desk: Desk) -> None:
    """Each link has a PIN and a token of its own."""
    pages = [desk.make_link(cast.door_id) for _ in range(3)]
    found = [desk.read(page) for page in pages]
    assert len({address for address, _ in found}) == 3
    with reading(app):
        links = db.session.scalars(select(DeviceLink)).all()
        assert {link_token(link) for link in links} == {address.rpartition("/")[2] for address, _ in found}
        assert sorted(map(link_pin, links)) == sorted(pin for _, pin in found)


def test_what_a_device_was_called_is_forgotten_a_month_after_the_event(
    app: Flask, client: FlaskClient, cast: Conference, desk: Desk
) -> None:
    """It may have been somebody's name; the device stays in the list."""
    address, pin = desk.read(desk.make_link(cast.door_id))
    assert client.post(address, data={"pin": pin, "name": "Phone 2"}).status_code == 303
    names: list[str] = []
    for days in (30 - 1 / 86400, 30):
        with app.app_context(), seeing(SYSTEM):
            forget_names(MIDNIGHT + timedelta(days=days))
            names += db.session.scalars(select(DeviceToken.name))
    assert names == ["Phone 2", ""]
