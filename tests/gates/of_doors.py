"""Guards of doors: devices and their links, what a ticket opens, and the roster."""

from tests.gates.guard import Guard

DEVICES = "eventops/staff/devices.py"
LINKS = "eventops/staff/device_links.py"
SCAN = "eventops/checkin/scan.py"
TICKETS = "eventops/checkin/tickets.py"
DOORS = "eventops/checkin/doors.py"
ROSTER = "eventops/checkin/roster.py"
DESK = "eventops/checkin/devices.py"
DEVICE_REFUSED = "tests/staff/test_devices.py::test_device_is_refused_alike_whatever_is_wrong"
DEVICE_READS = "tests/staff/test_devices.py::test_device_reads_as_its_events_door"
REASONS = "tests/checkin/test_scan.py::test_refusal_names_the_first_of_several_reasons"
TOLD = "tests/checkin/test_scan.py::test_scan_tells_the_door_whom_to_admit"


def _link(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of links by which devices are enrolled."""
    return Guard(f"device link: {name}", file, text, instead, f"tests/checkin/test_devices.py::test_{test}")


def _closed_door(name: str, file: str, text: str, instead: str, test: str, is_short: bool = False) -> Guard:
    """A guard of doors of closed sessions."""
    return Guard(f"door: {name}", file, text, instead, f"tests/checkin/test_closed_doors.py::test_{test}", is_short)


def _roster(name: str, text: str, instead: str, test: str) -> Guard:
    """A guard of what a door keeps for when it cannot ask."""
    return Guard(f"roster: {name}", ROSTER, text, instead, f"tests/checkin/test_roster.py::test_{test}")


GUARDS = (
    Guard(
        "device expires",
        DEVICES,
        "if device and device.expires_at > now else None",
        "if device else None",
        DEVICE_REFUSED,
    ),
    Guard("device is revoked", DEVICES, ", _devices.revoked_at.is_(None)", "", DEVICE_REFUSED),
    Guard(
        "device opens its own doors",
        DEVICES,
        ' or str((request.view_args or {}).get("door_id")) not in device.door_ids',
        "",
        DEVICE_REFUSED,
    ),
    Guard(
        "only hashes of devices' tokens are stored",
        DEVICES,
        "return hashlib.sha256(token.encode()).hexdigest()",
        "return token",
        DEVICE_READS,
    ),
    Guard(
        "device is of its event",
        DEVICES,
        'return Viewer(event_id=device.event_id, role="door")',
        'return Viewer(role="door")',
        DEVICE_READS,
    ),
    _link(
        "genuine",
        LINKS,
        "if link is None or not hmac.compare_digest(token, link_token(link)):",
        "if link is None:",
        "enrolment_page_says_nothing_of_the_event",
    ),
    _link(
        "works",
        LINKS,
        "return link if is_working(link, now) else None",
        "return link",
        "enrolment_page_says_nothing_of_the_event",
    ),
    _link(
        "expires",
        LINKS,
        "return link.revoked_at is None and link.expires_at > now and",
        "return link.revoked_at is None and",
        "enrolment_page_says_nothing_of_the_event",
    ),
    _link(
        "revoked",
        LINKS,
        "return link.revoked_at is None and link.expires_at > now",
        "return link.expires_at > now",
        "enrolment_page_says_nothing_of_the_event",
    ),
    _link(
        "ten tries",
        LINKS,
        "link.expires_at > now and link.wrong_pins < TRIES",
        "link.expires_at > now",
        "ten_wrong_pins_in_a_row_end_a_link",
    ),
    _link(
        "ten tries at once",
        LINKS,
        "DeviceLink.expires_at > now, DeviceLink.wrong_pins < TRIES)",
        "DeviceLink.expires_at > now)",
        "tries_made_at_once_are_no_more_than_ten",
    ),
    _link(
        "wrong PINs are counted",
        LINKS,
        "wrong_pins=DeviceLink.wrong_pins + 1",
        "wrong_pins=DeviceLink.wrong_pins",
        "ten_wrong_pins_in_a_row_end_a_link",
    ),
    _link(
        "PIN",
        LINKS,
        "is_right = hmac.compare_digest(pin.encode(), link_pin(link).encode())",
        "is_right = True",
        "ten_wrong_pins_in_a_row_end_a_link",
    ),
    _link(
        "its devices end with it",
        LINKS,
        "devices = _updated(of_link.values(revoked_at=now))",
        "devices = 0",
        "revoking_a_link_ends_its_devices",
    ),
    _link(
        "of the event",
        LINKS,
        "DeviceLink.id == link_id, DeviceLink.event_id == event_id",
        "DeviceLink.id == link_id",
        "links_and_devices_of_other_events_are_not_found",
    ),
    _link(
        "device of the event",
        DEVICES,
        "DeviceToken.id == device_id, DeviceToken.event_id == event_id",
        "DeviceToken.id == device_id",
        "links_and_devices_of_other_events_are_not_found",
    ),
    _link(
        "ends with the event",
        DESK,
        "if ends_at <= now:",
        "if False:",
        "link_is_made_for_doors_of_the_event_while_it_lasts",
    ),
    Guard("door: cancelled", SCAN, 'if holder.state == "cancelled":', "if False:", TOLD),
    Guard("door: revoked", SCAN, "if holder.is_revoked:", "if False:", REASONS),
    Guard("door: not confirmed", SCAN, 'if holder.state != "confirmed":', "if False:", REASONS),
    Guard("door: online", SCAN, 'if holder.attendance_mode == "online":', "if False:", TOLD),
    Guard(
        "door: wrong day",
        SCAN,
        "if not is_open:",
        "if False:",
        REASONS,
    ),
    Guard(
        "door: in already",
        SCAN,
        'return "already_in" if is_inside else None',
        "return None",
        "tests/checkin/test_scan.py::test_second_scan_is_told_when_the_first_was",
    ),
    Guard(
        "door: ticket of the event",
        TICKETS,
        '.where(_tickets.event_id == bindparam("event_id"), is_wanted)',
        ".where(is_wanted)",
        "tests/checkin/test_scan.py::test_ticket_of_another_event_is_unknown",
    ),
    Guard(
        "door: closed days are for the admitted",
        DOORS,
        "days = self.days if has_admission else self.public_days",
        "days = self.days",
        "tests/checkin/test_scan.py::test_day_of_closed_sessions_is_one_for_invited_people_only",
    ),
    _closed_door(
        "not admitted",
        SCAN,
        "if not is_admitted:",
        "if False:",
        "closed_door_is_for_its_own_audiences",
        is_short=True,
    ),
    _closed_door(
        "its own audiences",
        DOORS,
        "not self.audiences.isdisjoint(audiences)",
        "bool(audiences)",
        "closed_door_is_for_its_own_audiences",
    ),
    _closed_door(
        "revoked admission",
        TICKETS,
        '_tickets.id.in_(bindparam("tickets", expanding=True)), _admissions.revoked_at.is_(None))',
        '_tickets.id.in_(bindparam("tickets", expanding=True)))',
        "revoked_admission_is_refused_at_the_next_scan",
    ),
    _closed_door(
        "closed on the desk",
        DOORS,
        'or_(Session.access == "closed", PublishedSession.access == "closed")',
        'PublishedSession.access == "closed"',
        "session_that_is_closed_anywhere_closes_its_door",
    ),
    _closed_door(
        "closed where it is published",
        DOORS,
        'or_(Session.access == "closed", PublishedSession.access == "closed")',
        'Session.access == "closed"',
        "session_that_is_closed_anywhere_closes_its_door",
    ),
    _roster(
        "not admitted",
        "_OF_EVERY_DOOR, _OF_A_CLOSED_DOOR = _asking(literal(1)), _asking(_ADMITTED)",
        "_OF_EVERY_DOOR, _OF_A_CLOSED_DOOR = _asking(literal(1)), _asking(literal(1))",
        "roster_says_of_each_ticket_what_the_door_would",
    ),
    _roster(
        "revoked admission",
        "    _admissions.revoked_at.is_(None),\n    _admissions.audience_id",
        "    _admissions.audience_id",
        "roster_is_sent_again_only_when_it_changed",
    ),
    _roster(
        "its own audiences",
        '_admissions.audience_id.in_(bindparam("audiences", expanding=True))',
        "_admissions.audience_id.is_not(None)",
        "roster_admits_by_the_doors_own_audiences",
    ),
    _roster(
        "revoked ticket",
        "_people.attendance_mode, _tickets.revoked_at.is_not(None))",
        "_people.attendance_mode, literal(0))",
        "roster_is_sent_again_only_when_it_changed",
    ),
    _roster(
        "of the event",
        '_tickets.event_id == bindparam("event_id")',
        "_tickets.event_id.is_not(None)",
        "roster_is_for_the_doors_own_devices",
    ),
    _roster(
        "codes are hashed with the door's salt",
        "begun = sha256(salt.encode())",
        "begun = sha256()",
        "rosters_of_two_doors_share_no_hash",
    ),
)
