"""The conference itself, its public hours, and its pictures."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventops.db import Model
from eventops.languages import LANGUAGES

YEARS = range(1970, 2200)
"""In which events may be. At the ends of the calendar some zones' clocks have no date for an instant."""

_ALL_LANGUAGES = text("'" + json.dumps(list(LANGUAGES)) + "'")


class Event(Model):
    """A conference."""

    __tablename__ = "events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[dict[str, str]]
    """By language code. Where the reader's is missing, the first one stands, marked as being in its language."""
    description: Mapped[dict[str, str]] = mapped_column(default=dict, server_default=text("'{}'"))
    """Markdown, by language code."""
    languages: Mapped[list[str]] = mapped_column(default=lambda: list(LANGUAGES), server_default=_ALL_LANGUAGES)
    """In which its texts are written; pages and letters are there in all five."""
    starts_on: Mapped[date]
    """In the home zone, like `ends_on`."""
    ends_on: Mapped[date] = mapped_column(default=lambda context: context.get_current_parameters()["starts_on"])
    home_zone: Mapped[str] = mapped_column(String(60))
    also_show: Mapped[list[str]]
    """Zones shown beside the home zone, in this order."""
    venue: Mapped[str | None] = mapped_column(String(300))
    venue_address: Mapped[str] = mapped_column(String(300), default="", server_default="")
    map_url: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    contact: Mapped[str] = mapped_column(String(254))
    """The e-mail address that letters answer to."""
    organisers: Mapped[list[dict[str, Any]]]
    """Each with name, country (two letters) and programme; `url` and `logo` (an image's id) where they have one.

    They are the controllers of personal data too, but for those whose `controller` is false.
    """
    links: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default=text("'[]'"))
    """Each with label and url."""
    funding: Mapped[dict[str, Any]]
    """funder and period, or empty."""
    report: Mapped[dict[str, Any]]
    """titles by language, language, url, author, with_support_of; or empty."""
    retention_days: Mapped[int] = mapped_column(default=30)
    """Personal data is deleted this many days after the event's last public day."""
    seats: Mapped[int | None]
    """Onsite; None for as many as come."""
    sign_up_opens_at: Mapped[datetime | None]
    sign_up_closes_at: Mapped[datetime | None]
    late_letters_minutes: Mapped[int] = mapped_column(default=15, server_default="15")
    """Running late by so much or more sends letters."""
    published_at: Mapped[datetime | None]
    """None until its agenda is first published; the public then does not know of the event."""
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    """Raised by every change of its settings; a change names the one that it began from."""
    public_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Raised by whatever may change a public page: pages are kept for as long as it stays. No page shows it."""

    windows: Mapped[list[PublicWindow]] = relationship(order_by="PublicWindow.starts_at", lazy="selectin")


class PublicWindow(Model):
    """A stretch of the event that is open to the public. Drives streams, reminders and the doors' handover."""

    __tablename__ = "public_windows"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="ends_after_start"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Image(Model):
    """A logo or a photo, as it was written anew from what was uploaded: no more than the picture is left in it."""

    __tablename__ = "images"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
