"""Beginning for real: `eventops init`, `import`, `migrate`, `serve` and `worker`, as an operator calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from click.testing import CliRunner, Result
from pyotp import TOTP

from eventops.cli import main
from eventops.demo.catcher import Catcher
from tests.agenda.conferences import SLUG, TEXT, changed
from tests.day import message_of, texts_of
from tests.postgres import Cluster
from tests.processes import end, environ, eventops, running, serving
from tests.visitor import Visitor

PASSWORD = "correct horse battery"
OWNER = ("--email", "outi@example.org", "--name", "Outi Omistaja", "--password-stdin")
LETTER_SECONDS = 30


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing was ever made."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/eventops.sqlite"
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    cluster.create_database("beginning")
    yield cluster.url("beginning")
    cluster.drop_database("beginning")


@pytest.fixture
def conference(tmp_path: Path) -> Path:
    """The real conference's file, as an organiser has it: on a day to come."""
    path = tmp_path / "conference.yaml"
    path.write_text(TEXT.replace("2024-05-07", "2099-05-07"), encoding="utf-8")
    return path


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    """A mail server."""
    with Catcher() as catcher:
        yield catcher


def wait_for_letter(catcher: Catcher, to: str) -> dict[str, str]:
    """The texts of the first letter to somebody, once it is there."""
    deadline = monotonic() + LETTER_SECONDS
    while monotonic() < deadline:
        for caught in catcher.messages():
            if caught.to == to:
                return texts_of(message_of(caught.raw))
        sleep(0.1)
    raise AssertionError(f"no letter to {to}")


def begin(empty_database_url: str, conference: Path) -> None:
    done = eventops("init", str(conference), *OWNER, env=environ(empty_database_url), typed=PASSWORD + "\n")
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        "The event is at http://127.0.0.1:8000/conference-2099-05-07/ once it is published.",
    ), done.stderr


def publish_and_sign_up(base_url: str, guest: str) -> None:
    """The owner publishes, and somebody signs up."""
    owner = Visitor().get(f"{base_url}/sign-in")
    owner.submit("Sign in", email=OWNER[1], password=PASSWORD)
    secret = owner.page.xpath("string(//code[@class='key'])").replace(" ", "")
    owner.submit("Set it up and sign in", code=TOTP(secret).now())
    owner.get(f"{base_url}/en/desk/conference-2099-05-07/publish")
    assert Visitor().get(f"{base_url}/conference-2099-05-07/").status == 404
    owner.submit("Publish")
    visitor = Visitor().get(f"{base_url}/conference-2099-05-07/sign-up")
    visitor.submit("Sign up", name="Aino Esimerkki", email=guest, mode="onsite", privacy="yes")
    assert (visitor.status, visitor.heading) == (200, "Look into your mail")


def test_new_installation_serves_pages_and_sends_letters(
    empty_database_url: str, conference: Path, catcher: Catcher, tmp_path: Path
) -> None:
    """From nothing to the first guest's ticket; server and worker end with status 0 when told to."""
    begin(empty_database_url, conference)
    served = serving(empty_database_url, tmp_path / "serve.log", "--workers", "2", mail_url=catcher.url)
    with served as (base_url, server):
        env = environ(empty_database_url, base_url=base_url, mail_url=catcher.url)
        with running("worker", env=env, log=tmp_path / "worker.log") as worker:
            publish_and_sign_up(base_url, "aino@example.org")
            letter = wait_for_letter(catcher, "aino@example.org")
            (link,) = set(re.findall(rf"{base_url}/\S+/confirm/\S+", letter["plain"]))
            guest = Visitor().get(link).submit("Confirm")
            assert guest.heading == "Welcome, Aino Esimerkki"
            assert (end(worker), end(server)) == (0, 0)
    logs = [(tmp_path / name).read_text() for name in ("serve.log", "worker.log")]
    assert [word for word in ("aino@", link.rsplit("/", 1)[1], "Traceback") if word in "".join(logs)] == []


def test_server_with_worker_inside_sends_letters(conference: Path, catcher: Catcher, tmp_path: Path) -> None:
    """One process is enough for a small event."""
    database_url = f"sqlite:///{tmp_path}/eventops.sqlite"
    begin(database_url, conference)
    options = ("--workers", "1", "--with-worker")
    with serving(database_url, tmp_path / "serve.log", *options, mail_url=catcher.url) as (base_url, server):
        publish_and_sign_up(base_url, "mads@example.org")
        assert wait_for_letter(catcher, "mads@example.org")["subject"].startswith("Confirm your registration")
        assert end(server) == 0


def test_init_asks_for_what_the_event_needs(tmp_path: Path) -> None:
    """Without a file: title, date, zone, hours and an address; a second init, and a slug that is taken, are refused."""
    env = environ(f"sqlite:///{tmp_path}/eventops.sqlite")
    answers = ["Mentors' day", "2099-03-01", "Europe/Oslo", "10:00", "15:30", "events@example.org", PASSWORD, ""]
    first = eventops("init", *OWNER, env=env, typed="\n".join(answers))
    assert first.returncode == 0, first.stderr
    assert "http://127.0.0.1:8000/conference-2099-03-01/ once it is published" in first.stdout
    second = eventops("init", *OWNER, env=env, typed="\n".join(answers))
    assert second.returncode == 1
    assert second.stderr == "Error: There is an account already; add an event by `eventops import FILE`.\n"


