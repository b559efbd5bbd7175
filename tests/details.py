"""What sessions have beyond the conference file: tracks, links, photos, bios, notes. Of closed ones it is canaries."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select

from eventops.agenda.affected import tell
from eventops.agenda.changes import changes
from eventops.agenda.models import Audience, Event, Image, Session, Speaker, SpeakerRole, Track
from eventops.agenda.publish import publish
from eventops.db import db
from eventops.languages import LANGUAGES
from tests.canaries import canary
from tests.hidden import DRAFT

TRACK = {"en": "Knowledge", "fi": "Tieto", "sv": "Kunskap", "da": "Viden", "nb": "Kunnskap"}


def add_details(closed: list[str], now: datetime) -> None:
    """Give the keynote and the closed sessions all that sessions can have, publish, and let people know.

    As the system.

    Ids of what is public are the same each time.
    """
    event = db.session.scalars(select(Event)).one()
    logo = _image(event.id, uuid5(event.id, "logo"))
    event.organisers = [
        {**event.organisers[0], "logo": str(logo), "url": "https://luckan.example.org"},
        *event.organisers[1:],
    ]
    event.description = dict.fromkeys(LANGUAGES, "**2024**")
    event.venue_address, event.map_url = "Kaisaniemenkatu 3", "https://map.example.org/"
    event.links = [{"label": "FIKA", "url": "https://fika.example.org/"}]
    keynote = db.session.scalars(select(Session).where(Session.kind == "keynote")).one()
    _give(keynote, TRACK, "FIKA", dict.fromkeys(LANGUAGES, "*Helle.*"), uuid5(event.id, "photo"))
    keynote.capacity, keynote.staff_notes = 4711, canary(DRAFT, "notes")
    for name in closed:
        audience = db.session.scalars(select(Audience).where(Audience.name == canary(name, "audience"))).one()
        session = db.session.scalars(select(Session).where(Session.audiences.contains(audience))).one()
        texts = [{code: canary(name, f"{what}{code}") for code in LANGUAGES} for what in ("track", "bio", "lift")]
        _give(session, texts[0], canary(name, "link"), texts[1], uuid4())
        if session.room:
            session.room.address, session.room.accessibility = canary(name, "address"), texts[2]
        session.staff_notes = canary(DRAFT, "notes")
    db.session.flush()
    changed = changes(event.id)
    tell(event, publish(event, now), changed, now)


def _give(session: Session, track: dict[str, str], link: str, bio: dict[str, str], photo_id: UUID) -> None:
    row = Track(id=uuid5(session.id, "track"), event_id=session.event_id, name=track, position=1)
    db.session.add(row)
    db.session.flush()
    session.track, session.links = row, [{"label": link, "url": f"https://{link}.example.org/"}]
    role = db.session.scalars(select(SpeakerRole).where(SpeakerRole.session_id == session.id)).one()
    role.role = "moderator"
    speaker = db.session.get_one(Speaker, role.speaker_id)
    speaker.bio, speaker.photo_id = bio, _image(session.event_id, photo_id)


def _image(event_id: UUID, image_id: UUID) -> UUID:
    db.session.add(Image(id=image_id, event_id=event_id, media_type="image/png", width=1, height=1, content=b"\x89PNG"))
    db.session.flush()
    return image_id
