"""Settings from the environment: every EVENTOPS_* variable, checked once at start-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "EVENTOPS_"


class UnsafeSettings(Exception):
    """A setting is missing or unsafe. The message names every such variable and what to do, a line each."""


class MailServer(BaseModel):
    """Where letters are handed over: EVENTOPS_MAIL_URL taken apart."""

    model_config = ConfigDict(frozen=True)

    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    user: str | None = None
    password: str | None = Field(default=None, repr=False)


class Settings(BaseModel):
    """All there is to set. A field `name` is the variable EVENTOPS_NAME."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secret_key: str = Field(min_length=32, repr=False)
    database_url: str = Field(default="sqlite:///eventops.sqlite", repr=False)
    base_url: str
    mail_url: str = Field(repr=False)
    mail_from: str
    trusted_proxies: int = Field(default=0, ge=0, le=8)
    sign_in_attempts_per_network: int = Field(default=60, ge=1)
    sign_ups_per_network: int = Field(default=300, ge=1)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    demo: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read EVENTOPS_* from `environ`. Raises UnsafeSettings naming each variable that is missing or unsafe."""
        given = {k[len(PREFIX) :].lower(): v for k, v in environ.items() if k.startswith(PREFIX)}
        known = {k: v for k, v in given.items() if k in cls.model_fields and k != "demo"}
        try:
            return cls.model_validate(known)
        except ValidationError as error:
            raise UnsafeSettings(_complaints(error)) from None

    @field_validator("database_url")
    @classmethod
    def _driver_is_psycopg(cls, url: str) -> str:
        if url.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + url.split("://", 1)[1]
        if url.startswith(("postgresql+psycopg://", "sqlite:///")):
            return url
        raise ValueError("must begin with sqlite:/// or postgresql://")

    @field_validator("database_url")
    @classmethod
    def _database_is_named(cls, url: str) -> str:
        try:
            database = make_url(url).database
        except (ArgumentError, ValueError):
            raise ValueError("cannot be read as the address of a database") from None
        if url.startswith("sqlite") and (not database or ":memory:" in database):
            raise ValueError("must name a file: a database in memory would be gone with the process")
        return url

    @field_validator("base_url")
    @classmethod
    def _base_url_is_safe(cls, url: str) -> str:
        parts = _split(url)
        beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None
        if parts.scheme not in ("http", "https") or not parts.hostname or beyond:
            raise ValueError("must be like https://events.example.org, without a path")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("must begin with https:// (http:// is for this machine alone: phones need https to scan)")
        return _origin(parts)

    @field_validator("mail_url")
    @classmethod
    def _mail_url_is_readable(cls, url: str) -> str:
        _mail_server(url)
        return url

    @field_validator("mail_from")
    @classmethod
    def _mail_from_is_an_address(cls, address: str) -> str:
        local, _, domain = address.partition("@")
        if not local or "." not in domain or "@" in domain or any(c.isspace() or c in "<>," for c in address):
            raise ValueError("must be a bare address like events@example.org")
        return address

    @property
    def mail_server(self) -> MailServer:
        return _mail_server(self.mail_url)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def settings() -> Settings:
    """The settings of the application at hand."""
    found: Settings = current_app.extensions["settings"]
    return found


_SECURITY: dict[str, tuple[Literal["none", "starttls", "tls"], int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


def _split(url: str) -> SplitResult:
    """Like urlsplit, but for its own errors, which quote what may be a part of a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ValueError("cannot be read as an address") from None
    return parts


def _origin(parts: SplitResult) -> str:
    """As browsers write it in an Origin header: lower case, without the scheme's own port (RFC 6454 section 6.2)."""
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    is_usual = parts.port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


def _mail_server(url: str) -> MailServer:
    parts = _split(url)
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise ValueError("must be smtp://, smtp+starttls:// or smtps://, then [user:password@]host[:port]")
    security, port = _SECURITY[parts.scheme]
    if not (unquote(url) + parts.hostname).isascii():
        raise ValueError("must be plain ASCII, user name and password included: mail servers take no other")
    return MailServer(
        host=parts.hostname,
        port=parts.port or port,
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _complaints(error: ValidationError) -> str:
    """One line a variable; never the value, which may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = PREFIX + str(problem["loc"][0]).upper()
        what = "is missing" if problem["type"] == "missing" else problem["msg"].removeprefix("Value error, ")
        lines.append(f"{name}: {what}")
    return "\n".join(lines)


def flask_config(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions are told."""
    host = urlsplit(settings.base_url).netloc
    return {
        "SECRET_KEY": settings.secret_key,
        "SERVER_NAME": host,
        "PREFERRED_URL_SCHEME": "https" if settings.is_https else "http",
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-form" if settings.is_https else "form",
    }
