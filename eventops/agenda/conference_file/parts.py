"""What several parts of a conference file have in common, and the hours that are open to the public."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from eventops.agenda.conference_file.fields import Country, Faults, Label, Line, Name, PlainUrl, Wall, Zone
from eventops.agenda.models import MOST_LINKS
from eventops.times import Reading, UncertainTime, to_instant, utc_text


class Part(BaseModel):
    """Fields that nobody knows are kept aside, so that the importer can say what it leaves out.

    A field without a value is one that is left out.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, fields: Any) -> Any:
        return (
            {name: value for name, value in fields.items() if value is not None} if isinstance(fields, dict) else fields
        )

    @model_serializer(mode="wrap")
    def _known(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in written(self).items() if name in type(self).model_fields}


class Link(Part):
    label: Label
    url: PlainUrl


Links = Annotated[list[Link], Field(max_length=MOST_LINKS)]


class Person(Part):
    name: Name
    title: Line = ""
    organisation: Line = ""
    country: Country | None = None


class Timed(Part):
    """`start_reading` and `end_reading` say which time is meant where clocks show one twice, or skip it."""

    start_local: Wall
    start_reading: Reading | None = None
    end_local: Wall
    end_reading: Reading | None = None
    zone: Zone

    @property
    def starts_at(self) -> datetime:
        return to_instant(self.start_local, self.zone, self.start_reading)

    @property
    def ends_at(self) -> datetime:
        return to_instant(self.end_local, self.zone, self.end_reading)

    @model_validator(mode="after")
    def _times_are_instants_in_order(self) -> Self:
        refuse_uncertain(self, "start", self.zone)
        refuse_uncertain(self, "end", self.zone)
        if self.starts_at >= self.ends_at:
            raise ValueError("must end after it starts")
        return self


def refuse_uncertain(part: Part, which: str, zone: str) -> None:
    """Raise Faults where clocks skip the time `which` of the part, or show it twice, and it does not say which."""
    try:
        to_instant(getattr(part, f"{which}_local"), zone, getattr(part, f"{which}_reading"))
    except UncertainTime as error:
        how = "skip this time" if error.kind == "nonexistent" else "show this time twice"
        earlier, later = (f"{utc_text(instant)} ({word})" for instant, word in _readings(error))
        message = f"clocks in {zone} {how}; {which}_reading says which is meant: {earlier} or {later}"
        raise Faults([(f"{which}_local", message)]) from error


def _readings(error: UncertainTime) -> list[tuple[datetime, Reading]]:
    return [(error.earlier, "earlier"), (error.later, "later")]


class Window(Timed):
    """Hours that are open to the public."""


class PublicPart(Window):
    """As files had it that knew of one window only; what it says beside the hours is for those who read the file."""

    audience: str = ""
    start_utc: Any = None
    end_utc: Any = None
    copenhagen: Any = None
    oslo: Any = None
