"""The settings page: what is typed there is what everybody reads, or is refused whole."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

import lxml.html
import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from eventops.agenda.leaks import answer_leaks
from eventops.agenda.models import Event, Image, PublicWindow, PublishedSession
from eventops.agenda.settings import form_of
from eventops.db import db
from eventops.oversight.leak_check import check
from eventops.staff.models import AuditEntry
from tests.agenda.pictures import HTML, drawn
from tests.apps import changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import CANARY, END, START
from tests.forms import send_form
from tests.site import ODD, Site

PATH = "/en/desk/conference/settings"


def save(site: Site, **fields: Any) -> TestResponse:
    """Send the form as the page has it, with some fields changed."""
    return send_form(site.owner, PATH, **fields)


def form_at_hand(site: Site) -> MultiDict[str, str]:
    """What the page's form holds, to be sent many times while nothing is stored."""
    return MultiDict(lxml.html.document_fromstring(site.owner.get(PATH).text).forms[-1].form_values())


def send(site: Site, form: MultiDict[str, str], **fields: Any) -> TestResponse:
    """Send it with some fields changed."""
    form = form.copy()
    for name, value in fields.items():
        form.setlist(name, value if isinstance(value, list) else [value])
    return site.owner.post(PATH, data=form)


def faults(answer: TestResponse) -> dict[str, str]:
    """The complaints beside the fields, by field."""
    found = lxml.html.document_fromstring(answer.text).xpath("//*[@class='field-error']")
    return {each.get("id").removesuffix("-error"): each.text_content().removeprefix("Error: ") for each in found}


def event_row(site: Site) -> Event:
    with reading(site.app):
        event = db.session.get_one(Event, site.cast.event_id)
        _ = event.windows
        db.session.expunge_all()
    return event


@pytest.fixture(autouse=True)
def _put_back(site: Site) -> Iterator[None]:
    """Afterwards the event is as it was."""
    before = event_row(site)
    yield
    with changing(site.app):
        event = db.session.get_one(Event, before.id)
        for name in (column.key for column in Event.__table__.columns):
            if name not in ("id", "revision", "public_version"):
                setattr(event, name, getattr(before, name))
        for window in list(event.windows):
            db.session.delete(window)
        event.windows = [PublicWindow(zone=w.zone, starts_at=w.starts_at, ends_at=w.ends_at) for w in before.windows]


def public_page(site: Site, path: str = "") -> str:
    return site.app.test_client().get(f"/en/{site.cast.slug}/{path}").text


@pytest.fixture
def unwatched() -> Iterator[None]:
    """Nobody looks for closed sessions' words, which takes longer than all the rest of saving."""
    answer_leaks(lambda _event: [])
    yield
    answer_leaks(check)


def counts(site: Site) -> tuple[int, int]:
    """The revision, and how often the trail says that settings were changed."""
    with reading(site.app):
        trail = select(func.count()).where(AuditEntry.action == "agenda.settings")
        revision = db.session.scalars(select(Event.revision).where(Event.id == site.cast.event_id)).one()
        return revision, db.session.scalar(trail) or 0


@pytest.mark.usefixtures("unwatched")
def test_settings_saved_untouched_change_nothing(site: Site) -> None:
    """The page shows all that is stored: sent back as it is, every row stays, the trail among them."""
    before = site.rows()
    answer = save(site)
    assert (answer.status_code, answer.location) == (303, f"{PATH}?saved=")
    assert site.rows() == before


EVERYTHING: dict[str, Any] = {
    "title_en": "Work for all",
    "title_fi": "Työtä kaikille",
    "description_en": "What *works*.\r\n\r\n- One\r\n- Two",
    "starts_on": "2024-05-07",
    "ends_on": "2024-05-08",
    "also_show": ["Europe/Copenhagen", "Europe/Oslo"],
    "also_other": "Europe/Tallinn",
    "window_0_end": "2024-05-07T13:30",
    "window_1_start": "2024-05-08T09:00",
    "window_1_end": "2024-05-08T12:00",
    "venue": "Luckan",
    "venue_address": "Georgsgatan 27, Helsingfors",
    "map_url": "https://map.example.org/?q=60.17,24.94",
    "seats": "120",
    "organiser_0_url": "https://luckan.example.org/",
    "organiser_1_name": "KVINFO",
    "organiser_1_country": "dk",
    "organiser_1_programme": "Mentors",
    "contact": "hello@example.org",
    "link_0_label": "Report",
    "link_0_url": "https://report.example.org/",
    "funder": "Nordplus",
    "period": "2024–2025",
    "retention_days": "60",
    "sign_up_opens_at": "2024-04-01T09:00",
    "sign_up_closes_at": "2024-05-06T18:00",
    "late_letters_minutes": "20",
}


