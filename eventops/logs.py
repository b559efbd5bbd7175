"""Logs by structlog, a line each, with links, codes and addresses masked; the web server's log too."""

from __future__ import annotations

import logging
import re
import sys
from contextlib import suppress
from typing import Any, TextIO
from urllib.parse import quote, unquote

import structlog
from gunicorn.glogging import Logger

_SECRETS = (
    # The rest of a line in which PostgreSQL repeats a row.
    (re.compile(r"(\bKey \([^)]*\)=|\bFailing row contains ).*"), r"\1<row>"),
    (re.compile(r"(?<=://)[^\s/@\"']+@"), "<user>@"),
    # From where a word begins, and over few apostrophes: searched anew from each letter, a long address of a page
    # would take seconds.
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+(?:'[\w.+%-]+){0,3}(?:@|%40)(?:localhost|[\w-]+(?:\.[\w-]+)+)"), "<address>"),
    (re.compile(r"(?i)\bEO1[0-9A-Z*~$=]{20,}"), "<code>"),
    (re.compile(r"(?i)((?:/|%2F)(?:my|confirm|enrol|invitation|invited|reset)(?:/|%2F))[^/\s\"'?&#]+"), r"\1<link>"),
    (re.compile(r"(?i)(\bbearer )[^\s\"']+"), r"\1<token>"),
    (re.compile(r"(?i)((?:token|password|__Host-\w+)[\"']?(?:=|: ?)[\"']?)[^\s\"'&,;)]+"), r"\1<secret>"),
    (re.compile(r"(\bip=)[\w.:]+"), r"\1<network>"),
)


def mask(text: str) -> str:
    """`text` without e-mail addresses, ticket codes, personal links, tokens, and rows that a database repeats."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class MaskedFormatter(logging.Formatter):
    """Formats a record, then masks it, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class MaskedHandler(logging.StreamHandler[TextIO]):
    """Writes records to standard error."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line is missing; the library would print what it could not write, unmasked."""
        with suppress(OSError, ValueError):
            print(f"a line of {record.name} could not be logged", file=sys.stderr)  # noqa: T201


def init_logs(level: str) -> None:
    """Send all logging to standard error, masked, from `level` up."""
    handler = MaskedHandler(sys.stderr)
    handler.setFormatter(MaskedFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for talkative in ("alembic", "apscheduler"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's log, masked. Of each request it keeps method, path, status, size and seconds, and not who asked."""

    def setup(self, cfg: Any) -> None:
        cfg.set("access_log_format", "%(t)s %(r)s %(s)s %(b)s %(L)ss")
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            plain = handler.formatter
            handler.setFormatter(MaskedFormatter(plain._fmt, plain.datefmt))

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        """What a line is made of; the request without its query, which may hold what somebody typed."""
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        path = environ["RAW_URI"].partition("?")[0]
        return atoms | {"r": f"{environ['REQUEST_METHOD']} {_masked_path(path)}"}


def _masked_path(path: str) -> str:
    """Masked as it came and as it is meant: `%6dy` is `my`. Quoted again, or it could begin a line of its own."""
    return quote(mask(unquote(mask(path))), safe="/<>:@!$&'()*+,;=")
