"""A closed session is unknown to whoever is not entitled: the whole of the demo's morning, seen by everybody in it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from eventops.agenda.models import Event
from eventops.agenda.public_pages import forget_renderings
from eventops.db import db
from eventops.oversight.leak_check import looks
from tests.apps import reading
from tests.canaries import CANARY, EVERYTHING
from tests.crawl import Answer, ask, crawl
from tests.day import BASE_URL, NOW, Letter, PlayedDay, standing_at
from tests.walks import NOWHERE, Seen, Visit, in_demo, public_addresses


@pytest.mark.parametrize("who", ["stranger", "scanner"])
def test_nothing_anonymous_tells_of_closed_sessions(seen: Seen, day: PlayedDay, who: str) -> None:
    """No word, id or hour of them: in pages, feeds, error pages, addresses, headers."""
    assert _leaks(day, seen.visits[who]) == {}


def test_guests_learn_of_the_closed_sessions_that_they_are_invited_to_and_of_no_other(
    seen: Seen, day: PlayedDay
) -> None:
    """Each sees all of what is theirs, and nothing of what is not."""
    for _who, visit in seen.guests():
        allowed = day.may_see(visit.email)
        assert _leaks(day, visit, allowed) == {}
        read = "".join(answer.everything for answer in visit.answers.values())
        assert {found[1] for found in CANARY.finditer(read)} == allowed


def _leaks(day: PlayedDay, visit: Visit, allowed: frozenset[str] = frozenset()) -> dict[str, set[str]]:
    # Static files say when they were made, which may be at a closed session's hour of another day.
    answers = [answer for answer in visit.answers.values() if not answer.address.startswith("/static/")]
    found = {answer.address: day.leaks(answer.everything, allowed) for answer in answers}
    return {address: leaks for address, leaks in found.items() if leaks}


def test_letters_tell_each_guest_of_their_own_closed_sessions_alone(letters: list[Letter], day: PlayedDay) -> None:
    """Raw messages, headers and all; the invited are told at least once."""
    told: dict[str, set[str]] = {letter.to: set() for letter in letters}
    for letter in letters:
        text = "\n".join([letter.raw.decode("ascii"), *letter.texts.values()])
        assert day.leaks(text, day.may_see(letter.to)) == set()
        told[letter.to] |= {found[1] for found in CANARY.finditer(text)}
    assert told == {to: set(day.may_see(to)) for to in told}
    assert {frozenset(sessions) for sessions in told.values()} == {frozenset(), frozenset({"alpha"}), EVERYTHING}


def test_door_is_told_nothing_of_closed_sessions(day: PlayedDay) -> None:
    """Whatever it sends, its own mistakes among it."""
    door = day.said["doors"][0]
    client, path = day.app.test_client(), door["scan_url"].removeprefix(BASE_URL)
    invited = day.guest("Freja")["ticket_code"]
    scan = {"id": str(door["id"]), "code": invited, "device_time": NOW.isoformat(), "kind": "entry"}
    bodies: list[object] = [{"scans": [scan | {"kind": "exit"}]}, {"scans": [scan | {"id": 1}]}, {"scans": []}, []]
    for body in bodies:
        for key in (door["token"], "wrong"):
            answer = client.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
            assert day.leaks(answer.text + str(answer.headers)) == set()
    for address in _fetched_by_doors(day, door["id"]):
        answer = client.get(address, headers={"Authorization": f"Bearer {door['token']}"})
        assert (address, answer.status_code, day.leaks(answer.text + str(answer.headers))) == (address, 200, set())


def _fetched_by_doors(day: PlayedDay, door_id: str) -> list[str]:
    """What a device fetches, a roster of who may come in among it."""
    rules = [rule.rule for rule in day.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return [rule.replace("<uuid:door_id>", door_id) for rule in rules if rule.startswith("/api/v1/doors/")]


def test_strangers_get_the_same_bytes_whether_there_are_closed_sessions_or_not(
    day: PlayedDay, spare: PlayedDay
) -> None:
    """Everything that a stranger reaches, all that is not there included: same addresses, statuses, headers, bytes."""
    starts = public_addresses(day.slug)
    answers = []
    for one in (day, spare):
        with standing_at(NOW):
            answers.append(crawl(one.app.test_client(), starts, BASE_URL, leave_out=in_demo))
    assert answers[0] == answers[1]
    assert len(answers[0]) > len(starts)


def test_strangers_get_the_same_bytes_however_they_ask(day: PlayedDay, spare: PlayedDay) -> None:
    """Without a body, in part, anew, in another language, by posting: no length, tag, redirect or error differs."""
    starts = public_addresses(day.slug)
    answers = []
    for one in (day, spare):
        client = one.app.test_client()
        with standing_at(NOW):
            found = crawl(client, starts, BASE_URL, leave_out=in_demo)
            answers.append({how: _asked_otherwise(client, found, method, more) for how, (method, more) in WAYS.items()})
    assert answers[0] == answers[1]
    statuses = {how: {answer.status for answer in given} for how, given in answers[0].items()}
    assert 304 in statuses["known"] & statuses["without a body, known"]
    assert {200, 302, 404} <= statuses["without a body"] & statuses["in Danish"]
    assert {403, 405, 422} <= statuses["posting"] | statuses["posting from elsewhere"]


# How a stranger asks: the method, and headers in which {etag} stands for the tag that the first answer had.
WAYS: dict[str, tuple[str, dict[str, str]]] = {
    "without a body": ("HEAD", {}),
    "known": ("GET", {"If-None-Match": "{etag}"}),
    "without a body, known": ("HEAD", {"If-None-Match": "{etag}"}),
    "in part": ("GET", {"Range": "bytes=0-99"}),
    "in Danish": ("GET", {"Accept-Language": "da"}),
    "in JSON": ("GET", {"Accept": "application/json", "Content-Type": "application/json"}),
    "posting": ("POST", {}),
    "posting from elsewhere": ("POST", {"Origin": "https://evil.example"}),
    "asking what may be done": ("OPTIONS", {}),
}


def _asked_otherwise(client: FlaskClient, found: dict[str, Answer], method: str, more: dict[str, str]) -> list[Answer]:
    """Of two languages: the others have the same pages."""
    forget_renderings()
    return [
        ask(client, address, method, headers={k: v.format(etag=got.header("ETag")) for k, v in more.items()})
        for address, got in found.items()
        if address.split("/")[1] not in ("static", "fi", "da", "nb")
    ]


def test_hidden_addresses_answer_as_missing_ones(seen: Seen, day: PlayedDay) -> None:
    """What has the id of something closed in it is the same answer as what has that of nothing."""
    guest = day.guest("Mads")["personal_url"].removeprefix(BASE_URL)
    shapes = ["/en/door/{}", f"/en/desk/{day.slug}/agenda/{{}}", guest + "/streams/{}", guest + "/streams/{}/join"]
    keynote = next(a for a in seen.visits["stranger"].answers if "/photos/" in a).partition("/photos/")[0]
    shapes += [f"/fi/{day.slug}/sessions/{{}}", f"/en/{day.slug}/sessions/{{}}/session.ics", keynote + "/photos/{}"]
    shapes += [f"/en/{day.slug}/logos/{{}}", f"/en/{day.slug}/sessions/{{0}}/photos/{{0}}"]
    for shape in shapes:
        missing = _asked(day, shape, str(NOWHERE))
        for closed in {one for ids in day.closed.values() for one in ids}:
            assert _asked(day, shape, closed) == missing


def _asked(day: PlayedDay, shape: str, id: str) -> tuple[int, str]:
    with standing_at(NOW):
        answer = ask(day.app.test_client(), shape.format(id), "POST" if shape.endswith("join") else "GET")
    return answer.status, answer.everything.replace(id, "")


def test_providers_address_leaves_by_an_entitled_join_alone(seen: Seen, letters: list[Letter], day: PlayedDay) -> None:
    """No page, feed, header or letter has it, nor the answer to anybody who may not join; the one answer that has is
    a redirect."""
    everything = [answer.everything for _who, answer in seen.answers()]
    everything += ["\n".join([letter.raw.decode("ascii"), *letter.texts.values()]) for letter in letters]
    assert [text for text in everything if "stream.example" in text] == []
    client = day.app.test_client()
    urls = [stream["join_url"] for guest in day.said["attendees"] for stream in guest["streams"]]
    answers = [ask(client, url.removeprefix(BASE_URL), "POST") for url in urls]
    told = [answer for answer in answers if "stream.example" in answer.everything]
    public = next(stream for stream in day.said["streams"] if stream["access"] == "public")
    assert [(a.status, a.header("Location"), a.body) for a in told] == [(303, public["provider_url"], b"")] * 3
    assert {answer.status for answer in answers} == {303, 403, 409}


def test_leak_check_is_content_with_the_day(day: PlayedDay) -> None:
    """Three closed sessions, their rooms, speakers and streams, and all the letters sent: nothing of it leaks."""
    with reading(day.app):
        event = db.session.scalars(select(Event).where(Event.slug == day.slug)).one()
        looked = list(looks(event, NOW))
    assert [leak for look in looked for leak in look.leaks] == []
    assert {"confirmed", "reminder_day_before"} < {look.address for look in looked}