def test_settings_are_stored_shown_again_and_public_at_once(site: Site) -> None:
    """Every field; what the public reads changes with the answer; the trail says that it was done, and no more."""
    revision, done = counts(site)
    before = event_row(site)
    answer = save(site, **EVERYTHING)
    assert (answer.status_code, answer.location) == (303, f"{PATH}?saved=times")
    event = event_row(site)
    shown = form_of(event).typed
    typed = EVERYTHING | {
        "also_show": "Europe/Copenhagen,Europe/Oslo,Europe/Tallinn",
        "description_en": "What *works*.\n\n- One\n- Two",
        "organiser_1_country": "DK",
    }
    del typed["also_other"]
    assert {name: shown[name] for name in typed} == typed
    assert [(w.starts_at.isoformat(), w.ends_at.isoformat()) for w in event.windows] == [
        ("2024-05-07T08:00:00+00:00", "2024-05-07T10:30:00+00:00"),
        ("2024-05-08T06:00:00+00:00", "2024-05-08T09:00:00+00:00"),
    ]
    assert (event.revision, event.public_version > before.public_version) == (revision + 1, True)
    assert counts(site) == (revision + 1, done + 1)
    page = public_page(site)
    assert ("Work for all" in page, "hello@example.org" in page, "KVINFO" in page) == (True, True, True)
    assert "60 days" in public_page(site, "privacy")


@pytest.mark.usefixtures("unwatched")
def test_saving_what_is_not_published_says_nothing_of_the_public(site: Site) -> None:
    """Nobody reads it yet, and no stream or reminder goes by it."""
    saved = [site.owner.get(f"{PATH}?saved={what}").text for what in ("", "times")]
    assert ["Saved, and public now" in page for page in saved] == [True, True]
    with changing(site.app):
        db.session.get_one(Event, site.cast.event_id).published_at = None
    saved = [site.owner.get(f"{PATH}?saved={what}").text for what in ("", "times")]
    assert [("public now" in page, ">Saved<" in page) for page in saved] == [(False, True)] * 2


@pytest.mark.usefixtures("unwatched")
def test_another_home_zone_moves_nothing(site: Site) -> None:
    """Public hours and sessions stay at their moments; the form then shows them on the new clock."""
    with reading(site.app):
        sessions = sorted(map(repr, db.session.execute(select(PublishedSession.id, PublishedSession.starts_at))))
    assert save(site, home_zone="Europe/Oslo", also_show=["Europe/Helsinki"]).status_code == 303
    event = event_row(site)
    assert [(w.starts_at, w.ends_at) for w in event.windows] == [(START, END)]
    shown = form_of(event).typed
    assert (shown["window_0_start"], shown["also_show"]) == ("2024-05-07T10:00", "Europe/Helsinki")
    with reading(site.app):
        after = sorted(map(repr, db.session.execute(select(PublishedSession.id, PublishedSession.starts_at))))
    assert after == sessions


@pytest.mark.usefixtures("unwatched")
def test_rows_are_removed_by_a_tick_or_by_being_emptied(site: Site) -> None:
    """Of public hours, organisers and links; those that stay keep what the form does not show."""
    before = event_row(site)
    with changing(site.app):
        event = db.session.get_one(Event, before.id)
        stored: dict[str, Any] = {"name": "A", "country": "FI", "programme": "", "short": "kept", "controller": False}
        event.organisers = [{"name": "B", "country": "DK", "programme": ""}, stored]
        event.links = [{"label": "x", "url": "https://x.example.org"}]
    answer = save(site, organiser_0_remove="yes", link_0_label="", link_0_url="", window_0_remove="yes")
    assert (answer.status_code, faults(answer)) == (422, {"organiser_0_controller": NO_CONTROLLER})
    answer = save(site, organiser_0_remove="yes", organiser_1_controller="yes", link_0_label="", link_0_url="")
    event = event_row(site)
    assert (answer.status_code, event.links) == (303, [])
    assert event.organisers == [{key: value for key, value in stored.items() if key != "controller"}]
    assert save(site, window_0_remove="yes").status_code == 303
    assert event_row(site).windows == []


