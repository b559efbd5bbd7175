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
    drawing = qrcode.QRCode(version=version, error_correction=ERROR_CORRECT_M, border=4, mask_pattern=mask)
    drawing.add_data(QRData(text))
    drawing.make(fit=version is None)
    modules = drawing.get_matrix()
    side, white = len(modules), bytes(0 if dark else 255 for row in modules for dark in row)
    picture = BytesIO()
    one_pixel_each = Image.frombytes("1", (side, side), white, "raw", "1;8")
    one_pixel_each.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(picture, format="PNG")
    return picture.getvalue()
