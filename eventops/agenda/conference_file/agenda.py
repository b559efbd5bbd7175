"""What a conference file says of the agenda: rooms, tracks, audiences, speakers and sessions."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from eventops.agenda.conference_file.fields import (
    Address,
    Language,
    Line,
    LongText,
    LongTexts,
    MaybeCountry,
    Name,
    Number,
    Texts,
)
from eventops.agenda.conference_file.parts import Links, Part, Timed
from eventops.agenda.models import MOST_SPEAKERS, AttendanceMode, Kind, Role


class Named(Part):
    id: Name


class RoomPart(Named):
    name: Name
    capacity: Number | None = None
    address: Address = ""
    accessibility: LongTexts = {}


class TrackPart(Named):
    name: Texts


class AudiencePart(Named):
    name: Name


class SpeakerPart(Named):
    name: Name
    title: Line = ""
    organisation: Line = ""
    country: MaybeCountry = ""
    bio: LongTexts = {}


class SessionSpeaker(Part):
    """Somebody of the speakers, by `id`; or, without it, somebody whom the session itself names."""

    id: Name | None = None
    role: Role = "speaker"
    name: Name | None = None
    title: Line = ""
    organisation: Line = ""
    country: MaybeCountry = ""

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if (self.id is None) == (self.name is None):
            raise ValueError("needs either the id of one of the speakers or a name")
        return self


def _speaker(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


class SessionPart(Timed, Named):
    title: Texts
    abstract: LongTexts = {}
    status: Literal["fact", "placeholder"] = "fact"
    time_status: Literal["fact", "placeholder"] | None = None
    kind: Kind = "talk"
    language: Language | None = None
    attendance_mode: AttendanceMode = "mixed"
    room: str | None = None
    track: str | None = None
    capacity: Number | None = None
    access: Literal["public", "closed"]
    audiences: Annotated[list[str], Field(max_length=200)] = []
    shows_block: bool = False
    names_itself_in_calendars: bool = False
    is_scheduled: bool = True
    speakers: Annotated[
        list[Annotated[SessionSpeaker, BeforeValidator(_speaker)]], Field(max_length=MOST_SPEAKERS)
    ] = []
    links: Links = []
    staff_notes: LongText = ""

    @property
    def placeholder(self) -> str:
        """As Session.placeholder says it."""
        if self.status == "placeholder":
            return "all"
        return "time" if self.time_status == "placeholder" else ""

    @model_validator(mode="after")
    def _access_and_audiences_agree(self) -> Self:
        if self.access == "closed" and not self.audiences:
            raise ValueError("is closed and names no audience, so nobody could see it")
        if self.access == "public" and self.audiences:
            raise ValueError("is public and names audiences; leave them out or make it closed")
        return self
