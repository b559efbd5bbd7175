"""Drawing QR codes (ISO/IEC 18004): black on white, with a quiet zone of four modules."""

from __future__ import annotations

from io import BytesIO

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import QRData


def qr_code(text: str, *, version: int | None = None, mask: int | None = None, scale: int = 10) -> bytes:
    """`text` as a PNG at error correction level M, `scale` pixels a module; without `version` as small as may be.

    `mask` spares the search for the best of the eight, which takes two thirds of the time.
    Raises qrcode's DataOverflowError for a text that is too long.
    """
    modules = _modules(text, version, mask)
    side, white = len(modules), bytes(0 if dark else 255 for row in modules for dark in row)
    picture = BytesIO()
    one_pixel_each = Image.frombytes("1", (side, side), white, "raw", "1;8")
    one_pixel_each.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(picture, format="PNG")
    return picture.getvalue()


def qr_path(text: str) -> tuple[int, str]:
    """The side of the drawing in modules, and the d of an SVG path of the dark ones, a unit each, at level M.

    Drawn into a page itself, what it holds is at no address of its own.
    """
    modules = _modules(text, None, None)
    dark = [(x, y) for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark]
    return len(modules), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)


def _modules(text: str, version: int | None, mask: int | None) -> list[list[bool]]:
    drawing = qrcode.QRCode(version=version, error_correction=ERROR_CORRECT_M, border=4, mask_pattern=mask)
    drawing.add_data(QRData(text))
    drawing.make(fit=version is None)
    return drawing.get_matrix()
