"""Guards of who is admitted to closed sessions, and of the lists by which many are."""

from tests.gates.guard import Guard

RIGHTS = "eventops/registration/invitations.py"
GRANTS = "eventops/registration/grants.py"
LIST = "eventops/registration/guest_list.py"
APPLY = "eventops/registration/guest_list_apply.py"
FILE = "eventops/registration/guest_list_file.py"
LIST_VIEWS = "eventops/registration/guest_list_views.py"
SHEET = "eventops/registration/spreadsheet.py"
OWN = "tests/test_who_sees.py::test_who_is_admitted_sees_by_their_own_standing_admission_alone"
FORMER = "tests/registration/test_former_rights.py::test_right_of_a_former_acceptance_ends_with_the_new_invitation"
UPLOADS = "tests/registration/test_guest_list_upload.py"


def _grant(name: str, text: str, instead: str, test: str) -> Guard:
    """A guard of grants, those that wait for a sign-up among them."""
    return Guard(f"grant: {name}", GRANTS, text, instead, f"tests/registration/test_audiences.py::test_{test}")


def _list(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of applying lists."""
    return Guard(f"list: {name}", file, text, instead, f"tests/registration/test_guest_list.py::test_{test}")


def _sheet(name: str, text: str, instead: str, test: str) -> Guard:
    """A bound of workbooks."""
    return Guard(f"workbook: {name}", SHEET, text, instead, f"tests/registration/test_spreadsheet.py::test_{test}")


GUARDS = (
    Guard(
        "admission is the person's own",
        RIGHTS,
        "Admission.registration_id == registration_id, Admission.revoked_at.is_(None)",
        "Admission.revoked_at.is_(None)",
        OWN,
    ),
    Guard(
        "admission is revoked",
        RIGHTS,
        "Admission.registration_id == registration_id, Admission.revoked_at.is_(None)",
        "Admission.registration_id == registration_id",
        OWN,
    ),
    Guard(
        "admission is for the confirmed",
        RIGHTS,
        ' if registration.state == "confirmed" else frozenset()',
        "",
        OWN,
    ),
    Guard(
        "admission is to an audience of the event",
        RIGHTS,
        "if audience is None or audience.event_id != registration.event_id:",
        "if audience is None:",
        "tests/registration/test_my_page.py::test_admission_to_another_event_s_audience_is_refused",
    ),
    _grant(
        "is taken up when it stands",
        "        *is_open(now),\n",
        "",
        "grant_that_was_revoked_or_ran_out_admits_nobody",
    ),
    _grant(
        "revoked",
        'Invitation.answer == "", Invitation.revoked_at.is_(None), Invitation.expires_at > now',
        'Invitation.answer == "", Invitation.expires_at > now',
        "grant_that_was_revoked_or_ran_out_admits_nobody",
    ),
    _grant(
        "expired",
        'Invitation.answer == "", Invitation.revoked_at.is_(None), Invitation.expires_at > now',
        'Invitation.answer == "", Invitation.revoked_at.is_(None)',
        "grant_that_was_revoked_or_ran_out_admits_nobody",
    ),
    _grant(
        "waits for who is confirmed",
        'if person is not None and person.state == "confirmed":',
        "if person is not None:",
        "others_wait_until_they_are_confirmed",
    ),
    _grant(
        "invitation by letter is accepted by its link alone",
        "        Invitation.by_letter.is_(False),\n        *is_open(now),\n",
        "        *is_open(now),\n",
        "signing_up_accepts_no_letter",
    ),
    _grant(
        "of the event",
        "        Invitation.event_id == registration.event_id,\n",
        "",
        "grant_waits_for_its_own_event",
    ),
    _grant(
        "member of the audience",
        "            Admission.audience_id == audience.id,\n",
        "",
        "member_is_revoked_where_they_are_one",
    ),
    Guard(
        "grant: with it ends what the address held",
        GRANTS,
        "    if person := _registered(audience.event_id, granted.email_key):\n",
        "    if person := None:\n",
        FORMER,
    ),
    Guard(
        "invitation: with it ends what the address held",
        RIGHTS,
        "            Registration.email_key == invitation.email_key,\n",
        "            Registration.id == invitation.registration_id,\n",
        FORMER,
    ),
    _list(
        "once",
        APPLY,
        "GuestList.id == guest_list.id, GuestList.applied_at.is_(None)",
        "GuestList.id == guest_list.id",
        "list_is_applied_once",
    ),
    _list(
        "once it is said how",
        LIST_VIEWS,
        'if how not in ("letters", "admit"):',
        "if False:",
        "confirmation_with_a_fault_does_nothing",
    ),
    _list(
        "reading it admits nobody",
        LIST_VIEWS,
        "        kept = lists.keep(audience, read, now, signed_in_account())\n",
        "        kept = lists.keep(audience, read, now, signed_in_account())\n"
        '        apply(kept, Choice(False, "en", day_ends_at(event)), now, None)\n',
        "preview_judges_every_row",
    ),
    _list(
        "of the audience",
        LIST,
        "GuestList.id == list_id, GuestList.audience_id == audience_id",
        "GuestList.id == list_id",
        "lists_of_other_audiences_are_unknown",
    ),
    _list(
        "those invited before are left alone",
        LIST,
        'if held in ("open", "waiting", "declined", "replaced"):',
        "if False:",
        "those_invited_before_are_left_as_they_are",
    ),
    _list(
        "only the confirmed are admitted at once",
        APPLY,
        'person is not None and person.state == "confirmed":',
        "person is not None:",
        "people_are_admitted_without_letters",
    ),
    _list(
        "is for who edits people",
        LIST_VIEWS,
        '@staff("edit_people")\ndef guest_list',
        '@staff("see_agenda")\ndef guest_list',
        "lists_are_for_who_may_edit_people",
    ),
    Guard(
        "list: five megabytes",
        LIST_VIEWS,
        "LARGEST_LIST = 5_000_000",
        "LARGEST_LIST = 50_000_000",
        f"{UPLOADS}::test_larger_upload_is_refused_with_the_limit",
    ),
    Guard(
        "other forms: a megabyte",
        "eventops/routes.py",
        "MAX_BODY = 1_000_000",
        "MAX_BODY = 5_000_000",
        f"{UPLOADS}::test_other_forms_take_a_megabyte",
    ),
    Guard(
        "list: rows",
        FILE,
        "if len(people) == MOST_ROWS:",
        "if False:",
        "tests/registration/test_guest_list_file.py::test_more_rows_than_may_be_are_refused_whole",
    ),
    Guard(
        "list: formulas",
        FILE,
        'if fault := "formula" if is_formula or _is_formula(name) else _fault(name, email):',
        "if fault := _fault(name, email):",
        "tests/registration/test_guest_list_file.py::test_rows_that_cannot_be_used_say_why",
    ),
    _sheet(
        "formulas are dropped",
        'if self._is_formula or self._kind == "e":',
        "if False:",
        "cells_of_every_kind_are_read",
    ),
    _sheet(
        "bytes",
        "> min(MOST_BYTES, packed * MOST_RATIO)",
        "> packed * MOST_RATIO",
        "bombs_are_refused_before_they_are_opened",
    ),
    _sheet(
        "ratio",
        "> min(MOST_BYTES, packed * MOST_RATIO)",
        "> MOST_BYTES",
        "bombs_are_refused_before_they_are_opened",
    ),
    _sheet("parts", "len(parts) > MOST_PARTS or ", "", "bombs_are_refused_before_they_are_opened"),
    _sheet("encrypted", "if any(part.flag_bits & 1 for part in parts):", "if False:", "encrypted_members_are_refused"),
    _sheet(
        "tags",
        "if tags > MOST_TAGS or depth > DEEPEST:",
        "if depth > DEEPEST:",
        "memory_is_bounded_for_hostile_workbooks",
    ),
    _sheet(
        "depth",
        "if tags > MOST_TAGS or depth > DEEPEST:",
        "if tags > MOST_TAGS:",
        "memory_is_bounded_for_hostile_workbooks",
    ),
    _sheet("names", "if len(names) > MOST_NAMES:", "if False:", "memory_is_bounded_for_hostile_workbooks"),
    _sheet(
        "namespaces",
        "    parser.StartNamespaceDeclHandler = meet\n",
        "",
        "memory_is_bounded_for_hostile_workbooks",
    ),
    _sheet("texts", "if self._number > MOST_TEXTS:", "if False:", "memory_is_bounded_for_hostile_workbooks"),
    _sheet(
        "length of a tag",
        "if fed - parser.CurrentByteIndex > _LONGEST_TAG:",
        "if False:",
        "memory_is_bounded_for_hostile_workbooks",
    ),
    _sheet(
        "document types",
        "    parser.StartDoctypeDeclHandler = _refuse\n",
        "",
        "broken_and_hostile_parts_are_refused",
    ),
    _sheet(
        "length of a text",
        "if self._is_read and self._length < LONGEST_TEXT:",
        "if self._is_read:",
        "memory_is_bounded_for_an_endless_text",
    ),
    _sheet(
        "columns",
        'if tag == "c" and self._column < MOST_COLUMNS:',
        'if tag == "c":',
        "wide_rows_and_long_texts_are_cut",
    ),
    Guard(
        "CSV: no formulas",
        "eventops/reports/csv_text.py",
        'return f"\'{text}" if text.startswith(_FORMULAS) else text',
        "return text",
        "tests/reports/test_audit.py::test_spreadsheets_find_no_formula_in_a_file",
    ),
)
