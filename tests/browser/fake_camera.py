"""Films for Chromium's fake camera: QR codes as a phone or a paper shows them to a door, on a lobby-like background."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw

SIZE = (640, 360)
"""Small, since playing a film keeps a processor busy."""
PNG = b"\x89PNG"
FRAMES_PER_SECOND = 30
"""How fast Chromium plays a Motion JPEG file, whatever made it. It plays it again and again."""


def write_mjpeg(path: Path, frames: Sequence[Image.Image], repeat: int = 1) -> Path:
    """Write JPEG pictures one after the other, each `repeat` times in a row, and return the path.

    All frames must have one size, in even numbers.
    """
    with path.open("wb") as film:
        for frame in frames:
            jpeg = BytesIO()
            frame.convert("RGB").save(jpeg, "JPEG", quality=88)
            film.write(jpeg.getvalue() * repeat)
    return path


def view_of(*codes: str | bytes) -> Image.Image:
    """Codes held before the camera, side by side and a little askew.

    Each is an image file as mailed (PNG), or the text or bytes to encode. One or two fit.
    """
    view = empty_view()
    for number, code in enumerate(codes, 1):
        phone = phone_showing(code, 300 if len(codes) == 1 else 190)
        middle = SIZE[0] * number // (len(codes) + 1)
        view.paste(phone, (middle - phone.width // 2, (SIZE[1] - phone.height) // 2), phone)
    return view


def phone_showing(code: str | bytes, width: int) -> Image.Image:
    """A bright screen with the code, so many pixels wide and transparent around it."""
    picture = decoded(code) if isinstance(code, bytes) and code.startswith(PNG) else encoded(code)
    phone = Image.new("L", (picture.width + 60, picture.height + 60), 255)
    phone.paste(picture, (30, 30))
    return phone.resize((width, width)).convert("RGBA").rotate(7, Image.Resampling.BICUBIC, expand=True)


def empty_view() -> Image.Image:
    """What the camera sees between two guests."""
    lobby = Image.linear_gradient("L").resize(SIZE).point(lambda light: 70 + light // 3).convert("RGB")
    draw = ImageDraw.Draw(lobby)
    draw.rectangle((45, 90, 165, 360), fill=(92, 74, 60))
    draw.rectangle((480, 60, 590, 210), fill=(178, 190, 196))
    draw.ellipse((260, 250, 380, 390), fill=(60, 70, 92))
    return lobby


def decoded(png: bytes) -> Image.Image:
    """The picture in an image file."""
    with Image.open(BytesIO(png)) as picture:
        return picture.convert("L")


def encoded(code: str | bytes) -> Image.Image:
    """The bare code, with a quiet zone, at level M."""
    symbol = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=10)
    symbol.add_data(code)
    return symbol.make_image().get_image()
