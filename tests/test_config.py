"""Settings: what is missing or unsafe stops the start-up, and each complaint names its variable."""

from __future__ import annotations

import pytest

from eventops.config import MailServer, Settings, UnsafeSettings, flask_config

GOOD = {
    "EVENTOPS_SECRET_KEY": "k" * 32,
    "EVENTOPS_BASE_URL": "https://events.example.org",
    "EVENTOPS_MAIL_URL": "smtp+starttls://user:p%40ss@mail.example.org",
    "EVENTOPS_MAIL_FROM": "events@example.org",
}


def complaints(**changed: str) -> list[str]:
    """The lines of the message, for good settings with some changed."""
    with pytest.raises(UnsafeSettings) as raised:
        Settings.from_environ(GOOD | {f"EVENTOPS_{name}": value for name, value in changed.items()})
    return str(raised.value).splitlines()


def test_settings_message_names_each_missing_variable() -> None:
    """Without anything set, every variable that is needed stands on a line of its own."""
    with pytest.raises(UnsafeSettings) as raised:
        Settings.from_environ({})
    assert str(raised.value).splitlines() == [
        "EVENTOPS_SECRET_KEY: is missing",
        "EVENTOPS_BASE_URL: is missing",
        "EVENTOPS_MAIL_URL: is missing",
        "EVENTOPS_MAIL_FROM: is missing",
    ]


def test_settings_have_defaults_for_the_rest() -> None:
    """Four variables are enough."""
    settings = Settings.from_environ(GOOD)
    assert (settings.database_url, settings.trusted_proxies, settings.log_level, settings.demo) == (
        "sqlite:///eventops.sqlite",
        0,
        "info",
        False,
    )


def test_settings_cannot_make_a_demo_of_a_real_installation() -> None:
    """Only `eventops demo` itself opens the demo's addresses; variables of other programs are let be."""
    settings = Settings.from_environ(GOOD | {"EVENTOPS_DEMO": "true", "EVENTOPS_CHROMIUM": "/usr/bin/chromium"})
    assert settings.demo is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("BASE_URL", "events.example.org"),
        ("BASE_URL", "http://events.example.org"),
        ("BASE_URL", "https://events.example.org/path"),
        ("BASE_URL", "https://events.example.org?query"),
        ("BASE_URL", "https://events.example.org#fragment"),
        ("BASE_URL", "https://user:s3cret@events.example.org"),
        ("BASE_URL", "https://events.example.org:port"),
        ("BASE_URL", "https://[::1"),
        ("BASE_URL", "ftp://events.example.org"),
        ("DATABASE_URL", "mysql://localhost/eventops"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "postgresql://user:s3cret@host:port/name"),
        ("MAIL_URL", "mail.example.org"),
        ("MAIL_URL", "smtp://user:s3c/ret@mail.example.org"),
        ("MAIL_FROM", "events"),
        ("MAIL_FROM", "events@localhost"),
        ("MAIL_FROM", "Events <events@example.org>"),
        ("MAIL_FROM", "events@example.org\nBcc: all@example.org"),
        ("MAIL_FROM", "events@all@example.org"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "many"),
        ("SIGN_IN_ATTEMPTS_PER_NETWORK", "0"),
        ("SIGN_UPS_PER_NETWORK", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_settings_refuse_what_is_unsafe_without_repeating_it(name: str, value: str) -> None:
    """One complaint, which names the variable and repeats no secret that may stand in its value."""
    [line] = complaints(**{name: value})
    assert line.startswith(f"EVENTOPS_{name}: ")
    assert "s3c" not in line


def test_settings_complain_about_all_at_once() -> None:
    """Whoever sets up reads every complaint the first time."""
    lines = complaints(BASE_URL="http://events.example.org", MAIL_FROM="events", SECRET_KEY="short")
    assert [line.split(":")[0] for line in lines] == [
        "EVENTOPS_SECRET_KEY",
        "EVENTOPS_BASE_URL",
        "EVENTOPS_MAIL_FROM",
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://events.example.org/", "https://events.example.org"),
        ("https://Events.Example.ORG:443", "https://events.example.org"),
        ("https://events.example.org:8443", "https://events.example.org:8443"),
        ("http://localhost:5000", "http://localhost:5000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_settings_base_url_is_the_origin_that_browsers_send(given: str, kept: str) -> None:
    """The address is compared with Origin headers, so it is kept as browsers write it."""
    assert Settings.from_environ(GOOD | {"EVENTOPS_BASE_URL": given}).base_url == kept


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@db.example.org/eventops", "postgresql+psycopg://u:p@db.example.org/eventops"),
        ("postgres://db.example.org/eventops", "postgresql+psycopg://db.example.org/eventops"),
        ("sqlite:////var/lib/eventops.sqlite", "sqlite:////var/lib/eventops.sqlite"),
    ],
)
def test_settings_database_is_reached_by_psycopg_3(given: str, used: str) -> None:
    """The usual names of PostgreSQL mean the driver that is installed."""
    assert Settings.from_environ(GOOD | {"EVENTOPS_DATABASE_URL": given}).database_url == used


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://localhost", MailServer(host="localhost", port=25, security="none")),
        ("smtp://localhost:2525", MailServer(host="localhost", port=2525, security="none")),
        ("smtps://mail.example.org", MailServer(host="mail.example.org", port=465, security="tls")),
        (
            "smtp+starttls://us%3Aer:p%40ss@mail.example.org",
            MailServer(host="mail.example.org", port=587, security="starttls", user="us:er", password="p@ss"),
        ),
    ],
)
def test_settings_mail_url_names_server_security_and_user(url: str, server: MailServer) -> None:
    """Each scheme has its port, and what a URL must escape is taken back."""
    assert Settings.from_environ(GOOD | {"EVENTOPS_MAIL_URL": url}).mail_server == server


def test_settings_do_not_show_their_secrets() -> None:
    """What is printed of settings, in a traceback say, holds no key and no password."""
    settings = Settings.from_environ(GOOD | {"EVENTOPS_DATABASE_URL": "postgresql://u:word@host/name"})
    shown = repr(settings) + repr(settings.mail_server)
    assert [secret for secret in ("kkkk", "word", "p@ss", "p%40ss") if secret in shown] == []


@pytest.mark.parametrize(
    ("base_url", "name", "is_secure"),
    [("https://events.example.org", "__Host-form", True), ("http://localhost:5000", "form", False)],
)
def test_settings_form_cookie_is_bound_to_the_host_under_https(base_url: str, name: str, is_secure: bool) -> None:
    """The cookie of the CSRF token is Secure wherever the site is."""
    config = flask_config(Settings.from_environ(GOOD | {"EVENTOPS_BASE_URL": base_url}))
    assert (config["SESSION_COOKIE_NAME"], config["SESSION_COOKIE_SECURE"]) == (name, is_secure)
