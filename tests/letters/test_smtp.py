"""Handing over to mail servers of all kinds."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

import pytest

from eventops.config import MailServer
from eventops.letters.render import Envelope
from eventops.letters.smtp import Answer, Postman
from tests.letters.servers import (
    CERTIFICATE,
    Moody,
    drip,
    drip_after_message,
    end_after_letter,
    hang_up_after_message,
    secure_server,
    speaking_server,
    tire_after_letter,
)

LETTER = Envelope("events@example.org", "maija@example.org", b"Subject: Hello\r\n\r\n.\r\n..\r\nBye\r\n")
ACCEPTED = Answer("accepted", "")
Talk = Callable[[socket.socket], object]


@contextmanager
def postman_to(server: MailServer, seconds: float = 20) -> Iterator[Postman]:
    postman = Postman(server, "events.example.org", timedelta(seconds=seconds))
    yield postman
    postman.close()


def reach(moody: Moody) -> MailServer:
    return MailServer(host="127.0.0.1", port=int(moody.url.rpartition(":")[2]), security="none")


def test_hand_over_message_arrives_as_it_was(server: Moody) -> None:
    """Byte for byte, lines that consist of dots included."""
    with postman_to(reach(server)) as postman:
        assert postman.hand_over(LETTER) == ACCEPTED
    assert [(caught.to, caught.raw) for caught in server.messages()] == [(LETTER.recipient, LETTER.data)]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("451 4.3.0 later", "later"), ("554 5.7.1 never", "refused"), ("530 5.7.0 who are you", "later")],
)
def test_hand_over_refusal_leaves_the_connection_usable(server: Moody, said: str, outcome: str) -> None:
    """Whichever command is refused, the next letter goes over the same connection. Credentials are not its fault."""
    with postman_to(reach(server)) as postman:
        for answers in (server.to_sender, server.to_recipient, server.to_message):
            answers.append(said)
            assert postman.hand_over(LETTER) == Answer(outcome, said)  # type: ignore[arg-type]
            assert postman.hand_over(LETTER) == ACCEPTED


@pytest.mark.parametrize("talk", [end_after_letter, tire_after_letter])
def test_hand_over_reconnects_when_server_ends_connections(talk: Talk) -> None:
    """A server that takes one letter a connection gets them all, without a pause."""
    with speaking_server(talk) as server, postman_to(server) as postman:
        assert [postman.hand_over(LETTER) for _ in range(4)] == [ACCEPTED] * 4


def test_hand_over_without_an_answer_is_tried_again() -> None:
    """A connection that ends between message and answer may or may not have delivered it: once more, later."""
    with speaking_server(hang_up_after_message) as server, postman_to(server) as postman:
        assert postman.hand_over(LETTER) == Answer("later", "Connection unexpectedly closed")


@pytest.mark.parametrize(("talk", "outcome"), [(drip, "unreachable"), (drip_after_message, "later")])
def test_hand_over_cuts_off_a_dripping_server(talk: Talk, outcome: str) -> None:
    """A byte now and then renews every time-out of a socket, but not the deadline of the letter."""
    with speaking_server(talk) as server, postman_to(server, seconds=0.6) as postman:
        began = monotonic()
        answer = postman.hand_over(LETTER)
        assert 0.5 < monotonic() - began < 10
        assert answer.outcome == outcome
        assert answer.words == "Connection unexpectedly closed: timed out"


def test_hand_over_silent_server_is_unreachable() -> None:
    """One that accepts connections and then says nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer(host="127.0.0.1", port=silent.getsockname()[1], security="none")
        with postman_to(server, seconds=0.3) as postman:
            assert postman.hand_over(LETTER).outcome == "unreachable"


def test_hand_over_closed_port_is_unreachable() -> None:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        server = MailServer(host="127.0.0.1", port=gone.getsockname()[1], security="none")
    with postman_to(server) as postman:
        assert postman.hand_over(LETTER) == Answer("unreachable", "[Errno 111] Connection refused")


def test_hand_over_unwelcoming_greeting_is_unreachable() -> None:
    """5xx at the door is about us and now, not about this letter for good."""
    with speaking_server(lambda caller: caller.sendall(b"554 no service\r\n")) as server, postman_to(server) as postman:
        assert postman.hand_over(LETTER) == Answer("unreachable", "554 no service")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_hand_over_signs_in_behind_tls(security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate that the machine trusts, user and password are shown to it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with secure_server(security, password="a p@ssword") as server:
        known = server.model_copy(update={"user": "me", "password": "a p@ssword"})
        with postman_to(known) as postman:
            assert [postman.hand_over(LETTER), postman.hand_over(LETTER)] == [ACCEPTED, ACCEPTED]
        with postman_to(known.model_copy(update={"password": "wrong"})) as postman:
            assert postman.hand_over(LETTER) == Answer("unreachable", "535 5.7.8 Authentication credentials invalid")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_hand_over_refuses_a_certificate_that_nobody_vouches_for(security: str) -> None:
    """No letter, and no password, to whoever stands in the way."""
    with secure_server(security) as server, postman_to(server) as postman:
        answer = postman.hand_over(LETTER)
    assert answer.outcome == "unreachable"
    assert "certificate verify failed" in answer.words


def test_hand_over_needs_tls_where_settings_ask_for_it(server: Moody) -> None:
    """A server that does not offer STARTTLS gets nothing in clear."""
    with postman_to(reach(server).model_copy(update={"security": "starttls"})) as postman:
        assert postman.hand_over(LETTER) == Answer("unreachable", "STARTTLS extension not supported by server.")
    assert server.messages() == []
