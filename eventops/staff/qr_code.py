"""A QR code drawn into the page itself, so that what it holds is at no address of its own."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_M


def qr_path(text: str) -> tuple[int, str]:
    """The side of the drawing, its quiet zone of 4 modules included, and the d of an SVG path of its dark modules.

    A module is one unit. Level M, in the smallest version that holds the text.
    """
    drawing = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    drawing.add_data(text)
    drawing.make(fit=True)
    modules = drawing.get_matrix()
    dark = [(x, y) for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark]
    return len(modules), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)
