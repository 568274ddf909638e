"""QR codes: found in pictures and made for printing.

The library is imported where it is used: what a module keeps of it is still there when Python ends beneath Qt, and the
library then lists every type of its own on the terminal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr


def read_qr_codes(image_bgr: ImageBgr) -> list[str]:
    """Return the texts of the QR codes in a picture.

    Args:
        image_bgr: (H, W, 3) uint8 BGR, mirrored or not.
    """
    import zxingcpp  # noqa: PLC0415

    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(image_bgr),
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [code.text for code in found if code.valid and code.text]


def qr_modules(text: str) -> NDArray[np.bool_]:
    """Return the modules of a QR code, without the quiet zone of four modules that it needs around it.

    Args:
        text: capitals, digits and a few signs take the least room.

    Returns:
        (N, N), True where it is dark.
    """
    import zxingcpp  # noqa: PLC0415

    # Level Q: a quarter of the code may be scratched or cut by a hand.
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    return np.asarray(code.to_image(scale=1, add_quiet_zones=False)).copy() < 128
