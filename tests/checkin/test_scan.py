"""What a door is told of a scan, and what is kept of it."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update

from eventops.agenda.models import Event, PublicWindow, PublishedSession
from eventops.checkin.doors import Entrance, find_entrance, open_door
from eventops.checkin.envelope import Envelope, Malformed
from eventops.checkin.scan import Fault, Result, Upload, record_scans, refusal
from eventops.checkin.tickets import Holder
from eventops.db import db, write
from eventops.registration.models import Admission, Registration, Ticket
from eventops.registration.ticket import code_of, issue
from tests.apps import changing
from tests.cast import SPRING, START, Conference, add_conference
from tests.checkin.door import at_door, kept_scans, made, outcomes, tell


@pytest.fixture
def cast(app: Flask) -> Conference:
    """The conference, with a second door."""
    with changing(app):
        return add_conference()


def change(app: Flask, cast: Conference, who: str, **values: object) -> None:
    """Change a person's registration."""
    with changing(app):
        db.session.execute(update(Registration).where(Registration.id == cast.people[who]).values(**values))


def revoke(app: Flask, cast: Conference, who: str) -> None:
    with changing(app):
        db.session.execute(update(Ticket).where(Ticket.code == cast.codes[who]).values(revoked_at=SPRING))


def entrance_of(app: Flask, cast: Conference) -> Entrance:
    with at_door(app, cast.event_id):
        found = find_entrance(cast.door_id)
        assert found is not None
        return found


def test_scan_tells_the_door_whom_to_admit(app: Flask, cast: Conference) -> None:
    """Any confirmed onsite ticket comes in; the others are refused by name and reason."""
    results = tell(app, cast, *map(made, cast.codes.values()))
    told = [(r.verdict, r.reason, r.name, r.first_scan_at) for r in results if isinstance(r, Result)]
    assert dict(zip(cast.codes, told, strict=True)) == {
        "onsite": ("admitted", None, "Onsite", None),
        "online": ("refused", "online_only", "Online", None),
        "invited onsite": ("admitted", None, "Invited Onsite", None),
        "invited online": ("refused", "online_only", "Invited Online", None),
        "cancelled": ("refused", "cancelled", "Cancelled", None),
    }


def test_scan_of_an_unknown_code_names_nobody(app: Flask, cast: Conference) -> None:
    """A code that is nobody's is refused and kept as a fact without the code."""
    [result] = tell(app, cast, made("EO1NOBODY"))
    assert result == Result(result.id or "", "refused", "unknown_code", None, None)
    [scan] = kept_scans(app)
    assert (scan.ticket_id, scan.reason, scan.door_id) == (None, "unknown_code", cast.door_id)
    assert "NOBODY" not in repr({name: value for name, value in vars(scan).items() if not name.startswith("_")})


@pytest.mark.parametrize(
    ("state", "is_revoked", "attendance_mode", "is_open", "is_inside", "reason"),
    [
        ("cancelled", True, "online", False, True, "cancelled"),
        ("cancelled", False, "onsite", True, False, "cancelled"),
        ("pending", True, "online", False, True, "revoked"),
        ("confirmed", True, "onsite", True, False, "revoked"),
        ("pending", False, "online", False, True, "not_confirmed"),
        ("waitlisted", False, "onsite", True, False, "not_confirmed"),
        ("confirmed", False, "online", False, True, "online_only"),
        ("confirmed", False, "onsite", False, True, "wrong_time"),
        ("confirmed", False, "onsite", True, True, "already_in"),
        ("confirmed", False, "onsite", True, False, None),
    ],
)
def test_refusal_names_the_first_of_several_reasons(
    state: str, is_revoked: bool, attendance_mode: str, is_open: bool, is_inside: bool, reason: str | None
) -> None:
    """What ended a ticket comes before what it was for, and that before the day and the first scan."""
    holder = Holder(uuid4(), "Aino", state, attendance_mode, is_revoked, has_admission=False)
    assert refusal(holder, "entry", is_open, is_inside) == reason
    assert refusal(holder, "exit", is_open, is_inside) is None
    assert refusal(None, "exit", is_open, is_inside) == "unknown_code"


