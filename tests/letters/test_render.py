"""The message that becomes of a draft."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from eventops import create_app
from eventops.letters import mime
from eventops.letters.kinds import Attachment, Draft, DueLetter, InlineImage
from eventops.letters.mime import UnsafeMessage, clean
from eventops.letters.render import render, unlinked
from tests.apps import settings_for
from tests.letters.kinds import GREETING, NOW, add_templates, due_letter

HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
PICTURE = bytes(range(256)) * 3


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that renders; no database is needed for that."""
    path: Path = tmp_path_factory.mktemp("render") / "none.sqlite"
    app = create_app(settings_for(f"sqlite:///{path}", base_url="https://events.example.org"))
    add_templates(app)
    with app.app_context():
        yield app


def rendered(draft: Draft = GREETING, letter: DueLetter | None = None) -> EmailMessage:
    """The message as a mail program reads it."""
    message = message_from_bytes(render(letter or due_letter(), draft, NOW).data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def mailbox_of(message: EmailMessage, header: str) -> tuple[str, str]:
    """Name and address; Python's newer parser puts spaces between the encoded words of a name, this one does not."""
    name, address = parseaddr(dict(message.raw_items())[header])
    return str(make_header(decode_header(name))), address


def test_render_headers_are_exactly_these(speaker: Flask) -> None:
    """Every header that a letter has, and no other."""
    message = rendered(replace(GREETING, email="maija@ääkköset.example.org"))
    assert list(message.items()) == [
        ("From", "Luckan Integration <events@example.org>"),
        ("To", "Maija Meikäläinen <maija@xn--kkset-fraa0m.example.org>"),
        ("Reply-To", "organisers@example.org"),
        ("Subject", "Hello Maija Meikäläinen: Tomorrow"),
        ("Date", "Mon, 06 May 2024 06:00:00 +0000"),
        ("Message-ID", "<0123456789abcdef0123456789abcdef@events.example.org>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "fi"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'multipart/alternative; boundary="=_alternative"'),
    ]


def test_render_without_names_has_bare_addresses(speaker: Flask) -> None:
    """A recipient without a name, a sender without one, and no address for answers."""
    message = rendered(replace(GREETING, name="", sender_name="", reply_to=""))
    assert [message["From"], message["To"], message["Reply-To"]] == ["events@example.org", "maija@example.org", None]


def test_render_message_is_seven_bit_with_short_lines(speaker: Flask) -> None:
    """Any server can take it: no byte above 127, no line above 998 characters (RFC 5322 section 2.1.1)."""
    draft = replace(GREETING, name="Å" * 200, context={"topic": "ö" * 5000 + "\n.\nFrom here", "url": "https://x"})
    data = render(due_letter(), draft, NOW).data
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert "\n.\nFrom here" in text_of(rendered(draft), "plain")


def test_render_picture_and_files_come_along(speaker: Flask) -> None:
    """The HTML shows its picture by Content-ID; files keep their names, types and bytes."""
    draft = replace(
        GREETING,
        inline=(InlineImage("dot", "image/png", PICTURE),),
        attachments=(
            Attachment("päivä.ics", "text/calendar; method=PUBLISH; charset=utf-8", "BEGIN:ÄÖ\r\n".encode()),
            Attachment('a "ticket".png', "image/png", PICTURE),
        ),
    )
    message = rendered(draft)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/calendar",
        "image/png",
    ]
    (cid,) = re.findall(r'<img src="cid:([^"]+)"', text_of(message, "html"))
    (picture,) = (part for part in message.walk() if part["Content-ID"])
    assert (picture["Content-ID"], picture.get_content()) == (f"<{cid}>", PICTURE)
    files = list(message.iter_attachments())
    assert [part.get_filename() for part in files] == ["päivä.ics", 'a "ticket".png']
    assert files[0]["Content-Type"].params["method"] == "PUBLISH"
    assert files[0].get_payload(decode=True) == "BEGIN:ÄÖ\r\n".encode()
    assert files[1].get_content() == PICTURE


def test_render_names_stay_text(speaker: Flask) -> None:
    """In HTML a name is escaped; in plain text, where nothing can be markup, it stays as it is."""
    name = '<a href="https://x">Tom</a> & "Jerry"'
    message = rendered(replace(GREETING, name=name))
    assert "Hello &lt;a href=" in text_of(message, "html")
    assert '&amp; "Jerry"' in text_of(message, "html")
    assert text_of(message, "plain").startswith('Hello <a href="https:// x">Tom</a> & "Jerry",\n\nTomorrow\n\nhttps://')
    assert message["To"].addresses == (Address(name, addr_spec="maija@example.org"),)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("Win https://evil.example/x", "Win https:// evil. example/x"),
        ("www.evil.example", "www. evil. example"),
        ("a@evil。example", "a@evil。 example"),
        ("Åsa\r\n\r\nBuy now", "Åsa Buy now"),
    ],
)
def test_unlinked_name_is_no_link(name: str, shown: str) -> None:
    """What strangers type as their name cannot become a link in a letter to somebody else."""
    assert unlinked(name) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Åsa\t\tÖ  ", "Åsa Ö"),
        ("a\r\nBcc: b\x00\x1b[31m", "a Bcc: b [31m"),
        ("a\u2028b\u2029c\x85d\x7fe", "a b c d e"),
        ("\u202egro\u202c \u2066x\u2069 \u200fy", "gro x y"),
        ("zero\u200bwidth\ufeff \ud800", "zerowidth"),
        ("سارا\u200cها 👩\u200d🔬", "سارا\u200cها 👩\u200d🔬"),
        ("=?utf-8?q?x?=", "= ?utf-8?q?x?="),
        ("x" * 400, "x" * 300),
    ],
)
def test_clean_keeps_what_people_are_called(typed: str, kept: str) -> None:
    """Line breaks and controls become spaces, what turns the direction goes; joiners that names need stay."""
    assert clean(typed) == kept


