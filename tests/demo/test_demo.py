"""The demo as a contract: what strangers' programs rely on."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from eventops.demo.views import _local
from tests.demo.demos import Answer, RunningDemo, call, with_data


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A demo at 10:20 Finnish time. Tests that move its clock start one of their own."""
    with with_data(tmp_path_factory.mktemp("demo")) as running:
        yield running


def scan(demo: RunningDemo, *scans: dict[str, Any], **more: Any) -> Answer:
    door = demo.said["doors"][0]
    return call(door["scan_url"], data={"scans": list(scans), **more}, Authorization=f"Bearer {door['token']}")


def entry(code: str, time: str = "2024-05-07T10:31:00+03:00") -> dict[str, str]:
    return {"id": str(uuid.uuid4()), "code": code, "device_time": time, "kind": "entry"}


def test_demo_says_where_everything_is(demo: RunningDemo) -> None:
    """One line with every field of the contract, all URLs absolute."""
    said = demo.said
    assert (said["ready"], said["event"], said["now"]) == (True, "conference-2024-05-07", "2024-05-07T07:20:00Z")
    assert set(said["urls"]) == {"programme", "signup", "sign_in", "agenda_ics", "agenda_json", "desk"}
    assert [staff["role"] for staff in said["staff"]] == ["owner", "editor", "reception", "door", "observer"]
    assert [set(door) for door in said["doors"]] == [{"id", "name", "token", "scan_url"}]
    assert {guest["state"] for guest in said["attendees"]} == {"confirmed", "cancelled", "pending"}
    assert [(s["access"], s["opens_at"], s["closes_at"]) for s in said["streams"]] == [
        ("public", "2024-05-07T07:45:00Z", "2024-05-07T11:30:00Z"),
        ("closed", "2024-05-07T10:45:00Z", "2024-05-07T13:30:00Z"),
    ]


def test_demo_people_are_of_every_kind(demo: RunningDemo) -> None:
    """Onsite and online, with and without the closed afternoon, a Danish and a Finnish reader among each."""
    kinds = {
        (bool(guest["audiences"]), guest["zone"], guest["mode"])
        for guest in demo.said["attendees"]
        if guest["state"] == "confirmed"
    }
    assert kinds == {
        (False, "Europe/Helsinki", "onsite"),
        (False, "Europe/Copenhagen", "online"),
        (True, "Europe/Copenhagen", "onsite"),
        (True, "Europe/Helsinki", "online"),
    }


def test_demo_inbox_holds_the_letters_of_the_days_before(demo: RunningDemo) -> None:
    """Everybody confirmed an address, got a confirmation and one reminder at 09:00 of their own clock."""
    got: dict[str, list[str]] = {}
    for mail in demo.mails():
        got.setdefault(mail["to"], []).append(mail["received_at"])
    assert got["aino@example.org"][-1] == "2024-05-06T06:00:00Z"
    assert got["mads@example.org"][-1] == "2024-05-06T07:00:00Z"
    assert {to: len(times) for to, times in got.items()} == {
        "aino@example.org": 3,
        "mads@example.org": 3,
        "freja@example.org": 3,
        "onni@example.org": 3,
        "stina@example.org": 3,  # address, confirmation, cancellation: no reminder
        "ola@example.org": 1,
    }


def test_demo_door_admits_once(demo: RunningDemo) -> None:
    """An onsite ticket is admitted, then already in since then; an online one is refused."""
    freja, mads = demo.guest("Freja"), demo.guest("Mads")
    first, again = entry(freja["ticket_code"]), entry(freja["ticket_code"])
    answers = [scan(demo, one).json()["results"][0] for one in (first, again, first, entry(mads["ticket_code"]))]
    assert [(a["verdict"], a["reason"]) for a in answers] == [
        ("admitted", None),
        ("refused", "already_in"),
        ("admitted", None),
        ("refused", "online_only"),
    ]
    assert answers[1]["first_scan_at"] is not None


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"at": "2024-05-06T11:00"}, 409),
        ({"at": "2024-05-07T11:00", "zone": "Europe/Atlantis"}, 422),
        ({"at": "2024-05-07T11:00+03:00"}, 422),
        ({"at": "7.5.2024 11:00"}, 422),
        ({"at": "2025-03-30T03:30"}, 422),
        ({"at": 11}, 422),
        ({}, 422),
        ([], 422),
        (b"\xff", 422),
        (b"", 422),
        (b"[" * 100_000, 422),
    ],
)
def test_demo_clock_refuses_bad_moves(demo: RunningDemo, data: Any, status: int) -> None:
    """Backward is a conflict; what is no time is unprocessable; both as problem+json."""
    answer = call(f"{demo.said['url']}/demo/clock", method="POST", data=data)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "back", ["/x\r\ny: z", "//[", "http://[x", "//evil.example", "/\\evil.example", "\t//evil.example"]
)
def test_demo_bar_leads_back_to_this_site_only(back: str) -> None:
    """A place to go back to that is no plain path of ours is the front page instead."""
    assert _local(back) == "/"