def test_import_adds_an_event_and_migrate_may_run_again(
    empty_database_url: str, conference: Path, tmp_path: Path
) -> None:
    """Once each; what the importer does not understand, it names."""
    env = environ(empty_database_url)
    begin(empty_database_url, conference)
    another = tmp_path / "another.yaml"
    another.write_text(changed(("  format: hybrid", "  format: hybrid\n  mascot: a moose")), encoding="utf-8")
    done = eventops("import", str(another), env=env)
    said = done.stdout.splitlines()
    assert (done.returncode, said[1], said[-2:]) == (
        0,
        "added    report “Women at work: Mentoring for Migrants in the Nordic Countri…”",
        [
            "16 added, 0 changed, 0 removed",
            f"Imported. The event is at http://127.0.0.1:8000/{SLUG}/ once it is published.",
        ],
    )
    assert done.stderr.splitlines()[-2:] == [
        f"{another}: event.mascot is not understood and left out",
        "Importing: 16 differences",
    ]
    migrated = eventops("migrate", env=env)
    assert (migrated.returncode, migrated.stdout) == (0, "The database is up to date.\n")


def call(tmp_path: Path, *arguments: str, typed: str = "", **settings: str) -> Result:
    """A command that fails before it opens the database, within this process."""
    env = environ(f"sqlite:///{tmp_path}/eventops.sqlite", **settings)
    return CliRunner().invoke(main, arguments, env=env, input=typed)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("Europe/Helsinki   ", "Europe/Atlantis   ", "event.home_zone"),
        (
            'start_local: "2024-05-07T11:00"       # fact',
            'start_local: "11 am"  # fact',
            "public_part.start_local",
        ),
        ('end_local: "2024-05-07T11:15"', 'end_local: "2024-05-07T10:15"', "session 2"),
        ("    audiences: [workshop]\n", "", "session 7"),
        ("    room: room-1\n    access: public", "    room: room-9\n    access: public", "session 1, room"),
        ('contact: "events@example.org"', 'contact: "events"', "event.contact"),
        ("date: 2024-05-07 ", "date: 7.5.2024 ", "event.date"),
        ('country: "NO"', "country: NO", "event, organiser 3, country"),
        ("event:\n", "event: [\n", "The file is not YAML that can be read"),
    ],
)
def test_import_says_what_is_wrong_with_a_file(tmp_path: Path, old: str, new: str, place: str) -> None:
    """Where in the file, in a line each; never a traceback, and nothing is imported."""
    file = tmp_path / "bad.yaml"
    file.write_text(changed((old, new)), encoding="utf-8")
    done = call(tmp_path, "import", str(file))
    assert done.exit_code == 1
    said = done.stderr.splitlines()
    assert said[0] == f"Error: {file} cannot be used:"
    assert said[1].startswith((f"{place} (line ", f"{place}: "))
    assert not (tmp_path / "eventops.sqlite").exists()


def test_import_refuses_a_file_of_any_bytes(tmp_path: Path) -> None:
    """Not text, empty, a list, a bomb of references."""
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{b}, *{b}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True))
    for content in (b"\xff\xfe\x00", b"", b"- 1\n- 2\n", b"event: 7\n", bomb.encode()):
        file = tmp_path / "bad.yaml"
        file.write_bytes(content)
        done = call(tmp_path, "import", str(file))
        assert (done.exit_code, done.stderr.splitlines()[0]) == (1, f"Error: {file} cannot be used:")


def test_commands_name_settings_that_are_missing(tmp_path: Path) -> None:
    """Before anything else happens, each with what it must be like and never with its value."""
    for command in ("serve", "worker", "migrate", "init"):
        typed = "outi@example.org\nOuti\n"
        done = call(tmp_path, command, typed=typed, secret_key="geheim", mail_url="ftp://geheim")
        assert done.exit_code == 1
        assert "Error: These settings are to be made or mended:\nEVENTOPS_SECRET_KEY: " in done.stderr
        assert "\nEVENTOPS_MAIL_URL: must be smtp://" in done.stderr
        assert "geheim" not in done.output


def test_init_refuses_a_short_password(tmp_path: Path, conference: Path) -> None:
    """Before anything is made."""
    done = call(tmp_path, "init", str(conference), *OWNER, typed="elevenchars\n")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (1, "Error: The password needs 12 characters or more.")
    assert not (tmp_path / "eventops.sqlite").exists()


def test_init_refuses_what_is_no_address(tmp_path: Path, conference: Path) -> None:
    """In one line, before anything is made."""
    for email in ("Outi", "outi@", "outi@example", "outi omistaja@example.org", "a@example.org, b@example.org"):
        owner = ("--email", email, *OWNER[2:])
        done = call(tmp_path, "init", str(conference), *owner, typed=PASSWORD + "\n")
        assert (done.exit_code, done.stderr) == (
            1,
            "Error: That is no e-mail address that letters reach: write it like name@example.org.\n",
        )
    assert not (tmp_path / "eventops.sqlite").exists()


def test_import_finds_the_owner_however_the_address_is_typed(tmp_path: Path, conference: Path) -> None:
    """Accounts bear it in lower case."""
    owner = ("--email", "Outi@Example.org", *OWNER[2:])
    assert call(tmp_path, "init", str(conference), *owner, typed=PASSWORD + "\n").exit_code == 0
    another = tmp_path / "another.yaml"
    another.write_text(TEXT, encoding="utf-8")
    assert call(tmp_path, "import", str(another), "--owner", "nobody@example.org").exit_code == 1
    done = call(tmp_path, "import", str(another), "--owner", " OUTI@Example.org")
    assert (done.exit_code, done.stderr) == (0, "Importing: 16 differences\n")
