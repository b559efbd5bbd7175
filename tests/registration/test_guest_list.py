"""Lists of guests at the desk: the preview, and applying one once and whole."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from eventops import clock
from eventops.agenda.models import Audience
from eventops.db import db, write
from eventops.letters.models import Letter
from eventops.registration.guest_list import find_list, forget_lists, keep
from eventops.registration.guest_list_apply import Applied, Choice, apply
from eventops.registration.guest_list_file import read_pasted
from eventops.registration.models import GuestList, Registration
from eventops.registration.register import cancel
from eventops.viewer import SYSTEM, seeing
from tests.apps import changing, reading
from tests.bare_times import bare_times, visible_text
from tests.cast import END, SPRING, add_conference
from tests.registration.audience_desk import Desk, OpenDesk, complaints, figures, page, rows, workbook
from tests.registration.test_audiences import confirmed, who

PEOPLE = """name;email;language
Aino <b onclick=x>;aino@example.org;Suomi
Online again;ONLINE@example.org
Pending;pending@example.org
Gone;cancelled@example.org
In already;invited.onsite@example.org
Aino;AINO@example.org
=HYPERLINK("x");evil@example.org
Nobody;nowhere
"""


FORMULA = "It holds a formula, or begins like one. Write the name or address itself."
QUOTES = "In line 3 a quotation mark is not closed or stands in the wrong place. Mend the line and try again."
KINDS = ("invalid", "twice", "told", "admitted", "known", "new")


def letters(desk: Desk) -> list[Letter]:
    with reading(desk.app):
        return list(db.session.scalars(select(Letter).where(Letter.kind == "invited")))


def stored(desk: Desk) -> list[GuestList]:
    with reading(desk.app):
        return list(db.session.scalars(select(GuestList)))


def address(desk: Desk, people: str = PEOPLE) -> str:
    """Of the preview of a list that was pasted."""
    answer = desk.paste(people)
    assert answer.status_code == 303
    return answer.headers["Location"]


def letters_form(**changes: str) -> dict[str, str]:
    return {"how": "letters", "language": "sv", "expires_on": "2024-04-20", **changes}


def test_preview_judges_every_row(desk: Desk) -> None:
    """New, registered in which state, admitted, twice, invalid and why; nothing has happened yet."""
    preview = desk.browser.get(address(desk))
    assert figures(preview) == {
        "New": "1",
        "Registered": "3",
        "Already admitted": "1",
        "Invited before": "0",
        "More than once in the list": "1",
        "Cannot be used": "2",
    }
    assert rows(preview, "invalid") == [
        [
            "Row 8",
            '=HYPERLINK("x") evil@example.org',
            "",
            "It holds a formula, or begins like one. Write the name or address itself.",
        ],
        ["Row 9", "Nobody nowhere", "", "This is not one whole e-mail address."],
    ]
    assert rows(preview, "twice") == [
        ["Row 7", "Aino AINO@example.org", "", "The same address as in row 2, which counts."]
    ]
    assert rows(preview, "admitted") == [["Row 6", "Invited Onsite invited.onsite@example.org", "", ""]]
    assert rows(preview, "known") == [
        ["Row 3", "Online ONLINE@example.org", "", ""],
        ["Row 4", "Pending pending@example.org", "", "Address not confirmed"],
        ["Row 5", "Cancelled cancelled@example.org", "", "Cancelled"],
    ]
    assert rows(preview, "new") == [["Row 2", "Aino <b onclick=x> aino@example.org", "Suomi", ""]]
    kinds = [id for id in page(preview).xpath("//section/@aria-labelledby") if id.removesuffix("-title") in KINDS]
    assert kinds == [f"{kind}-title" for kind in KINDS if kind != "told"]
    assert page(preview).xpath("//*[@onclick]") == []
    assert bare_times(visible_text(preview.text)) == []
    assert (desk.invitations(), letters(desk)) == ({}, [])


def test_uploaded_workbook_is_previewed_like_text(desk: Desk) -> None:
    """Whatever the file is called."""
    answer = desk.upload(workbook(["Name", "E-mail"], ["Aino", "aino@example.org"]), "list.txt")
    assert figures(desk.browser.get(answer.headers["Location"]))["New"] == "1"
    noted = desk.browser.get(desk.upload("Åsa;asa@example.org".encode("latin-1"), "x").headers["Location"])
    assert "Look at the letters" in noted.text


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "Paste a list or choose a file that has one."),
        (
            {"people": 'name;email\nA;a@x.org\n"B'},
            QUOTES,
        ),
        ({"people": "a\0"}, "This is no text. Save the list as .xlsx or as CSV and choose that file."),
    ],
)
def test_list_that_cannot_be_read_is_refused(desk: Desk, fields: dict[str, str], complaint: str) -> None:
    """422 beside its field, with what was pasted still there; nothing is kept."""
    answer = desk.post(f"{desk.audience_url}/list", **fields)
    assert (answer.status_code, complaints(answer)) == (422, [f"Error: {complaint}"])
    [field] = page(answer).xpath("//textarea[@name='people']")
    assert field.value == fields.get("people", "").replace("\0", "\ufffd")
    assert stored(desk) == []


def test_file_that_cannot_be_read_is_refused(desk: Desk) -> None:
    """The sentence stands beside the file; a list and a file at once are too many."""
    answer = desk.upload(b"\x89PNG\0")
    assert (answer.status_code, page(answer).xpath("//*[@id='file-error']") != []) == (422, True)
    both = desk.post(f"{desk.audience_url}/list", people="a@x.org", file=(BytesIO(b"b@x.org"), "x"))
    assert complaints(both) == ["Error: Paste a list or choose a file, not both at once."]
    assert stored(desk) == []


def test_letters_are_queued_for_whoever_is_not_admitted(desk: Desk) -> None:
    """Each invitation is personal, in the language of the list, who is confirmed or the form, and ends with its day."""
    url = address(desk)
    desk.post(url, **letters_form())
    made = desk.invitations()
    told = {
        row.email: (row.name, row.language, row.by_letter, row.granted_through, row.letters) for row in made.values()
    }
    assert told == {
        "aino@example.org": ("Aino <b onclick=x>", "fi", True, "invitation", 1),
        "ONLINE@example.org": ("Online", "da", True, "invitation", 1),
        "pending@example.org": ("Pending", "sv", True, "invitation", 1),
        "cancelled@example.org": ("Gone", "sv", True, "invitation", 1),
    }
    queued = {(letter.recipient_type, letter.recipient_id, letter.key, letter.expires_at) for letter in letters(desk)}
    assert queued == {("invitation", row.id, "1", row.expires_at) for row in made.values()}
    assert {row.expires_at.isoformat() for row in made.values()} == {"2024-04-20T21:00:00+00:00"}
    assert set(desk.admissions()) == {"invited onsite", "invited online"}
    assert desk.audited() == ["list.read", "list.apply"]


def test_people_are_admitted_without_letters(desk: Desk) -> None:
    """Who is confirmed at once, the others as soon as they are."""
    desk.post(address(desk), how="admit")
    assert desk.admissions() == {"invited onsite": "hand", "invited online": "hand", "online": "list"}
    waiting = {(row.email, row.by_letter, row.granted_through) for row in desk.invitations().values()}
    emails = ("aino@example.org", "pending@example.org", "cancelled@example.org")
    assert waiting == {(email, False, "list") for email in emails}
    assert letters(desk) == []
    person = confirmed(desk, "aino@example.org")
    assert desk.admissions()[who(desk, person)] == "list"


def test_list_is_applied_once(desk: Desk) -> None:
    """A second confirmation does nothing, whatever it chooses; the rows are gone."""
    url = address(desk)
    for form in (letters_form(), letters_form(), {"how": "admit"}):
        assert desk.post(url, **form).status_code == 303
    assert len(letters(desk)) == 4
    assert set(desk.admissions()) == {"invited onsite", "invited online"}
    assert [(row.rows, row.applied_at is not None) for row in stored(desk)] == [([], True)]
    assert "The list was applied." in desk.browser.get(url).text
    assert desk.audited() == ["list.read", "list.apply"]


def test_list_is_judged_again_when_it_is_applied(desk: Desk) -> None:
    """Who signed up after the preview is known, who was admitted is left alone, who cancelled waits."""
    url = address(desk)
    desk.browser.get(url)
    aino = confirmed(desk, "aino@example.org")
    with changing(desk.app):
        cancel(db.session.get_one(Registration, desk.cast.people["online"]), clock.now())
    desk.grant("aino@example.org")
    desk.post(url, how="admit")
    assert desk.admissions() == {"invited onsite": "hand", "invited online": "hand", str(aino.id): "hand"}
    assert set(desk.invitations()) == {"ONLINE@example.org", "pending@example.org", "cancelled@example.org"}


def test_two_confirmations_at_once_are_one(desk: Desk) -> None:
    """In two transactions side by side."""
    list_id = UUID(address(desk).rpartition("/")[2])
    barrier, done = Barrier(2), list[Applied | None]()

    def confirm_list() -> None:
        with desk.app.app_context(), seeing(SYSTEM):
            kept = find_list(desk.cast.audience_id, list_id)
            assert kept is not None
            choice = Choice(True, "en", SPRING + timedelta(days=9))
            barrier.wait()
            with write():
                done.append(apply(kept, choice, SPRING, None))

    threads = [Thread(target=confirm_list) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=str) == [Applied(0, 0, 4), None]
    assert len(letters(desk)) == 4


def test_those_invited_before_are_left_as_they_are(desk: Desk) -> None:
    """But for those whose invitation was withdrawn or ran out: they get another letter."""
    desk.post(address(desk, "\n".join(f"{name}@example.org" for name in STANDINGS)), **letters_form())
    with changing(desk.app):
        for email, row in desk.invitations().items():
            changed = db.session.merge(row)
            for field, value in STANDINGS[email.partition("@")[0]].items():
                setattr(changed, field, value)
    url = address(desk, "\n".join(f"{name}@example.org" for name in STANDINGS))
    preview = desk.browser.get(url)
    assert {row[1]: row[3] for row in rows(preview, "told")} == {
        "waiting@example.org": "Waiting for sign-up",
        "open@example.org": "Waiting for an answer",
        "declined@example.org": "Declined",
        "replaced@example.org": "Replaced by somebody else",
    }
    desk.post(url, **letters_form(expires_on="2024-04-22"))
    made = desk.invitations()
    again = {"revoked@example.org", "expired@example.org", "accepted@example.org"}
    assert {email for email, row in made.items() if row.letters == 2} == again
    assert {(made[email].answer, made[email].revoked_at, made[email].link_version) for email in again} == {
        ("", None, 2)
    }
    keys = {(letter.recipient_id, letter.key) for letter in letters(desk)}
    assert {(made[email].id, "2") for email in again} | {(row.id, "1") for row in made.values()} == keys


STANDINGS: dict[str, dict[str, object]] = {
    "open": {},
    "waiting": {"by_letter": False},
    "declined": {"answer": "declined"},
    "replaced": {"answer": "replaced"},
    "accepted": {"answer": "accepted", "revoked_at": SPRING},
    "revoked": {"revoked_at": SPRING},
    "expired": {"expires_at": SPRING - timedelta(days=1)},
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"how": ""}, "how"),
        ({"how": "both"}, "how"),
        ({"language": "xx"}, "language"),
        *(
            ({"expires_on": day}, "expires_on")
            for day in ("", "2024-04-14", "2024-05-08", "2024-02-30", "soon", "20240420")
        ),
    ],
)
def test_confirmation_with_a_fault_does_nothing(desk: Desk, changes: dict[str, str], field: str) -> None:
    """422 beside its field, the other answers kept."""
    answer = desk.post(address(desk), **letters_form(**changes))
    assert (answer.status_code, page(answer).xpath("//*[@class='field-error']/@id")) == (422, [f"{field}-error"])
    kept = page(answer).xpath("//select[@name='language']")[0].value
    assert kept == (changes.get("language", "sv") if field != "language" else "en")
    assert (desk.invitations(), letters(desk)) == ({}, [])


def test_expiry_is_a_fortnight_ahead_or_the_last_day(desk: Desk) -> None:
    """What the form begins with."""

    def suggested() -> str:
        return str(page(desk.browser.get(url)).xpath("//input[@name='expires_on']/@value")[0])

    url = address(desk)
    assert suggested() == "2024-04-29"
    clock.move_to(END - timedelta(days=3))
    assert suggested() == "2024-05-07"
    desk.post(url, **letters_form(expires_on="2024-05-07"))
    assert {row.expires_at.isoformat() for row in desk.invitations().values()} == {"2024-05-07T21:00:00+00:00"}


def test_failure_in_the_middle_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One transaction: no admission, no letter, and the list can be applied again."""
    url = address(desk)

    def fail(*_arguments: object, **_more: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("eventops.registration.guest_list_views.record", fail)
        assert desk.post(url, **letters_form()).status_code == 500
    assert (desk.invitations(), letters(desk), [row.applied_at for row in stored(desk)]) == ({}, [], [None])
    desk.post(url, **letters_form())
    assert len(letters(desk)) == 4


def test_lists_of_other_audiences_are_unknown(desk: Desk) -> None:
    """Another's of the same event, and one of another event."""
    desk.post(desk.url, name="Staff")
    with changing(desk.app):
        other = add_conference("other")
        theirs = db.session.get_one(Audience, other.audience_id)
        their_list = keep(theirs, read_pasted("secret@example.org"), clock.now(), None).id
        [staff] = [row.id for row in db.session.scalars(select(Audience)) if row.name == "Staff"]
    own_list = address(desk).rpartition("/")[2]
    for audience_id, list_id in (
        (staff, own_list),
        (desk.cast.audience_id, their_list),
        (other.audience_id, their_list),
    ):
        url = f"{desk.url}/{audience_id}/list/{list_id}"
        assert (desk.browser.get(url).status_code, desk.post(url, **letters_form()).status_code) == (404, 404)
    assert letters(desk) == []


def test_lists_are_for_who_may_edit_people(desk: Desk, open_desk: OpenDesk) -> None:
    """Looking at one shows addresses; applying one writes to them."""
    url = address(desk)
    found = {}
    for role in ("reception", "editor", "observer"):
        browser = open_desk(role)
        found[role] = (browser.browser.get(url).status_code, browser.post(url, how="").status_code)
    assert found == {"reception": (200, 422), "editor": (403, 403), "observer": (403, 403)}


def test_lists_are_forgotten_after_a_day(desk: Desk) -> None:
    """Applied or not."""
    first, second = address(desk), address(desk)
    desk.post(first, **letters_form())
    with desk.app.app_context(), seeing(SYSTEM):
        assert forget_lists(clock.now() + timedelta(hours=23)) == 0
        assert forget_lists(clock.now() + timedelta(hours=25)) == 2
    assert (desk.browser.get(second).status_code, stored(desk)) == (404, [])


def test_twenty_thousand_rows_are_previewed_in_a_small_page(desk: Desk) -> None:
    """Two hundred of each kind, and the numbers of all."""
    lines = [f"p{number}@example.org" for number in range(19_000)] + ["p0@example.org"] * 500 + ["bad"] * 500
    preview = desk.browser.get(address(desk, "\n".join(["email", *lines])))
    assert (figures(preview)["New"], figures(preview)["Cannot be used"]) == ("19000", "500")
    assert [len(rows(preview, kind)) for kind in ("invalid", "twice", "new")] == [200, 200, 200]
    assert "300 rows more are like these." in visible_text(preview.text)
    assert len(preview.data) < 500_000


def test_many_letters_are_queued_at_once(desk: Desk) -> None:
    """Each its own invitation, in as many statements as one has."""
    url = address(desk, "\n".join(f"p{number}@example.org" for number in range(2_000)))
    assert desk.post(url, **letters_form()).status_code == 303
    made = {row.id for row in desk.invitations().values()}
    assert ({letter.recipient_id for letter in letters(desk)}, len(made)) == (made, 2_000)
