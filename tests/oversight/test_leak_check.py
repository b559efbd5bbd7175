"""The leak check finds what leaks, says where, and keeps it from being published; and it does not cry wolf."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from eventops import clock
from eventops.agenda.leaks import Leak
from eventops.agenda.models import Audience, Event, PublishedSession, Release, Session, Speaker, SpeakerRole
from eventops.agenda.publish import publish
from eventops.cli import main
from eventops.db import db
from eventops.languages import Text
from eventops.letters.outbox import queue
from eventops.oversight.closed_words import ClosedWords
from eventops.oversight.leak_check import check, looks
from eventops.protected import protect
from eventops.registration.form import SignUpForm
from eventops.registration.models import Registration
from eventops.registration.register import letter_stamp, sign_up
from eventops.streams.models import Stream
from eventops.viewer import SYSTEM, seeing
from tests.apps import ON_SQLITE, changing, reading
from tests.cast import CANARY, SPRING, START, Conference, add_conference
from tests.forms import publish_desk
from tests.staff.team import add_staff, csrf_token, page_of, signed_in

WORD = CANARY.casefold()


@pytest.fixture
def cast(app: Flask) -> Conference:
    with changing(app):
        cast = add_conference()
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    return cast


def found(app: Flask, cast: Conference) -> list[Leak]:
    with reading(app):
        return check(db.session.get_one(Event, cast.event_id))


def edit(app: Flask, session_id: UUID, **changed: Any) -> None:
    """Change a session on the desk and what is published of it."""
    with changing(app):
        session, row = db.session.get_one(Session, session_id), db.session.get_one(PublishedSession, session_id)
        for name, value in changed.items():
            setattr(session, name, value)
        row.content = row.content | changed


def test_leak_check_finds_nothing_where_nothing_leaks(app: Flask, cast: Conference) -> None:
    """It looks at pages, feeds, my pages, streams and letters in five languages, and is content."""
    with changing(app):
        person = db.session.get_one(Registration, cast.people["invited onsite"])
        key = letter_stamp(person.confirmed_at)
        to = {"event_id": cast.event_id, "recipient_type": "registration", "recipient_id": person.id}
        queue(**to, kind="confirmed", key=key, now=SPRING, expires_at=START)  # type: ignore[arg-type]
    with reading(app):
        seen = [look.address for look in looks(db.session.get_one(Event, cast.event_id), clock.now())]
    assert found(app, cast) == []
    assert {"/en/conference/", "/fi/conference/agenda.ics", "/da/conference/my/example", "confirmed"} <= set(seen)
    assert f"/nb/conference/my/example/streams/{cast.closed_stream_id}" in seen
    assert f"/api/v1/doors/{cast.door_id}/roster" in seen


def test_leak_check_names_address_word_and_reader(app: Flask, cast: Conference) -> None:
    """A closed session's title in a public abstract is found wherever that abstract shows."""
    edit(app, cast.keynote_id, abstract={"en": f"Afterwards: workshop  {CANARY}!"})
    leaks = found(app, cast)
    assert Leak("/en/conference/agenda.ics", f"workshop {WORD}", "Anybody") in leaks
    assert {leak.word for leak in leaks} == {f"workshop {WORD}"}
    pages = {leak.address.split("/", 2)[2] for leak in leaks}
    assert pages == {
        *("conference/agenda.ics", "conference/agenda.json"),
        *("conference/my/example", "conference/my/example/agenda.ics"),
    }


LEAKY = {
    "a name": {"abstract": {"en": f"With speaker {CANARY.upper()}"}},
    "a room": {"title": {"fi": f"Sitten: Room {CANARY}"}},
    "an audience": {"abstract": {"en": f"For Audience {CANARY}"}},
    "an id": {"abstract": {"en": "See {workshop}"}},
    "a provider's address": {"abstract": {"en": "Watch at https://stream.example.org/2024-05-07"}},
}


@ON_SQLITE
@pytest.mark.parametrize("what", LEAKY)
def test_leak_check_finds(app: Flask, cast: Conference, what: str) -> None:
    """Names, rooms, audiences, ids and streams' addresses, in whatever language and case."""
    written = {
        field: {code: text.format(workshop=cast.workshop_id) for code, text in texts.items()}
        for field, texts in LEAKY[what].items()
    }
    edit(app, cast.keynote_id, **written)
    assert "Anybody" in {leak.viewer for leak in found(app, cast)}


