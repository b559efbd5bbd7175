"""Pictures for tests, and files that only look like some."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from PIL.Image import Exif

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def drawn(mode: str = "RGB", size: tuple[int, int] = (60, 40), format: str = "PNG", **options: Any) -> bytes:
    """A picture whose left half is dark and whose right half is bright."""
    picture = Image.new("L", size, 200)
    picture.paste(40, (0, 0, size[0] // 2, size[1]))
    if mode == "I;16":
        picture = picture.convert("I").point(lambda grey: grey * 257).convert("I;16")
    written = BytesIO()
    picture.convert(mode).save(written, format, **options)
    return written.getvalue()


def lying(orientation: int) -> bytes:
    """A JPEG that a camera took while it was held so, with its place in it."""
    exif = Exif()
    exif[0x0112], exif[0x010F] = orientation, "Camera of Anna"
    return drawn(format="JPEG", exif=exif, comment=b"taken at home")
