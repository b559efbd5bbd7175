"""Stands for the streams' provider: a web server of this machine that the browser takes for stream.example.org."""

import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.browser.served import Served

HOST = "stream.example.org"
CERTIFICATE = Path(__file__).parents[1] / "letters/localhost.pem"


class Provider(Served):
    """Serves every address with a page that says it is on air. `visits` are the addresses that were asked for."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        self.referrers: list[str | None] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def resolver_rules(self) -> str:
        """For Chromium: the provider is here, this machine is itself, and nothing else is anywhere."""
        here = f"127.0.0.1:{self._server.server_port}"
        return f"MAP {HOST} {here}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/favicon.ico":
                    provider.visits.append(f"https://{self.headers['Host']}{self.path}")
                    provider.referrers.append(self.headers["Referer"])
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><html lang=en><title>On air</title><h1>On air</h1>")

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        return Handler
