"""Photos and logos: what is taken, what is kept of it, and that no bytes whatever are an error of ours."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from eventops.agenda.pictures import LONGEST_SIDE, BadPicture, Picture, Use, read_picture
from tests.agenda.pictures import HTML, SVG, drawn, lying


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content))


def grey(picture: Image.Image, x: float, y: float) -> int:
    """How bright it is at a place, as parts of its sides; to the next tens."""
    place = int(picture.width * x), int(picture.height * y)
    return round(picture.convert("L").getpixel(place) / 10) * 10  # type: ignore[operator]


SOURCES = {
    "a PNG": drawn(),
    "a JPEG": drawn(format="JPEG", quality=95),
    "a WebP": drawn(format="WEBP", lossless=True),
    "CMYK": drawn("CMYK", format="JPEG", quality=95),
    "grey": drawn("L"),
    "16 bits of grey": drawn("I;16"),
    "grey with transparency": drawn("LA"),
    "a palette": drawn("P"),
    "several pictures in one": drawn(save_all=True, append_images=[Image.new("RGB", (60, 40))]),
    "something behind it": drawn(format="JPEG", quality=95) + HTML,
}


@pytest.mark.parametrize("what", SOURCES)
@pytest.mark.parametrize(("use", "kept"), [("photo", "image/jpeg"), ("logo", "image/png")])
def test_picture_is_drawn_anew(what: str, use: Use, kept: str) -> None:
    """It looks the same, is of a kind that every browser shows, and nothing else of the file is left."""
    picture = read_picture(SOURCES[what], use)
    found = opened(picture)
    assert (picture.media_type, picture.width, picture.height, found.size) == (kept, 60, 40, (60, 40))
    assert Image.MIME[found.format or ""] == kept
    assert (grey(found, 0.2, 0.5), grey(found, 0.8, 0.5)) == (40, 200)
    assert (getattr(found, "n_frames", 1), HTML in picture.content) == (1, False)


@pytest.mark.parametrize(("orientation", "dark"), [(1, (0.2, 0.5)), (3, (0.8, 0.5)), (6, (0.5, 0.2)), (8, (0.5, 0.8))])
def test_picture_stands_upright_and_says_nothing_of_the_camera(orientation: int, dark: tuple[float, float]) -> None:
    """Turned as the camera was held; who took it, where and with what is gone."""
    for use in ("photo", "logo"):
        picture = read_picture(lying(orientation), use)
        found = opened(picture)
        assert (grey(found, *dark), grey(found, 1 - dark[0], 1 - dark[1])) == (40, 200)
        assert (dict(found.getexif()), b"Anna" in picture.content, b"home" in picture.content) == ({}, False, False)


def test_picture_keeps_what_is_transparent_in_logos_alone() -> None:
    """A photo stands on white. Colours of palettes may be transparent too."""
    clear, written = Image.new("P", (8, 8)), BytesIO()
    clear.putpalette([200, 0, 0])
    clear.save(written, "PNG", transparency=0)
    for data in (written.getvalue(), drawn_clear()):
        assert opened(read_picture(data, "logo")).convert("RGBA").getpixel((4, 4))[3] == 0  # type: ignore[index]
        assert grey(opened(read_picture(data, "photo")), 0.5, 0.5) == 260  # white, to the next tens


def drawn_clear() -> bytes:
    """Nothing but transparency."""
    written = BytesIO()
    Image.new("RGBA", (8, 8), (200, 0, 0, 0)).save(written, "WEBP", lossless=True)
    return written.getvalue()


def test_picture_is_no_larger_than_it_is_shown() -> None:
    """The longer side has at most 640 pixels, the other follows; what is smaller stays."""
    sizes = {(3000, 1500): (640, 320), (900, 2700): (213, 640), (5, 4000): (1, 640), (7, 5): (7, 5)}
    for size, kept in sizes.items():
        picture = read_picture(drawn(size=size, format="JPEG"), "photo")
        assert (picture.width, picture.height) == kept
        assert max(kept) <= LONGEST_SIDE


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be so large (PNG, section 11.2.1)."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


REFUSED = {
    "nothing": (b"", "no_picture"),
    "SVG": (SVG, "no_picture"),
    "HTML": (HTML, "no_picture"),
    "HTML that begins as a PNG": (b"\x89PNG\r\n\x1a\n" + HTML, "no_picture"),
    "HTML that begins as a JPEG": (b"\xff\xd8\xff\xe0" + HTML, "no_picture"),
    "a GIF": (drawn(format="GIF"), "no_picture"),
    "a TIFF": (drawn(format="TIFF"), "no_picture"),
    "a BMP": (drawn(format="BMP"), "no_picture"),
    "a PDF": (drawn(format="PDF"), "no_picture"),
    "half a PNG": (drawn(size=(400, 400))[:200], "no_picture"),
    "half a JPEG": (drawn(size=(400, 400), format="JPEG")[:700], "no_picture"),
    "half a WebP": (drawn(size=(400, 400), format="WEBP")[:60], "no_picture"),
    "no pixels": (claiming(0, 0), "no_picture"),
    "more pixels than there are": (claiming(300, 300), "no_picture"),
    "a bomb": (claiming(9_000, 9_000), "too_many_pixels"),
    "a larger bomb": (claiming(12_000, 9_000), "too_many_pixels"),
    "the largest bomb": (claiming(2**31 - 1, 2**31 - 1), "too_many_pixels"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_picture_is_refused(what: str) -> None:
    """By what is in the file; none is opened further than it must be to see that."""
    data, reason = REFUSED[what]
    for use in ("photo", "logo"):
        with pytest.raises(BadPicture) as refusal:
            read_picture(data, use)
        assert str(refusal.value) == reason


WHOLE = [drawn(format=format) for format in ("PNG", "JPEG", "WEBP")] + [lying(6)]


def test_picture_of_any_bytes_is_read_or_refused(long: bool) -> None:
    """Files with bytes changed, cut off and put in between: a picture or a refusal, and nothing else."""

    @settings(max_examples=5000 if long else 200, deadline=None)
    @given(st.sampled_from(WHOLE), st.integers(0, 3000), st.binary(max_size=20), st.integers(0, 20))
    def answered(whole: bytes, place: int, put: bytes, over: int) -> None:
        place %= len(whole)
        with suppress(BadPicture):
            assert read_picture(whole[:place] + put + whole[place + over :], "photo").width <= LONGEST_SIDE

    answered()
