"""Guards of links: personal ones, those that confirm an address, those of invitations and what answering them does."""

from tests.gates.guard import Guard

LINKS = "eventops/registration/links.py"
TOKENS = "eventops/registration/tokens.py"
INVITATION_LINKS = "eventops/registration/invitation_links.py"
STATE = "eventops/registration/invitation_state.py"
VIEWS = "eventops/registration/invitation_views.py"
ANSWERS = "eventops/registration/answers.py"
INVITE = "eventops/registration/invite.py"
RIGHTS = "eventops/registration/invitations.py"
DESK = "eventops/registration/invitation_desk.py"


def _link(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of links that speak for a person."""
    return Guard(name, file, text, instead, f"tests/registration/test_links.py::test_{test}")


def _answer(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of invitations as invited people answer them."""
    return Guard(f"invitation: {name}", file, text, instead, f"tests/registration/test_answers.py::test_{test}")


def _invite(name: str, file: str, text: str, instead: str, test: str) -> Guard:
    """A guard of invitations as organisers handle them."""
    return Guard(f"invitation: {name}", file, text, instead, f"tests/registration/test_invite.py::test_{test}")


GUARDS = (
    _link(
        "link is genuine",
        TOKENS,
        "return hmac.compare_digest(self.tag, _tag(purpose, row, self.more))",
        "return True",
        "token_with_any_character_changed_is_no_token",
    ),
    _link(
        "personal link is looked at",
        LINKS,
        "return registration if registration and token.is_of(purpose, registration) else None",
        "return registration",
        "token_with_any_character_changed_is_no_token",
    ),
    _link(
        "confirming link keeps its date",
        TOKENS,
        ".to_bytes(8) + more",
        ".to_bytes(8)",
        "token_with_any_character_changed_is_no_token",
    ),
    _link(
        "link is for one purpose",
        TOKENS,
        'b"eventops link " + purpose.encode()',
        'b"eventops link "',
        "token_for_one_purpose_or_event_opens_no_other",
    ),
    _link(
        "link is of its event",
        LINKS,
        "Registration.id == token.id, Registration.event_id == event_id",
        "Registration.id == token.id",
        "token_for_one_purpose_or_event_opens_no_other",
    ),
    _link(
        "link is revoked",
        TOKENS,
        "row.link_version.to_bytes(8)",
        "(1).to_bytes(8)",
        "raised_link_version_ends_every_link",
    ),
    _link(
        "link needs the secret key",
        TOKENS,
        'hmac.digest(settings().secret_key.encode(), b"eventops link " + purpose.encode(), "sha256")',
        'hmac.digest(b"", b"eventops link " + purpose.encode(), "sha256")',
        "token_under_another_secret_key_is_no_token",
    ),
    Guard(
        "confirming link expires",
        "eventops/registration/views.py",
        "    if now >= link.expires_at:\n",
        "    if False:\n",
        "tests/test_bad_links.py::test_expired_link_says_so",
    ),
    _link(
        "only who waits for it is confirmed",
        "eventops/registration/register.py",
        '    if registration.state != "pending":\n        return\n',
        "",
        "confirm_link_of_a_cancelled_person_does_not_bring_them_back",
    ),
    Guard(
        "personal link is asked for",
        LINKS,
        "    if registration is None:\n",
        "    if False:\n",
        "tests/test_bad_links.py::test_mangled_links_are_missing_pages",
    ),
    _answer(
        "link is genuine",
        INVITATION_LINKS,
        "return (event, invitation) if parsed.is_of(_PURPOSE, invitation) else None",
        "return event, invitation",
        "link_of_a_former_invitation_opens_nothing",
    ),
    _answer(
        "link is of its event",
        INVITATION_LINKS,
        " or invitation.event_id != event.id:",
        ":",
        "link_of_another_event_opens_nothing",
    ),
    _answer(
        "invited anew",
        INVITE,
        "now, by, invitation.link_version + 1",
        "now, by, invitation.link_version or 1",
        "link_of_a_former_invitation_opens_nothing",
    ),
    _answer(
        "expires",
        STATE,
        'return "expired" if state != "accepted" and now >= invitation.expires_at else ""',
        'return ""',
        "invitation_ends_at_its_very_instant",
    ),
    _answer(
        "revoked",
        STATE,
        'if state in ("revoked", "replaced"):',
        'if state == "replaced":',
        "revoking_ends_link_and_admission_with_the_next_request",
    ),
    _answer(
        "replaced",
        STATE,
        'if state in ("revoked", "replaced"):',
        'if state == "revoked":',
        "link_of_a_replaced_invitation_takes_no_answer",
    ),
    _answer(
        "event is over",
        STATE,
        '    if now >= day_ends_at(event):\n        return "over"\n',
        "",
        "event_that_is_over_takes_no_answer",
    ),
    _answer(
        "accepting counts as things stand then",
        ANSWERS,
        'if closed_because(invitation, event, now) or invitation.answer == "accepted":',
        'if invitation.answer == "accepted":',
        "answer_that_meets_a_revocation_changes_nothing",
    ),
    _answer(
        "registers the invited address",
        VIEWS,
        "replace(form, email=invited.email, name=",
        "replace(form, name=",
        "forwarded_invitation_admits_nobody_else",
    ),
    _answer(
        "page masks the address",
        VIEWS,
        "address=masked(invited.email)",
        "address=invited.email",
        "accepting_registers_the_invited_address_and_writes_to_it",
    ),
    _answer(
        "page leads to no personal link",
        VIEWS,
        'return redirect(url_for("registration.invitation", slug=slug, token=token), 303)',
        """from eventops.db import db
    from eventops.registration.links import personal_url
    from eventops.registration.models import Registration
    return redirect(personal_url(db.session.get_one(Registration, invited.registration_id)), 303)""",
        "accepting_registers_the_invited_address_and_writes_to_it",
    ),
    _answer(
        "declining takes back what it gave",
        ANSWERS,
        '    take_back(invitation, now)\n    _answer(invitation, "declined", now)',
        '    _answer(invitation, "declined", now)',
        "declining_may_be_taken_back_until_the_expiry",
    ),
    _answer(
        "only what it gave is taken back",
        RIGHTS,
        '            Admission.granted_through == "invitation",\n',
        "",
        "declining_leaves_what_was_granted_by_hand",
    ),
    _answer(
        "revoking takes back what it gave",
        INVITE,
        "    take_back(invitation, now)\n    withdraw(invitation)\n",
        "    withdraw(invitation)\n",
        "revoking_ends_link_and_admission_with_the_next_request",
    ),
    _answer(
        "right that is revoked is not won back",
        RIGHTS,
        "    db.session.execute(update(Invitation).where(*invited, Invitation.revoked_at.is_(None)).values("
        "revoked_at=now))\n",
        "",
        "admission_revoked_by_hand_is_not_won_back_by_the_link",
    ),
    _invite(
        "substitute takes the right along",
        INVITE,
        '    take_back(invitation, now)\n    invitation.answer, invitation.answered_at = "replaced", now\n',
        '    invitation.answer, invitation.answered_at = "replaced", now\n',
        "approved_substitute_takes_the_place",
    ),
    _invite(
        "proposal that is settled",
        INVITE,
        "    _refuse_when_settled(substitute, now)\n",
        "",
        "proposal_that_was_withdrawn_or_whose_invitation_ended_is_not_approved",
    ),
    _invite(
        "substitutes are approved by who edits people",
        DESK,
        '@staff("edit_people")\ndef approve_substitute',
        '@staff("see_agenda")\ndef approve_substitute',
        "invitations_are_for_roles_that_may_edit_people",
    ),
    _invite(
        "whose answer is awaited",
        INVITE,
        'if invitation.letters and state_of(invitation, now) == "open":',
        "if False:",
        "address_is_invited_once_until_it_declined_or_the_invitation_ended",
    ),
    _invite(
        "letter is left out when it ended",
        "eventops/registration/invitation_letters.py",
        'if (state := state_of(invitation, now)) != "open":',
        'if (state := state_of(invitation, now)) == "":',
        "letter_is_left_out_when_it_is_answered_or_revoked_first",
    ),
)