def test_scan_reads_the_ticket_and_the_registration(app: Flask, cast: Conference) -> None:
    """A ticket that was revoked and a registration that is not confirmed are told apart."""
    revoke(app, cast, "onsite")
    change(app, cast, "invited onsite", state="waitlisted")
    results = tell(app, cast, made(cast.codes["onsite"]), made(cast.codes["invited onsite"]))
    assert outcomes(results) == ["revoked", "not_confirmed"]


def test_second_scan_is_told_when_the_first_was(app: Flask, cast: Conference) -> None:
    """Who is in already is refused with the time of the first scan, by any door and however often."""
    with changing(app):
        other = open_door(cast.event_id, "Side entrance", START).id
    code, first = cast.codes["onsite"], START + timedelta(microseconds=1234)
    later = START + timedelta(minutes=5)
    assert outcomes(tell(app, cast, made(code, at=first), now=later)) == ["admitted"]
    for door_id in (cast.door_id, other):
        [again] = tell(app, cast, made(code, at=later), now=later, door_id=door_id)
        assert again == Result(again.id or "", "refused", "already_in", "Onsite", first)


def test_wrong_time_does_not_use_a_ticket_up(app: Flask, cast: Conference) -> None:
    """A ticket tried on the eve is good on the day."""
    code = cast.codes["onsite"]
    eve, day = START - timedelta(days=1), START
    assert outcomes(tell(app, cast, made(code, at=eve), now=eve)) == ["wrong_time"]
    assert outcomes(tell(app, cast, made(code, at=day), now=day)) == ["admitted"]


def test_two_of_one_ticket_in_a_batch_admit_once(app: Flask, cast: Conference) -> None:
    """Within one upload too, the second scan of a ticket finds it inside."""
    code = cast.codes["onsite"]
    results = tell(app, cast, made(code), made(cast.codes["invited onsite"]), made(code), made("EO1"))
    assert outcomes(results) == ["admitted", "admitted", "already_in", "unknown_code"]


def test_exit_lets_the_ticket_in_again(app: Flask, cast: Conference) -> None:
    """Leaving is never refused, and whoever left may come back."""
    code = cast.codes["onsite"]
    way = [made(code, START + timedelta(minutes=m), kind=kind) for m, kind in enumerate(["entry", "exit", "entry"])]
    assert outcomes(tell(app, cast, *way, now=START + timedelta(hours=1))) == ["admitted"] * 3
    assert outcomes(tell(app, cast, made("EO1NOBODY", kind="exit"))) == ["unknown_code"]


def test_late_upload_of_an_earlier_entry_is_not_admitted_twice(app: Flask, cast: Conference) -> None:
    """A door that was offline scanned first but uploads second: the ticket is let in once, and both facts are kept."""
    code, noon = cast.codes["onsite"], START + timedelta(hours=1)
    assert outcomes(tell(app, cast, made(code, at=noon), now=noon)) == ["admitted"]
    [late] = tell(app, cast, made(code, at=START, shown="admitted"), now=noon)
    assert late == Result(late.id or "", "refused", "already_in", "Onsite", noon)
    assert sorted(scan.effective_at for scan in kept_scans(app)) == [START, noon]


def test_late_upload_of_an_earlier_entry_is_the_first_for_those_after_it(app: Flask, cast: Conference) -> None:
    """Each refusal names the earliest entry known when it was judged, and goes on naming it when it is sent again."""
    code, noon, evening = cast.codes["onsite"], START + timedelta(hours=1), START + timedelta(hours=8)
    online, late, next_one = made(code, at=noon), made(code, at=START), made(code, at=evening)
    tell(app, cast, online, now=noon)
    results = [tell(app, cast, scan, now=evening)[0] for scan in (late, next_one, late)]
    assert [result.first_scan_at for result in results if isinstance(result, Result)] == [noon, START, noon]


