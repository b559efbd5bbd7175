"""Handing messages to the mail server: one connection for many, and one deadline over all that a letter needs."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader, RawIOBase
from ipaddress import ip_address
from time import monotonic
from typing import Any, Literal

from eventops.config import MailServer
from eventops.letters.mime import clean
from eventops.letters.render import Envelope
from eventops.logs import mask

GOODBYE = timedelta(seconds=2)
_CREDENTIALS = (530, 534, 535, 538)
"""Answers that are about how we signed in (RFC 4954 section 6), and not about the letter."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of handing a letter over and, where it was not accepted, in which words, without addresses."""

    outcome: Literal["accepted", "refused", "later", "unreachable"]
    """`refused` is for good. `unreachable`: no letter would get through at the moment."""
    words: str


class Postman:
    """Keeps a connection to the mail server from one letter to the next. Not to be shared between threads."""

    def __init__(self, server: MailServer, own_name: str, deadline: timedelta) -> None:
        self._server = server
        self._own_name = own_name
        self._deadline = _Deadline(deadline)
        self._client: _Client | None = None

    def hand_over(self, envelope: Envelope) -> Answer:
        """Hand one letter over within the deadline, connecting first where that is needed. Raises nothing."""
        self._deadline.restart()
        try:
            client, (code, words) = self._begin(envelope.sender)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Answer("unreachable", _words(error, envelope))
        try:
            code, words = _go_on(client, envelope, code, words)
            if not _is_good(code):
                self._prepare_for_next(client, code)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Answer("later", _words(error, envelope))
        if _is_good(code):
            return Answer("accepted", "")
        return Answer(_outcome(code), _masked(f"{code} {words.decode('utf-8', 'replace')}", envelope))

    def greet(self) -> None:
        """Connect and sign in, as for a letter. Raises OSError and SMTPException."""
        self._deadline.restart()
        self._client = _Client(self._server, self._own_name, self._deadline)
        self._client.sign_in()

    def close(self) -> None:
        """Take leave of the server, if there is a connection."""
        self._deadline.restart(GOODBYE)
        with suppress(OSError, smtplib.SMTPException):
            if self._client is not None:
                self._client.quit()
        self._drop()

    def _begin(self, sender: str) -> tuple[_Client, tuple[int, bytes]]:
        """MAIL FROM: over the connection at hand, or a new one when the server has closed that since."""
        if self._client is not None:
            with suppress(OSError, smtplib.SMTPException):
                code, words = self._client.mail(sender)
                if code != 421:
                    return self._client, (code, words)
            self._drop()
        self._client = _Client(self._server, self._own_name, self._deadline)
        self._client.sign_in()
        return self._client, self._client.mail(sender)

    def _prepare_for_next(self, client: _Client, code: int) -> None:
        with suppress(OSError, smtplib.SMTPException):
            if code not in (421, -1):
                client.rset()
                return
        self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


class _Deadline:
    """Runs from `restart()`, whatever a server does meanwhile."""

    def __init__(self, length: timedelta) -> None:
        self._length = length
        self.restart()

    def restart(self, length: timedelta | None = None) -> None:
        self._ends = monotonic() + (length or self._length).total_seconds()

    def left(self) -> float:
        """Seconds. Raises TimeoutError when there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class _Client(smtplib.SMTP):
    """smtplib's client with a deadline over each byte: its own time-out starts anew with every one that drips in."""

    def __init__(self, server: MailServer, own_name: str, deadline: _Deadline) -> None:
        super().__init__(local_hostname=_literal(own_name))
        self._server = server
        self._deadline = deadline
        self._host = server.host  # whose certificate STARTTLS asks for
        self._context = ssl.create_default_context() if server.security != "none" else None

    def sign_in(self) -> None:
        """Connect, with TLS and credentials as the settings have it. Raises OSError and SMTPException."""
        code, words = self.connect(self._server.host, self._server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        if self._server.security == "starttls":
            self.starttls(context=self._context)
        self.ehlo_or_helo_if_needed()
        if self._server.user is not None:
            self.login(self._server.user, self._server.password or "")

    def send(self, s: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(self._deadline.left())
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = BufferedReader(_Reader(self, self._deadline))
        return super().getreply()

    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        answer = super().docmd(cmd, args)
        if cmd == "STARTTLS" and self.sock is not None:
            self.sock.settimeout(self._deadline.left())  # the handshake takes its time-out from the socket
        return answer

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        dialled = self._dial(host, port)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._server.security != "tls" or self._context is None:
            return dialled
        dialled.settimeout(self._deadline.left())
        return self._context.wrap_socket(dialled, server_hostname=host)

    def _dial(self, host: str, port: int) -> socket.socket:
        """The first of the host's addresses that answers, all of them within the deadline."""
        problem = OSError("the mail server has no address")
        for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            try:
                return socket.create_connection((str(address[0]), port), self._deadline.left())
            except OSError as error:
                problem = error
        raise problem


class _Reader(RawIOBase):
    """Reads from the client's socket for as long as the deadline leaves."""

    def __init__(self, client: _Client, deadline: _Deadline) -> None:
        self._client = client
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._client.sock is None:
            return 0
        self._client.sock.settimeout(self._deadline.left())
        return self._client.sock.recv_into(buffer)


def _go_on(client: _Client, envelope: Envelope, code: int, words: bytes) -> tuple[int, bytes]:
    """RCPT TO and DATA after a good answer to MAIL FROM: the last answer counts."""
    if _is_good(code):
        code, words = client.rcpt(envelope.recipient)
    if _is_good(code):
        try:
            code, words = client.data(envelope.data)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
    return code, words


def _is_good(code: int) -> bool:
    return 200 <= code < 300


def _outcome(code: int) -> Literal["refused", "later"]:
    return "refused" if 500 <= code < 600 and code not in _CREDENTIALS else "later"


def _words(error: Exception, envelope: Envelope) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return _masked(f"{error.smtp_code} {said}", envelope)
    return _masked(str(error) or type(error).__name__, envelope)


def _masked(words: str, envelope: Envelope) -> str:
    """A server's words without addresses, nor what stands before the @ where that could be a person's name."""
    names = [name for name in (envelope.recipient, envelope.recipient.partition("@")[0]) if len(name) > 2]
    anywhere = rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)"
    return mask(re.sub(anywhere, "<address>", clean(words)))


def _literal(name: str) -> str:
    """A host's name for EHLO, a bare IP address as a literal: RFC 5321 section 4.1.3."""
    try:
        address = ip_address(name.strip("[]"))
    except ValueError:
        return name
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
