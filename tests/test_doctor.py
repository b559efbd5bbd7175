"""`eventops doctor` finds what is wrong and says what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from eventops.demo.catcher import Catcher
from eventops.doctor import Finding, examine
from tests.postgres import Cluster
from tests.processes import environ, eventops

NOBODY_LISTENS = "127.0.0.1:9"


@pytest.fixture
def mail() -> Iterator[str]:
    """A mail server that takes letters."""
    with Catcher() as catcher:
        yield catcher.url


def amiss(findings: list[Finding]) -> dict[str, str]:
    """What is to be mended, and what is said about it."""
    return {finding.what: finding.words for finding in findings if not finding.is_well}


def execute(database_url: str, statement: str) -> None:
    """Change a database behind everybody's back."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_doctor_is_content_when_all_is_well(database_url: str, mail: str) -> None:
    """Settings, folder, database, tables, mail server, zone data with its version: exit status 0."""
    done = eventops("doctor", env=environ(database_url, mail_url=mail))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    folder = ["folder"] if database_url.startswith("sqlite") else []
    assert [line.split(": ")[0] for line in lines] == [
        f"ok    {what}" for what in ("zone data", "settings", *folder, "database", "tables", "mail server")
    ]
    assert "version 20" in lines[0]


def test_doctor_finds_a_lost_table(database_url: str, mail: str) -> None:
    """A table that somebody dropped is missed, although every migration ran."""
    execute(database_url, "DROP TABLE scans")
    assert amiss(examine(environ(database_url, mail_url=mail))) == {
        "tables": "lost: scans; restore a backup of the database"
    }


def test_doctor_finds_a_database_that_was_not_migrated(database_url: str, mail: str) -> None:
    """And says which command does it."""
    execute(database_url, "UPDATE alembic_version SET version_num = 'older'")
    assert amiss(examine(environ(database_url, mail_url=mail))) == {
        "tables": "not up to date; run `eventops migrate`, or `eventops init` to begin"
    }


def test_doctor_finds_an_empty_database(tmp_path: Path, mail: str) -> None:
    """Exit status 1, and nothing was made meanwhile."""
    done = eventops("doctor", env=environ(f"sqlite:///{tmp_path}/new.sqlite", mail_url=mail))
    assert done.returncode == 1
    assert "MEND  tables: not up to date; run `eventops migrate`, or `eventops init` to begin" in done.stdout


def test_doctor_finds_a_database_server_that_does_not_answer(postgres_cluster: Cluster, mail: str) -> None:
    """Wrong address or server down; the address, which may hold a password, is not repeated."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    addresses = [f"postgresql://somebody:geheim@127.0.0.1:{port}/eventops", postgres_cluster.url("nothing_here")]
    for address in addresses:
        found = amiss(examine(environ(address, mail_url=mail)))
        assert set(found) == {"database"}
        assert found["database"].endswith("; look at EVENTOPS_DATABASE_URL and whether the server runs")
        assert "geheim" not in found["database"]


def test_doctor_finds_a_mail_server_that_does_not_answer(database_url: str) -> None:
    """And does not repeat how one signs in there."""
    found = amiss(examine(environ(database_url, mail_url=f"smtp://me:geheim@{NOBODY_LISTENS}")))
    assert set(found) == {"mail server"}
    assert found["mail server"].startswith(f"{NOBODY_LISTENS} does not take letters: ")
    assert found["mail server"].endswith("; look at EVENTOPS_MAIL_URL")
    assert "geheim" not in found["mail server"]


@pytest.mark.parametrize("missing", ["nowhere/eventops.sqlite", "file/eventops.sqlite"])
def test_doctor_finds_a_folder_that_cannot_be_written_to(tmp_path: Path, missing: str) -> None:
    """Here because it is none."""
    (tmp_path / "file").touch()
    said = f"{tmp_path}/{missing} cannot be written; give this user the right to write there"
    assert amiss(examine(environ(f"sqlite:///{tmp_path}/{missing}"))) == {"folder": said}


def test_doctor_names_each_setting_that_is_missing_or_unsafe() -> None:
    """A line each, and what it must be like."""
    env = environ("mysql://x", secret_key="tooshort", base_url="http://events.example.org")
    del env["EVENTOPS_MAIL_FROM"]
    said = [finding.words for finding in examine(env) if not finding.is_well]
    names = ("SECRET_KEY", "DATABASE_URL", "BASE_URL", "MAIL_FROM")
    assert [words.split(": ")[0] for words in said] == [f"EVENTOPS_{name}" for name in names]
    assert "tooshort" not in "".join(said)


def test_doctor_finds_zone_data_without_rules(tmp_path: Path) -> None:
    """Without them there is no right summer time in years to come, and every reminder would be an hour off."""
    file = tmp_path / "Europe/Helsinki"
    file.parent.mkdir()
    file.write_bytes(without_yearly_rule("Europe/Helsinki"))
    env = environ(f"sqlite:///{tmp_path}/new.sqlite") | {"PYTHONTZPATH": str(tmp_path)}
    done = eventops("doctor", env=env)
    assert done.returncode == 1
    said = f"MEND  zone data: {tmp_path} does not know summer time in every year; install the full tzdata"
    assert said in done.stdout.splitlines()


def without_yearly_rule(zone: str) -> bytes:
    """A zone's file (RFC 8536) without the rule in its footer."""
    whole = (files("tzdata") / "zoneinfo" / zone).read_bytes()
    return whole.rstrip(b"\n").rpartition(b"\n")[0] + b"\n\n"