NO_CONTROLLER = "At least one organiser must be responsible for personal data."


@pytest.mark.usefixtures("unwatched")
def test_privacy_notice_names_those_who_are_responsible(site: Site) -> None:
    """An organiser that is no controller is on the programme and not in the notice."""
    second = {"organiser_1_name": "Helpers", "organiser_1_country": "SE", "organiser_1_controller": []}
    assert save(site, **second).status_code == 303
    assert ("Helpers" in public_page(site), "Helpers" in public_page(site, "privacy")) == (True, False)
    assert "Luckan Integration" in public_page(site, "privacy")


WRONG: dict[str, tuple[dict[str, Any], set[str]]] = {
    "no title": ({"title_en": " "}, {"title_en"}),
    "a title of two lines": ({"title_sv": "a\nb"}, {"title_sv"}),
    "a long title": ({"title_sv": "a" * 201}, {"title_sv"}),
    "a text that runs backwards": ({"description_fi": "a\u202eb"}, {"description_fi"}),
    "a long text": ({"description_fi": "a" * 20_001}, {"description_fi"}),
    "no language": ({"languages": []}, {"languages"}),
    "a language that has texts": ({"languages": ["fi"]}, {"title_en"}),
    "no day": ({"starts_on": ""}, {"starts_on"}),
    "a day that is none": ({"ends_on": "2024-02-30"}, {"ends_on"}),
    "days backwards": ({"ends_on": "2024-05-06"}, {"ends_on"}),
    "an event of 61 days": ({"ends_on": "2024-07-06"}, {"ends_on"}),
    "a day long ago": ({"starts_on": "0999-05-07"}, {"starts_on"}),
    "no zone": ({"home_zone": ""}, {"home_zone"}),
    "an unknown zone": ({"home_zone": "Europe/Atlantis"}, {"home_zone"}),
    "an unknown clock": ({"also_show": ["Europe/Oslo", "../etc/passwd"]}, {"also_show"}),
    "another unknown clock": ({"also_other": "Tallinn"}, {"also_other"}),
    "no end": ({"window_0_end": ""}, {"window_0_end"}),
    "hours backwards": ({"window_0_end": "2024-05-07T10:59"}, {"window_0_end"}),
    "hours of no length": ({"window_0_end": "2024-05-07T11:00"}, {"window_0_end"}),
    "hours on another day": (
        {"window_1_start": "2024-05-08T09:00", "window_1_end": "2024-05-08T10:00"},
        {"window_1_end"},
    ),
    "hours twice": (
        {"window_1_start": "2024-05-07T13:59", "window_1_end": "2024-05-07T15:00"},
        {"window_1_start"},
    ),
    "a venue of two lines": ({"venue": "a\x00b"}, {"venue"}),
    "a map by script": ({"map_url": "javascript:alert(1)"}, {"map_url"}),
    "a map without TLS": ({"map_url": "http://map.example.org/"}, {"map_url"}),
    "half a seat": ({"seats": "1.5"}, {"seats"}),
    "fewer seats than none": ({"seats": "-1"}, {"seats"}),
    "digits of elsewhere": ({"seats": "١٢"}, {"seats"}),
    "an organiser without a name": ({"organiser_0_name": ""}, {"organiser_0_name"}),
    "an organiser of nowhere": ({"organiser_0_country": "XX"}, {"organiser_0_country"}),
    "an organiser without a country": ({"organiser_1_name": "KVINFO"}, {"organiser_1_country"}),
    "an organiser's file": ({"organiser_0_url": "file:///etc/passwd"}, {"organiser_0_url"}),
    "nobody responsible": ({"organiser_0_controller": []}, {"organiser_0_controller"}),
    "no contact": ({"contact": ""}, {"contact"}),
    "two contacts": ({"contact": "a@example.org, b@example.org"}, {"contact"}),
    "a link to nowhere": ({"link_0_label": "Report"}, {"link_0_url"}),
    "a link without words": ({"link_0_url": "https://example.org/"}, {"link_0_label"}),
    "a period of nobody": ({"funder": ""}, {"funder"}),
    "no retention": ({"retention_days": ""}, {"retention_days"}),
    "retention for ever": ({"retention_days": "3651"}, {"retention_days"}),
    "deletion at once": ({"retention_days": "0"}, {"retention_days"}),
    "no delay": ({"late_letters_minutes": "0"}, {"late_letters_minutes"}),
    "no time": ({"sign_up_opens_at": "tomorrow"}, {"sign_up_opens_at"}),
    "signing up backwards": (
        {"sign_up_opens_at": "2024-05-02T10:00", "sign_up_closes_at": "2024-05-02T10:00"},
        {"sign_up_closes_at"},
    ),
}


