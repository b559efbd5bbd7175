"""The event itself in a conference file, and the report that it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from eventops.agenda.conference_file.fields import (
    Address,
    Country,
    Day,
    Faults,
    Language,
    Line,
    LongTexts,
    MailAddress,
    MaybeUrl,
    Name,
    Number,
    PlainUrl,
    Slug,
    Texts,
    Wall,
    Zone,
)
from eventops.agenda.conference_file.parts import Links, Part, Person, refuse_uncertain
from eventops.agenda.public_hours import MOST_DAYS, last_too_long
from eventops.languages import LANGUAGES
from eventops.times import Reading, to_instant


class Organiser(Part):
    name: Name
    short: Line = ""
    country: Country
    programme: Line = ""
    url: MaybeUrl = ""
    controller: bool = True


class Funding(Part):
    funder: Name
    period: Line = ""


def _titles_together(given: Any) -> Any:
    """`title_da` and the like say what `title` says."""
    if not isinstance(given, dict):
        return given
    apart = {code: given[name] for code in LANGUAGES if given.get(name := f"title_{code}")}
    rest = {name: value for name, value in given.items() if name not in {f"title_{code}" for code in LANGUAGES}}
    return rest | {"title": apart} if apart and not rest.get("title") else rest


class Report(Part):
    title: Texts
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")]
    url: PlainUrl
    publisher_site: Line = ""
    author: Person | None = None
    with_support_of: Annotated[list[Person], Field(max_length=100)] = []

    _fold = model_validator(mode="before")(_titles_together)


class EventPart(Part):
    slug: Slug | None = None
    title: Texts
    description: LongTexts = {}
    languages: Annotated[list[Language], Field(min_length=1, max_length=len(LANGUAGES))] = list(LANGUAGES)  # type: ignore[arg-type]
    date: Day
    end_date: Day | None = None
    format: Literal["hybrid"] = "hybrid"
    home_zone: Zone
    also_show: Annotated[list[Zone], Field(max_length=20)] = []
    venue: Address | None = None
    venue_address: Address = ""
    map_url: MaybeUrl = ""
    stream_url: PlainUrl | None = None
    contact: MailAddress
    organisers: Annotated[list[Organiser], Field(max_length=100)] = []
    funding: Funding | None = None
    links: Links = []
    seats: Number | None = None
    sign_up_opens_local: Wall | None = None
    sign_up_opens_reading: Reading | None = None
    sign_up_closes_local: Wall | None = None
    sign_up_closes_reading: Reading | None = None
    late_letters_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30

    @property
    def sign_up_opens_at(self) -> datetime | None:
        return self._instant(self.sign_up_opens_local, self.sign_up_opens_reading)

    @property
    def sign_up_closes_at(self) -> datetime | None:
        return self._instant(self.sign_up_closes_local, self.sign_up_closes_reading)

    def _instant(self, wall: datetime | None, reading: Reading | None) -> datetime | None:
        return to_instant(wall, self.home_zone, reading) if wall else None

    @model_validator(mode="after")
    def _has_a_controller(self) -> Self:
        if self.organisers and not any(organiser.controller for organiser in self.organisers):
            raise Faults([("organisers", "one of them at least must be a controller of personal data")])
        return self

    @model_validator(mode="after")
    def _times_are_in_order(self) -> Self:
        if self.end_date and self.end_date < self.date:
            raise Faults([("end_date", "must not be before date")])
        if self.end_date and last_too_long(self.date, self.end_date):
            raise Faults([("end_date", f"an event lasts at most {MOST_DAYS} days")])
        for which in ("sign_up_opens", "sign_up_closes"):
            if getattr(self, f"{which}_local"):
                refuse_uncertain(self, which, self.home_zone)
        opens, closes = self.sign_up_opens_at, self.sign_up_closes_at
        if opens and closes and opens >= closes:
            raise Faults([("sign_up_closes_local", "must be after sign_up_opens_local")])
        return self