@ON_SQLITE
def test_leak_check_does_not_cry_wolf(app: Flask, cast: Conference) -> None:
    """What closed and public sessions share, what the interface says, and common words are nobody's secret."""
    with changing(app):
        speaker = Speaker(id=uuid4(), event_id=cast.event_id, name="Sanna Shared", organisation="Somewhere")
        keynote, workshop = (db.session.get_one(Session, id) for id in (cast.keynote_id, cast.workshop_id))
        for session in (keynote, workshop):
            session.speaker_roles = [SpeakerRole(speaker=speaker)]
        workshop.room, workshop.title = keynote.room, {"en": "Keynote speech", "fi": "By invitation", "sv": "Sign up"}
        workshop.abstract = {"en": "Civil society, and the Programme of the conference; A B C"}
        db.session.flush()
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    assert found(app, cast) == []


@ON_SQLITE
def test_leak_check_knows_dates_languages_streams_and_hosts(app: Flask, cast: Conference) -> None:
    """Words that pages say of every session are no session's own."""
    with changing(app):
        db.session.get_one(Stream, cast.public_stream_id).name = {"en": "Plenary"}
        row = db.session.get_one(PublishedSession, cast.keynote_id)
        row.content = row.content | {"language": "nb"}
    edit(app, cast.workshop_id, title={"en": "Plenary in Norwegian Bokmål on Tuesday at localhost, in Finnish time"})
    assert found(app, cast) == []


@ON_SQLITE
def test_leak_check_lets_people_read_their_own_names(app: Flask, cast: Conference) -> None:
    """A stranger who signs up under a closed speaker's name keeps nobody from publishing."""
    with changing(app):
        event = db.session.get_one(Event, cast.event_id)
        sign_up(event, SignUpForm(f"Speaker {CANARY}", f"{CANARY}@example.org", "online", "en", privacy=True), SPRING)
    assert found(app, cast) == []


@ON_SQLITE
def test_leak_check_finds_sentences_of_closed_abstracts(app: Flask, cast: Conference) -> None:
    """A sentence that was copied from a closed session to a public one, by mistake."""
    edit(app, cast.workshop_id, abstract={"en": "We talk it over. Five mentors tell what went wrong in Turku."})
    assert found(app, cast) == []
    with changing(app):
        row = db.session.get_one(PublishedSession, cast.keynote_id)
        row.content = row.content | {"title": {"en": "Talk: five mentors tell what went wrong in Turku"}}
    assert {leak.word for leak in found(app, cast)} == {"five mentors tell what went wrong in turku"}


@ON_SQLITE
def test_leak_check_knows_who_may_read_what(app: Flask, cast: Conference) -> None:
    """Members of one audience must not read the words of another's session."""
    with changing(app):
        other = Audience(id=uuid4(), event_id=cast.event_id, name="Quagmire board")
        workshop = db.session.get_one(Session, cast.workshop_id)
        copy = {c.name: getattr(workshop, c.name) for c in Session.__table__.columns} | {"id": uuid4(), "revision": 1}
        second = Session(**copy | {"title": {"en": "Flibbertigibbet"}, "abstract": {}, "room_id": None})
        second.audiences = [other]
        db.session.add_all([other, second])
        db.session.flush()
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    assert found(app, cast) == []
    edit(app, cast.workshop_id, abstract={"en": "As in", "fi": "As in flibbertigibbet"})
    leaks = found(app, cast)
    assert {leak.word for leak in leaks} == {"flibbertigibbet"}
    assert {leak.viewer.split(":")[0] for leak in leaks} == {f"Somebody of “Audience {CANARY}”"}
    edit(app, cast.keynote_id, abstract={"en": "Too", "fi": "Flibbertigibbet, too"})
    assert "Anybody" in {leak.viewer for leak in found(app, cast)}


@contextmanager
def sees_everything(model: type[Any]) -> Iterator[None]:
    """Inside, the viewer's filter of `model` is broken."""
    from eventops.protected import _visible

    kept = _visible[model]
    protect(model, lambda _viewer: model.id.is_not(None))
    try:
        yield
    finally:
        protect(model, kept)


