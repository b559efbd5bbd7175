"""Any sequence of edits, undoings, publishings and returns keeps desk, releases and what is published consistent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from eventops import create_app
from eventops.agenda.changes import Change, changes, compare
from eventops.agenda.edit import schedule
from eventops.agenda.journal import ChangedSince, editing, redo, to_redo, to_undo, undo
from eventops.agenda.models import Audience, Event, PublishedSession, Release, Session, Speaker
from eventops.agenda.parts import PartInUse, add_part, change_part, parts_of, remove_part, revision_of
from eventops.agenda.programme import visible_sessions
from eventops.agenda.publish import narrow, publish
from eventops.agenda.returning import return_to
from eventops.agenda.sequences import members_sequences
from eventops.agenda.snapshots import Snapshot, desk_sessions, published_snapshots
from eventops.agenda.things import KINDS, PARTS, Part, kind_of, set_speakers, state
from eventops.checkin.models import Door
from eventops.db import db
from eventops.staff.models import Account
from eventops.streams.models import Stream
from eventops.viewer import Viewer, seeing
from tests.apps import changing, reading, settings_for
from tests.cast import SPRING, Conference, add_conference

EDITORS = (UUID(int=1), UUID(int=2))


class Desk(RuleBasedStateMachine):
    """Two editors at one desk. Beside it stands what each release said, and how often each session was seen to move."""

    app: ClassVar[Flask]
    cast: ClassVar[Conference]
    morning: ClassVar[Path]
    """What each run's database is a copy of."""
    running: ClassVar[Path]

    @initialize()
    def begin(self) -> None:
        self.releases: list[list[dict[str, Any]]] = []
        self.sequences: dict[tuple[str, UUID], int] = {}
        self.minutes = 0

    @contextmanager
    def at_the_desk(self) -> Iterator[Event]:
        self.minutes += 1
        with changing(self.app):
            yield db.session.get_one(Event, self.cast.event_id)

    @property
    def now(self) -> Any:
        return SPRING + timedelta(minutes=self.minutes)

    def one(self, index: int) -> Session:
        """A session, removed ones among them."""
        found = db.session.scalars(select(Session).order_by(Session.id)).all()
        return found[index % len(found)]

    @rule(who=st.sampled_from(EDITORS), index=st.integers(0, 5), by=st.sampled_from((-10, 5, 60)))
    def move(self, who: UUID, index: int, by: int) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "move", self.now) as journal:
            session = self.one(index)
            journal.change(session)
            later = timedelta(minutes=by)
            schedule(session, session.starts_at + later, session.ends_at + later)

    @rule(who=st.sampled_from(EDITORS), index=st.integers(0, 5), title=st.sampled_from("ABC"), tray=st.booleans())
    def retitle(self, who: UUID, index: int, title: str, tray: bool) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "edit", self.now) as journal:
            session = self.one(index)
            journal.change(session)
            session.title, session.is_scheduled = {"en": title}, not tray

    def part(self, kind: str, index: int) -> Any:
        """A room, track or speaker of the desk's; the latest is likely to be asked for, and so to be used."""
        found = parts_of(self.cast.event_id, kind)
        return found[-1 - index % len(found)] if found else None

    @rule(who=st.sampled_from(EDITORS), index=st.integers(0, 5), kind=st.sampled_from([*PARTS]), one=st.integers(0, 1))
    def give_part(self, who: UUID, index: int, kind: str, one: int) -> None:
        with self.at_the_desk():
            if part := self.part(kind, one):
                self.give(who, self.one(index), part)

    @rule(who=st.sampled_from(EDITORS), kind=st.sampled_from([*PARTS]), behind=st.integers(0, 1), use=st.integers(0, 2))
    def add_part(self, who: UUID, kind: str, behind: int, use: int) -> None:
        """Where it is of use, the other editor's session has it at once, also while the first takes it back."""
        with self.at_the_desk() as event:
            after = self.part(kind, behind)
            with editing(event.id, who, "add_part", self.now) as journal:
                part = add_part(journal, event.id, kind, named(kind, "New"), after and after.id)
            if use:
                self.give(next(other for other in EDITORS if other != who), self.one(0), part)
        if use == 2:
            self.undo_or_redo(who, False)

    def give(self, who: UUID, session: Session, part: Any) -> None:
        with editing(self.cast.event_id, who, "edit", self.now) as journal:
            if session.deleted_at:
                return
            journal.change(session)
            if isinstance(part, Speaker):
                set_speakers(session, [(part, "chair")])
            else:
                setattr(session, kind_of(part), part)

    @rule(who=st.sampled_from(EDITORS), kind=st.sampled_from([*PARTS]), one=st.integers(0, 1), behind=st.booleans())
    def change_part(self, who: UUID, kind: str, one: int, behind: bool) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "edit_part", self.now) as journal:
            part, after = self.part(kind, one), self.part(kind, one + 1)
            if part is not None and part is not after:
                revision = revision_of(part)
                change_part(journal, part, named(kind, "Other"), revision, after.id if behind else None)

    @rule(who=st.sampled_from(EDITORS), kind=st.sampled_from([*PARTS]), one=st.integers(0, 1))
    def remove_part(self, who: UUID, kind: str, one: int) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "remove_part", self.now) as journal:
            part: Part | None = self.part(kind, one)
            with suppress(PartInUse):
                if part is not None:
                    remove_part(journal, part, self.now)

    @rule(who=st.sampled_from(EDITORS), index=st.integers(0, 5), closed=st.booleans(), block=st.booleans())
    def open_or_close(self, who: UUID, index: int, closed: bool, block: bool) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "edit", self.now) as journal:
            session, audience = self.one(index), db.session.get_one(Audience, self.cast.audience_id)
            journal.change(session)
            session.access, session.audiences = ("closed", [audience]) if closed else ("public", [])
            session.shows_block = block
            db.session.flush()
            self.narrow([session])

    @rule(who=st.sampled_from(EDITORS))
    def add(self, who: UUID) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "add", self.now) as journal:
            session = Session(id=uuid4(), event_id=event.id, title={"en": "New"}, abstract={}, kind="talk")
            session.access, session.zone, session.attendance_mode = "public", "Europe/Helsinki", "mixed"
            session.placeholder, session.links, session.staff_notes = "", [], ""
            start = event.windows[0].starts_at
            schedule(session, start, start + timedelta(minutes=30))
            journal.add(session)

    @rule(who=st.sampled_from(EDITORS), index=st.integers(0, 5))
    def remove(self, who: UUID, index: int) -> None:
        with self.at_the_desk() as event, editing(event.id, who, "remove", self.now) as journal:
            session = self.one(index)
            journal.change(session)
            session.deleted_at = session.deleted_at or self.now

    @rule(who=st.sampled_from(EDITORS))
    def undo_and_redo(self, who: UUID) -> None:
        """What was undone and made again is as if nothing had been."""
        with self.at_the_desk() as event:
            edit, before = to_undo(event.id, who), self.desk()
            try:
                with db.session.begin_nested():
                    things = undo(edit, self.now) if edit else []
            except ChangedSince:
                assert self.desk() == before
                return
            if edit:
                again = to_redo(event.id, who)
                assert again is not None
                assert again.number == edit.number
                redo(again, self.now)
            assert self.desk() == before
            self.narrow(things)

    @rule(who=st.sampled_from(EDITORS), is_redo=st.booleans())
    def undo_or_redo(self, who: UUID, is_redo: bool) -> None:
        with self.at_the_desk() as event:
            edit = to_redo(event.id, who) if is_redo else to_undo(event.id, who)
            if edit is None:
                return
            before = self.desk()
            try:
                with db.session.begin_nested():
                    things = redo(edit, self.now) if is_redo else undo(edit, self.now)
            except ChangedSince:
                assert self.desk() == before
                return
            self.narrow(things)

    @rule()
    def publish(self) -> None:
        with self.at_the_desk() as event:
            release = publish(event, self.now)
            assert changes(event.id) == []
            self.releases.append(release.sessions)
            assert release.number == len(self.releases)
            assert {id for one in published_snapshots(event.id) for id in parts_in(one)} - self.parts_there() == set()
            self.check_sequences()

    @rule(index=st.integers(0, 20), who=st.sampled_from(EDITORS))
    def return_to_a_release(self, index: int, who: UUID) -> None:
        if not self.releases:
            return
        number = index % len(self.releases) + 1
        with self.at_the_desk() as event:
            wanted = db.session.scalars(select(Release).where(Release.number == number)).one()
            with editing(event.id, who, "return", self.now) as journal:
                return_to(event, wanted, journal)
            release = publish(event, self.now, returned_to=number)
            assert changes(event.id) == []
            assert compare(map(Snapshot.read, wanted.sessions), published_snapshots(event.id)) == []
            self.releases.append(release.sessions)
            self.check_sequences()

    @invariant()
    def all_is_consistent(self) -> None:
        with reading(self.app):
            desk, published = desk_sessions(self.cast.event_id), published_snapshots(self.cast.event_id)
            self.releases_stay_and_the_last_is_published(published)
            self.parts_that_sessions_name_are_there(desk)
            self.nothing_closed_on_the_desk_is_public(desk, published)
            self.doors_and_streams_find_their_sessions()

    def releases_stay_and_the_last_is_published(self, published: list[Snapshot]) -> None:
        """What was closed at once is one too."""
        stored = db.session.scalars(select(Release.sessions).order_by(Release.number)).all()
        assert stored == self.releases
        last = map(Snapshot.read, self.releases[-1]) if self.releases else ()
        assert compare(last, published) == []

    def parts_that_sessions_name_are_there(self, desk: list[Session]) -> None:
        """No session on the desk is in a room, or has a track or speaker, that was removed; none stand at one place."""
        named = {id for one in desk for id in parts_in(Snapshot.of(one))}
        assert named - self.parts_there() == set()
        for kind in ("room", "track"):
            places = [part.position for part in parts_of(self.cast.event_id, kind)]
            assert len(set(places)) == len(places)

    def parts_there(self) -> set[str]:
        return {str(part.id) for kind in PARTS for part in parts_of(self.cast.event_id, kind)}

    def nothing_closed_on_the_desk_is_public(self, desk: list[Session], published: list[Snapshot]) -> None:
        closed = {session.id for session in desk if session.access == "closed"}
        assert closed & {shown.id for shown in published if shown.access == "public"} == set()

    def doors_and_streams_find_their_sessions(self) -> None:
        door = db.session.scalars(select(Door).where(Door.name == "Workshop's door")).one()
        assert [session.id for session in door.sessions] == [self.cast.workshop_id]
        assert set(db.session.scalars(select(Stream.audience_id))) == {None, self.cast.audience_id}

    def narrow(self, things: Iterable[Any]) -> None:
        """As every way of editing does: what closes is closed at once, which is a release in which nothing opens."""
        before = {snapshot.id: snapshot for snapshot in published_snapshots(self.cast.event_id)}
        if narrow([thing for thing in things if isinstance(thing, Session)], self.now):
            for shown in published_snapshots(self.cast.event_id):
                was = before[shown.id]
                assert (
                    shown == was
                    or (shown.access == "closed" and Change("changed", was, shown).is_narrower)
                    or (was.shows_block and shown == replace(was, shows_block=False))
                )
            stored = db.session.scalars(select(Release).order_by(Release.number.desc()).limit(1)).one()
            assert stored.is_closing
            self.releases.append(stored.sessions)
            self.check_sequences()

    def desk(self) -> dict[UUID, Any]:
        db.session.flush()
        models: list[Any] = [*KINDS.values()]
        return {thing.id: state(thing) for model in models for thing in db.session.scalars(select(model))}

    def check_sequences(self) -> None:
        """What one calendar sees of a session never goes back: a stranger's, and that of somebody once admitted."""
        member = Viewer(self.cast.event_id, audiences=frozenset({self.cast.audience_id}))
        with seeing(member):
            members, seen = members_sequences(self.cast.event_id), visible_sessions(self.cast.event_id)
        found = {("stranger", row.id): row.sequence for row in seen if row.access == "public"}
        found |= {("member", row.id): members.get(row.id, row.sequence) for row in seen}
        for key, sequence in found.items():
            assert sequence >= self.sequences.get(key, 0)
        self.sequences |= found


