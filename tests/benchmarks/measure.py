"""Brings up servers, databases and the mail sink, and measures each work on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from eventops import clock, create_app
from eventops.config import Settings
from eventops.db import db
from tests.benchmarks.event import prepare
from tests.benchmarks.figures import Figure, compare
from tests.benchmarks.floors import TABLE
from tests.benchmarks.imports import Importer, read_yaml_alone
from tests.benchmarks.letters import Office
from tests.benchmarks.load import Load, Outcome, run
from tests.benchmarks.servers import bare_server, our_server
from tests.benchmarks.sink import Sink
from tests.benchmarks.works import AT_MOST, WORKS, Site, claim, hello
from tests.postgres import SUPERUSER, Cluster

DATABASES = ("postgresql", "sqlite")
LETTERS = "letters"
IMPORT = "import"
"""Its latencies are those of whole imports: of a thousand sessions that are new, and of as many that are moved."""
AIMS = {name: work.aim for name, work in WORKS.items()} | {LETTERS: 0.6, IMPORT: 0.05}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured."""

    works: tuple[str, ...]
    databases: tuple[str, ...]
    seconds: float
    """How long a round lasts, where its requests do not run out before."""
    rounds: int
    """Of each work on each database, after one to warm up."""
    say: Callable[[str], None]
    """Told each step as it begins."""
    passed: Callable[[], None]
    """Called after each round."""

    @property
    def all_rounds(self) -> int:
        """How many there are in all."""
        return len(self.works) * len(self.databases) * (self.rounds + 1)

    @property
    def needs_postgresql(self) -> bool:
        floors = {WORKS[name].floor for name in self.works if name in WORKS}
        return "postgresql" in self.databases or "claim" in floors


class Tickets:
    """What the floor of writing claims: bare rows in a database of their own."""

    def __init__(self, cluster: Cluster) -> None:
        cluster.create_database("floor")
        self.conninfo = f"host={cluster.folder} user={SUPERUSER} dbname=floor"
        self._connection = psycopg.connect(self.conninfo, autocommit=True)
        self._connection.execute(TABLE)
        self._made = 0

    def add(self, number: int) -> range:
        """Add so many tickets that nobody has claimed; gives their numbers."""
        new = range(self._made, self._made + number)
        self._made = new.stop
        insert = "INSERT INTO tickets SELECT 'ticket-' || n FROM generate_series(%s::int, %s::int) n"
        self._connection.execute(insert, (new.start, new.stop - 1))
        return new

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True, slots=True)
class Floors:
    """What every work is held against."""

    port: int
    """Of the bare server."""
    sink: Sink
    tickets: Tickets | None

    def load(self, name: str, seconds: float) -> Load:
        """A round of `hello` or `claim`."""
        if name == "hello":
            return hello(self.port, seconds)
        assert self.tickets is not None
        return claim(self.port, seconds, self.tickets.add(int(AT_MOST * seconds) + 8))


def measure(plan: Plan) -> Iterator[Figure]:
    """Yield one figure after the other, and end what was started. Raises RuntimeError for a wrong answer."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="eventops-bench-")))
        plan.say("starting the floors")
        cluster = stack.enter_context(Cluster(fsync=True)) if plan.needs_postgresql else None
        tickets = stack.enter_context(closing(Tickets(cluster))) if cluster else None
        bare = stack.enter_context(bare_server(tickets.conninfo if tickets else "", folder))
        floors = Floors(bare, stack.enter_context(Sink()), tickets)
        for database in plan.databases:
            yield from _measure_on(database, _new_database(database, cluster, folder), plan, floors, folder)


def _new_database(database: str, cluster: Cluster | None, folder: Path) -> str:
    if database == "sqlite" or cluster is None:
        return f"sqlite:///{folder}/eventops.sqlite"
    cluster.create_database("eventops")
    return cluster.url("eventops")


def _measure_on(database: str, url: str, plan: Plan, floors: Floors, folder: Path) -> Iterator[Figure]:
    settings = _settings(url, floors.sink.port)
    app = create_app(settings)
    plan.say(f"{database}: preparing the event")
    prepared = prepare(app, clock.now())
    office = Office(app, prepared, floors.sink)
    with our_server(settings, folder) as port:
        site = Site(port, app, prepared)
        for name in plan.works:
            plan.say(f"{database}: {name}")
            yield _figure(name, database, plan, floors, site, office)
    with app.app_context():
        db.engine.dispose()


def _figure(name: str, database: str, plan: Plan, floors: Floors, site: Site, office: Office) -> Figure:
    def ours() -> Outcome:
        if name == LETTERS:
            return office.deliver(plan.seconds)
        if name == IMPORT:
            return Importer(site.app).bring_in()
        return run(WORKS[name].load(site, plan.seconds))

    def below() -> Outcome:
        if name == LETTERS:
            return office.hand_over(plan.seconds)
        if name == IMPORT:
            return read_yaml_alone()
        return run(floors.load(floor, plan.seconds))

    floor = {LETTERS: "smtp", IMPORT: "yaml"}.get(name) or WORKS[name].floor
    return compare(name, database, floor, ours, below, plan.rounds, plan.passed)


def _settings(database_url: str, mail_port: int) -> Settings:
    return Settings(
        secret_key="a secret for benchmarks, long enough to be taken",
        database_url=database_url,
        base_url="http://127.0.0.1:8000",
        mail_url=f"smtp://127.0.0.1:{mail_port}",
        mail_from="events@example.org",
        trusted_proxies=1,
    )
