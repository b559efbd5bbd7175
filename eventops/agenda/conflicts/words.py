"""What is said of conflicts, with both clocks."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from markupsafe import Markup, escape

from eventops.agenda.conflicts.facts import Names, read_plan
from eventops.agenda.conflicts.find import MOST, every_conflict, find_conflicts
from eventops.agenda.conflicts.planned import BREAKS, Conflict, Plan, Planned, Severity
from eventops.agenda.events import Span, event_clocks, spoken_language
from eventops.agenda.models import Event
from eventops.languages import Text, in_language
from eventops.times import to_wall

SHOWN = 100
"""So many are put into words at most."""


@dataclass(frozen=True, slots=True)
class ToldConflict:
    """A conflict as an organiser reads it."""

    kind: str
    severity: Severity
    text: str
    html: Markup
    """The same, with titles marked that are in another language."""
    sessions: tuple[tuple[UUID, Text], ...]
    """Id and title of those that it names, in order of start."""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What is wrong with an event's desk."""

    told: list[ToldConflict]
    """Errors before advice."""
    count: int
    is_more: bool
    """Whether there are more than were counted."""

    @property
    def errors(self) -> list[ToldConflict]:
        return [conflict for conflict in self.told if conflict.severity == "error"]

    @property
    def advice(self) -> list[ToldConflict]:
        return [conflict for conflict in self.told if conflict.severity == "advice"]

    @property
    def marks(self) -> dict[UUID, Severity]:
        """What the sessions that are named are marked with, by id: with an error, where they have one."""
        return {id: one.severity for one in (*self.advice, *self.errors) for id, _title in one.sessions}

    @property
    def untold(self) -> int:
        return self.count - len(self.told)


def conflicts_of(event: Event) -> Conflicts:
    """The conflicts of the event's desk as the current viewer may see it, in the language being spoken."""
    plan, names = read_plan(event)
    found = find_conflicts(plan)
    return Conflicts(tell(event, names, found[:SHOWN]), len(found), is_more=len(found) == MOST)


def conflicts_arising(event: Event, spans: Mapping[UUID, Span], windows: Mapping[UUID, Span]) -> list[ToldConflict]:
    """What is not wrong with the event's desk yet, but once these sessions and public hours, by id, are then."""
    plan, names = read_plan(event)
    moved = replace(
        plan,
        sessions=[_at(session, spans.get(session.id)) for session in plan.sessions],
        windows=[windows.get(window.id, Span(window.starts_at, window.ends_at)) for window in event.windows],
    )
    known = {_identity(conflict) for conflict in _that_may_change(plan, spans)}
    arising = (conflict for conflict in _that_may_change(moved, spans) if _identity(conflict) not in known)
    return tell(event, names, islice(arising, SHOWN))


def _that_may_change(plan: Plan, moved: Container[UUID]) -> Iterator[Conflict]:
    """Every conflict, but for those between two sessions that both stay where they are."""
    for conflict in every_conflict(plan):
        if len(conflict.sessions) == 1 or any(session.id in moved for session in conflict.sessions):
            yield conflict


def _at(session: Planned, span: Span | None) -> Planned:
    return replace(session, starts_at=span.starts_at, ends_at=span.ends_at) if span else session


def _identity(conflict: Conflict) -> tuple[object, ...]:
    return conflict.kind, conflict.subject_id, frozenset(session.id for session in conflict.sessions)


def tell(event: Event, names: Names, found: Iterable[Conflict]) -> list[ToldConflict]:
    """The conflicts in words."""
    sentences = _sentences()
    return [_told(event, names, conflict, sentences) for conflict in found]


def _told(event: Event, names: Names, conflict: Conflict, sentences: dict[str, str]) -> ToldConflict:
    named = [(session, in_language(names.titles[session.id], spoken_language())) for session in conflict.sessions]
    sentence, known = sentences[_case(conflict)], _known(event, names, conflict)
    return ToldConflict(
        kind=conflict.kind,
        severity=conflict.severity,
        text=sentence % (known | _titles(named)),
        html=escape(sentence) % (known | _titles([(session, _marked(title)) for session, title in named])),
        sessions=tuple((session.id, title) for session, title in named),
    )