@ON_SQLITE
def test_leak_check_finds_a_broken_filter(app: Flask, cast: Conference) -> None:
    """It asks as each viewer through the same gates as everybody, so that a gate that fails shows."""
    with sees_everything(PublishedSession):
        leaks = found(app, cast)
    assert {f"workshop {WORD}", str(cast.workshop_id)} <= {leak.word for leak in leaks}
    assert {"Anybody", "Somebody registered: Online"} <= {leak.viewer for leak in leaks}


def test_publishing_refuses_what_would_leak(app: Flask, cast: Conference) -> None:
    """409 with address and word on the desk; nothing is published, no release is made, and mending it lets it pass."""
    add_staff(app, "owner", cast.event_id)
    owner, stranger = signed_in(app, "owner@example.org"), app.test_client()
    before = stranger.get("/en/conference/").data
    for title, status in ((f"About Workshop {CANARY}", 409), ("About workshops", 303)):
        with changing(app):
            db.session.get_one(Session, cast.keynote_id).title = {"en": title}
        answer = publish_desk(owner, "conference")
        assert answer.status_code == status
        with reading(app):
            releases = db.session.scalars(select(Release.number).order_by(Release.number)).all()
        if status == 409:
            assert (f"workshop {WORD}" in answer.text, "/en/conference/" in answer.text) == (True, True)
            assert (releases, stranger.get("/en/conference/").data) == ([1], before)
    assert releases == [1, 2]
    assert "About workshops" in stranger.get("/en/conference/").text


@ON_SQLITE
def test_leak_check_has_a_button(app: Flask, cast: Conference) -> None:
    """The desk says that nothing leaks, or what does."""
    add_staff(app, "editor", cast.event_id)
    editor = signed_in(app, "editor@example.org")
    form = {"csrf_token": csrf_token(editor, "/en/desk/conference/restricted")}
    assert "Nothing leaks" in editor.post("/en/desk/conference/leak-check", data=form).text
    edit(app, cast.keynote_id, abstract={"en": f"Workshop {CANARY}"})
    answer = editor.post("/en/desk/conference/leak-check", data=form)
    links = page_of(answer).xpath("//table//a[normalize-space()='Workshop Zyzzogeton']/@href")
    assert (f"workshop {WORD}" in answer.text, [str(cast.workshop_id) in link for link in links]) == (True, [True])


def test_leak_check_command_says_what_leaks(
    app: Flask, cast: Conference, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 1 with address and word on a hit, 0 without one, 1 with advice for an event that is not there."""
    monkeypatch.setenv("EVENTOPS_SECRET_KEY", "a secret for tests, long enough to be taken")
    monkeypatch.setenv("EVENTOPS_BASE_URL", "http://localhost")
    monkeypatch.setenv("EVENTOPS_MAIL_URL", "smtp://127.0.0.1:9")
    monkeypatch.setenv("EVENTOPS_MAIL_FROM", "events@example.org")
    monkeypatch.setenv("EVENTOPS_DATABASE_URL", database_url)
    run = CliRunner().invoke
    clean = run(main, ["leak-check", "conference"])
    assert (clean.exit_code, "looked at, 0 leaks" in clean.stdout) == (0, True)
    edit(app, cast.keynote_id, abstract={"en": f"Workshop {CANARY}"})
    leaky = run(main, ["leak-check"])
    assert leaky.exit_code == 1
    assert f"conference: /en/conference/agenda.ics shows “workshop {WORD}” to: Anybody" in leaky.stdout
    missing = run(main, ["leak-check", "nothing"])
    assert (missing.exit_code, "There is no event at nothing. There are: conference." in missing.output) == (1, True)


def test_leak_check_changes_nothing(app: Flask, cast: Conference) -> None:
    """Not even inside a transaction that writes, as publishing does."""
    with changing(app), seeing(SYSTEM):
        event = db.session.get_one(Event, cast.event_id)
        check(event)
        assert (list(db.session.new), list(db.session.dirty)) == ([], [])


def test_leak_is_of_the_sessions_that_have_the_whole_word() -> None:
    """A word within another is not that word."""
    dinner, briefing = uuid4(), uuid4()
    title = Text("Title", "en")
    words = ClosedWords({}, {}, {dinner: (title, "art dinner"), briefing: (title, "start of the party")})
    assert words.sessions_with("art") == ((dinner, title),)