def parts_in(one: Snapshot) -> set[str]:
    """The ids that a session names."""
    named = (one.content["room_id"], one.content["track_id"], *(said["id"] for said in one.content["speakers"]))
    return {id for id in named if id}


def named(kind: str, name: str) -> dict[str, Any]:
    return {"name": {"en": name} if kind == "track" else name}


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[None]:
    """A conference that was not published yet, with a door of its own."""
    path, running = (tmp_path_factory.mktemp("desk") / name for name in ("morning.sqlite", "running.sqlite"))
    copyfile(sqlite_template, running)
    Desk.app = create_app(settings_for(f"sqlite:///{running}"))
    with changing(Desk.app):
        Desk.cast = add_conference()
        for number, id in enumerate(EDITORS):
            email = f"{number}@example.org"
            db.session.add(Account(id=id, email=email, name="Ida", password_hash="", created_at=SPRING))
        for row in db.session.scalars(select(PublishedSession)):
            db.session.delete(row)
        workshop = db.session.get_one(Session, Desk.cast.workshop_id)
        db.session.add(Door(id=uuid4(), event_id=Desk.cast.event_id, name="Workshop's door", sessions=[workshop]))
    close(Desk.app)
    copyfile(running, path)
    Desk.morning, Desk.running = path, running
    yield
    close(Desk.app)


def close(app: Flask) -> None:
    """Let go of the database: the last connection that is closed leaves it whole in one file."""
    with app.app_context():
        db.engine.dispose()


class FreshDesk(Desk):
    """One that begins in the morning."""

    def __init__(self) -> None:
        super().__init__()
        close(self.app)
        copyfile(self.morning, self.running)


class FirstHalf(FreshDesk):
    """Of the runs; two processes may take a half each."""


class SecondHalf(FreshDesk):
    """Its runs are others."""


@pytest.mark.usefixtures("morning")
@pytest.mark.parametrize("half", [FirstHalf, SecondHalf])
def test_any_sequence_of_edits_and_releases_is_consistent(half: type[FreshDesk], long: bool) -> None:
    """Short: 24 runs of up to 15 steps; `--long`: 5,000 of up to 30."""
    run_state_machine_as_test(
        half,
        settings=settings(
            max_examples=2500 if long else 12,
            stateful_step_count=30 if long else 15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
