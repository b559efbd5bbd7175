"""A server in a thread of the tests' own process."""

from http.server import HTTPServer
from threading import Thread
from types import TracebackType
from typing import Self


class Served:
    """Runs `_server`, which the class below makes, for as long as the block lasts."""

    _server: HTTPServer

    def __enter__(self) -> Self:
        # Asked that often whether to stop: the usual half second would be most of a short test.
        self._thread = Thread(target=self._server.serve_forever, args=[0.02])
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