def test_wrong_settings_are_refused_whole(site: Site) -> None:
    """422, the complaint beside the field, what was typed still in it, and nothing stored."""
    before, form = site.rows(), form_at_hand(site)
    for what, (fields, expected) in WRONG.items():
        answer = send(site, form, **fields)
        assert (what, answer.status_code, set(faults(answer))) == (what, 422, expected)
        page = lxml.html.document_fromstring(answer.text)
        first, *_others = page.xpath("//*[contains(@class, 'error-summary')]//a/@href")
        assert (what, [f"#{name}" for name in page.xpath("//*[@autofocus]/@name")]) == (what, [first])
    kept = lxml.html.document_fromstring(save(site, contact="", venue="Luckan <&>").text)
    assert kept.xpath("//input[@name='venue']/@value") == ["Luckan <&>"]
    assert site.rows() == before


def test_odd_settings_store_nothing(site: Site, long: bool) -> None:
    """Whatever people, scanners and mischief put into any field that is not free text: 422 or 412."""
    before, form = site.rows(), form_at_hand(site)
    for number, name in enumerate(
        ("starts_on", "home_zone", "window_0_start", "contact", "retention_days", "revision")
    ):
        for value in ODD if long else ODD[number::5]:
            answer = send(site, form, **{name: value})
            assert (name, value[:20], answer.status_code) == (name, value[:20], 412 if name == "revision" else 422)
    assert site.rows() == before


@pytest.mark.usefixtures("unwatched")
def test_hours_that_clocks_skip_or_repeat_are_asked_about(site: Site) -> None:
    """Both readings are offered on both clocks; the chosen one is stored, and is still chosen when shown again."""
    days = {"starts_on": "2024-10-26", "ends_on": "2024-10-28", "window_1_end": "2024-10-27T05:00"}
    asked = {**days, "window_0_remove": "yes", "window_1_start": "2024-10-27T03:30"}
    answer = save(site, **asked)
    assert (answer.status_code, set(faults(answer))) == (422, {"window_1_start"})
    page = lxml.html.document_fromstring(answer.text)
    offered = page.xpath("//input[@name='window_1_start_reading']/..//strong/text()")
    assert [text.split(" (")[0] for text in offered] == [
        "Before clocks are set back: 03:30 Finnish time",
        "After clocks are set back: 03:30 Finnish time",
    ]
    assert bare_times(visible_text(answer.text)) == []
    assert save(site, **asked, window_1_start_reading="later").status_code == 303
    assert event_row(site).windows[0].starts_at.isoformat() == "2024-10-27T01:30:00+00:00"
    rows = site.rows()
    assert (save(site).status_code, site.rows() == rows) == (303, True)
    skipped = save(site, window_1_start="2024-03-31T03:30", window_1_end="2024-03-31T05:00")
    assert (skipped.status_code, set(faults(skipped))) == (422, {"window_1_start"})


