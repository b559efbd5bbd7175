"""The whole file, read and checked before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from eventops.agenda.conference_file.agenda import AudiencePart, RoomPart, SessionPart, SpeakerPart, TrackPart
from eventops.agenda.conference_file.event import EventPart, Report
from eventops.agenda.conference_file.fields import Faults
from eventops.agenda.conference_file.ids import faults_of_ids
from eventops.agenda.conference_file.parts import Part, PublicPart, Window
from eventops.agenda.conference_file.places import Lines, in_words
from eventops.agenda.conference_file.yaml_text import read_yaml
from eventops.agenda.public_hours import lie_outside

MOST_COMPLAINTS = 50
"""Of a file that says everything in another way, the first ones are enough."""


class BadConferenceFile(ValueError):
    """The file cannot be used. The message has a line for each thing to mend, naming its place in the file."""


class ConferenceFile(Part):
    """The whole file."""

    event: EventPart
    report: Report | None = None
    public_part: PublicPart | None = None
    public_windows: Annotated[list[Window], Field(max_length=100)] = []
    rooms: Annotated[list[RoomPart], Field(max_length=500)] = []
    tracks: Annotated[list[TrackPart], Field(max_length=500)] = []
    audiences: Annotated[list[AudiencePart], Field(max_length=500)] = []
    speakers: Annotated[list[SpeakerPart], Field(max_length=10_000)] = []
    sessions: Annotated[list[SessionPart], Field(max_length=5_000)] = []

    @property
    def slug(self) -> str:
        return self.event.slug or f"conference-{self.event.date.isoformat()}"

    @property
    def windows(self) -> list[Window]:
        """The hours that are open to the public, in order."""
        windows = [self.public_part] if self.public_part else []
        return sorted([*windows, *self.public_windows], key=lambda window: (window.starts_at, window.ends_at))

    @property
    def lists(self) -> dict[str, list[Any]]:
        """The things with ids, by the name of their list."""
        return {name: getattr(self, name) for name in ("rooms", "tracks", "audiences", "speakers", "sessions")}

    @model_validator(mode="after")
    def _windows_fit(self) -> Self:
        first, last, zone = self.event.date, self.event.end_date or self.event.date, self.event.home_zone
        if any(lie_outside(window.starts_at, window.ends_at, first, last, zone) for window in self.windows):
            raise Faults([("public_windows", "they must lie within the days of the event")])
        if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(self.windows)):
            raise Faults([("public_windows", "one begins before another ends")])
        return self

    @model_validator(mode="after")
    def _ids_fit(self) -> Self:
        if faults := list(faults_of_ids(self.lists)):
            raise Faults(faults)
        return self


def check_conference(content: object, text: str = "") -> ConferenceFile:
    """The file of which this is the content; `text`, where it was read from one. Raises BadConferenceFile."""
    try:
        return ConferenceFile.model_validate(content)
    except ValidationError as error:
        found = [one for problem in error.errors(include_url=False) for one in _complaints(problem)][:MOST_COMPLAINTS]
        lines = Lines(text) if text else None
        raise BadConferenceFile("\n".join(f"{_place(steps, lines)}: {message}" for steps, message in found)) from None


def read_conference(text: str) -> ConferenceFile:
    """Read and check a conference file. Raises BadConferenceFile."""
    try:
        content = read_yaml(text)
    except ValueError as error:
        raise BadConferenceFile(f"The file is not YAML that can be read: {error}") from error
    return check_conference(content, text)


def left_out(part: Part, place: tuple[str, ...] = ()) -> list[str]:
    """The fields of a file that say something and that nobody knows, by their place in it."""
    found = [in_words((*place, name)) for name, value in (part.model_extra or {}).items() if value is not None]
    for name, value in part:
        for steps, piece in _pieces(name, value):
            if isinstance(piece, Part):
                found += left_out(piece, (*place, *steps))
    return found


def _pieces(name: str, value: Any) -> list[tuple[tuple[str, ...], Any]]:
    """What is in a list, or the value alone, each with its place."""
    return [((name, str(n)), one) for n, one in enumerate(value)] if isinstance(value, list) else [((name,), value)]


def _place(steps: list[str], lines: Lines | None) -> str:
    line = lines.line_of(steps) if lines else 0
    return in_words(steps) + (f" (line {line})" if line else "")


def _complaints(problem: Any) -> Iterator[tuple[list[str], str]]:
    """The place and the message of each thing that is wrong."""
    place = [str(step) for step in problem["loc"] if not str(step).startswith("function-")]
    error = problem.get("ctx", {}).get("error")
    found = error.found if isinstance(error, Faults) else [("", problem["msg"].removeprefix("Value error, "))]
    for below, message in found:
        yield [*place, *filter(None, below.split("."))], message
