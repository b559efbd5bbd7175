"""Photos and logos: whatever is uploaded is drawn anew, so that no more than the picture is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Literal
from uuid import UUID, uuid4

from flask_babel import gettext as _
from PIL import Image as Pillow
from PIL import ImageOps
from sqlalchemy import select

from eventops.agenda.models import Image
from eventops.db import db

Use = Literal["photo", "logo"]

LARGEST_UPLOAD = 8_000_000
"""Bytes of a whole form with its pictures."""
MOST_PIXELS = 50_000_000
"""A telephone takes no more. Some files of a few kilobytes claim any number."""
LONGEST_SIDE = 640
"""Pixels of what is kept."""

_TAKEN = ("PNG", "JPEG", "WEBP")


class BadPicture(ValueError):
    """The file is no picture that is taken. The message is a word: `no_picture`, `too_many_pixels`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """As it is stored: upright, without metadata, at most 640 pixels a side."""

    media_type: str
    width: int
    height: int
    content: bytes


def read_picture(data: bytes, use: Use) -> Picture:
    """The picture in an uploaded file, by its content and not its name; of several in one file the first.

    A photo becomes a JPEG on white, a logo a PNG that keeps what is transparent. Raises BadPicture.
    Takes a while: call it outside write().
    """
    try:
        with Pillow.open(BytesIO(data), formats=_TAKEN) as found:
            if found.width * found.height > MOST_PIXELS:
                raise BadPicture("too_many_pixels")
            found.draft("RGB", (2 * LONGEST_SIDE, 2 * LONGEST_SIDE))  # a large JPEG is then read at a fraction
            return _kept(_upright(_small(found)), use)
    except BadPicture:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise BadPicture("too_many_pixels") from error
    except Exception as error:
        # Whoever made the file decides how it is broken, and Pillow raises almost anything then.
        raise BadPicture("no_picture") from error


def add_picture(event_id: UUID, picture: Picture) -> Image:
    """Keep it. One that it takes the place of stays, since releases refer to it. Inside write()."""
    image = Image(
        id=uuid4(),
        event_id=event_id,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        content=picture.content,
    )
    db.session.add(image)
    db.session.flush()
    return image


def find_picture(event_id: UUID, image_id: UUID) -> Image | None:
    """A picture of the event."""
    return db.session.scalar(select(Image).where(Image.id == image_id, Image.event_id == event_id))


def picture_fault(error: BadPicture) -> str:
    """What to do about it, in the language being spoken."""
    if str(error) == "too_many_pixels":
        return str(_("This picture has too many pixels: make it smaller first, 4,000 pixels a side are plenty."))
    return str(_("This file is no picture that we can read: choose a PNG, JPEG or WebP file."))


def _small(found: Pillow.Image) -> Pillow.Image:
    """Eight bits a channel, RGB or, where something may be transparent, RGBA; at most 640 pixels a side."""
    if found.mode.startswith("I"):  # 16 bits of grey, of which Pillow would take the lower ones
        found = found.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    small = found.convert("RGBA" if found.has_transparency_data else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return small


def _upright(picture: Pillow.Image) -> Pillow.Image:
    """As the camera was held; where what it wrote of that cannot be read, as the picture is."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def _kept(picture: Pillow.Image, use: Use) -> Picture:
    """Written anew from the pixels alone: metadata, and whatever else was in the file, is left behind."""
    mode = picture.mode if use == "logo" else "RGB"
    clean = Pillow.new(mode, picture.size, "#fff0" if mode == "RGBA" else "#fff")
    clean.paste(picture, mask=picture if picture.mode == "RGBA" and mode == "RGB" else None)
    written = BytesIO()
    if use == "logo":
        clean.save(written, "PNG", optimize=True)
    else:
        clean.save(written, "JPEG", quality=85, progressive=True)
    return Picture("image/png" if use == "logo" else "image/jpeg", *clean.size, written.getvalue())
