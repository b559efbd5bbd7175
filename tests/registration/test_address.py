"""Which addresses are taken."""

import pytest

from eventops.registration.address import email_key
from eventops.typed import mail_address

LABEL_63 = "a" * 63


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org",
        "anna.maria+events@mail.example.org",
        "o'brien@example.org",
        "a@xn--jrvi-loa.example",
        "a@1.example",
        f"{'a' * 64}@example.org",
        f"a@{LABEL_63}.{LABEL_63}.{LABEL_63}.example",
    ],
)
def test_address_in_ascii_is_taken_as_it_is(address: str) -> None:
    """Whatever mail servers take goes to them unchanged."""
    assert mail_address(address) == address


def test_address_with_nordic_domain_is_written_in_ascii() -> None:
    """Domains with å and ö exist; mail servers know them by another name (RFC 3490)."""
    assert mail_address("anna@järvi.example") == "anna@xn--jrvi-loa.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example",
        "anna@example..org",
        "anna@-example.org",
        "anna@example.org.",
        "anna@192.0.2.1",
        ".anna@example.org",
        "anna..b@example.org",
        "a b@example.org",
        "anna@example.org, berit@example.org",
        "anna@example.org\nBcc: berit@example.org",
        "anna@example.org\r\n",
        "anna@exam\x00ple.org",
        "anna@exam\u202eple.org",
        "anna@exam\u00adple.org",
        "<anna@example.org>",
        "Anna <anna@example.org>",
        '"anna"@example.org',
        "änna@example.org",
        f"{'a' * 65}@example.org",
        f"a@{LABEL_63}a.example",
        f"a@{'b.' * 130}example",
        "a@" + "ä" * 200 + ".example",
    ],
)
def test_address_that_is_none_is_refused(text: str) -> None:
    """What is not exactly one deliverable address is no address."""
    assert mail_address(text) is None


def test_address_in_other_spelling_is_the_same() -> None:
    """Case tells nobody apart, and neither does the way in which a domain is written."""
    assert email_key("Anna@JÄRVI.example") == email_key("anna@xn--jrvi-loa.example")


def test_email_key_of_no_address_is_refused() -> None:
    """There is no key for what is not an address."""
    with pytest.raises(ValueError, match="not an e-mail address"):
        email_key("anna")
