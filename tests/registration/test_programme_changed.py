"""Publishing with open eyes: what changes and whom it reaches, and the letter to those who are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from lxml.html import HtmlElement
from sqlalchemy import select

from eventops import clock
from eventops.agenda.edit import schedule
from eventops.agenda.models import Audience, Event, PublishedSession, Release, Session
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.letters.models import Letter as Row
from eventops.registration.invitations import revoke
from eventops.registration.links import personal_token
from eventops.registration.models import Registration
from tests.agenda.sessions import add_session
from tests.apps import ON_SQLITE, changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, SPRING, Conference
from tests.forms import publish_desk, send_form
from tests.registration.mailbox import Letter, Mailbox
from tests.registration.stored import FORM
from tests.staff.team import add_staff, page_of, signed_in

URL = "/en/desk/conference/publish"
MOVED = "Moved 12:20 → 12:30 Finnish time, 11:20 → 11:30 Danish and Norwegian time (Tuesday 7 May 2024)"


@pytest.fixture
def editor(mailbox: Mailbox, cast: Conference) -> FlaskClient:
    """Somebody who publishes what was published first as a release too, so that there is one to start from."""
    with changing(mailbox.app):
        publish(db.session.get_one(Event, cast.event_id), SPRING)
    clock.move_to(SPRING + timedelta(days=1))  # until when all have been confirmed
    add_staff(mailbox.app, "editor", cast.event_id)
    return signed_in(mailbox.app, "editor@example.org")


def move(mailbox: Mailbox, session_id: UUID, minutes: int = 10) -> None:
    """The session is held so much later on the desk."""
    with changing(mailbox.app):
        session = db.session.get_one(Session, session_id)
        by = timedelta(minutes=minutes)
        schedule(session, session.starts_at + by, session.ends_at + by)


def change(mailbox: Mailbox, session_id: UUID, **values: Any) -> None:
    with changing(mailbox.app):
        for name, value in values.items():
            setattr(db.session.get_one(Session, session_id), name, value)


def close_by_form(editor: FlaskClient, session_id: UUID, audience_id: UUID) -> None:
    path = f"/en/desk/conference/agenda/{session_id}"
    answer = send_form(editor, path, str(session_id), access="closed", audience_ids=[str(audience_id)])
    assert answer.status_code == 303


def figures(page: HtmlElement) -> list[str]:
    """How many are registered, hold the old hour by letter, and in a calendar."""
    return [str(figure) for figure in page.xpath("//dl[@class='figures']//dd/text()")]


def entries(letter: Letter) -> list[tuple[str, str, str, int]]:
    """Of each calendar file: MIME's method, its own, the title and SEQUENCE; its one attendee is the recipient."""
    found = []
    for part in letter.message.walk():
        if part.get_content_type() == "text/calendar":
            feed = Calendar.from_ical(part.get_content())
            [entry] = feed.events
            assert str(entry["attendee"]) == f"mailto:{letter.to}"
            said = str(part.get_param("method")), str(feed["method"]), str(entry["summary"])
            found.append((*said, int(str(entry["sequence"]))))
    return found


def files(letter: Letter) -> list[str | None]:
    """What its calendar files are called."""
    return [part.get_filename() for part in letter.message.walk() if part.get_content_type() == "text/calendar"]