def test_scan_sent_again_gets_the_stored_verdict(app: Flask, cast: Conference) -> None:
    """A repeated upload changes nothing and is told the same, though by now the ticket is inside or cancelled."""
    items = [made(cast.codes["onsite"]), made(cast.codes["onsite"]), made("EO1NOBODY"), made(cast.codes["online"])]
    first = tell(app, cast, *items)
    revoke(app, cast, "onsite")
    assert tell(app, cast, *reversed(items), now=START + timedelta(days=2)) == first[::-1]
    assert len(kept_scans(app)) == len(items)


def test_same_id_with_another_payload_is_a_conflict(app: Flask, cast: Conference) -> None:
    """An id names one scan for good: in a later upload, in the same one, and at another door."""
    with changing(app):
        other = open_door(cast.event_id, "Side entrance", START).id
    scan_id, code = uuid4(), cast.codes["onsite"]
    item, changed = made(code, scan_id=scan_id), made(code, scan_id=scan_id, shown="admitted")
    conflict = Fault(str(scan_id), "conflict")
    first = tell(app, cast, item, changed, item)
    assert first == [first[0], conflict, first[0]]
    assert tell(app, cast, changed) == [conflict]
    assert tell(app, cast, item, door_id=other) == [conflict]
    assert [scan.shown for scan in kept_scans(app)] == [None]


def test_malformed_item_stands_in_its_place_and_is_not_kept(app: Flask, cast: Conference) -> None:
    """What cannot be read spoils nothing else."""
    results = tell(app, cast, Malformed("x", "kind: no"), made(cast.codes["onsite"]), Malformed(None, "not an object"))
    assert outcomes(results) == ["malformed: kind: no", "admitted", "malformed: not an object"]
    assert len(kept_scans(app)) == 1


def test_code_is_read_as_people_type_it(app: Flask, cast: Conference) -> None:
    """Lower case, spaces, dashes, O for 0 and the short code all mean the ticket; a wrong check character does not."""
    with changing(app):
        person = db.session.get_one(Registration, cast.people["onsite"])
        code = issue(person, SPRING, code_of(31 << 120 | 32 << 60)).code
    spoken = code[3:9].lower().replace("0", "o")
    spaced = " ".join(code[i : i + 4] for i in range(0, len(code), 4)).lower().replace("0", "O")
    for text in (code, f" {code}\n", spaced, spoken):
        assert outcomes(tell(app, cast, made(text, kind="exit"))) == ["admitted"], text
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    for text in (wrong, code[:9], code[3:8], code + code, code.replace("EO1", "EO2")):
        assert outcomes(tell(app, cast, made(text))) == ["unknown_code"], text


def test_ticket_of_another_event_is_unknown(app: Flask, cast: Conference) -> None:
    """A door knows its own event's tickets only."""
    with changing(app):
        other = add_conference("other")
    assert outcomes(tell(app, cast, made(other.codes["onsite"]))) == ["unknown_code"]
    assert kept_scans(app)[0].ticket_id is None


def test_hostile_codes_are_unknown_and_stop_nothing(app: Flask, cast: Conference) -> None:
    """Whatever a QR code holds, the answer is a refusal, and the guest among them is let in."""
    hostile = ["", "\x00", "EO1\x00", "\ud800", "\U0010ffff" * 8192, "%s%(a)s:b?'\";--", "ẞ" * 7000, "ı", "\r\nX: y"]
    results = tell(app, cast, *map(made, hostile), made(cast.codes["onsite"]))
    assert outcomes(results) == ["unknown_code"] * len(hostile) + ["admitted"]