def test_demo_restart_keeps_credentials_and_links(tmp_path: Path) -> None:
    """SIGTERM ends it in order, and nothing followed the line. A second start says the same; --reset begins anew."""

    def said(demo: RunningDemo) -> tuple[Any, Any]:
        links = [guest["personal_url"].removeprefix(demo.said["url"]) for guest in demo.said["attendees"]]
        return demo.said["staff"], links

    with with_data(tmp_path) as first:
        before, mails = said(first), len(first.mails())
        assert first.stop()[:2] == (0, "")
    with with_data(tmp_path) as second:
        assert (said(second), len(second.mails())) == (before, mails)
        assert second.stop()[:2] == (0, "")
    with with_data(tmp_path, "--reset") as third:
        assert said(third) != before


def test_demo_clock_plays_the_day(tmp_path: Path) -> None:
    """Moving on sends what falls due on the way, opens the stream at 10:45 and closes it at 14:30."""
    with with_data(tmp_path) as demo:
        before = len(demo.mails())
        mads, aino, stina, onni = (demo.guest(name) for name in ("Mads", "Aino", "Stina", "Onni"))
        public = next(s for s in demo.said["streams"] if s["access"] == "public")
        closed = next(s for s in demo.said["streams"] if s["access"] == "closed")
        join = next(s["join_url"] for s in mads["streams"] if s["id"] == public["id"])

        def joined(url: str) -> tuple[int, str | None]:
            answer = call(url, method="POST", data=b"")
            assert public["provider_url"].encode() not in answer.body
            return answer.status, answer.headers["Location"]

        assert joined(join) == (409, None)
        assert demo.move_to("2024-05-07T09:45", zone="Europe/Copenhagen").json() == {"now": "2024-05-07T07:45:00Z"}
        assert joined(join) == (303, public["provider_url"])
        assert [joined(s["join_url"])[0] for s in (*aino["streams"], *stina["streams"])] == [403, 403]
        assert joined(join.replace(public["id"], closed["id"]))[0] == 403
        reminded = {mail["to"] for mail in demo.mails()[before:]}
        assert reminded == {f"{who}@example.org" for who in ("aino", "mads", "freja", "onni")}
        demo.move_to("2024-05-07T14:29")
        assert joined(join)[0] == 303
        demo.move_to("2024-05-07T14:30")
        assert joined(join)[0] == 409
        invited = next(s["join_url"] for s in onni["streams"] if s["id"] == closed["id"])
        assert joined(invited) == (303, closed["provider_url"])


def test_demo_bar_begins_the_day_anew(tmp_path: Path) -> None:
    """Going back by the bar restores the morning: the same links work, and what happened is undone."""
    with with_data(tmp_path) as demo:
        code = demo.guest("Aino")["ticket_code"]
        assert scan(demo, entry(code)).json()["results"][0]["verdict"] == "admitted"
        mails = len(demo.mails())
        demo.move_to("2024-05-07T12:00")
        form = {"at": "2024-05-07T10:45", "back": "//evil.example/"}
        answer = call(f"{demo.said['url']}/demo/clock", form=form)
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        assert len(demo.mails()) == mails + 4  # the reminders of 10:30, once
        assert scan(demo, entry(code)).json()["results"][0]["verdict"] == "admitted"


def test_demo_with_a_port_that_is_taken_says_so(demo: RunningDemo) -> None:
    """No traceback, but what to do."""
    port = demo.said["url"].rsplit(":", 1)[1]
    second = RunningDemo(["--port", port])
    with pytest.raises(RuntimeError, match=f"Port {port} cannot be used"):
        second.start()