@pytest.mark.usefixtures("unwatched")
def test_answer_to_which_is_meant_outlives_another_error(site: Site) -> None:
    """It stands in the page with the other error and counts when that is mended; another time is asked about anew."""
    opens = "sign_up_opens_at"
    fields = {opens: "2023-10-29T03:30", f"{opens}_reading": "later", f"{opens}_asked": "2023-10-29T03:30"}
    answer = save(site, **fields, contact="")
    assert set(faults(answer)) == {"contact"}
    form = MultiDict(lxml.html.document_fromstring(answer.text).forms[-1].form_values())
    assert form[f"{opens}_reading"] == "later"
    again = send(site, form, **{opens: "2023-10-29T03:40"})
    assert set(faults(again)) == {"contact", opens}
    assert lxml.html.document_fromstring(again.text).xpath(f"//input[@name='{opens}_reading'][@checked]") == []
    assert send(site, form, contact="hello@example.org").status_code == 303
    stored = event_row(site).sign_up_opens_at
    assert stored is not None
    assert stored.isoformat() == "2023-10-29T01:30:00+00:00"


@pytest.mark.usefixtures("unwatched")
def test_stale_settings_show_both_versions_and_lose_neither(site: Site) -> None:
    """412: what somebody else stored stands beside what was typed, times with their clocks; sending again saves it."""
    before = event_row(site)
    stale = str(before.revision)
    moved = {"window_0_start": "2024-05-07T10:30", "organiser_0_controller": "yes"}
    assert save(site, venue="Luckan", title_fi="Työtä", **moved).status_code == 303
    rows = site.rows()
    answer = save(site, revision=stale, venue="Elsewhere", title_fi="", window_0_start="2024-05-07T11:00")
    page = lxml.html.document_fromstring(answer.text)
    beside = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./th | ./td/div")]
        for row in page.xpath("//table//tbody/tr")
    ]
    assert (answer.status_code, site.rows() == rows) == (412, True)
    assert beside == [
        ["Title (Finnish)", "", "Työtä"],
        ["Venue", "Elsewhere", "Luckan"],
        ["Public hours 1: beginning", WHEN % ("11:00", "10:00"), WHEN % ("10:30", "09:30")],
    ]
    assert page.xpath("//input[@name='venue']/@value") == ["Elsewhere"]
    assert bare_times(visible_text(answer.text)) == []
    assert site.owner.post(PATH, data=MultiDict(page.forms[-1].form_values())).status_code == 303
    assert event_row(site).venue == "Elsewhere"


def again_after_another(site: Site, mine: dict[str, Any], theirs: dict[str, Any]) -> Event:
    """Somebody saves their fields before the form with mine is sent, which is then sent again; what is stored then."""
    form = form_at_hand(site)
    assert save(site, **theirs).status_code == 303
    answer = send(site, form, **mine)
    assert answer.status_code == 412
    kept = MultiDict(lxml.html.document_fromstring(answer.text).forms[-1].form_values())
    assert site.owner.post(PATH, data=kept).status_code == 303
    return event_row(site)


@pytest.mark.usefixtures("unwatched")
def test_stale_settings_keep_the_clock_that_their_hours_were_typed_on(site: Site) -> None:
    """Another home zone since then moves neither the public hours nor when signing up opens."""
    mine = {"venue": "Here", "sign_up_opens_at": "2024-04-01T09:00"}
    event = again_after_another(site, mine, {"home_zone": "Europe/Oslo", "also_show": []})
    assert [(window.starts_at, window.ends_at) for window in event.windows] == [(START, END)]
    assert (event.sign_up_opens_at or START).isoformat() == "2024-04-01T06:00:00+00:00"


@pytest.mark.usefixtures("unwatched")
def test_stale_settings_name_as_differing_only_what_differs(site: Site) -> None:
    """The same moment on another clock is the same; the same figures on another clock are not."""
    form = form_at_hand(site)
    assert save(site, home_zone="Europe/Oslo", also_show=[], window_0_start="2024-05-07T10:00").status_code == 303
    answer = send(site, form, also_show=[], window_0_end="2024-05-07T13:00")
    names = lxml.html.document_fromstring(answer.text).xpath("//table//tbody/tr/th/text()")
    assert [name.strip() for name in names] == [
        "Home time zone",
        "Public hours 1: beginning",
        "Public hours 1: end",
    ]


