"""Mail servers that behave badly."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from eventops.config import MailServer
from eventops.demo.catcher import Catcher

CERTIFICATE = Path(__file__).with_name("localhost.pem")
"""A self-signed one for "localhost" with its key, for tests alone."""


class Moody(Catcher):
    """A catcher that gives the answers prepared for it, one a letter, and good ones when they run out."""

    def __init__(self) -> None:
        super().__init__()
        self.to_sender: list[str] = []
        self.to_recipient: list[str] = []
        self.to_message: list[str] = []
        self.before_accepting: Callable[[], object] = lambda: None
        """Called, in the server's thread, when a message has come and before it is accepted."""

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return _next(self.to_sender)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = _next(self.to_recipient)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.before_accepting()
        answer = _next(self.to_message)
        return await super().handle_DATA(server, session, envelope) if answer.startswith("2") else answer


def _next(answers: list[str]) -> str:
    return answers.pop(0) if answers else "250 OK"


@contextmanager
def speaking_server(talk: Callable[[socket.socket], object]) -> Iterator[MailServer]:
    """A server that says whatever `talk` says, to one caller after another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_accept, args=(listener, talk))
        thread.start()
        yield MailServer(host="127.0.0.1", port=listener.getsockname()[1], security="none")
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _accept(listener: socket.socket, talk: Callable[[socket.socket], object]) -> None:
    with suppress(OSError):
        while True:
            caller, _address = listener.accept()
            with caller, suppress(OSError):
                talk(caller)


def drip(caller: socket.socket) -> None:
    """A greeting that never ends, a byte at a time."""
    caller.sendall(b"220 ")
    for _ in range(400):
        caller.sendall(b"x")
        sleep(0.05)


def drip_after_message(caller: socket.socket) -> None:
    """Polite up to the message, whose answer never ends."""
    _be_polite(caller)
    drip(caller)


def end_after_letter(caller: socket.socket) -> None:
    """Accepts one letter, then closes the connection."""
    _be_polite(caller)
    caller.sendall(b"250 OK\r\n")


def tire_after_letter(caller: socket.socket) -> None:
    """Accepts one letter, and has had enough when the next one begins."""
    end_after_letter(caller)
    caller.recv(1000)
    caller.sendall(b"421 4.7.0 enough for one connection\r\n")


def hang_up_after_message(caller: socket.socket) -> None:
    """Takes a message and closes the connection without a word."""
    _be_polite(caller)


def _be_polite(caller: socket.socket) -> None:
    caller.sendall(b"220 hello\r\n")
    with caller.makefile("rb") as lines:
        for line in lines:
            if line == b".\r\n":
                return
            verb = line[:4].upper()
            if verb in (b"EHLO", b"MAIL", b"RCPT"):
                caller.sendall(b"250 OK\r\n")
            elif verb == b"DATA":
                caller.sendall(b"354 go on\r\n")


@contextmanager
def secure_server(security: str, password: str = "") -> Iterator[MailServer]:
    """A server behind TLS ("tls" or "starttls") that lets in user "me" with `password`, or anybody without one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    options: dict[str, Any] = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    if password:
        options |= {"authenticator": _check(password), "auth_require_tls": security != "tls"}
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    controller = _OnSocket(listener, **options)
    controller.start()
    port = listener.getsockname()[1]
    yield MailServer.model_validate({"host": "localhost", "port": port, "security": security})
    controller.stop()


def _check(password: str) -> Callable[..., AuthResult]:
    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"me", password.encode()), handled=False)

    return check


class _OnSocket(Controller):
    def __init__(self, listener: socket.socket, **options: Any) -> None:
        super().__init__(Catcher(), hostname="localhost", port=listener.getsockname()[1], **options)
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)
