"""Logs by structlog, a line each, with links, codes and addresses masked."""

from __future__ import annotations

import logging
import re
import sys

import structlog

_SECRETS = (
    (re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"), "<address>"),
    (re.compile(r"\bEO1[0-9A-HJKMNP-TV-Z*~$=U]{20,}"), "<code>"),
    (re.compile(r"(/(?:my|confirm)/)[^/\s\"?]+"), r"\1<link>"),
    (re.compile(r"(?i)(bearer )[^\s\"]+"), r"\1<token>"),
)


def mask(text: str) -> str:
    """`text` without e-mail addresses, ticket codes, personal links and tokens."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class MaskedFormatter(logging.Formatter):
    """Formats a record, then masks it, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


def init_logs(level: str) -> None:
    """Send all logging to standard error, masked, from `level` up."""
    handler = logging.StreamHandler(sys.stderr)
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