def test_render_html_has_its_styles_in_its_elements(speaker: Flask) -> None:
    """Outlook reads styles of elements only; the rules for dark and small screens stay in the head."""
    html = text_of(rendered(), "html")
    assert '<h1 style="' in html
    assert "@media (prefers-color-scheme: dark)" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert len(html.encode()) < 20_000


def test_render_speaks_the_recipients_language(speaker: Flask) -> None:
    """The language of the page says which."""
    assert '<html lang="da">' in text_of(rendered(replace(GREETING, language="da")), "html")


@pytest.mark.parametrize(
    "email", ["", "maija", "ä@example.org", "a b@example.org", "a@b\r\nRCPT TO:<c@d>", "a@..", "<a@b>"]
)
def test_render_refuses_what_is_no_address(speaker: Flask, email: str) -> None:
    """An address that cannot be written in ASCII, or is none, is never handed to a server."""
    with pytest.raises(UnsafeMessage):
        render(due_letter(), replace(GREETING, email=email), NOW)


@effort(max_examples=200, deadline=None)
@given(name=st.text(), sender=st.text(), topic=st.text(), filename=st.text(min_size=1))
def test_render_hostile_texts_stay_in_their_headers(
    speaker: Flask, name: str, sender: str, topic: str, filename: str
) -> None:
    """Whatever people type, the message has the same headers, and each says just what was typed, cleaned."""
    _assert_headers_hold(name, sender, topic, filename)


@pytest.mark.parametrize(
    "text",
    [
        "x\r\nBcc: all@example.org",
        "x\nBcc: all@example.org",
        "x\rBcc: all@example.org",
        "x\r\n\r\nbody",
        "x\u2028Bcc: y\u0085Bcc: z\x0bBcc: w",
        "=?utf-8?q?x=0D=0ABcc:_all@example.org?=",
        "=?utf-8?b?eA0KQmNjOiB5?= =?utf-8?q?a?=",
        "\u202egro.elpmaxe@lla\u202c",
        '" <evil@example.org>, "',
        "a, b; c: <d@e>",
        'back\\slash \\" quote',
        "x" * 2000,
        "a " * 500,
        "ä" * 500,
        "👩‍👩‍👧‍👦" * 40,
    ],
)
def test_render_known_tricks_stay_in_their_headers(speaker: Flask, text: str) -> None:
    """The same for texts that are known to have fooled somebody."""
    _assert_headers_hold(text, text, text, text)


def _assert_headers_hold(name: str, sender: str, topic: str, filename: str) -> None:
    context = {"topic": topic, "url": "https://events.example.org"}
    file = Attachment(filename, "image/png", PICTURE)
    message = rendered(replace(GREETING, name=name, sender_name=sender, context=context, attachments=(file,)))
    assert message.keys() == HEADERS
    assert not message.defects
    assert message["Subject"] == clean(f"Hello {unlinked(name)}: {topic}")
    assert mailbox_of(message, "To") == (clean(name), "maija@example.org")
    assert mailbox_of(message, "From") == (clean(sender), "events@example.org")
    (found,) = message.iter_attachments()
    assert found.keys() == ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]


def test_serialise_refuses_header_that_would_be_read_as_another() -> None:
    """The guard itself, should ever something reach a header that was not cleaned."""
    for value in ("x\r\nBcc: all@example.org", "x\nBcc: all@example.org", "x\r\n\r\nbody"):
        message = mime.text_part("plain", "hello")
        message["Subject"] = value
        with pytest.raises(UnsafeMessage):
            mime.serialise(message)