def _known(event: Event, names: Names, conflict: Conflict) -> dict[str, Any]:
    """What a sentence may say, but for titles."""
    return {
        "room": _of(conflict, names.rooms),
        "capacity": _of(conflict, names.capacities),
        "speaker": _of(conflict, names.speakers),
        "people": conflict.people,
        "minutes": (conflict.ends_at - conflict.starts_at) // timedelta(minutes=1),
        "clocks": _clocks(event, conflict),
    }


def _titles(named: Sequence[tuple[Planned, object]]) -> dict[str, object]:
    """By their order; of a break and what is held during it, by which is which."""
    pauses = [title for session, title in named if session.kind in BREAKS]
    others = [title for session, title in named if session.kind not in BREAKS]
    return {
        "first": named[0][1],
        "second": named[-1][1],
        "title": (others or pauses)[0],
        "pause": (pauses or others)[0],
    }


def _marked(title: Text) -> Markup:
    """The title, its language said where it is not the page's."""
    if title.language == spoken_language():
        return escape(title.text)
    return Markup('<span lang="{}">{}</span>').format(title.language, title.text)


def _of(conflict: Conflict, known: Mapping[UUID, Any]) -> Any:
    return known.get(conflict.subject_id, "") if conflict.subject_id else ""


def _clocks(event: Event, conflict: Conflict) -> str:
    """The hours, and the date where the event has several or they are of another."""
    end = conflict.ends_at if conflict.ends_at > conflict.starts_at else None
    clocks = event_clocks(event, conflict.starts_at, end)
    days = {event.starts_on, event.ends_on, to_wall(conflict.starts_at, event.home_zone).date()}
    return str(clocks) if len(days) == 1 else clocks.with_day


def _case(conflict: Conflict) -> str:
    """Which sentence is meant, where a kind has two."""
    first = conflict.sessions[0]
    is_other = {"too_small": first.capacity is None, "no_stream": conflict.severity == "advice"}
    return f"{conflict.kind}, other" if is_other.get(conflict.kind) else conflict.kind


def _sentences() -> dict[str, str]:
    return {
        "room_twice": _("%(room)s is taken twice: “%(first)s” and “%(second)s”, %(clocks)s"),
        "speaker_twice": _("%(speaker)s is in two places: “%(first)s” and “%(second)s”, %(clocks)s"),
        "hurry": _("%(speaker)s has %(minutes)s min to change rooms, from “%(first)s” to “%(second)s”, %(clocks)s"),
        "too_small": _("More people than %(room)s holds (%(capacity)s): “%(title)s” takes %(people)s, %(clocks)s"),
        "too_small, other": _(
            "More people than %(room)s holds (%(capacity)s): %(people)s expected at “%(title)s”, %(clocks)s"
        ),
        "no_room": _("“%(title)s” has no room for those who come, %(clocks)s"),
        "no_stream": _("“%(title)s” is online and has no stream, %(clocks)s"),
        "no_stream, other": _("“%(title)s” has no stream for those who attend online, %(clocks)s"),
        "gap": _(
            "“%(title)s” starts or ends at a time that clocks skip, or show differently by now. It is taken as "
            "%(clocks)s: choose its hours anew"
        ),
        "fold": _(
            "“%(title)s” starts or ends at a time that clocks show twice. It is taken as %(clocks)s: see that this is "
            "what you mean"
        ),
        "outside": _("“%(title)s” is open to the public outside the public hours, %(clocks)s"),
        "inside": _("“%(title)s” is by invitation during the public hours, %(clocks)s"),
        "during_break": _("“%(title)s” is during “%(pause)s”, a break for the same people, %(clocks)s"),
    }
