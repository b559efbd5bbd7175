"""The file that describes a conference, in YAML: what it may say, checked before anything is stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from eventops.agenda.models import YEARS
from eventops.languages import LANGUAGES
from eventops.plain_https import is_plain_https
from eventops.times import parse_wall, to_instant, zone

RESERVED_SLUGS = frozenset({"account", "api", "demo", "desk", "door", "new", "sign-in", "sign-out", "static"})


class BadConferenceFile(ValueError):
    """The file cannot be used. The message has a line for each thing to mend, naming its place in the file."""


def _wall(value: object) -> datetime:
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        raise ValueError("must be a time such as 2024-05-07T11:00")
    return parse_wall(value)


def _in_years(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError(f"must be in the years from {YEARS[0]} to {YEARS[-1]}")
    return day


def _texts(value: object) -> object:
    """A bare text is an English one."""
    return {"en": value} if isinstance(value, str) else value


def _zone(key: str) -> str:
    return zone(key).key


def _country(value: object) -> object:
    if value is False:
        raise ValueError('must be in quotes: YAML reads a bare NO as false; write "NO"')
    return value


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise ValueError("must begin with https://")
    return url


def _plain_https(url: str) -> str:
    if not is_plain_https(url):
        raise ValueError("must be a whole https:// URL, without user name or password")
    return url


def _slug(value: str) -> str:
    if value in RESERVED_SLUGS or value in LANGUAGES:
        raise ValueError("is a word that eventops needs for itself; choose another")
    return value


Day = Annotated[date, AfterValidator(_in_years)]
Wall = Annotated[datetime, BeforeValidator(_wall), AfterValidator(_in_years)]
Zone = Annotated[str, AfterValidator(_zone)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Country = Annotated[str, BeforeValidator(_country), Field(pattern="^[A-Z]{2}$")]
Slug = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,58}$"), AfterValidator(_slug)]
Language = Literal["en", "fi", "sv", "da", "nb"]
Texts = Annotated[dict[Language, Name], BeforeValidator(_texts), Field(min_length=1)]
LongTexts = Annotated[dict[Language, str], BeforeValidator(_texts)]
Url = Annotated[str, Field(max_length=2000), AfterValidator(_https)]
PlainUrl = Annotated[str, AfterValidator(_plain_https)]


class Part(BaseModel):
    """Fields that nobody knows are kept aside, so that the importer can say what it leaves out."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_serializer(mode="wrap")
    def _known(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in written(self).items() if name in type(self).model_fields}


class Organiser(Part):
    name: Name
    short: str = ""
    country: Country
    programme: str = ""


class Funding(Part):
    funder: Name
    period: str = ""


class Person(Part):
    name: Name
    title: str = ""
    organisation: str = ""
    country: Country | None = None


class Report(Part):
    title_da: str | None = None
    title_en: str | None = None
    title_fi: str | None = None
    title_sv: str | None = None
    title_nb: str | None = None
    language: str
    url: Url
    publisher_site: str = ""
    author: Person | None = None
    with_support_of: list[Person] = []

    @property
    def titles(self) -> dict[str, str]:
        given = {code: getattr(self, f"title_{code}") for code in LANGUAGES}
        return {code: title for code, title in given.items() if title}


class EventPart(Part):
    title: Texts
    slug: Slug | None = None
    date: Day
    format: str = "hybrid"
    home_zone: Zone
    also_show: list[Zone] = []
    venue: Annotated[str, Field(max_length=300)] | None = None
    stream_url: PlainUrl | None = None
    contact: Annotated[str, Field(pattern=r"^[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+$", max_length=254)]
    organisers: list[Organiser] = []
    funding: Funding | None = None
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30


class RoomPart(Part):
    id: Name
    name: Name


class Timed(Part):
    start_local: Wall
    end_local: Wall
    zone: Zone

    @model_validator(mode="after")
    def _times_are_instants_in_order(self) -> Self:
        if to_instant(self.start_local, self.zone) >= to_instant(self.end_local, self.zone):
            raise ValueError("must end after it starts")
        return self


class PublicPart(Timed):
    audience: str = ""
    start_utc: Any = None
    end_utc: Any = None
    copenhagen: Any = None
    oslo: Any = None


class SessionPart(Timed):
    id: Name
    title: Texts
    abstract: LongTexts = {}
    status: Literal["fact", "placeholder"] = "fact"
    time_status: Literal["fact", "placeholder"] | None = None
    kind: Literal["talk", "keynote", "workshop", "break", "meal", "doors"] = "talk"
    language: Language | None = None
    attendance_mode: Literal["onsite", "online", "mixed"] = "mixed"
    room: str | None = None
    access: Literal["public", "closed"]
    audiences: list[str] = []
    speakers: list[Person] = []

    @property
    def placeholder(self) -> str:
        """As Session.placeholder says it."""
        if self.status == "placeholder":
            return "all"
        return "time" if self.time_status == "placeholder" else ""

    @model_validator(mode="after")
    def _access_and_audiences_agree(self) -> SessionPart:
        if self.access == "closed" and not self.audiences:
            raise ValueError("is closed and names no audience, so nobody could see it")
        if self.access == "public" and self.audiences:
            raise ValueError("is public and names audiences; leave them out or make it closed")
        return self


class ConferenceFile(Part):
    """The whole file."""

    event: EventPart
    report: Report | None = None
    rooms: list[RoomPart] = []
    audiences: list[RoomPart] = []
    public_part: PublicPart | None = None
    sessions: list[SessionPart] = []

    @property
    def slug(self) -> str:
        return self.event.slug or f"conference-{self.event.date.isoformat()}"

    @model_validator(mode="after")
    def _references_exist(self) -> ConferenceFile:
        rooms, audiences = {room.id for room in self.rooms}, {audience.id for audience in self.audiences}
        for session in self.sessions:
            if session.room is not None and session.room not in rooms:
                raise ValueError(f"session {session.id} is in room {session.room}, which is not among the rooms")
            if unknown := set(session.audiences) - audiences:
                raise ValueError(f"session {session.id} names unknown audiences: {', '.join(sorted(unknown))}")
        for what, ids in (("room", self.rooms), ("audience", self.audiences), ("session", self.sessions)):
            _refuse_twins(what, [part.id for part in ids])
        return self


def _refuse_twins(what: str, ids: list[str]) -> None:
    twins = sorted({one for one in ids if ids.count(one) > 1})
    if twins:
        raise ValueError(f"more than one {what} has the id {twins[0]}")


def read_conference(text: str) -> ConferenceFile:
    """Read and check a conference file. Raises BadConferenceFile."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadConferenceFile(f"The file is not YAML: {error}") from error
    try:
        return ConferenceFile.model_validate(content)
    except ValidationError as error:
        raise BadConferenceFile("\n".join(map(_complaint, error.errors(include_url=False)))) from None


def left_out(part: Part, place: str = "") -> list[str]:
    """The fields of a file that say something and that nobody knows, by their place in it."""
    found = [f"{place}{name}" for name, value in (part.model_extra or {}).items() if value is not None]
    for name, value in part:
        inner = enumerate(value) if isinstance(value, list) else [("", value)]
        for number, piece in inner:
            if isinstance(piece, Part):
                found += left_out(piece, f"{place}{name}.{number}.".replace("..", "."))
    return found


def _complaint(problem: Any) -> str:
    place = ".".join(str(step) for step in problem["loc"] if not str(step).startswith("function-")) or "the file"
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"