def test_review_says_what_changes_in_words_and_whom_it_reaches(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """The four who are confirmed see the keynote; who was sent a calendar, or a letter with its hour, is counted."""
    move(mailbox, cast.keynote_id)
    page = page_of(editor.get(URL))
    assert MOVED in page.text_content()
    assert figures(page) == ["4", "0", "0"]
    browser = mailbox.app.test_client()
    browser.post("/en/conference/sign-up", data=FORM)
    browser.post(mailbox.deliver_one().link("/confirm/"))
    mailbox.deliver_one()
    assert figures(page_of(editor.get(URL))) == ["5", "0", "1"]
    assert publish_desk(editor, "conference", notify="yes").status_code == 303
    mailbox.deliver()
    move(mailbox, cast.keynote_id)
    assert figures(page_of(editor.get(URL))) == ["5", "5", "5"]


def test_review_counts_for_a_closed_session_whom_it_admits(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """Two are admitted to the workshop; one whose right was taken away is not counted."""
    move(mailbox, cast.workshop_id)
    assert figures(page_of(editor.get(URL))) == ["2", "0", "0"]
    with changing(mailbox.app):
        revoke(db.session.get_one(Registration, cast.people["invited online"]), cast.audience_id, SPRING)
    assert figures(page_of(editor.get(URL))) == ["1", "0", "0"]


@ON_SQLITE
def test_another_abstract_is_no_news_for_anybody(mailbox: Mailbox, cast: Conference, editor: FlaskClient) -> None:
    """It is published and listed as a change, but reaches nobody who had planned, and no letter goes."""
    change(mailbox, cast.keynote_id, abstract={"en": "Longer than before"})
    page = page_of(editor.get(URL))
    assert ("The abstract changed" in page.text_content(), figures(page)) == (True, [])
    assert publish_desk(editor, "conference", notify="yes").status_code == 303
    assert mailbox.deliver() == []


def test_each_is_told_once_of_all_changes_that_they_may_see(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """In their language, their clock first, with files that raise SEQUENCE; the workshop stays with the invited."""
    move(mailbox, cast.keynote_id)
    move(mailbox, cast.workshop_id)
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter for letter in mailbox.deliver()}
    invited, others = (
        {"invited.onsite@example.org", "invited.online@example.org"},
        {"onsite@example.org", "online@example.org"},
    )
    assert set(letters) == invited | others
    for address, letter in letters.items():
        assert (CANARY in letter.text, CANARY in letter.html) == (address in invited,) * 2
        assert (bare_times(letter.text), bare_times(visible_text(letter.html))) == ([], [])
        assert letter.message["Content-Language"] == (
            "fi" if address in ("onsite@example.org", "invited.online@example.org") else "da"
        )
    assert "klo 12.20 → 12.30 Suomen aikaa" in letters["onsite@example.org"].text
    assert "kl. 11.20 → 11.30 dansk og norsk tid, kl. 12.20 → 12.30 finsk tid" in letters["online@example.org"].text
    assert entries(letters["onsite@example.org"]) == [("REQUEST", "REQUEST", "Keynote speech", 1)]
    assert [files(letters[f"{who}onsite@example.org"]) for who in ("", "invited.")] == [
        ["Keynote-speech.ics"],
        ["Keynote-speech.ics", "programpunkt-2.ics"],
    ]
    assert [entry[:2] + entry[3:] for entry in entries(letters["invited.onsite@example.org"])] == [
        ("REQUEST", "REQUEST", 1)
    ] * 2
    assert CANARY not in str(entries(letters["invited.onsite@example.org"]))
    assert mailbox.deliver() == []


@ON_SQLITE
def test_publishing_without_letters_sends_none(mailbox: Mailbox, cast: Conference, editor: FlaskClient) -> None:
    """The organiser chooses; what was not told is told with the next change that is."""
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="no")
    assert mailbox.deliver() == []
    with reading(mailbox.app):
        assert [r.letters for r in db.session.scalars(select(Release).order_by(Release.number))] == [0, 0]


def test_two_releases_before_the_letter_goes_are_one_letter(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """It says from the hour that people know to the one that holds; what was put back is not told at all."""
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter.text for letter in mailbox.deliver()}
    assert len(letters) == 4
    assert "klo 12.20 → 12.40 Suomen aikaa" in letters["onsite@example.org"]
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    move(mailbox, cast.keynote_id, -10)
    publish_desk(editor, "conference", notify="yes")
    assert mailbox.deliver() == []
    with reading(mailbox.app):
        assert set(db.session.scalars(select(Row.state))) == {"sent", "skipped"}


@ON_SQLITE
def test_what_is_published_while_a_letter_is_on_its_way_is_told_by_the_next(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """A slow mail server takes the first letter only after the second release was made, which is not in that letter."""
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    assert len(mailbox.deliver(clock.now() + timedelta(seconds=25))) == 4
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter.text for letter in mailbox.deliver(clock.now() + timedelta(seconds=30))}
    assert len(letters) == 4
    assert "klo 12.30 → 12.40 Suomen aikaa" in letters["onsite@example.org"]


@ON_SQLITE
def test_what_is_taken_off_is_cancelled_in_calendars_and_comes_back_later(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """CANCEL outranks what calendars have; what is published again outranks the CANCEL."""
    change(mailbox, cast.keynote_id, deleted_at=SPRING)
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter for letter in mailbox.deliver()}
    assert "Keynote speech" in letters["onsite@example.org"].text
    assert entries(letters["onsite@example.org"]) == [("CANCEL", "CANCEL", "Ohjelmaosuus on peruttu", 1)]
    assert files(letters["onsite@example.org"]) == ["ohjelmaosuus-1.ics"]
    change(mailbox, cast.keynote_id, deleted_at=None)
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter for letter in mailbox.deliver()}
    assert entries(letters["onsite@example.org"]) == [("REQUEST", "REQUEST", "Keynote speech", 2)]