def test_upload_takes_three_statements_however_many_scans(app: Flask, cast: Conference) -> None:
    """Two hundred scans ask the database no oftener than one; with the door's own, four in all."""
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement.split()[0])

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", count)
    for number in (1, 200):
        codes = [cast.codes["onsite"], *(f"EO1NOBODY{n}" for n in range(number - 1))]
        tell(app, cast, *map(made, codes))
        assert statements == ["SELECT", "SELECT", "SELECT", "INSERT"]
        statements.clear()


def test_entrance_is_open_on_each_day_of_the_event(app: Flask, cast: Conference) -> None:
    """From midnight to midnight in the home zone: public sessions and public windows both make a day."""
    with changing(app):
        window = PublicWindow(event_id=cast.event_id, zone="Europe/Helsinki", starts_at=START, ends_at=START)
        window.starts_at, window.ends_at = START + timedelta(days=2), START + timedelta(days=2, hours=13)
        db.session.add(window)
    entrance = entrance_of(app, cast)
    midnight = datetime(2024, 5, 6, 21, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    for has_admission in (False, True):
        opened = [entrance.is_open_on(midnight + timedelta(days=n), has_admission) for n in range(-1, 4)]
        assert opened == [False, True, False, True, False]
        edges = (midnight - tick, midnight + timedelta(days=1) - tick)
        assert [entrance.is_open_on(at, has_admission) for at in edges] == [False, True]


def test_day_of_closed_sessions_is_one_for_invited_people_only(app: Flask, cast: Conference) -> None:
    """To anybody else, who was invited once included, the door says what it says on a day when nothing happens."""
    with changing(app):
        workshop = db.session.scalars(select(PublishedSession).filter_by(access="closed")).one()
        workshop.starts_at, workshop.ends_at = START + timedelta(days=1), START + timedelta(days=1, hours=1)
    codes, day_after = (cast.codes["onsite"], cast.codes["invited onsite"]), START + timedelta(days=1)

    def told() -> list[str | None]:
        return outcomes(tell(app, cast, *(made(code, at=day_after) for code in codes), now=day_after))

    assert told() == ["wrong_time", "admitted"]
    with changing(app):
        db.session.execute(update(Admission).values(revoked_at=SPRING))
    assert told() == ["wrong_time", "wrong_time"]


def test_entrance_without_a_programme_is_open_on_the_first_day(app: Flask, cast: Conference) -> None:
    """Before anything is published, the event's date is its day."""
    with changing(app):
        db.session.execute(delete(PublicWindow))
        for session in db.session.scalars(select(PublishedSession)):
            db.session.delete(session)
        db.session.execute(update(Event).values(starts_on=date(2024, 3, 31)))
    [day] = entrance_of(app, cast).days
    assert (day.starts_at, day.ends_at - day.starts_at) == (datetime(2024, 3, 30, 22, tzinfo=UTC), timedelta(hours=23))


def test_entrance_of_another_event_is_not_found(app: Flask, cast: Conference) -> None:
    """A device sees the doors of its own event alone."""
    with at_door(app, uuid4()):
        assert find_entrance(cast.door_id) is None


def test_same_id_from_two_doors_at_once_is_kept_once(app: Flask, cast: Conference) -> None:
    """An id that another transaction is just storing is a conflict, and the rest of the batch is taken."""
    entrance, scan_id = entrance_of(app, cast), uuid4()
    told: list[list[Result | Fault]] = []

    def second() -> None:
        told.append(tell(app, cast, made(cast.codes["onsite"]), made("EO1OTHER", scan_id=scan_id)))

    thread = Thread(target=second)
    with at_door(app, cast.event_id), write():
        record_scans([Upload(entrance, Envelope((made("EO1NOBODY", scan_id=scan_id),)), START)])
        thread.start()
        thread.join(0.4)
        assert thread.is_alive()
    thread.join()
    assert outcomes(told[0]) == ["admitted", "conflict"]
    assert {(scan.id == scan_id, scan.verdict) for scan in kept_scans(app)} == {(True, "refused"), (False, "admitted")}