@pytest.mark.usefixtures("unwatched")
def test_stale_settings_leave_to_each_organiser_what_is_theirs(site: Site) -> None:
    """Their short name and logo, though another one was removed since and they stand in another row."""
    alpha: dict[str, Any] = {"name": "Alpha", "country": "FI", "programme": "", "short": "A"}
    beta: dict[str, Any] = {"name": "Beta", "country": "DK", "programme": "", "short": "B", "logo": str(UUID(int=3))}
    with changing(site.app):
        db.session.get_one(Event, site.cast.event_id).organisers = [alpha, beta]
    event = again_after_another(site, {"venue": "Here"}, {"organiser_0_remove": "yes"})
    assert event.organisers == [{key: alpha[key] for key in ("name", "country", "programme")}, beta]


@pytest.mark.usefixtures("unwatched")
def test_settings_keep_texts_in_languages_that_are_not_chosen(site: Site) -> None:
    """As a file may give them; the form has no fields for them."""
    with changing(site.app):
        event = db.session.get_one(Event, site.cast.event_id)
        event.languages, event.title, event.description = ["en"], {"en": "Work", "fi": "Työ"}, {"fi": "Kuvaus"}
    assert save(site, title_en="Work for all").status_code == 303
    event = event_row(site)
    assert (event.title, event.description) == ({"en": "Work for all", "fi": "Työ"}, {"fi": "Kuvaus"})


WHEN = "Tuesday 7 May 2024, %s Finnish time (%s Danish and Norwegian time)"


def test_settings_that_would_show_a_closed_session_are_refused(site: Site) -> None:
    """409 with the words and where they would stand; nothing is stored, and what was typed is still there."""
    before, text = site.rows(), f"Then: Workshop {CANARY}"
    answer = save(site, description_fi=text, venue=text)
    assert answer.status_code == 409
    page = lxml.html.document_fromstring(answer.text)
    assert f"workshop {CANARY.casefold()}" in page.xpath("string(//table)").casefold()
    assert (
        page.xpath("//input[@name='venue']/@value") == page.xpath("//textarea[@name='description_fi']/text()") == [text]
    )
    assert site.rows() == before


def upload(data: bytes, name: str = "logo.png") -> tuple[BytesIO, str]:
    return BytesIO(data), name


@pytest.mark.usefixtures("unwatched")
def test_form_with_many_pictures_is_refused_before_they_are_drawn(site: Site) -> None:
    """A few at once, as many as it takes one after the other."""
    names = {f"organiser_{number}_name": f"Friend {number}" for number in range(12)}
    names |= {f"organiser_{number}_country": "FI" for number in range(12)}
    logos = {f"organiser_{number}_logo": upload(drawn()) for number in range(12)}
    refused = save(site, **names, **logos)
    assert (refused.status_code, set(faults(refused))) == (422, {"organiser_10_logo", "organiser_11_logo"})
    assert "At most 10 pictures at once" in faults(refused)["organiser_10_logo"]


@pytest.mark.usefixtures("unwatched")
def test_logo_is_kept_shown_replaced_and_removed(site: Site) -> None:
    """Staff see it; one that is replaced stays for releases; what is no picture is refused with the rest."""
    refused = save(site, organiser_0_logo=upload(HTML), venue="Luckan")
    assert (refused.status_code, set(faults(refused))) == (422, {"organiser_0_logo"})
    images = []
    for data in (drawn(), drawn(format="JPEG")):
        assert save(site, organiser_0_logo=upload(data, "../../x.svg")).status_code == 303
        images.append(event_row(site).organisers[0]["logo"])
    answer = site.owner.get(f"/en/desk/conference/images/{images[1]}")
    assert (answer.status_code, answer.mimetype, answer.data[:4]) == (200, "image/png", b"\x89PNG")
    assert f"/images/{images[1]}" in site.owner.get(PATH).text
    with reading(site.app):
        assert {str(id) for id in db.session.scalars(select(Image.id))} >= set(images)
    assert save(site, organiser_0_no_logo="yes").status_code == 303
    assert "logo" not in event_row(site).organisers[0]
    assert site.app.test_client().get(f"/en/desk/conference/images/{UUID(images[0])}").status_code == 303