@ON_SQLITE
def test_closing_a_public_session_cancels_it_for_those_who_lose_it(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """They are told the hour that they know, and no word: it may have been public by mistake. The invited read all."""
    with changing(mailbox.app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        keynote.access, keynote.audiences = "closed", [db.session.get_one(Audience, cast.audience_id)]
        keynote.title = {"en": f"Keynote behind doors {CANARY}"}
    assert publish_desk(editor, "conference", notify="yes").status_code == 303
    letters = {letter.to: letter for letter in mailbox.deliver()}
    stranger = letters["onsite@example.org"]
    assert "klo 12.20–13.20 Suomen aikaa" in stranger.text
    assert [word for word in ("Keynote", CANARY, "Room") if word in stranger.message.as_string()] == []
    assert [entry[:2] + entry[3:] for entry in entries(stranger)] == [("CANCEL", "CANCEL", 1)]
    assert CANARY in letters["invited.onsite@example.org"].text


@ON_SQLITE
def test_what_closes_by_its_form_can_be_told_with_the_next_publishing(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """It is closed at once and told to nobody; the organiser is shown that, and may tell those who lost it."""
    close_by_form(editor, cast.keynote_id, cast.audience_id)
    assert mailbox.deliver() == []
    page = page_of(editor.get(URL))
    assert ("Closes to the public: by invitation" in page.text_content(), figures(page)) == (True, ["4", "0", "0"])
    assert publish_desk(editor, "conference", notify="yes").status_code == 303
    letters = {letter.to: letter for letter in mailbox.deliver()}
    assert [entry[:2] + entry[3:] for entry in entries(letters["onsite@example.org"])] == [("CANCEL", "CANCEL", 1)]
    assert "Keynote" not in letters["onsite@example.org"].message.as_string()
    assert "What stands on the desk is what is published" in editor.get(URL).text


@ON_SQLITE
def test_who_comes_after_something_was_closed_never_hears_of_it(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """Neither of its hours nor, once it is open again under another title, of the title of then."""
    change(mailbox, cast.keynote_id, title={"en": "Secret merger talks"})
    publish_desk(editor, "conference", notify="no")
    close_by_form(editor, cast.keynote_id, cast.audience_id)
    clock.move_to(SPRING + timedelta(days=2))
    browser = mailbox.app.test_client()
    browser.post("/en/conference/sign-up", data=FORM)
    browser.post(mailbox.deliver_one().link("/confirm/"))
    newcomer = mailbox.deliver_one().to
    with changing(mailbox.app):
        add_session(cast, "Another", 5)
    publish_desk(editor, "conference", notify="yes")
    [letter] = [letter for letter in mailbox.deliver() if letter.to == newcomer]
    assert [entry[0] for entry in entries(letter)] == ["REQUEST"]
    with changing(mailbox.app):
        keynote = db.session.get_one(Session, cast.keynote_id)
        keynote.access, keynote.audiences, keynote.title = "public", [], {"en": "Panel"}
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter.message.as_string() for letter in mailbox.deliver()}
    assert ("Panel" in letters[newcomer], "merger" in letters[newcomer]) == (True, False)
    assert "Panel" in letters["onsite@example.org"]


@ON_SQLITE
def test_draft_that_opens_again_does_not_name_what_is_closed(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """The letter goes by what is published, whatever the desk says by then."""
    close_by_form(editor, cast.keynote_id, cast.audience_id)
    publish_desk(editor, "conference", notify="yes")
    change(mailbox, cast.keynote_id, access="public")
    letters = {letter.to: letter.message.as_string() for letter in mailbox.deliver()}
    assert "Keynote" not in letters["onsite@example.org"]


@ON_SQLITE
def test_audience_that_loses_a_session_is_told_and_nothing_is_stuck(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """Theirs by letter, then another audience's: they hear that it is gone, under a higher SEQUENCE."""
    move(mailbox, cast.workshop_id)
    publish_desk(editor, "conference", notify="yes")
    told = {letter.to: entries(letter) for letter in mailbox.deliver()}["invited.onsite@example.org"]
    with changing(mailbox.app):
        db.session.add(board := Audience(id=uuid4(), event_id=cast.event_id, name="Board"))
        board_id = board.id
    close_by_form(editor, cast.workshop_id, board_id)
    assert publish_desk(editor, "conference", notify="yes").status_code == 303
    letters = {letter.to: letter for letter in mailbox.deliver()}
    assert set(letters) == {"invited.onsite@example.org", "invited.online@example.org"}
    [cancelled] = entries(letters["invited.onsite@example.org"])
    assert (cancelled[0], cancelled[3] > told[0][3]) == ("CANCEL", True)
    assert CANARY not in letters["invited.onsite@example.org"].text.replace(f"Audience {CANARY}", "")
    settings = send_form(editor, "/en/desk/conference/settings", "/settings", seats="55")
    assert settings.status_code == 303


@ON_SQLITE
def test_sequence_of_a_member_rises_when_the_session_opens_and_starts_anew_for_strangers(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """Strangers do not learn how often it was moved; whoever was admitted has its entry, and follows."""
    found = []
    for _ in range(2):
        move(mailbox, cast.workshop_id)
        publish_desk(editor, "conference", notify="yes")
        found += [entries(letter)[0][3] for letter in mailbox.deliver() if letter.to == "invited.onsite@example.org"]
    with changing(mailbox.app):
        workshop = db.session.get_one(Session, cast.workshop_id)
        workshop.access, workshop.audiences, workshop.title = "public", [], {"en": "Open to all"}
        workshop.room, workshop.abstract, workshop.speaker_roles = None, {}, []
    assert publish_desk(editor, "conference", notify="yes").status_code == 303
    opened = {letter.to: entries(letter)[0][3] for letter in mailbox.deliver()}
    assert (opened["invited.onsite@example.org"] > max(found), opened["onsite@example.org"]) == (True, 0)
    with reading(mailbox.app):
        token = personal_token(db.session.get_one(Registration, cast.people["invited onsite"]))
    link = f"/en/conference/my/{token}/agenda.ics"
    feeds = [mailbox.app.test_client().get(path).text for path in (link, "/en/conference/agenda.ics")]
    known = [{str(e["uid"]): int(str(e["sequence"])) for e in Calendar.from_ical(feed).events} for feed in feeds]
    own, public = (one[str(cast.workshop_id)] for one in known)
    assert (own, public) == (opened["invited.onsite@example.org"], 0)


@ON_SQLITE
def test_letter_that_is_put_off_does_not_repeat_what_a_later_one_said(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """The mail server takes one later than the other."""
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    with changing(mailbox.app):
        for row in db.session.scalars(select(Row)):
            row.next_try_at = clock.now() + timedelta(minutes=10)
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="yes")
    assert len(mailbox.deliver()) == 4
    assert mailbox.deliver(clock.now() + timedelta(minutes=20)) == []


@ON_SQLITE
def test_what_was_published_without_letters_is_told_with_the_next_ones(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """To those who were confirmed before; who came after knows it already."""
    move(mailbox, cast.keynote_id)
    publish_desk(editor, "conference", notify="no")
    clock.move_to(SPRING + timedelta(days=2))
    with changing(mailbox.app):
        db.session.get_one(Registration, cast.people["online"]).confirmed_at = clock.now()
    change(mailbox, cast.keynote_id, attendance_mode="onsite")
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter.text for letter in mailbox.deliver()}
    assert "klo 12.20 → 12.30 Suomen aikaa" in letters["onsite@example.org"]
    assert "→" not in letters["online@example.org"]


@ON_SQLITE
def test_many_changes_come_as_one_file_and_each_cancellation_as_its_own(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """A CANCEL may name one UID only."""
    with changing(mailbox.app):
        ids = [add_session(cast, f"Talk {number}", number).id for number in range(25)]
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter for letter in mailbox.deliver()}
    methods = [part.get_param("method") for part in letters["onsite@example.org"].message.walk()]
    assert [method for method in methods if method] == ["PUBLISH"]
    for id in ids[:22]:
        change(mailbox, id, deleted_at=SPRING)
    publish_desk(editor, "conference", notify="yes")
    letters = {letter.to: letter for letter in mailbox.deliver()}
    assert [entry[:2] for entry in entries(letters["onsite@example.org"])] == [("CANCEL", "CANCEL")] * 22


def test_who_loses_the_right_before_the_letter_goes_learns_nothing(
    mailbox: Mailbox, cast: Conference, editor: FlaskClient
) -> None:
    """Letters are written when they are sent, by the rights of then; who has cancelled gets none."""
    move(mailbox, cast.workshop_id)
    publish_desk(editor, "conference", notify="yes")
    with changing(mailbox.app):
        revoke(db.session.get_one(Registration, cast.people["invited online"]), cast.audience_id, SPRING)
        db.session.get_one(Registration, cast.people["invited onsite"]).state = "cancelled"
    assert mailbox.deliver() == []


@ON_SQLITE
def test_publishing_what_nobody_looked_at_is_refused(mailbox: Mailbox, cast: Conference, editor: FlaskClient) -> None:
    """Somebody edits between the look and the button: 409 with the agenda as it is now, and nothing published."""
    move(mailbox, cast.keynote_id)
    seen = str(page_of(editor.get(URL)).xpath("//input[@name='seen']/@value")[0])
    move(mailbox, cast.keynote_id)
    answer = publish_desk(editor, "conference", seen=seen)
    assert (answer.status_code, "12:20 → 12:40 Finnish time" in answer.text) == (409, True)
    with reading(mailbox.app):
        assert db.session.get_one(PublishedSession, cast.keynote_id).starts_at == datetime(
            2024, 5, 7, 9, 20, tzinfo=UTC
        )
        assert len(db.session.scalars(select(Release)).all()) == 1
